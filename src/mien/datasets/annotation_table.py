"""The annotation table of a corpus, found among the variants in the wild -> rows of named cells."""

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from mien.core.errors import FormatError
from mien.core.facs_code import Cell
from mien.datasets.definition import Column, TableDefinition
from mien.datasets.spreadsheet import (
    OLD_EXCEL,
    TABLE_SUFFIXES,
    Rows,
    read_sheets,
    told_first_row,
)

HEADER_WITHIN = 60
"""The header is looked for in so many rows; text may stand above it."""

_DEEPEST = 3


@dataclass(frozen=True)
class TableRow:
    """One row of a table."""

    number: int
    """As a spreadsheet counts, from 1."""

    place: int
    """Among the rows below the header, from 0."""

    cells: Mapping[Column, Cell]
    """What the row holds; a column that the table lacks is missing."""

    further: tuple[tuple[Cell, Cell], ...] = ()
    """Onset and offset of further movements in the row."""

    @property
    def is_text(self) -> bool:
        """Whether the row is a remark below or within the table, or a header of its own."""
        if any(one is not None for pair in self.further for one in pair):
            return False
        timed: tuple[Column, ...] = ("onset", "apex", "offset", "units")
        cells = [self.cells.get(column) for column in timed]
        header = self.place == 0 and plain_header(cells[0]).startswith("onset")
        return header or all(one is None for one in cells)


@dataclass(frozen=True)
class AnnotationTable:
    """One table, read."""

    file: Path
    sheet: str
    rows: tuple[TableRow, ...]
    sheets: Mapping[str, Rows]
    """Every sheet of the file, for what stands beside the annotations."""

    def has(self, column: Column) -> bool:
        """Whether the table has a column."""
        return bool(self.rows) and column in self.rows[0].cells


def find_tables(root: Path, names: Sequence[str]) -> tuple[Path, ...]:
    """Find the files in a folder and two levels below whose stem is one of some patterns.

    Returns:
        the files, in the order of the patterns, what mien cannot read (.xls) last.
    """
    files = _table_files(root, _DEEPEST)
    found: dict[Path, int] = {}
    for rank, pattern in enumerate(names):
        for file in files:
            if fnmatchcase(file.stem.casefold(), pattern.casefold()):
                found.setdefault(file, rank)

    def order(file: Path) -> tuple[bool, int, int]:
        suffix = file.suffix.lower()
        return suffix == OLD_EXCEL, found[file], TABLE_SUFFIXES.index(suffix)

    return tuple(sorted(found, key=order))


def _table_files(folder: Path, depth: int) -> list[Path]:
    """List tables; a corpus holds a million pictures, so names are looked at before anything."""
    files, folders = [], []
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.startswith((".", "~$")):
                continue
            if entry.name.lower().endswith(TABLE_SUFFIXES):
                files.append(entry.path)
            elif depth > 1 and entry.is_dir():
                folders.append(entry.path)
    found = [Path(path) for path in sorted(files) if Path(path).is_file()]
    for path in sorted(folders):
        found += _table_files(Path(path), depth - 1)
    return found


def read_annotation_table(file: Path, definition: TableDefinition) -> AnnotationTable:
    """Read the rows of a table that hold anything.

    Raises:
        FormatError: the file cannot be read, or no sheet has the columns.
    """
    sheets = read_sheets(file)
    names = _candidate_sheets(tuple(sheets), definition.sheets)
    if not names:
        msg = (
            f"Expected a sheet {' or '.join(definition.sheets)} in {file.name}, but it has "
            f"{', '.join(sheets)}. Use the table as its owners give it out."
        )
        raise FormatError(msg)
    if definition.positions:
        return AnnotationTable(
            file, names[0], _rows_by_position(sheets[names[0]], definition), sheets
        )
    for name in names:
        header = _header(sheets[name], definition)
        if header is not None:
            return AnnotationTable(file, name, _rows(sheets[name], header, definition), sheets)
    asked = "; ".join(
        f"{column} ({' or '.join(definition.columns[column])})" for column in definition.required
    )
    msg = (
        f"Expected columns for {asked} in the first {HEADER_WITHIN} rows of {file.name}, but found "
        f"no row with them; {told_first_row(file, sheets[names[0]])}. "
        "Use the table as its owners give it out."
    )
    raise FormatError(msg)


def plain_header(text: Cell) -> str:
    """Bring a header to the letters and digits that matter.

    >>> plain_header("Onset Frame") == plain_header("onset_frame")
    True
    """
    return re.sub(r"[^a-z0-9]", "", str(text).casefold()) if text is not None else ""


def _candidate_sheets(there: tuple[str, ...], wanted: tuple[str, ...]) -> tuple[str, ...]:
    """Sheets in which the table may be; a single sheet may have any name."""
    if not wanted or len(there) == 1:
        return there
    by_name = {name.casefold().strip(): name for name in there}
    return tuple(by_name[name.casefold()] for name in wanted if name.casefold() in by_name)


def _header(rows: Rows, definition: TableDefinition) -> tuple[int, Mapping[Column, int]] | None:
    """Find the header: its position, and where each column is."""
    for position, row in enumerate(rows[:HEADER_WITHIN]):
        headers = [plain_header(one) for one in row]
        places: dict[Column, int] = {}
        for column, aliases in definition.columns.items():
            known = [plain_header(alias) for alias in aliases]
            place = next((headers.index(one) for one in known if one in headers), None)
            if place is not None:
                places[column] = place
        if set(definition.required) <= set(places):
            return position, places
    return None


def _rows(
    rows: Rows, header: tuple[int, Mapping[Column, int]], definition: TableDefinition
) -> tuple[TableRow, ...]:
    start, places = header
    headers = [plain_header(one) for one in rows[start]]
    hot = {
        label: headers.index(plain_header(label))
        for label in definition.emotion_columns
        if plain_header(label) in headers
    }
    further = [
        (headers.index(plain_header(one["onset"])), headers.index(plain_header(one["offset"])))
        for one in definition.further
        if plain_header(one["onset"]) in headers and plain_header(one["offset"]) in headers
    ]
    found = []
    for place, row in enumerate(rows[start + 1 :]):
        if all(one is None for one in row):
            continue
        cells = {column: _at(row, position) for column, position in places.items()}
        if len(hot) > 1:
            shown = [label for label, position in hot.items() if _is_set(_at(row, position))]
            cells["emotion"] = "+".join(shown) or None
        pairs = tuple((_at(row, one), _at(row, other)) for one, other in further)
        found.append(TableRow(start + place + 2, place, cells, pairs))
    return tuple(found)


def _rows_by_position(rows: Rows, definition: TableDefinition) -> tuple[TableRow, ...]:
    return tuple(
        TableRow(
            place + 1,
            place,
            {column: _at(row, position) for column, position in definition.positions.items()},
        )
        for place, row in enumerate(rows)
        if any(one is not None for one in row)
    )


def _at(row: Sequence[Cell], position: int) -> Cell:
    return row[position] if position < len(row) else None


def _is_set(cell: Cell) -> bool:
    return str(cell).strip().casefold() in {"1", "1.0", "x", "yes", "true"}
