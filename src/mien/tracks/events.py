"""Events <-> events.tsv, a table in the manner of BIDS."""

import csv
import io
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from mien.core.errors import FormatError, UsageError
from mien.core.facs import EMOTIONS, Channel, channels_of
from mien.core.track import ActionUnitTrack, Event, EventKind, UnitPeak
from mien.store.atomic import write_text_atomic
from mien.tracks.scales import intensity_letter

EVENT_COLUMNS: tuple[str, ...] = (
    *("onset", "duration", "trial_type", "face_id", "apex"),
    *("onset_frame", "apex_frame", "offset_frame"),
    *("emotion", "emotion_p", "intensity", "intensity_letter"),
    *("au_list", "confidence", "reference"),
)
"""The header of events.tsv; :func:`mien.tracks.events_dictionary` says what each column holds."""

_NOTHING = "n/a"


@dataclass(frozen=True)
class EventRow:
    """One row of events.tsv: the event as far as the table tells, and what goes with it."""

    face_id: int
    event: Event
    """Units by name only (activation and confidence NaN), no posterior, no evidence."""

    onset_frame: int
    """Sample of the track, from 0."""

    apex_frame: int
    offset_frame_inclusive: int
    emotion: str
    """The most probable label; empty when the event has no posterior."""

    emotion_p: float
    """Its probability; NaN without one."""

    intensity: float
    """Largest activation at the apex, 0..1; NaN where not known."""


def write_events_tsv(path: Path, tracks: Mapping[int, ActionUnitTrack]) -> None:
    """Write the events of all tracks, by face id, in order of onset.

    Times are seconds on the clock of the source with a precision of a microsecond; frames are
    samples of the track from 0, and the offset is inclusive. What is not known is ``n/a``.

    Raises:
        OutputError: the file cannot be written.
    """
    found = [
        (event.onset_s, face, event) for face, track in tracks.items() for event in track.events
    ]
    found.sort(key=lambda one: one[:2])
    text = io.StringIO()
    table = csv.writer(text, delimiter="\t", lineterminator="\n")
    table.writerow(EVENT_COLUMNS)
    for _, face, event in found:
        table.writerow(_row(face, tracks[face], event))
    write_text_atomic(path, text.getvalue())


def read_events_tsv(path: Path) -> tuple[EventRow, ...]:
    """Read what :func:`write_events_tsv` wrote, as far as the table tells.

    Raises:
        FormatError: not such a table, or a cell that cannot be.
    """
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file, delimiter="\t", strict=True))
            header = tuple(rows[0]) if rows else _header(path)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        msg = f"Expected a table of events in {path.name}, but it cannot be read: {error}."
        raise FormatError(msg) from error
    missing = [name for name in EVENT_COLUMNS if name not in header]
    if missing:
        msg = f"Expected the columns {', '.join(missing)} in {path.name}, but they are missing."
        raise FormatError(msg)
    return tuple(
        _Cells(f"row {number} of {path.name}", row).event_row()
        for number, row in enumerate(rows, start=2)
    )


def unit_names(units: tuple[UnitPeak, ...]) -> str:
    """Name units in their order, both sides of one together.

    >>> peaks = [UnitPeak(Channel.parse(name), 0.4, 0.9) for name in ("AU12L", "AU06L", "AU06R")]
    >>> unit_names(tuple(peaks))
    'AU12L+AU06'
    """
    moved = {unit.channel for unit in units}
    names: dict[str, None] = {}  # an ordered set
    for unit in units:
        whole = set(channels_of(unit.channel.au)) <= moved
        names[f"AU{unit.channel.au:02d}" if whole else str(unit.channel)] = None
    return "+".join(names)


def units_named(text: str) -> tuple[Channel, ...]:
    """Read :func:`unit_names` back; a unit without a side stands for both.

    Raises:
        UsageError: no such unit.

    >>> [str(channel) for channel in units_named("AU12L+AU06")]
    ['AU12L', 'AU06L', 'AU06R']
    """
    channels: list[Channel] = []
    for name in text.split("+"):
        if name[-1:] in {"L", "R"}:
            channels.append(Channel.parse(name))
        elif name.startswith("AU") and name[2:].isascii() and name[2:].isdigit():
            channels += channels_of(int(name[2:]))
        else:
            msg = f"Expected units such as AU12L+AU06, but got {text!r}."
            raise UsageError(msg)
    return tuple(channels)


