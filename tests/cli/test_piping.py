"""`mien analyze --out -`: one track document on standard output, and nothing else there."""

import sys
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from mien.core.errors import FaceError
from mien.core.facs import channels_of
from mien.core.time import TimeBase
from mien.core.track import ActionUnitTrack
from mien.tracks import track_from_json

Call = Callable[..., Any]
Videos = Callable[..., list[Path]]


def a_track() -> ActionUnitTrack:
    channels = channels_of(12)
    frames = 4
    return ActionUnitTrack(
        time=TimeBase(Fraction(30000, 1001), frames),
        channels=channels,
        activation=np.linspace(0.0, 0.75, frames * len(channels)).reshape(frames, -1),
        confidence=np.ones((frames, len(channels))),
        head_rotation_rad=np.zeros((frames, 3)),
        gaze_rad=np.full((frames, 2, 2), np.nan),
    )


@pytest.fixture
def read(straw: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Let the reading half give a fixed track."""
    analysis = SimpleNamespace(track=a_track(), warnings=("The light flickers.",))
    module = sys.modules["mien.pipeline.analysis"]
    monkeypatch.setattr(module, "analyse_video", lambda *_: analysis)
    return straw


@pytest.mark.usefixtures("read")
@pytest.mark.parametrize("arguments", [("--out", "-"), ()], ids=["asked", "no terminal"])
def test_the_document_is_the_track_and_stands_alone(
    invoke: Call,
    videos: Videos,
    arguments: tuple[str, ...],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    done = invoke("analyze", *videos("a.mp4"), *arguments)
    assert done.exit_code == 0
    again, track = track_from_json(done.stdout), a_track()
    assert again.time == track.time
    np.testing.assert_allclose(again.activation, track.activation, rtol=0, atol=1e-12)
    assert "The light flickers." in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["in"], "a file was written"


@pytest.mark.usefixtures("read")
@pytest.mark.parametrize("more", [("b.mp4",), ("--json",)], ids=["two inputs", "two documents"])
def test_what_cannot_be_one_document_is_refused(
    invoke: Call, videos: Videos, more: tuple[str, ...]
) -> None:
    done = invoke("analyze", *videos("a.mp4"), *more, "--out", "-")
    assert done.exit_code == 2
    assert "one document" in done.stdout + done.stderr


@pytest.mark.parametrize("verb", ["run", "demo"])
def test_verbs_that_write_many_files_refuse_standard_output(
    straw: Any, invoke: Call, videos: Videos, verb: str
) -> None:
    inputs = videos("a.mp4") if verb == "run" else []
    done = invoke(verb, *inputs, "--out", "-")
    assert done.exit_code == 2
    assert "Expected --out DIR" in done.stderr
    assert not straw.calls


def test_a_failure_leaves_standard_output_empty(
    read: Any, invoke: Call, videos: Videos, monkeypatch: pytest.MonkeyPatch
) -> None:
    del read

    def fail(*_: object) -> None:
        msg = "There is no face 3."
        raise FaceError(msg)

    monkeypatch.setattr(sys.modules["mien.pipeline.analysis"], "analyse_video", fail)
    done = invoke("analyze", *videos("a.mp4"), "--out", "-")
    assert (done.exit_code, done.stdout) == (1, "")
    assert "There is no face 3." in done.stderr
