"""Pages that are made from the code are current, and the documentation builds."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"


def test_the_page_about_the_command_line_is_current() -> None:
    tool = ROOT / "tools" / "write_command_reference.py"
    done = subprocess.run(
        [sys.executable, tool, "--check"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_page_names_every_verb() -> None:
    from mien.cli import app

    text = (DOCS / "reference" / "command-line.md").read_text(encoding="utf-8")
    for command in app.registered_commands:
        assert f"## mien {command.name}\n" in text
    for group in app.registered_groups:
        assert group.typer_instance is not None
        for command in group.typer_instance.registered_commands:
            assert f"## mien {group.name} {command.name}\n" in text


@pytest.mark.slow
def test_the_documentation_builds_without_a_warning(tmp_path: Path) -> None:
    if importlib.util.find_spec("sphinx") is None:
        pytest.skip("sphinx is not installed: pip install mien[docs]")
    if not (DOCS / "conf.py").is_file():
        pytest.skip("docs/ has no conf.py")
    arguments = ["-q", "-W", "-n", "--keep-going", "-d", str(tmp_path / "trees")]
    done = subprocess.run(
        [sys.executable, "-m", "sphinx", *arguments, str(DOCS), str(tmp_path / "html")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-6000:]
