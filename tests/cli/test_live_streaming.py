"""`mien analyze --live`: one document a line on standard output."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest

from mien.core.facs import channels_of
from mien.core.track import Event, EventKind, UnitPeak
from mien.pipeline.live_frame import LiveFrame, live_channels
from mien.pipeline.live_reading import ENDED

Call = Callable[..., Any]
Videos = Callable[..., list[Path]]

BLINK = Event(EventKind.BLINK, 0.1, 0.15, 0.2, (UnitPeak(channels_of(45)[0], 1.0, 1.0),), 1.0)


@pytest.fixture
def reading(straw: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Let live reading give two frames and its end."""
    count = len(live_channels())
    frames = (
        LiveFrame(0.0, reason="warming up", person=1),
        LiveFrame(
            0.04, np.linspace(0, 1, count), np.ones(count), np.zeros(3), person=1, events=(BLINK,)
        ),
        LiveFrame(0.04, reason=ENDED),
    )
    import mien.pipeline.live_reading as module

    monkeypatch.setattr(module, "read_live", lambda *_, **__: iter(frames))
    return straw


@pytest.mark.usefixtures("reading")
@pytest.mark.parametrize("arguments", [(), ("--out", "-")], ids=["without a folder", "asked"])
def test_every_frame_is_a_document_that_keeps_to_its_schema(
    invoke: Call, videos: Videos, arguments: tuple[str, ...]
) -> None:
    done = invoke("analyze", *videos("a.mp4"), "--live", *arguments)
    assert done.exit_code == 0
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [line["reason"] for line in lines] == ["warming up", "", ENDED]
    assert lines[0]["activation"] == {}
    assert lines[1]["activation"]["AU01L"] == 0
    assert lines[1]["gaze_rad"]["left_yaw"] is None
    assert lines[1]["events"][0]["kind"] == "blink"
    schema = json.loads(invoke("schema", "live").stdout)
    for line in lines:
        jsonschema.Draft202012Validator(schema).validate(line)


@pytest.mark.usefixtures("reading")
@pytest.mark.parametrize("more", [("b.mp4",), ("--json",)], ids=["two inputs", "two documents"])
def test_what_cannot_be_one_stream_is_refused(
    invoke: Call, videos: Videos, more: tuple[str, ...]
) -> None:
    named = [one for one in more if one.endswith(".mp4")]
    flags = [one for one in more if not one.endswith(".mp4")]
    done = invoke("analyze", *videos("a.mp4", *named), "--live", *flags)
    assert done.exit_code == 2
    assert "one input" in done.stdout + done.stderr


def test_a_folder_gets_tables(
    straw: Any, invoke: Call, videos: Videos, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from mien.pipeline.result import RunResult

    del straw
    import mien.pipeline.live_reading as module

    out = tmp_path / "out"
    monkeypatch.setattr(
        module, "write_live", lambda *_: RunResult(out=out, files=(), lines=("read live",))
    )
    done = invoke("analyze", *videos("a.mp4"), "--live", "--out", out)
    assert done.exit_code == 0
    assert "read live" in done.stdout
    assert "mien.pipeline.live_reading" in sys.modules
