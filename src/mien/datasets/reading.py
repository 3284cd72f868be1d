"""A licensed corpus on disk -> its clips, with a finding for everything that is odd."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from mien.core.errors import FormatError, MissingError, UsageError
from mien.core.facs_code import Cell
from mien.core.nearest import unknown_name
from mien.datasets.annotation_table import (
    AnnotationTable,
    TableRow,
    find_tables,
    read_annotation_table,
)
from mien.datasets.clip_keys import unique_clips
from mien.datasets.clip_reading import ClipReader, Naming
from mien.datasets.coded_clip import CodedClip
from mien.datasets.coded_times import Issue
from mien.datasets.corpus import Corpus
from mien.datasets.corrections import corrected_rows
from mien.datasets.definition import (
    Column,
    CorpusDefinition,
    TableDefinition,
    definition_names,
    load_definition,
)
from mien.datasets.finding import Finding, Level
from mien.datasets.folder_rows import rows_of_folders
from mien.datasets.manifest import read_manifest
from mien.datasets.media_tree import MediaTree, plain_name
from mien.datasets.missing_columns import missing_columns
from mien.datasets.quirks.cas_me_2 import folder_names
from mien.datasets.spreadsheet import OLD_EXCEL, old_excel
from mien.datasets.synth_corpus import SYNTH, read_synth_corpus, synth_rate

MANIFEST = "manifest"
"""Name of a corpus of one's own, listed in a table; see :mod:`mien.datasets.manifest`."""


def corpus_names() -> tuple[str, ...]:
    """Names of everything that can be read."""
    return (*definition_names(), SYNTH, MANIFEST)


def read_corpus(name: str, root: Path, *, corrections: bool = True) -> Corpus:
    """Read a corpus as its owners give it out.

    What is missing or contradicts itself is a finding with its row; half a corpus is read as far
    as it goes.

    Args:
        name: one of :func:`corpus_names`, or the path of a definition of one's own.
        root: folder that holds table and pictures, at most two levels down; for ``manifest`` the
            table itself.
        corrections: whether mistakes that are known are mended.

    Raises:
        UsageError: no such corpus.
        MissingError: no such folder, or no table in it; the sentence says which were looked for.
        FormatError: the only table cannot be read.
    """
    if name == MANIFEST:
        return read_manifest(root)
    if name != SYNTH and name not in definition_names() and not name.endswith(".toml"):
        raise UsageError(unknown_name("a corpus", name, corpus_names(), listed=20))
    if not root.is_dir():
        msg = f"Expected the folder of the corpus {name}, but there is no folder {root}."
        raise MissingError(msg)
    if name == SYNTH:
        return read_synth_corpus(root)
    return _Reading(load_definition(name), root, corrections=corrections).corpus()


