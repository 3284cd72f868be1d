"""The wheel holds everything that the package reads at run time."""

import importlib.util
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src"


@pytest.mark.slow
def test_the_wheel_holds_every_file_of_the_package(tmp_path: Path) -> None:
    if importlib.util.find_spec("hatchling") is None:
        pytest.skip("hatchling is not installed: pip install mien[test]")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        held = {name for name in archive.namelist() if name.startswith("mien/")}
        entry = next(name for name in archive.namelist() if name.endswith("entry_points.txt"))
        assert "mien = mien.cli:main" in archive.read(entry).decode()
        assert any(name.endswith("licenses/LICENSE") for name in archive.namelist())
    compiled = {".pyc", ".nbi", ".nbc"}
    expected = {
        path.relative_to(SOURCE).as_posix()
        for path in (SOURCE / "mien").rglob("*")
        if path.is_file() and path.suffix not in compiled and not path.name.startswith(".")
    }
    assert held == expected
    assert any(name.endswith(".json") for name in held)


def test_git_ignores_no_file_that_the_package_needs() -> None:
    if not (ROOT / ".git").exists():
        pytest.skip("not a git checkout")
    data = [path for path in (SOURCE / "mien").rglob("*.*") if "__pycache__" not in path.parts]
    names = "\n".join(path.relative_to(ROOT).as_posix() for path in data if path.is_file())
    ignored = subprocess.run(
        ["git", "check-ignore", "--stdin"],  # noqa: S607 - git of the path
        cwd=ROOT,
        input=names,
        capture_output=True,
        text=True,
        check=False,
    )
    assert not ignored.stdout
