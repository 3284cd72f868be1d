"""Loading mien, or asking for help, loads nothing heavy; times are in benchmarks/import_time.py."""

import json
import subprocess
import sys

import pytest

# Not pydantic: typer loads it by itself where it finds it.
HEAVY = frozenset(
    {"numpy", "scipy", "numba", "cv2", "av", "pandas", "pyarrow", "matplotlib", "jinja2"}
    | {"ai_edge_litert", "rich", "torch", "pxr", "anny", "psutil", "skimage"}
)

TELL = (
    "import json, sys; print(json.dumps(sorted({name.partition('.')[0] for name in sys.modules})))"
)


def loaded_by(code: str) -> set[str]:
    """Run code in a new Python and give the top-level modules that it loaded."""
    program = f"import atexit, sys\natexit.register(lambda: exec({TELL!r}))\n{code}"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=False)
    return set(json.loads(done.stdout.splitlines()[-1]))


def test_importing_mien_loads_only_the_standard_library() -> None:
    foreign = loaded_by("import mien") - loaded_by("") - sys.stdlib_module_names
    assert foreign == {"mien"}


@pytest.mark.parametrize(
    "arguments",
    [("--help",), ("--version",), ("run", "--help"), ("doctor", "--help"), ("models", "--help")],
    ids=" ".join,
)
def test_help_loads_nothing_heavy(arguments: tuple[str, ...]) -> None:
    code = f"import sys\nsys.argv = ['mien', *{arguments!r}]\nfrom mien.cli import main\nmain()"
    loaded = loaded_by(code)
    assert "typer" in loaded
    assert not loaded & HEAVY


def test_a_wrong_call_is_refused_before_anything_heavy_is_loaded() -> None:
    code = "import sys\nsys.argv = ['mien', 'run']\nfrom mien.cli import main\nmain()"
    assert not loaded_by(code) & (HEAVY - {"rich"})
