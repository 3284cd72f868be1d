"""The verb synth: what it refuses, and with which exit code."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--prior", "dmfe"), "Did you mean dfme"),
        (("--emotion", "hapiness"), "Did you mean happiness"),
        (("--person", "Nima"), "Nima"),
        (("--unit", "AU03"), "nearest are"),
        (("--unit", "smile"), "AU12"),
        (("--side", "lft"), "Did you mean left"),
        (("--quality", "fats"), "Did you mean fast"),
        (("--without", "nois"), "Did you mean noise"),
        (("--fps", "10"), "15..500"),
        (("--fps", "0"), "frames per second"),
        (("--fps", "fast"), "frames per second"),
        (("--size-px", "0"), "64..4096"),
        (("--size-px", "20000"), "64..4096"),
        (("--intensity", "0.5-2"), "<= 1"),
        (("--intensity", "nan"), "low <= high"),
        (("--intensity", "much"), "0.1-0.5"),
        (("--long", "1", "--long-seconds", "1"), "5 to 600"),
        (("--images", "10"), "goes only with --motion-only"),
        (("--motion-only", "--fps", "60"), "cannot go with --motion-only"),
        (("--clips", "0"), "at least one clip"),
        (("--ray", "auto", "--workers", "2"), "--workers cannot go with --ray auto"),
    ],
    ids=" ".join,
)
def test_a_wrong_call_is_one_sentence_and_code_2(
    invoke: Callable[..., Any], tmp_path: Path, words: tuple[str, ...], sentence: str
) -> None:
    done = invoke("synth", "--out", tmp_path / "out", *words)
    assert done.exit_code == 2
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "out").exists()


def test_ray_that_is_not_installed_is_code_3_with_the_remedy(
    invoke: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "ray", None)
    done = invoke("synth", "--out", tmp_path / "out", "--clips", "1", "--ray", "local")
    assert done.exit_code == 3
    assert "pip install 'mien[ray]'" in done.stderr
    assert not (tmp_path / "out").exists()


def test_a_folder_that_is_a_file_is_code_1(invoke: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    done = invoke("synth", "--out", tmp_path / "file", "--clips", "1")
    assert done.exit_code == 1
    assert "is a file" in done.stderr


def test_motion_is_written_and_told_as_json(invoke: Callable[..., Any], tmp_path: Path) -> None:
    done = invoke(
        *("synth", "--motion-only", "--images", 20, "--volumes", 0, "--person", "Nina"),
        *("--out", tmp_path / "out", "--workers", 1, "--json"),
    )
    assert done.exit_code == 0, done.stderr
    document = json.loads(done.stdout)
    assert document["results"][0]["data"]["images"] == 20
    assert (tmp_path / "out" / "labels.parquet").is_file()
