"""Runs the benchmarks of the analysis and of the recognisers, and writes what they print.

Usage: OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 python tools/measure_speed.py

Writes docs/evidence/speed.md. Figures are for the machine at hand: CPU time compares, wall time
only where nothing else runs.
"""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "evidence" / "speed.md"
RATES = (30, 100, 200)

HEAD = """# Speed of the analysis

Written by `python tools/measure_speed.py`; not edited by hand.

`mien analyze` on drawn video of 640 x 360, everything that comes with mien included, at three
frame rates of the source; each block is what `benchmarks/analysis.py` printed. Sixty frames a
second are kept where the last line says more; real time at 200 frames a second needs 200. What
stands in the way there is following the landmarks in every frame and the dense flow of every frame:
everything else together is about a millisecond.
"""

NETWORKS = """
The trained recognisers on one core, from ready flow (`benchmarks/recogniser.py`); they run once a
movement, not once a frame.
"""


def printed(*command: str) -> str:
    """Run a benchmark; give what it printed."""
    done = subprocess.run(  # noqa: S603 - our own programs
        [sys.executable, *command], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return f"\n```text\n{done.stdout.strip()}\n```\n"


def main() -> int:
    """Run and write."""
    blocks = [
        printed("benchmarks/analysis.py", "--rate", str(rate), "--seconds", "6") for rate in RATES
    ]
    text = HEAD + "".join(blocks) + NETWORKS + printed("benchmarks/recogniser.py")
    PAGE.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
