"""Lint, format and types are clean, with the settings of pyproject.toml."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def run(*arguments: str) -> str:
    """Run a checker as a module; give what it said, empty where it was content."""
    done = subprocess.run(
        [sys.executable, "-m", *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return "" if done.returncode == 0 else done.stdout[-6000:] + done.stderr[-2000:]


@pytest.mark.slow
def test_ruff_finds_nothing() -> None:
    assert not run("ruff", "check", "--no-cache", "--output-format=concise", ".")


@pytest.mark.slow
def test_every_file_is_formatted() -> None:
    assert not run("ruff", "format", "--no-cache", "--check", ".")


@pytest.mark.slow
def test_mypy_finds_nothing() -> None:
    assert not run("mypy")
