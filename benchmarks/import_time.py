"""CPU time to import mien and to show help, in new processes.

Usage: python benchmarks/import_time.py [REPEATS]
"""

import json
import statistics
import subprocess
import sys

CASES = {
    "import mien": "import mien",
    "mien --help": "import sys; sys.argv = ['mien', '--help']; from mien.cli import main; main()",
    "mien run --help": (
        "import sys; sys.argv = ['mien', 'run', '--help']; from mien.cli import main; main()"
    ),
}

BOUNDS_S = {"import mien": 0.3, "mien --help": 0.5}
"""What the project aims at."""

TELL = (
    "import atexit, json, time\n"
    "atexit.register(lambda: print('\\n' + json.dumps(time.process_time()), flush=True))\n"
)


def cpu_s(code: str) -> float:
    """CPU seconds of a new Python that runs ``code``, start-up included."""
    done = subprocess.run(  # noqa: S603 - the cases above
        [sys.executable, "-c", TELL + code], capture_output=True, text=True, check=True
    )
    return float(json.loads(done.stdout.splitlines()[-1]))


def main() -> None:
    """Print a table of medians."""
    repeats = int(sys.argv[1]) if len(sys.argv) > 1 else 9
    print(f"{'case':<18} {'median CPU s':>12} {'bound':>6}")
    for name, code in CASES.items():
        median_s = statistics.median(cpu_s(code) for _ in range(repeats))
        print(f"{name:<18} {median_s:>12.3f} {BOUNDS_S.get(name, '-'):>6}")


if __name__ == "__main__":
    main()
