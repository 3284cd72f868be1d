"""One row of the table of a drawn corpus -> a movement, with what was odd about it."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from mien.core.errors import UsageError
from mien.core.facs import EMOTIONS, Channel, Side
from mien.core.facs_code import UNKNOWN_CODE, CodedUnit, FacsCode
from mien.core.track import EventKind
from mien.datasets.coded_times import CodedTimes, Issue, read_times
from mien.datasets.finding import Level
from mien.datasets.near_words import near_remedy

SYNTH_COLUMNS = frozenset(
    {
        *("kind", "subject", "filename", "emotion", "units", "rate", "frames"),
        *("first_frame", "onset_s", "apex_s", "offset_s", "footage"),
    }
)

_NEEDED = ("kind", "subject", "filename", "footage")
_KINDS = tuple(kind.value for kind in EventKind)
_PUT_BACK = "Put the cell back as it was drawn, or draw the corpus again."


@dataclass(frozen=True)
class SynthMovement:
    """One movement of a clip or a long video, as the table has it."""

    kind: EventKind
    subject: str
    name: str
    emotion: str | None
    """None where none is written, or the word is not known."""

    emotion_as_written: str
    code: FacsCode
    rate: Fraction | None
    """Frames a second; None where the cell is none."""

    numbers: range
    """Numbers of the frames that were drawn; empty where the cells are none."""

    times: CodedTimes
    onset_s: float | None
    """Seconds from the first frame, as written; None where the cell is none."""

    footage: str
    """Folder or file, relative to the corpus."""

    row: int
    """Row of the table, from 1."""

    @property
    def long(self) -> bool:
        """Whether it is part of a long video, which is a file."""
        return Path(self.footage).suffix != ""


class SynthRowReader:
    """Reads one row, and gathers what is odd in it."""

    def __init__(self, cells: Mapping[str, str | None]) -> None:
        """Take the cells by column; None where the row is too short."""
        self._cells = {name: (cells.get(name) or "").strip() for name in SYNTH_COLUMNS}
        self.issues: list[Issue] = []

    def movement(self, number: int) -> SynthMovement | None:
        """Read the row of a number; None where no clip can be made of it.

        A cell that cannot be read costs what depends on it, and no more.
        """
        cells = self._cells
        lacking = [name for name in _NEEDED if not cells[name]]
        if lacking:
            found = f"No {' and no '.join(lacking)} is written."
            self._odd(Level.ERROR, found, "The row is left out.")
            return None
        if cells["kind"] not in _KINDS:
            found = f"The kind {cells['kind']!r} is none of {', '.join(_KINDS)}."
            self._odd(Level.ERROR, found, "The row is left out.")
            return None
        kind = EventKind(cells["kind"])
        rate = self._rate()
        numbers = self._numbers()
        return SynthMovement(
            kind=kind,
            subject=cells["subject"],
            name=cells["filename"],
            emotion=self._emotion(kind),
            emotion_as_written=cells["emotion"],
            code=self._code(),
            rate=rate,
            numbers=numbers,
            times=self._times(rate, numbers),
            onset_s=_seconds(cells["onset_s"]),
            footage=cells["footage"],
            row=number,
        )

    def _odd(self, level: Level, found: str, meaning: str, remedy: str = _PUT_BACK) -> None:
        self.issues.append(Issue(level, found, meaning, remedy))

    def _rate(self) -> Fraction | None:
        text = self._cells["rate"]
        try:
            rate = Fraction(text)
        except (ValueError, ZeroDivisionError):
            rate = Fraction(0)
        if rate > 0:
            return rate
        self._odd(Level.ERROR, f"The rate {text!r} is none.", "Times are not known.")
        return None

    def _numbers(self) -> range:
        found = []
        for name, least in (("first_frame", 0), ("frames", 1)):
            text = self._cells[name]
            if text.isascii() and text.isdecimal() and int(text) >= least:
                found.append(int(text))
            else:
                what = f"The {name} {text!r} is no whole number from {least} on."
                self._odd(Level.ERROR, what, "Which pictures were drawn is not known.")
        if len(found) < 2:  # noqa: PLR2004 - both of the cells
            return range(0)
        first, count = found
        return range(first, first + count)

    def _times(self, rate: Fraction | None, numbers: range) -> CodedTimes:
        if rate is None or not numbers:
            return CodedTimes(None, None, None)
        step_s = rate.denominator / rate.numerator
        cells: dict[str, int] = {}
        unread = set()
        for name in ("onset", "apex", "offset"):
            text = self._cells[f"{name}_s"]
            time_s = _seconds(text)
            if time_s is not None:
                cells[name] = numbers[0] + round(time_s / step_s)
            elif text:
                unread.add(name)
                found = f"The {name} {text!r} is no time in seconds."
                self._odd(Level.ERROR, found, f"The {name} is not known.")
        return read_times(
            cells.get("onset"), cells.get("apex"), cells.get("offset"), lacking=unread
        )

    def _emotion(self, kind: EventKind) -> str | None:
        word = self._cells["emotion"]
        if word in EMOTIONS:
            return word
        if word:
            found = f"The emotion {word!r} is none of {', '.join(EMOTIONS)}."
            remedy = near_remedy(word, EMOTIONS) or _PUT_BACK
            self._odd(Level.WARNING, found, "The clip counts as without a label.", remedy)
        elif kind is EventKind.MICRO:
            self._odd(Level.WARNING, "No emotion is written.", "It has no label.")
        return None

    def _code(self) -> FacsCode:
        text = self._cells["units"]
        try:
            return _code_of(tuple(Channel.parse(name) for name in text.split("+") if name))
        except UsageError as error:
            self._odd(Level.ERROR, str(error), "The units count as unknown.")
            return UNKNOWN_CODE


def _seconds(text: str) -> float | None:
    try:
        time_s = float(text)
    except ValueError:
        return None
    return time_s if math.isfinite(time_s) else None


def _code_of(channels: tuple[Channel, ...]) -> FacsCode:
    """Write channels as coders do: a unit on both sides has no side."""
    coded = []
    for number in sorted({channel.au for channel in channels}):
        sides = {channel.side for channel in channels if channel.au == number}
        coded.append(CodedUnit(number, sides.pop() if len(sides) == 1 else Side.BOTH))
    return FacsCode(tuple(coded))
