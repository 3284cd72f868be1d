"""Three ways to show progress: bars on a terminal, plain lines elsewhere, JSON for machines."""

import os
import sys
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import TYPE_CHECKING, TextIO

from mien.cli.documents import json_text

if TYPE_CHECKING:
    from rich.progress import Progress as RichProgress
    from rich.progress import TaskID

_QUIET_S = 10.0  # between two plain lines of one stage
_JSON_QUIET_S = 0.5


class ShownProgress(ABC):
    """Progress that somebody sees; a context manager, so that bars are always taken away.

    :attr:`told` holds the warnings shown so far, so that nobody repeats them.
    """

    def __init__(self, stream: TextIO, clock: Callable[[], float] = time.monotonic) -> None:
        self._stream = stream
        self._clock = clock
        self._stage = ""
        self._unit = ""
        self._total: int | None = None
        self._done = 0
        self._started_s = 0.0
        self._shown_s = 0.0
        self.told: list[str] = []

    def __enter__(self) -> "ShownProgress":  # noqa: PYI034 - the shape checker cannot read Self
        """Begin to show."""
        return self

    def __exit__(self, *_: object) -> None:
        """Leave the terminal as it was."""
        self._stream.flush()

    def start(self, stage: str, total: int | None, unit: str = "frames") -> None:
        """Begin a stage of ``total`` steps; None where the total is not known."""
        self._stage, self._unit, self._total, self._done = stage, unit, total, 0
        self._started_s = self._shown_s = self._clock()
        self._show_start()

    def update(self, done: int) -> None:
        """Say that ``done`` steps of the present stage are done."""
        self._done = done
        self._show_update()

    def finish(self, note: str = "") -> None:
        """End the present stage, with a word about it such as ``from the cache``."""
        self._show_finish(note)

    def warn(self, sentence: str) -> None:
        """Tell something that the reader of the result should know; once is enough."""
        if sentence not in self.told:
            self.told.append(sentence)
            self._show_warning(sentence)

    @abstractmethod
    def say(self, sentence: str) -> None:
        """Tell one step of work that has no stages."""

    @abstractmethod
    def _show_start(self) -> None: ...

    @abstractmethod
    def _show_update(self) -> None: ...

    @abstractmethod
    def _show_finish(self, note: str) -> None: ...

    @abstractmethod
    def _show_warning(self, sentence: str) -> None: ...

    def _elapsed_s(self) -> float:
        return self._clock() - self._started_s

    def _due(self, quiet_s: float) -> bool:
        """Whether ``quiet_s`` seconds have passed since the last line."""
        now = self._clock()
        if now - self._shown_s < quiet_s:
            return False
        self._shown_s = now
        return True

    def _rate(self) -> float | None:
        """Steps per second so far, or None where that cannot be said."""
        elapsed = self._elapsed_s()
        return self._done / elapsed if elapsed > 0 and self._done else None

    def _course(self) -> str:
        """Steps done, their rate and the time left, as far as these can be said."""
        of = "" if self._total is None else f" of {self._total}"
        parts = [f"{self._done}{of} {self._unit}"]
        rate = self._rate()
        if rate is not None:
            parts.append(f"{rate:.1f} {self._unit}/s")
            if self._total is not None:
                parts.append(f"{(self._total - self._done) / rate:.0f} s left")
        return ", ".join(parts)


class PlainLines(ShownProgress):
    """One line when a stage starts, one when it ends, and at most one each ten seconds between."""

    def say(self, sentence: str) -> None:
        """Write the sentence."""
        self._line(sentence)

    def _show_start(self) -> None:
        size = "" if self._total is None else f": {self._total} {self._unit}"
        self._line(f"{self._stage}{size}")

    def _show_update(self) -> None:
        if not self._due(_QUIET_S):
            return
        self._line(f"{self._stage}: {self._course()}")

    def _show_finish(self, note: str) -> None:
        told = f" ({note})" if note else ""
        self._line(f"{self._stage}: done in {self._elapsed_s():.1f} s{told}")

    def _show_warning(self, sentence: str) -> None:
        self._line(f"warning: {sentence}")

    def _line(self, text: str) -> None:
        print(text, file=self._stream, flush=True)


class JsonLines(ShownProgress):
    """One JSON object a line: ``start``, ``update``, ``finish`` and ``warning`` events."""

    def say(self, sentence: str) -> None:
        """Write a ``step`` event."""
        self._event("step", sentence=sentence)

    def _show_start(self) -> None:
        self._event("start", total=self._total, unit=self._unit)

    def _show_update(self) -> None:
        if self._due(_JSON_QUIET_S):
            self._event("update", done=self._done, total=self._total, per_s=self._rate())

    def _show_finish(self, note: str) -> None:
        self._event("finish", note=note, elapsed_s=self._elapsed_s())

    def _show_warning(self, sentence: str) -> None:
        self._event("warning", sentence=sentence)

    def _event(self, event: str, **fields: object) -> None:
        line = json_text({"event": event, "stage": self._stage, **fields})
        print(line, file=self._stream, flush=True)


class Bars(ShownProgress):
    """A bar for each stage with steps done, rate and time left."""

    def __init__(self, stream: TextIO, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(stream, clock)
        self._bars: RichProgress | None = None
        self._task: TaskID | None = None

    def __enter__(self) -> ShownProgress:
        """Take over the last lines of the terminal."""
        from rich.console import Console  # noqa: PLC0415 - keeps `mien --help` quick
        from rich.progress import (  # noqa: PLC0415
            BarColumn,
            Progress,
            TextColumn,
        )

        self._bars = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.fields[course]}"),
            console=Console(file=self._stream),
            redirect_stdout=False,  # standard output is for results, wherever it goes
            redirect_stderr=False,
        )
        self._bars.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Give the terminal back, with the cursor."""
        if self._bars is not None:
            self._bars.stop()

    def say(self, sentence: str) -> None:
        """Write the sentence above the bars."""
        if self._bars is not None:
            self._bars.console.print(sentence, markup=False, highlight=False)

    def _show_start(self) -> None:
        if self._bars is not None:
            self._task = self._bars.add_task(_plain(self._stage), total=self._total, course="")

    def _show_update(self) -> None:
        if self._bars is not None and self._task is not None:
            self._bars.update(self._task, completed=self._done, course=self._course())

    def _show_finish(self, note: str) -> None:
        if self._bars is not None and self._task is not None:
            total = self._total or 1
            told = f"done in {self._elapsed_s():.1f} s" + (f" ({_plain(note)})" if note else "")
            self._bars.update(self._task, total=total, completed=total, course=told)
            self._bars.stop_task(self._task)
            self._task = None

    def _show_warning(self, sentence: str) -> None:
        self.say(f"warning: {sentence}")


def _plain(text: str) -> str:
    """Text that rich takes literally."""
    from rich.markup import escape  # noqa: PLC0415

    return escape(text)


def chosen_progress(*, as_json: bool) -> ShownProgress:
    """Give the kind of progress that fits where standard error goes."""
    if as_json:
        return JsonLines(sys.stderr)
    if sys.stderr.isatty() and os.environ.get("TERM") != "dumb":
        return Bars(sys.stderr)
    return PlainLines(sys.stderr)
