"""Whoever only reads or animates faces needs no torch: every other verb works without it."""

import subprocess
import sys
from pathlib import Path

import pytest

BLOCKED = """
import sys

class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {"torch", "sklearn", "safetensors", "onnx"}:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name.partition(".")[0])

sys.meta_path.insert(0, Absent())
"""
RUN = """
sys.argv = ["mien", *ARGUMENTS]
from mien.cli import main
main()
"""


SMALL = ("--size-px", "64", "--fps", "30", "--workers", "1", "--out", "corpus")


def without_torch(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", BLOCKED + RUN.replace("ARGUMENTS", repr(list(arguments)))],
        capture_output=True,
        encoding="utf-8",
        cwd=cwd,
        check=False,
    )


@pytest.mark.parametrize(
    "arguments",
    [
        ("doctor",),
        ("models", "list"),
        ("head", "list"),
        ("schema",),
        ("dataset", "list"),
        ("dataset", "graph", "casme2", "--out", "graph.png"),
        ("dataset", "template", "--out", "clips.csv"),
        ("synth", "--clips", "1", "--person", "Nina", *SMALL),
    ],
    ids=lambda words: " ".join(words[:2]),
)
def test_a_verb_that_learns_nothing_works_without_torch(
    arguments: tuple[str, ...], tmp_path: Path
) -> None:
    done = without_torch(*arguments, cwd=tmp_path)
    assert done.returncode in {0, 3}, done.stderr  # 3: the doctor found no landmark models
    assert "torch" not in done.stderr


def test_a_video_is_analysed_without_torch(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", BLOCKED + "import mien.pipeline.run, mien.report"],
        capture_output=True,
        encoding="utf-8",
        check=False,
        cwd=tmp_path,
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    "arguments",
    [("train", "paper", "--print"), ("evaluate", "systems")],
    ids=" ".join,
)
def test_a_verb_that_learns_says_which_extra_it_needs(
    arguments: tuple[str, ...], tmp_path: Path
) -> None:
    done = without_torch(*arguments, cwd=tmp_path)
    assert done.returncode == 3, done.stderr
    assert "mien[train]" in done.stderr
    assert "Traceback" not in done.stderr
