"""`mien head export`: files of a person, or a sentence."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Call = Callable[..., Any]
SMALL = ("--map-px", 512)


@pytest.mark.slow
def test_a_person_becomes_files_named_after_her(invoke: Call, tmp_path: Path) -> None:
    pytest.importorskip("pxr", reason="usd-core is not installed")
    both = ("--format", "glb", "--format", "usd")
    done = invoke("head", "export", "Ada", "--out", tmp_path / "deep", *SMALL, *both, "--json")
    assert done.exit_code == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["person"] == "Ada"
    files = [Path(file) for file in told["files"]]
    assert [file.name for file in files[:2]] == ["Ada.glb", "Ada.usdc"]
    assert all(file.stat().st_size > 0 for file in files)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("Nobody",), "Ada"),
        (("Ada", "--map-px", 20000), "4096"),
        (("Ada", "--map-px", 0), "512"),
        (("Ada", "--format", "fbx"), "usd"),
    ],
)
def test_what_does_not_exist_is_refused_with_what_does(
    invoke: Call, tmp_path: Path, arguments: tuple[str | int, ...], words: str
) -> None:
    done = invoke("head", "export", *arguments, "--out", tmp_path / "head")
    assert done.exit_code == 2
    assert words in done.stderr
    assert not (tmp_path / "head").exists()


def test_without_usd_core_the_sentence_says_how_to_get_it(
    invoke: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pxr", None)
    monkeypatch.setitem(sys.modules, "pxr.Usd", None)
    done = invoke("head", "export", "Ada", "--out", tmp_path / "head", "--format", "usd", *SMALL)
    assert done.exit_code == 3
    assert 'pip install "mien[usd]"' in done.stderr
    assert not (tmp_path / "head").exists()
