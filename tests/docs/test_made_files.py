"""Pictures and tables that a program makes were not edited by hand, and are small."""

import importlib
import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
TOOL = ROOT / "tools" / "make_docs.py"


def _noted() -> list[str]:
    content = json.loads((DOCS / "pictures" / "manifest.json").read_text(encoding="utf-8"))
    return [str(item["file"]) for item in content["items"]]


def _pages() -> str:
    pages = [ROOT / "README.md", *DOCS.rglob("*.md")]
    return "\n".join(page.read_text(encoding="utf-8") for page in pages)


@pytest.mark.slow
def test_no_made_file_is_missing_or_edited_by_hand() -> None:
    done = subprocess.run(
        [sys.executable, TOOL, "--check"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_an_edited_a_missing_and_an_unknown_file_are_told_apart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(TOOL.parent))
    manifest = importlib.import_module("docs_making.manifest")
    made_by = importlib.import_module("docs_making.curves").draw_curve

    monkeypatch.setattr(manifest, "DOCS", tmp_path)
    item = manifest.Item("a.md", made_by, ())
    assert manifest.fault_of(item, {}) == "missing"
    item.path.write_bytes(b"one\n")
    assert manifest.fault_of(item, {}) == "not in the manifest"
    notes = {"a.md": manifest.note_of(item)}
    assert manifest.fault_of(item, notes) == ""
    assert manifest.is_current(item, notes)
    item.path.write_bytes(b"one\r\n")  # a checkout on Windows
    assert manifest.fault_of(item, notes) == ""
    item.path.write_bytes(b"two\n")
    assert manifest.fault_of(item, notes) == "edited by hand since it was made"
    assert not manifest.is_current(item, notes)


def test_changed_sources_make_a_file_stale_and_not_wrong(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(TOOL.parent))
    manifest = importlib.import_module("docs_making.manifest")
    made_by = importlib.import_module("docs_making.curves").draw_curve

    monkeypatch.setattr(manifest, "DOCS", tmp_path)
    item = manifest.Item("a.md", made_by, ())
    item.path.write_bytes(b"one\n")
    notes = {"a.md": {**manifest.note_of(item), "made_from_sha256": "of other sources"}}
    assert manifest.fault_of(item, notes) == ""
    assert not manifest.is_current(item, notes)


@pytest.mark.parametrize("name", _noted())
def test_a_made_file_is_small_and_shown_on_a_page(name: str) -> None:
    assert (DOCS / name).stat().st_size <= 250_000
    assert name in _pages()


def test_every_picture_in_docs_is_noted() -> None:
    pictures = {
        file.relative_to(DOCS).as_posix()
        for file in (DOCS / "pictures").iterdir()
        if file.name != "manifest.json"
    }
    assert pictures <= set(_noted())
