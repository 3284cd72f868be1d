"""A corpus that ``mien synth`` has drawn -> its clips and long videos, with the exact truth."""

import csv
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from mien.core.errors import FormatError, MissingError, UsageError
from mien.core.facs import EMOTIONS, Channel, Side
from mien.core.facs_code import CodedUnit, FacsCode
from mien.core.time import TimeBase
from mien.core.track import EventKind
from mien.datasets.clip_keys import unique_clips
from mien.datasets.coded_clip import CodedClip
from mien.datasets.corpus import Corpus
from mien.datasets.finding import Finding, Level

SYNTH = "synth"
CLIPS, IDENTITY, MANIFEST, TRUTH = "clips.tsv", "synth.json", "manifest.json", "truth"

_SCHEMA = "mien/synth-corpus"
_COLUMNS = frozenset(
    {
        *("kind", "subject", "filename", "emotion", "units", "rate", "frames"),
        *("first_frame", "onset_s", "apex_s", "offset_s", "footage"),
    }
)


def synth_rate(root: Path) -> Fraction | None:
    """Frames a second of a corpus drawn by ``mien synth``; None for any other folder."""
    try:
        identity = json.loads((root / IDENTITY).read_text(encoding="utf-8"))
        if identity["schema"] != _SCHEMA:
            return None
        return Fraction(identity["options"]["rate"])
    except (OSError, ValueError, KeyError, TypeError, ZeroDivisionError):
        return None


def read_synth_corpus(root: Path) -> Corpus:
    """Read a drawn corpus: the micro-expression of every short clip, all movements of long videos.

    A slow movement that lies beneath the micro-expression of a short clip is no clip of its own.

    Raises:
        MissingError: the folder holds no such corpus.
        FormatError: its table cannot be read.
    """
    file = root / CLIPS
    if not file.is_file():
        msg = (
            f"Expected a corpus that mien synth has drawn in {root}, but there is no {CLIPS}. "
            f"Draw one, or finish one that was begun: mien synth --out {root}"
        )
        raise MissingError(msg)
    try:
        text = file.read_text(encoding="utf-8")
        table = csv.DictReader(io.StringIO(text), delimiter="\t")
        lacking = _COLUMNS - set(table.fieldnames or ())
        if lacking:
            msg = f"Expected the columns {', '.join(sorted(lacking))} in {file}."
            raise FormatError(msg)
        rows = [_Movement.of(row, number) for number, row in enumerate(table, start=2)]
    except (OSError, ValueError, KeyError, TypeError, ZeroDivisionError, UsageError) as error:
        msg = f"{file} cannot be read: {error}. Draw the corpus again."
        raise FormatError(msg) from error
    findings: list[Finding] = []
    if not (root / MANIFEST).is_file():
        found, meaning = f"There is no {MANIFEST}.", "The corpus may not be complete."
        remedy = "Give the same mien synth command again."
        findings.append(Finding(Level.WARNING, found, meaning, remedy))
    clips = []
    for row in rows:
        if row.long or row.kind is EventKind.MICRO:
            clip, odd = _clip(root, row)
            clips.append(clip)
            findings += odd
    unique, twice = unique_clips(clips)
    return Corpus(SYNTH, root, unique, (*findings, *twice))


@dataclass(frozen=True)
class _Movement:
    """One row of the table."""

    kind: EventKind
    subject: str
    name: str
    emotion: str
    units: tuple[Channel, ...]
    rate: Fraction
    frames: int
    first_frame: int
    times_s: tuple[float, float, float]
    footage: str
    row: int

    @classmethod
    def of(cls, row: Mapping[str, str], number: int) -> "_Movement":
        return cls(
            kind=EventKind(row["kind"]),
            subject=row["subject"],
            name=row["filename"],
            emotion=row["emotion"],
            units=tuple(Channel.parse(name) for name in row["units"].split("+") if name),
            rate=Fraction(row["rate"]),
            frames=int(row["frames"]),
            first_frame=int(row["first_frame"]),
            times_s=(float(row["onset_s"]), float(row["apex_s"]), float(row["offset_s"])),
            footage=row["footage"],
            row=number,
        )

    @property
    def long(self) -> bool:
        """Whether it is part of a long video, which is a file."""
        return Path(self.footage).suffix != ""

    def frame_of(self, time_s: float) -> int:
        time = TimeBase(self.rate, self.frames)
        return self.first_frame + time.nearest(time_s)


def _clip(root: Path, row: _Movement) -> tuple[CodedClip, tuple[Finding, ...]]:
    footage = root / Path(row.footage)
    onset, apex, offset = (row.frame_of(time_s) for time_s in row.times_s)
    key = f"{SYNTH}/{row.subject}/{row.name}" + (f"@{onset}" if row.long else "")
    there = footage.is_file() if row.long else footage.is_dir()
    findings: tuple[Finding, ...] = ()
    if not there:
        found, meaning = f"There is no {row.footage}.", "The clip has no pictures."
        remedy = "Give the same mien synth command again."
        findings = (Finding(Level.ERROR, found, meaning, remedy, CLIPS, row.row, key),)
    clip = CodedClip(
        corpus=SYNTH,
        subject=row.subject,
        subject_key=f"{SYNTH}/{row.subject}",
        name=row.name,
        key=key,
        frames=footage if there else None,
        first_frame=row.first_frame if there else None,
        last_frame=row.first_frame + row.frames - 1 if there else None,
        rate=row.rate,
        onset=onset,
        apex=apex,
        offset=offset,
        code=_code(row.units),
        emotion=row.emotion if row.emotion in EMOTIONS else None,
        emotion_as_written=row.emotion,
        kind=row.kind,
        uncut=footage if there and row.long else None,
        source=CLIPS,
        row=row.row,
        peaks=_peaks(root, row),
    )
    return clip, findings


def _code(units: tuple[Channel, ...]) -> FacsCode:
    """Write channels as coders do: a unit on both sides has no side."""
    moving = set(units)
    coded = []
    for number in sorted({channel.au for channel in units}):
        sides = {channel.side for channel in moving if channel.au == number}
        coded.append(CodedUnit(number, sides.pop() if len(sides) == 1 else Side.BOTH))
    return FacsCode(tuple(coded))


def _peaks(root: Path, row: _Movement) -> Mapping[int, float] | None:
    """Activation of each unit at the apex, the larger side; None where the truth is not there."""
    note = root / TRUTH / row.subject / row.name / "clip.json"
    try:
        moves: list[dict[str, Any]] = json.loads(note.read_text(encoding="utf-8"))["movements"]
        same = [
            move
            for move in moves
            if move["kind"] == row.kind.value and abs(move["onset_s"] - row.times_s[0]) < 1e-5  # noqa: PLR2004 - the table rounds to a microsecond
        ]
        peaks: dict[int, float] = {}
        for name, value in same[0]["units"].items():
            number = Channel.parse(name).au
            peaks[number] = max(peaks.get(number, 0.0), float(value))
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return None
    return peaks
