"""A corpus of one's own, listed in a table (CSV or TSV): one row a clip.

What each column holds is told in :data:`~mien.datasets.manifest_template.COLUMN_MEANINGS`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

from mien.core.errors import FormatError, MissingError, VideoError
from mien.core.facs_code import UNKNOWN_CODE, Cell, FacsCode, parse_facs_code
from mien.datasets.annotation_table import plain_header
from mien.datasets.clip_keys import unique_clips
from mien.datasets.coded_clip import CLIP_LABELS, CodedClip, FlowPicture
from mien.datasets.coded_times import Issue, clamp_times, read_times
from mien.datasets.corpus import Corpus
from mien.datasets.finding import Finding, Level
from mien.datasets.manifest_flow import (
    FLOW_CHANNELS,
    MINMAX8,
    PIXELS,
    read_channels,
    read_ranges,
    read_registered,
    scaling_word,
)
from mien.datasets.manifest_template import MANIFEST_COLUMNS, REQUIRED_COLUMNS
from mien.datasets.media_tree import PICTURE_SUFFIXES, VIDEO_SUFFIXES, MediaTree
from mien.datasets.near_words import near_remedy
from mien.datasets.spreadsheet import read_sheets, told_first_row

_PICTURES = ("*{number}",)
_ARRAY = ".npy"
_OTHER_NAMES: Mapping[str, tuple[str, ...]] = {
    "path": (
        *("image", "imagepath", "picture", "img", "flow", "flowimage", "flowpath", "file"),
        *("filepath", "folder", "filename"),
    ),
    "subject": ("subjectid", "subid", "sub", "person", "participant", "subjectno"),
    "label": ("emotion", "estimatedemotion", "class", "emotionlabel", "expression"),
    "name": ("clip", "clipname", "sample", "filename"),
    "onset": ("onsetframe",),
    "apex": ("apexframe",),
    "offset": ("offsetframe",),
    "units": ("au", "aus", "actionunit", "actionunits"),
    "rate": ("fps", "framerate"),
    "corpus": ("dataset", "database", "db"),
    "channels": ("channelorder", "order", "channel"),
    "scaling": ("scale", "normalisation", "normalization"),
    "registered": ("aligned",),
}
"""Names that other tables give to the columns of a manifest, the likeliest first."""

_LABEL_WORDS = {
    "other": "others",
    "happy": "happiness",
    "sad": "sadness",
    "angry": "anger",
    "disgusted": "disgust",
    "surprised": "surprise",
    **dict.fromkeys(("ne", "neg"), "negative"),
    **dict.fromkeys(("po", "pos"), "positive"),
    **dict.fromkeys(("sur",), "surprise"),
}


def read_manifest(file: Path) -> Corpus:
    """Read a manifest; what is odd in a row is a finding with the row.

    Raises:
        MissingError: no such file.
        FormatError: no table, or one that lacks a column.
    """
    if not file.is_file():
        msg = (
            f"Expected the table of your own corpus, but there is no file {file}. Write one with "
            f"the columns {', '.join(REQUIRED_COLUMNS)} and, if need be, "
            f"{', '.join(MANIFEST_COLUMNS[len(REQUIRED_COLUMNS) :])}: "
            f"mien dataset template --out {file.name}"
        )
        raise MissingError(msg)
    rows = next(iter(read_sheets(file).values()))
    headers = _headers(rows[0]) if rows else []
    lacking = [name for name in REQUIRED_COLUMNS if name not in headers]
    if lacking == ["label"] and "units" in headers:
        lacking = []  # a corpus of action units alone
    if lacking:
        msg = (
            f"Expected the columns {', '.join(REQUIRED_COLUMNS)} in the first row of {file.name}, "
            f"but {', '.join(lacking)} lack; {told_first_row(file, rows)}."
        )
        asked = [_meant(cell) for cell in (rows[0] if rows else ()) if cell is not None]
        msg = " ".join([msg, *(one for one in asked if one)])
        raise FormatError(msg)
    tree = MediaTree(file.parent)
    clips, findings = [], _odd_columns(file, rows[0], headers)
    for number, row in enumerate(rows[1:], start=2):
        if all(cell is None for cell in row):
            continue
        cells = {name: cell for name, cell in zip(headers, row, strict=False) if name}
        reader = _Row(file, cells, tree)
        clip = reader.clip(number)
        key = clip.key if clip else ""
        findings += [
            Finding(one.level, one.found, one.meaning, one.remedy, file.name, number, key)
            for one in reader.issues
        ]
        clips += [clip] if clip else []
    unique, twice = unique_clips(clips, names_from_paths=True)
    return Corpus(file.stem, file.parent, unique, (*findings, *twice))


def _headers(row: Sequence[Cell]) -> list[str]:
    """Bring headers to the names of a manifest; what is none of them stays as it is, plain."""
    headers = [plain_header(cell) for cell in row]
    for column, others in _OTHER_NAMES.items():
        if column not in headers:
            other = next((one for one in others if one in headers), None)
            if other is not None:
                headers[headers.index(other)] = column
    return headers


def _odd_columns(file: Path, header: Sequence[Cell], headers: Sequence[str]) -> list[Finding]:
    """Find columns under another name, those that are not read, and what those may have meant."""
    findings, strange = [], []
    for cell, name in zip(header, headers, strict=True):
        if name in MANIFEST_COLUMNS and plain_header(cell) != name:
            found = f"The column {str(cell)!r} is read as {name}."
            findings.append(Finding(Level.NOTE, found, "", "", file.name, 1))
        if name in {*MANIFEST_COLUMNS, ""}:
            continue
        remedy = _meant(cell)
        if remedy:
            found = f"The column {str(cell)!r} is not known."
            findings.append(Finding(Level.WARNING, found, "It is not read.", remedy, file.name, 1))
        else:
            strange.append(str(cell))
    if strange:
        found = f"The columns {', '.join(strange)} are not known."
        findings.append(Finding(Level.NOTE, found, "They are not read.", "", file.name, 1))
    return findings


def _meant(header: Cell) -> str:
    """Ask whether a column is a known one under another name; nothing where it is known."""
    name = plain_header(header)
    if name in MANIFEST_COLUMNS:
        return ""
    known = next((column for column, others in _OTHER_NAMES.items() if name in others), None)
    return f"Did you mean {known}?" if known else near_remedy(name, MANIFEST_COLUMNS)


@dataclass(frozen=True)
class _Source:
    """What a path leads to."""

    frames: Path | None = None
    flow: Path | None = None
    numbers: Sequence[int] = ()
    """Of the pictures, or of the frames of a video file; empty where not known."""

    folder: bool = False


class _Row:
    """Reads one row, and gathers what is odd in it."""

    def __init__(self, file: Path, cells: Mapping[str, Cell], tree: MediaTree) -> None:
        self._file, self._cells, self._tree = file, cells, tree
        self.issues: list[Issue] = []

    def clip(self, number: int) -> CodedClip | None:
        lacking = [name for name in ("path", "subject") if not self._text(name)]
        if lacking:
            found = f"No {' and no '.join(lacking)} is written."
            self._odd(Level.ERROR, found, "The row is left out.", "Fill the cell in.")
            return None
        corpus = self._text("corpus") or self._file.stem
        path = Path(self._text("path"))
        name = self._text("name") or path.stem.strip()
        source = self._source(path)
        times = read_times(
            *(self._cells.get(one) for one in ("onset", "apex", "offset")),
            apex_coded=False,
        )
        # Nothing coded is no mistake here, half of it is.
        coded = any(self._cells.get(one) is not None for one in ("onset", "offset"))
        times = times if coded else replace(times, issues=())
        frames = source.frames
        if source.numbers:
            times, fitting = clamp_times(times, source.numbers)
            frames = frames if fitting else None
        self.issues += times.issues
        label = self._text("label")
        subject = self._text("subject")
        clip = CodedClip(
            corpus=corpus,
            subject=subject,
            subject_key=f"{corpus}/{subject}",
            name=name,
            key=f"{corpus}/{subject}/{name}",
            frames=frames,
            first_frame=source.numbers[0] if frames and source.numbers else None,
            last_frame=source.numbers[-1] if frames and source.numbers else None,
            rate=self._rate(source),
            onset=times.onset,
            apex=times.apex,
            offset=times.offset,
            code=self._code(),
            emotion=self._label(label),
            emotion_as_written=label,
            source=self._file.name,
            row=number,
            flow=self._flow(source.flow) if source.flow else None,
        )
        return replace(clip, remarks=tuple(f"{o.found} {o.meaning}".strip() for o in self.issues))

    def _odd(self, level: Level, found: str, meaning: str, remedy: str = "") -> None:
        self.issues.append(Issue(level, found, meaning, remedy))

    def _text(self, name: str) -> str:
        cell = self._cells.get(name)
        return "" if cell is None else str(cell).strip()

    def _source(self, written: Path) -> _Source:
        path = self._file.parent / written
        suffix = written.suffix.lower()
        if path.is_dir():
            numbers = self._tree.pictures(path, _PICTURES).numbers
            if numbers:
                return _Source(path, None, numbers, folder=True)
            found = f"The folder {written} holds no numbered pictures."
        elif suffix in PICTURE_SUFFIXES or suffix == _ARRAY:
            # Flow pictures circulate with a blank before the suffix.
            for one in (path, path.with_name(f"{path.stem} {path.suffix}")):
                if one.is_file():
                    return _Source(None, one)
            what = "array" if suffix == _ARRAY else "picture"
            found = f"There is no {what} {written}."
        elif path.is_file():
            if suffix not in VIDEO_SUFFIXES:
                found = f"{written} has no suffix of a video."
                self._odd(Level.NOTE, found, "It is taken for one.")
            return self._video(path)
        else:
            found = f"There is no file or folder {written}."
        remedy = f"Paths are relative to the folder of the table, {self._file.parent.resolve()}."
        self._odd(Level.ERROR, found, "The clip has no pictures.", remedy)
        return _Source()

    def _video(self, path: Path) -> _Source:
        try:
            count = self._tree.frame_count(path)
        except VideoError as error:
            self._odd(Level.ERROR, str(error), "The clip has no pictures.")
            return _Source()
        return _Source(path, None, range(1, (count or 0) + 1))

    def _label(self, word: str) -> str | None:
        label = _LABEL_WORDS.get(word.casefold(), word.casefold())
        if label in CLIP_LABELS:
            return label
        if not word:
            if "label" in self._cells:
                self._odd(Level.WARNING, "No label is written.", "The clip has no emotion.")
            return None
        remedy = near_remedy(word, CLIP_LABELS)
        found = f"The label {word!r} is none of mien."
        meaning = "The clip keeps the word, and has no emotion."
        self._odd(Level.WARNING if remedy else Level.NOTE, found, meaning, remedy)
        return None

    def _code(self) -> FacsCode:
        try:
            return parse_facs_code(self._cells.get("units"))
        except FormatError as error:
            self._odd(Level.ERROR, str(error), "The units count as unknown.")
            return UNKNOWN_CODE

    def _rate(self, source: _Source) -> Fraction | None:
        text = self._text("rate")
        try:
            rate = Fraction(text) if text else None
        except (ValueError, ZeroDivisionError):
            rate = Fraction(0)
        if rate is not None and rate <= 0:
            found = f"The rate {text!r} is none."
            self._odd(Level.ERROR, found, "Times are not known.", "Correct the cell.")
            return None
        if rate is None and source.folder:
            remedy = "Fill the column rate in."
            self._odd(Level.ERROR, "A folder needs a rate.", "Times are not known.", remedy)
        return rate

    def _flow(self, path: Path) -> FlowPicture:
        channels = read_channels(self._text("channels"))
        if channels is None:
            found = f"The channels {self._text('channels')!r} are not u, v and strain."
            meaning = "Red is taken for u, green for v, blue for strain."
            remedy = "Write such as u v strain, or BGR: strain v u."
            self._odd(Level.ERROR, found, meaning, remedy)
            channels = FLOW_CHANNELS
        array = path.suffix.lower() == _ARRAY
        scaling = scaling_word(self._text("scaling")) or (PIXELS if array else MINMAX8)
        ranges = None
        if scaling not in {MINMAX8, PIXELS}:
            ranges = read_ranges(scaling, len(channels))
            if ranges is None:
                found = f"The scaling {scaling!r} is neither {MINMAX8}, {PIXELS} nor such as -8:8."
                self._odd(Level.ERROR, found, f"It is taken for {MINMAX8}.", "Correct the cell.")
        registered = read_registered(self._text("registered"))
        if registered is None:
            found = f"{self._text('registered')!r} is neither yes nor no."
            self._odd(Level.ERROR, found, "The face is taken for not registered.", "Write yes.")
        return FlowPicture(path, channels, ranges, scaling == PIXELS, registered is True)
