"""Rules of CONTRIBUTING.md that no linter knows."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "mien"
FILES = sorted(SOURCE.rglob("*.py"))
VAGUE = frozenset({"utils", "util", "helpers", "helper", "common", "manager", "misc"})
LONGEST_LINES = 600


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.relative_to(SOURCE).as_posix())
def test_a_file_is_one_noun_of_readable_length(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    assert not VAGUE & set(file.relative_to(SOURCE).with_suffix("").parts)
    assert len(text.splitlines()) <= LONGEST_LINES
    assert "from __future__ import annotations" not in text, "the shape checker skips strings"


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.relative_to(SOURCE).as_posix())
def test_files_are_read_and_written_with_a_named_encoding(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    for call in re.finditer(r"\.(?:read_text|write_text)\(([^()]*(?:\([^()]*\)[^()]*)*)\)", text):
        assert "utf-8" in call.group(1), call.group()


def test_every_package_has_a_sentence_about_itself() -> None:
    for file in SOURCE.rglob("__init__.py"):
        assert file.read_text(encoding="utf-8").startswith('"""'), file


def test_tests_mirror_the_packages() -> None:
    packages = {path.parent.name for path in SOURCE.glob("*/__init__.py")}
    tested = {path.name for path in (ROOT / "tests").iterdir() if any(path.glob("test_*.py"))}
    assert packages <= tested
