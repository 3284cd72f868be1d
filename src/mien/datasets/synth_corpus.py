"""A corpus that ``mien synth`` has drawn -> its clips and long videos, with the exact truth."""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

from mien.core.errors import FormatError, MissingError, UsageError, VideoError
from mien.core.facs import Channel
from mien.core.track import EventKind
from mien.datasets.clip_keys import unique_clips
from mien.datasets.coded_clip import CodedClip
from mien.datasets.coded_times import Issue, clamp_times
from mien.datasets.corpus import Corpus
from mien.datasets.finding import Finding, Level
from mien.datasets.media_tree import MediaTree
from mien.datasets.synth_rows import SYNTH_COLUMNS, SynthMovement, SynthRowReader

SYNTH = "synth"
CLIPS, IDENTITY, MANIFEST, TRUTH = "clips.tsv", "synth.json", "manifest.json", "truth"

_SCHEMA = "mien/synth-corpus"
_PICTURES = ("img{number}",)
_AGAIN = "Give the same mien synth command again."


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
    What is odd in a row is a finding with the row.

    Raises:
        MissingError: the folder holds no such corpus.
        FormatError: its table cannot be read, or lacks a column.
    """
    tree = MediaTree(root)
    findings = _documents(root)
    clips = []
    for number, row in _rows(root):
        reader = SynthRowReader(row)
        movement = reader.movement(number)
        issues, key = reader.issues, ""
        if movement is not None and (movement.long or movement.kind is EventKind.MICRO):
            clip, more = _Clip(root, movement, tree).read()
            issues, key = [*issues, *more], clip.key
            remarks = tuple(f"{one.found} {one.meaning}".strip() for one in issues)
            clips.append(replace(clip, remarks=remarks))
        findings += [
            Finding(one.level, one.found, one.meaning, one.remedy, CLIPS, number, key)
            for one in issues
        ]
    unique, twice = unique_clips(clips)
    return Corpus(SYNTH, root, unique, (*findings, *twice))


def _rows(root: Path) -> Sequence[tuple[int, Mapping[str, str | None]]]:
    file = root / CLIPS
    if not file.is_file():
        msg = (
            f"Expected a corpus that mien synth has drawn in {root}, but there is no {CLIPS}. "
            f"Draw one, or finish one that was begun: mien synth --out {root}"
        )
        raise MissingError(msg)
    try:
        table = csv.DictReader(io.StringIO(file.read_text(encoding="utf-8")), delimiter="\t")
        lacking = SYNTH_COLUMNS - set(table.fieldnames or ())
        rows = list(enumerate(table, start=2))
    except (OSError, ValueError, csv.Error) as error:
        msg = f"{file} cannot be read: {error}. Draw the corpus again."
        raise FormatError(msg) from error
    if lacking:
        msg = (
            f"Expected the columns {', '.join(sorted(lacking))} in {file}, but they lack. "
            "Draw the corpus again."
        )
        raise FormatError(msg)
    return rows


def _documents(root: Path) -> list[Finding]:
    """Look at what stands beside the table: the manifest, written last, and the truth."""
    findings = []
    meaning = "The corpus may not be complete."
    if not (root / MANIFEST).is_file():
        findings.append(Finding(Level.WARNING, f"There is no {MANIFEST}.", meaning, _AGAIN))
    for name in (MANIFEST, IDENTITY):
        if (root / name).is_file() and not _says_synth(root / name):
            found = f"{name} is none that mien synth wrote, or damaged."
            findings.append(Finding(Level.WARNING, found, meaning, _AGAIN, name))
    if not (root / TRUTH).is_dir():
        found, lost = f"There is no folder {TRUTH}.", "Intensities are not known."
        findings.append(Finding(Level.WARNING, found, lost, _AGAIN))
    return findings


def _says_synth(file: Path) -> bool:
    try:
        document = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(document, dict) and document.get("schema") == _SCHEMA


class _Clip:
    """Makes a clip of one movement, and gathers what is odd about its files."""

    def __init__(self, root: Path, movement: SynthMovement, tree: MediaTree) -> None:
        self._root, self._movement, self._tree = root, movement, tree
        self._footage = root / Path(movement.footage)
        self._issues: list[Issue] = []

    def read(self) -> tuple[CodedClip, Sequence[Issue]]:
        move = self._movement
        numbers = self._numbers()
        times = move.times
        at = f"@{'unknown' if times.onset is None else times.onset}" if move.long else ""
        there = bool(numbers)
        if numbers:
            times, there = clamp_times(times, numbers)
        self._issues += times.issues
        clip = CodedClip(
            corpus=SYNTH,
            subject=move.subject,
            subject_key=f"{SYNTH}/{move.subject}",
            name=move.name,
            key=f"{SYNTH}/{move.subject}/{move.name}{at}",
            frames=self._footage if there else None,
            first_frame=numbers[0] if there else None,
            last_frame=numbers[-1] if there else None,
            rate=move.rate,
            onset=times.onset,
            apex=times.apex,
            offset=times.offset,
            code=move.code,
            emotion=move.emotion,
            emotion_as_written=move.emotion_as_written,
            kind=move.kind,
            uncut=self._footage if numbers and move.long else None,
            source=CLIPS,
            row=move.row,
            peaks=self._peaks(),
        )
        return clip, self._issues

    def _odd(self, level: Level, found: str, meaning: str) -> None:
        self._issues.append(Issue(level, found, meaning, _AGAIN))

    def _numbers(self) -> Sequence[int]:
        """Give the numbers of the frames on disk; none where there are no pictures."""
        move, drawn = self._movement, self._movement.numbers
        lost = "The clip has no pictures."
        there = self._footage.is_file() if move.long else self._footage.is_dir()
        if not there:
            self._odd(Level.ERROR, f"There is no {move.footage}.", lost)
            return ()
        numbers: Sequence[int]
        if move.long:
            try:
                count = self._tree.frame_count(self._footage)
            except VideoError as error:
                self._odd(Level.ERROR, str(error), lost)
                return ()
            numbers = drawn if count is None else range(1, count + 1)
        else:
            numbers = self._tree.pictures(self._footage, _PICTURES).numbers
        if not numbers:
            self._odd(Level.ERROR, f"{move.footage} holds no pictures.", lost)
        elif drawn and (len(numbers), numbers[0], numbers[-1]) != (
            len(drawn),
            drawn[0],
            drawn[-1],
        ):
            found = (
                f"{len(drawn)} frames were drawn, {drawn[0]} to {drawn[-1]}, but {len(numbers)} "
                f"are on disk, {numbers[0]} to {numbers[-1]}."
            )
            self._odd(Level.ERROR, found, "What is missing is a gap in time.")
        return numbers

    def _peaks(self) -> Mapping[int, float] | None:
        """Activation of each unit at the apex, the larger side; None where it is not known."""
        move = self._movement
        truth = self._root / TRUTH
        note = truth / move.subject / move.name / "clip.json"
        if move.onset_s is None or not truth.is_dir():
            return None
        try:
            moves: list[dict[str, Any]] = json.loads(note.read_text(encoding="utf-8"))["movements"]
            same = [
                one
                for one in moves
                if one["kind"] == move.kind.value and abs(one["onset_s"] - move.onset_s) < 1e-5  # noqa: PLR2004 - the table rounds to a microsecond
            ]
            peaks: dict[int, float] = {}
            for name, value in same[0]["units"].items():
                number = Channel.parse(name).au
                peaks[number] = max(peaks.get(number, 0.0), float(value))
        except (OSError, ValueError, LookupError, TypeError, AttributeError, UsageError):
            found = f"The truth of this movement is not in {note.relative_to(self._root)}."
            self._odd(Level.WARNING, found, "Its intensities are not known.")
            return None
        return peaks