@dataclass
class _Reading:
    """The state of reading one corpus."""

    definition: CorpusDefinition
    root: Path
    corrections: bool
    findings: list[Finding] = field(default_factory=list)
    clips: list[CodedClip] = field(default_factory=list)

    def corpus(self) -> Corpus:
        self.tree = MediaTree(self.root)
        self.classes = self._objective_classes()
        broken: list[FormatError] = []
        read = 0
        for table in self.definition.tables:
            try:
                read += self._table(table)
            except FormatError as error:
                broken.append(error)
        if not read and broken:
            raise broken[0]
        if not read:
            raise MissingError(self._nothing())
        for one in broken:
            remedy = "Mend the table and read again."
            self._found(Level.ERROR, str(one), "This part is left out.", remedy)
        self._missing_media()
        clips, twice = unique_clips(self._at_their_rate())
        return Corpus(
            self.definition.name,
            self.root,
            clips,
            (*self.findings, *twice),
            self.definition,
        )

    def _found(
        self, level: Level, found: str, meaning: str, remedy: str = "", source: str = ""
    ) -> None:
        self.findings.append(Finding(level, found, meaning, remedy, source))

    def _table(self, table: TableDefinition) -> bool:
        """Read one table, and say whether there was one."""
        files = find_tables(self.root, table.files)
        readable = [file for file in files if file.suffix.lower() != OLD_EXCEL]
        if files and not readable:
            raise FormatError(old_excel(files[0]))
        if not readable:
            return self._folders(table)
        annotations = read_annotation_table(readable[0], table)
        if len(files) > 1:
            others = ", ".join(file.name for file in files[1:])
            found = f"Other tables are there too: {others}."
            meaning = f"{readable[0].name} is read."
            self._found(Level.NOTE, found, meaning, "Move the one away that is not meant.")
        self.findings += missing_columns(annotations, table, self.definition)
        naming: Naming = {}
        if any("{code}" in pattern for pattern in table.frames):
            naming = folder_names(annotations.sheets)
        self._rows(table, annotations, naming)
        return True

    def _folders(self, table: TableDefinition) -> bool:
        if not table.folders_as_rows:
            return False
        rows = rows_of_folders(self.definition, table, self.tree)
        if rows:
            found = f"There is no table; {len(rows)} folders of clips are."
            meaning = "Labels are taken from their names, onset and offset from their pictures."
            self._found(Level.WARNING, found, meaning, "Put the annotation table beside them.")
            source = AnnotationTable(self.root / "the folders", "", rows, {})
            self._rows(table, source, {})
        return bool(rows)

    def _rows(self, table: TableDefinition, annotations: AnnotationTable, naming: Naming) -> None:
        rows: Sequence[TableRow] = annotations.rows
        made: Mapping[int, tuple[Issue, ...]] = {}
        source = annotations.file.name
        known = [one for one in self.definition.corrections if one.part == table.part]
        if self.corrections and known:
            rows, made, odd = corrected_rows(rows, known)
            for issue in odd:
                self._found(issue.level, issue.found, issue.meaning, issue.remedy, source)
        reader = ClipReader(self.definition, table, annotations, self.tree, naming)
        for row in rows:
            beside = self.classes.get(_clip_name(row.cells))
            result = reader.read(row, made.get(row.place, ()), beside)
            self.clips += result.clips
            self.findings += result.findings

    def _objective_classes(self) -> Mapping[tuple[str, str], Cell]:
        """Read the table of objective classes, where there is one."""
        beside = self.definition.class_table
        files = find_tables(self.root, beside.files) if beside else ()
        if beside is None or not files:
            return {}
        try:
            table = TableDefinition(
                files=beside.files,
                columns=beside.columns,
                required=("subject", "name", "objective_class"),
            )
            rows = read_annotation_table(files[0], table).rows
        except FormatError as error:
            self._found(Level.WARNING, str(error), "Objective classes are not known.")
            return {}
        return {_clip_name(row.cells): row.cells["objective_class"] for row in rows}

    def _missing_media(self) -> None:
        """Say once that none of the folders of pictures is there."""
        for table in self.definition.tables:
            clips = [clip for clip in self.clips if clip.part == table.part]
            patterns = (*table.frames, *table.uncut, *table.crops)
            names = list(dict.fromkeys(pattern.partition("/")[0] for pattern in patterns))
            if clips and not any(self.tree.bases(name) for name in names if name != "."):
                lacking = sum(clip.frames is None for clip in clips)
                if lacking:
                    found = f"There is no folder {' or '.join(names)}."
                    meaning = f"{lacking} clips have no pictures."
                    remedy = f"Unpack the pictures below {self.root}, two levels down at most."
                    self._found(Level.ERROR, found, meaning, remedy)

    def _at_their_rate(self) -> Sequence[CodedClip]:
        """Take the rate of a corpus that ``mien synth`` has drawn in the layout of this one."""
        rate = synth_rate(self.root)
        if rate is None or all(clip.rate == rate for clip in self.clips):
            return self.clips
        found = f"The folder was drawn by mien synth at {rate} frames a second."
        meaning = "That rate is taken in place of the corpus's own."
        self._found(Level.WARNING, found, meaning, f"Read it under the name {SYNTH}.")
        return [replace(clip, rate=rate) for clip in self.clips]

    def _nothing(self) -> str:
        names = [name for table in self.definition.tables for name in table.files]
        suffixes = "(.xlsx, .csv or .tsv)"
        return (
            f"Expected the annotation table of {self.definition.title} in {self.root} or two "
            f"levels below, but found none of {', '.join(dict.fromkeys(names))} {suffixes}. "
            "Give the folder into which the corpus was unpacked; it is licensed by its owners "
            f"({self.definition.citation})."
        )


def _clip_name(cells: Mapping[Column, Cell]) -> tuple[str, str]:
    """What tables beside each other have in common: subject and name, however they are spelled."""
    subject = str(cells.get("subject")).casefold().removeprefix("sub")
    return plain_name(subject.removesuffix(".0")), plain_name(str(cells.get("name")))
