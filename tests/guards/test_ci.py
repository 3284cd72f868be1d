"""What the README tells people to run is what CI runs, with pinned versions."""

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
INSTALL = 'python -m pip install -c constraints.txt -e ".[test]"'
TEST = "python -m pytest -n 2"


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md", ".ci/run"])
@pytest.mark.parametrize("command", [INSTALL, TEST])
def test_people_and_ci_run_the_same_commands(page: str, command: str) -> None:
    lines = (ROOT / page).read_text(encoding="utf-8").splitlines()
    assert command in [line.strip() for line in lines]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no executable bit")
def test_the_script_of_ci_can_be_run_and_is_sound() -> None:
    script = ROOT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    subprocess.run(["bash", "-n", str(script)], check=True)  # noqa: S607 - bash of the path


def test_the_script_of_ci_stops_at_the_first_error() -> None:
    assert "\nset -eu\n" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")


def test_every_constraint_is_one_exact_version() -> None:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = [line for line in lines if line and not line.startswith("#")]
    assert all(re.fullmatch(r"[a-z0-9-]+==[\w.+!-]+", pin) for pin in pins)
    names = [pin.partition("==")[0] for pin in pins]
    assert len(names) == len(set(names))
    assert names == sorted(names)
    assert "torch==2.13.0" in pins


def test_every_dependency_is_pinned() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    chosen = [line for extra in ("test", "docs", "ray") for line in extras[extra]]
    wanted = [*project["dependencies"], *chosen]
    names = {re.split(r"[^A-Za-z0-9._-]", line)[0].lower().replace("_", "-") for line in wanted}
    text = (ROOT / "constraints.txt").read_text(encoding="utf-8")
    pinned = {line.partition("==")[0] for line in text.splitlines() if "==" in line}
    assert names - {"mien"} <= pinned


def test_the_doctor_knows_what_each_extra_is_for() -> None:
    from mien.cli.doctor.extras import ADDS

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert set(ADDS) == set(project["optional-dependencies"])
