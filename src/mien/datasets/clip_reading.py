"""One row of an annotation table -> a coded clip, with what was odd about it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from mien.core.errors import FormatError
from mien.core.facs_code import UNKNOWN_CODE, Cell, FacsCode, parse_facs_code
from mien.core.track import EventKind
from mien.datasets.annotation_table import AnnotationTable, TableRow
from mien.datasets.clip_pictures import ClipPictures
from mien.datasets.coded_clip import CodedClip
from mien.datasets.coded_times import Issue, clamp_times, read_times
from mien.datasets.definition import Column, CorpusDefinition, TableDefinition
from mien.datasets.finding import Finding, Level
from mien.datasets.media_tree import MediaTree, fill_pattern
from mien.datasets.near_words import near_remedy

_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "v": 5, "vi": 6, "vii": 7}
_CLASSES = range(1, 8)

Naming = Mapping[tuple[str, str], Mapping[str, str]]
"""Further parts of folder names, by ``subject`` or ``video`` and which; see the quirks."""


@dataclass(frozen=True)
class ReadRow:
    """What came of one row."""

    clips: tuple[CodedClip, ...]
    findings: tuple[Finding, ...]


class ClipReader:
    """Reads the rows of one table of one corpus."""

    def __init__(
        self,
        definition: CorpusDefinition,
        table: TableDefinition,
        annotations: AnnotationTable,
        tree: MediaTree,
        naming: Naming,
    ) -> None:
        self._definition, self._table, self._annotations = definition, table, annotations
        self._pictures, self._naming = ClipPictures(table, tree), naming
        self._lacking = frozenset(one for one in table.columns if not annotations.has(one))
        self._name = re.compile(table.name_pattern, re.IGNORECASE)

    def read(
        self, row: TableRow, corrected: Sequence[Issue], objective_class: Cell = None
    ) -> ReadRow:
        """Read one row, whose cells are corrected already.

        Args:
            row: of the table.
            corrected: what was corrected, for the remarks.
            objective_class: from a table beside this one.
        """
        cells = row.cells
        if row.is_text:
            said = next((str(cell) for cell in cells.values() if cell is not None), "")
            found = f"The row holds no clip: {said!r}."
            return self._only(row, Issue(Level.NOTE, found, "It is left out."))
        for column in ("subject", "name"):
            if cells.get(column) is None and not (column == "subject" and self._table.name_pattern):
                found = f"No {column} is written."
                meaning, remedy = "The row is left out.", "Fill the cell in."
                return self._only(row, Issue(Level.ERROR, found, meaning, remedy))
        name = _text(cells["name"])
        if self._table.canonical_name and not self._name.fullmatch(name):
            found = f"The name {name!r} is none of this corpus."
            return self._only(row, Issue(Level.NOTE, found, "The row is left out."))
        pairs = [(cells.get("onset"), cells.get("offset")), *row.further]
        pairs = [pair for pair in pairs if pair != (None, None)] or pairs[:1]
        clips, findings = [], []
        for count, (onset, offset) in enumerate(pairs, start=1):
            clip, issues = self._clip(row, name, (onset, offset), count, objective_class)
            issues = (*corrected, *issues)
            clips.append(replace(clip, remarks=tuple(_remark(one) for one in issues)))
            findings += [self._finding(row, issue, clip.key) for issue in issues]
        return ReadRow(tuple(clips), tuple(findings))

    def _clip(
        self,
        row: TableRow,
        name: str,
        pair: tuple[Cell, Cell],
        count: int,
        objective_class: Cell,
    ) -> tuple[CodedClip, tuple[Issue, ...]]:
        cells = row.cells
        issues: list[Issue] = []
        fields = self._fields(cells, name)
        emotion, word = self._emotion(cells.get("emotion"), fields, issues)
        fields |= {"emotion": emotion or word.casefold(), "word": word.casefold()}
        times = read_times(
            pair[0],
            cells.get("apex") if count == 1 else None,
            pair[1],
            apex_coded=self._table.apex_coded,
            lacking=self._lacking,
            onset_zero=self._definition.onset_zero,
            offset_zero=self._definition.offset_zero,
        )
        # Keys stay the same whatever is on disk.
        coded_onset = times.onset
        media = self._pictures.of_clip(fields, times)
        frames = media.frames
        if media.numbers:
            times, fitting = clamp_times(times, media.numbers)
            frames = frames if fitting else None
        issues += [*times.issues, *media.issues]
        note = cells.get("notes")
        if note is not None:
            issues.append(Issue(Level.NOTE, f"The coder notes: {note}.", ""))
        clip = CodedClip(
            corpus=self._definition.name,
            subject=_text(cells.get("subject") or fields["subject"]),
            subject_key=f"{self._definition.people_of}/{fields['subject']}",
            name=name,
            key=self._key(fields, coded_onset, count),
            frames=frames,
            first_frame=media.numbers[0] if frames and media.numbers else None,
            last_frame=media.numbers[-1] if frames and media.numbers else None,
            rate=self._rate(cells.get("rate"), issues),
            onset=times.onset,
            apex=times.apex,
            offset=times.offset,
            code=self._code(cells.get("units"), issues),
            emotion=emotion,
            emotion_as_written=word,
            objective_class=_objective_class(
                cells.get("objective_class") or objective_class, issues
            ),
            kind=_kind(cells.get("kind"), issues),
            uncut=media.uncut,
            part=self._table.part,
            source=self._annotations.file.name,
            row=row.number,
        )
        return clip, tuple(issues)

    def _fields(self, cells: Mapping[Column, Cell], name: str) -> dict[str, str | int]:
        """Give the parts from which folders and keys are made."""
        fields: dict[str, str | int] = {"name": name}
        match = self._name.fullmatch(name) if self._table.name_pattern else None
        fields |= {part: text or "" for part, text in (match.groupdict() if match else {}).items()}
        if match and self._table.canonical_name:
            fields["name"] = self._table.canonical_name.format_map(fields)
        written = _text(cells.get("subject") or fields.get("person", ""))
        fields["written"] = written
        run = re.search(r"(\d+)\D*$", written)
        if run:
            fields["number"] = int(run[1])
        shape = self._table.subject or self._definition.subject
        fields["subject"] = fill_pattern(shape, fields) or written
        fields |= self._naming.get(("subject", str(fields.get("number", ""))), {})
        fields |= self._naming.get(("video", str(fields.get("video", "")).casefold()), {})
        return fields

    def _key(self, fields: Mapping[str, str | int], onset: int | None, count: int) -> str:
        key = f"{self._definition.name}/{fields['subject']}/{fields['name']}"
        if self._table.name_is_recording:
            return f"{key}@{'unknown' if onset is None else onset}"
        return key if count == 1 else f"{key}#{count}"

    def _emotion(
        self, cell: Cell, fields: Mapping[str, str | int], issues: list[Issue]
    ) -> tuple[str | None, str]:
        """Give the label and the word as written."""
        word = _text(cell) if cell is not None else ""
        if not word and fields.get("sign"):
            word = str(fields["sign"])
        labels = self._definition.emotions
        if not word:
            if self._annotations.has("emotion"):
                issues.append(Issue(Level.WARNING, "No emotion is written.", "It has no label."))
            return None, ""
        label = labels.get(word.casefold())
        if label is not None:
            return label, word
        several = [labels.get(one.strip().casefold()) for one in word.split("+")]
        if len(several) > 1 and None not in several:
            found = f"The clip has several labels: {word}."
            issues.append(Issue(Level.NOTE, found, "It counts as without a label."))
            return None, word
        known = ", ".join(dict.fromkeys(labels))
        issues.append(
            Issue(
                Level.WARNING,
                f"The emotion {word!r} is none of {known}.",
                "The clip counts as without a label.",
                near_remedy(word, labels) or "Correct the cell.",
            )
        )
        return None, word

    def _code(self, cell: Cell, issues: list[Issue]) -> FacsCode:
        try:
            return parse_facs_code(cell)
        except FormatError as error:
            issues.append(Issue(Level.ERROR, str(error), "The units count as unknown."))
            return UNKNOWN_CODE

    def _rate(self, cell: Cell, issues: list[Issue]) -> Fraction | None:
        rate = self._definition.rate_of(self._table)
        if cell is None:
            if rate is None and "rate" not in self._lacking:
                remedy = "Fill the cell in."
                issues.append(
                    Issue(Level.ERROR, "No rate is written.", "Times are not known.", remedy)
                )
            return rate
        try:
            told = Fraction(str(cell))
        except (ValueError, ZeroDivisionError):
            told = Fraction(0)
        if told <= 0:
            found = f"The rate {cell!r} is none."
            issues.append(Issue(Level.ERROR, found, "Times are not known.", "Correct the cell."))
            return rate
        return told

    def _only(self, row: TableRow, issue: Issue) -> ReadRow:
        return ReadRow((), (self._finding(row, issue, ""),))

    def _finding(self, row: TableRow, issue: Issue, clip: str) -> Finding:
        return Finding(
            issue.level,
            issue.found,
            issue.meaning,
            issue.remedy,
            self._annotations.file.name,
            row.number,
            clip,
        )


def _text(cell: Cell) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return "" if cell is None else str(cell).strip()


def _remark(issue: Issue) -> str:
    return f"{issue.found} {issue.meaning}".strip()


def _kind(cell: Cell, issues: list[Issue]) -> EventKind:
    word = _text(cell).casefold()
    if not word or word.startswith("micro"):
        return EventKind.MICRO
    if word.startswith("macro"):
        return EventKind.MACRO
    found = f"The type {_text(cell)!r} is neither micro nor macro."
    issues.append(Issue(Level.WARNING, found, "It is taken for micro.", "Correct the cell."))
    return EventKind.MICRO


def _objective_class(cell: Cell, issues: list[Issue]) -> int | None:
    word = _text(cell).casefold()
    if not word:
        return None
    number = _ROMAN.get(word, int(word) if word.isdecimal() else 0)
    if number in _CLASSES:
        return number
    found = f"The objective class {_text(cell)!r} is none of I to VII."
    issues.append(Issue(Level.WARNING, found, "It is taken as not known.", "Correct the cell."))
    return None