def peak_activation(event: Event) -> float:
    """Largest activation among the units at the apex, 0..1; NaN where none is known."""
    known = [unit.activation for unit in event.units if not math.isnan(unit.activation)]
    return max(known, default=math.nan)


def _row(face: int, track: ActionUnitTrack, event: Event) -> list[str]:
    best = event.emotion.best if event.emotion else ""
    peak = peak_activation(event)
    return [
        _seconds(event.onset_s),
        # Of the rounded times, or onset + duration could fall short of the apex.
        _seconds(round(event.offset_s, 6) - round(event.onset_s, 6)),
        event.kind.value,
        str(face),
        _seconds(event.apex_s),
        *(str(track.time.nearest(t)) for t in (event.onset_s, event.apex_s, event.offset_s)),
        best or _NOTHING,
        _number(event.emotion.probabilities[best]) if event.emotion else _NOTHING,
        _number(peak),
        intensity_letter(peak) or _NOTHING,
        unit_names(event.units) or _NOTHING,
        _number(event.confidence),
        event.reference or _NOTHING,
    ]


def _seconds(value: float) -> str:
    return f"{value:.6f}"


def _number(value: float) -> str:
    return _NOTHING if math.isnan(value) else f"{value:.4f}"


def _header(path: Path) -> tuple[str, ...]:
    """Give the header of a table without rows."""
    with path.open(encoding="utf-8", newline="") as file:
        return tuple(next(csv.reader(file, delimiter="\t"), ()))


class _Cells:
    """The cells of one row, read strictly."""

    def __init__(self, where: str, cells: Mapping[str, str | None]) -> None:
        self._where, self._cells = where, cells

    def text(self, column: str) -> str:
        cell = self._cells[column]
        if cell is None:
            msg = f"Expected a cell under {column} in {self._where}, but the row ends before."
            raise FormatError(msg)
        return "" if cell == _NOTHING else cell

    def number(self, column: str) -> float:
        text = self.text(column)
        try:
            return float(text) if text else math.nan
        except ValueError as error:
            raise FormatError(self._wrong("a number", column, text)) from error

    def whole(self, column: str) -> int:
        text = self.text(column)
        if not (text.isascii() and text.removeprefix("-").isdigit()):
            raise FormatError(self._wrong("a whole number", column, text))
        return int(text)

    def choice(self, column: str, known: tuple[str, ...]) -> str:
        text = self.text(column)
        if text not in known:
            raise FormatError(self._wrong(f"one of {', '.join(filter(None, known))}", column, text))
        return text

    def event_row(self) -> EventRow:
        kind = self.choice("trial_type", tuple(EventKind))
        names = self.text("au_list")
        try:
            channels = units_named(names) if names else ()
            event = Event(
                kind=EventKind(kind),
                onset_s=self.number("onset"),
                apex_s=self.number("apex"),
                # Times are written to a microsecond; the sum must not exceed it by a rounding.
                offset_s=round(self.number("onset") + self.number("duration"), 6),
                units=tuple(UnitPeak(channel, math.nan, math.nan) for channel in channels),
                confidence=self.number("confidence"),
                reference=self.text("reference"),
            )
        except UsageError as error:
            msg = f"{str(error).removesuffix('.')}, in {self._where}."
            raise FormatError(msg) from error
        return EventRow(
            face_id=self.whole("face_id"),
            event=event,
            onset_frame=self.whole("onset_frame"),
            apex_frame=self.whole("apex_frame"),
            offset_frame_inclusive=self.whole("offset_frame"),
            emotion=self.choice("emotion", (*EMOTIONS, "")),
            emotion_p=self.number("emotion_p"),
            intensity=self.number("intensity"),
        )

    def _wrong(self, expected: str, column: str, text: str) -> str:
        return f"Expected {expected} under {column} in {self._where}, but got {text!r}."
