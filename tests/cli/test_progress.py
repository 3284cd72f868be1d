"""The three ways to show progress, on a clock that the test moves."""

import io
import json
from dataclasses import dataclass

import pytest

from mien.cli.progress import Bars, JsonLines, PlainLines, ShownProgress, chosen_progress
from mien.work import Progress


@dataclass
class Clock:
    now_s: float = 0.0

    def __call__(self) -> float:
        return self.now_s


class Written(io.TextIOWrapper):
    """A text stream whose text can be looked at."""

    name = "written"  # the shape checker asks a text stream for both
    mode = "w"

    def __init__(self) -> None:
        super().__init__(io.BytesIO(), encoding="utf-8", newline="", write_through=True)

    def getvalue(self) -> str:
        raw = self.buffer
        assert isinstance(raw, io.BytesIO)
        return raw.getvalue().decode()


class Terminal(Written):
    def isatty(self) -> bool:
        return True


def a_long_stage(progress: ShownProgress, clock: Clock) -> None:
    progress.start("Reading faces", 100)
    for done in range(1, 101):
        clock.now_s += 0.25
        progress.update(done)
    progress.finish("from the camera")


def test_plain_lines_are_few_and_tell_rate_and_time_left() -> None:
    stream, clock = Written(), Clock()
    with PlainLines(stream, clock) as progress:
        a_long_stage(progress, clock)
    assert stream.getvalue().splitlines() == [
        "Reading faces: 100 frames",
        "Reading faces: 40 of 100 frames, 4.0 frames/s, 15 s left",
        "Reading faces: 80 of 100 frames, 4.0 frames/s, 5 s left",
        "Reading faces: done in 25.0 s (from the camera)",
    ]


def test_a_stage_of_unknown_length_promises_no_end() -> None:
    stream, clock = Written(), Clock()
    with PlainLines(stream, clock) as progress:
        progress.start("Decoding", None)
        clock.now_s = 20.0
        progress.update(10)
    assert stream.getvalue().splitlines() == ["Decoding", "Decoding: 10 frames, 0.5 frames/s"]


def test_a_stage_that_stands_still_has_no_rate() -> None:
    stream, clock = Written(), Clock()
    with PlainLines(stream, clock) as progress:
        progress.start("Waiting", 5)
        clock.now_s = 20.0
        progress.update(0)
    assert stream.getvalue().splitlines()[-1] == "Waiting: 0 of 5 frames"


def test_json_lines_parse_and_come_at_most_twice_a_second() -> None:
    stream, clock = Written(), Clock()
    with JsonLines(stream, clock) as progress:
        a_long_stage(progress, clock)
    events = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert events[0] == {
        "event": "start",
        "stage": "Reading faces",
        "total": 100,
        "unit": "frames",
    }
    assert sum(one["event"] == "update" for one in events) == 50
    assert events[1] == {
        "event": "update",
        "stage": "Reading faces",
        "done": 2,
        "total": 100,
        "per_s": 4.0,
    }
    assert events[-1]["elapsed_s"] == 25.0


@pytest.mark.parametrize("kind", [PlainLines, JsonLines, Bars])
def test_a_warning_is_told_once(kind: type[ShownProgress]) -> None:
    stream = Written()
    with kind(stream) as progress:
        progress.start("Reading", 1)
        progress.warn("The light [flickers].")
        progress.warn("The light [flickers].")
        progress.finish()
    assert stream.getvalue().count("The light [flickers].") == 1
    assert progress.told == ["The light [flickers]."]


def test_bars_show_the_stage_and_its_note_literally() -> None:
    stream, clock = Terminal(), Clock()
    with Bars(stream, clock) as progress:
        progress.start("Reading [red]faces", 10)
        clock.now_s = 2.0
        progress.update(10)
        progress.finish("cache")
    assert "Reading [red]faces" in stream.getvalue()
    assert "done in 2.0 s (cache)" in stream.getvalue()


def test_bars_give_the_cursor_back_after_an_error() -> None:
    stream = Terminal()

    def stopped() -> None:
        with Bars(stream) as progress:
            progress.start("Reading", 10)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        stopped()
    hidden, shown = "\x1b[?25l", "\x1b[?25h"
    if hidden in stream.getvalue():
        assert stream.getvalue().rindex(shown) > stream.getvalue().rindex(hidden)


@pytest.mark.parametrize("kind", [PlainLines, JsonLines, Bars])
def test_every_display_is_a_progress(kind: type[ShownProgress]) -> None:
    assert isinstance(kind(Written()), Progress)


def test_bars_are_for_terminals_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stderr", Terminal())
    monkeypatch.setenv("TERM", "xterm")
    assert isinstance(chosen_progress(as_json=False), Bars)
    assert isinstance(chosen_progress(as_json=True), JsonLines)
    monkeypatch.setenv("TERM", "dumb")
    assert isinstance(chosen_progress(as_json=False), PlainLines)
    monkeypatch.setattr("sys.stderr", Written())
    assert isinstance(chosen_progress(as_json=False), PlainLines)
