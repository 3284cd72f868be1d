"""Known mistakes of the tables, mended as their definition says."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from mien.core.errors import FormatError
from mien.core.facs_code import Cell, parse_facs_code
from mien.datasets.annotation_table import TableRow
from mien.datasets.coded_times import Issue, frame_number, read_times
from mien.datasets.definition import Column, Correction
from mien.datasets.finding import Level

_ORDER: tuple[Column, ...] = ("onset", "apex", "offset")
_TIMES = frozenset(_ORDER)


def corrected_rows(
    rows: Sequence[TableRow], corrections: Sequence[Correction]
) -> tuple[tuple[TableRow, ...], Mapping[int, tuple[Issue, ...]], tuple[Issue, ...]]:
    """Mend the cells of a table that are known to be wrong.

    A correction is for a table of one size: in another variant the rows are others. One that would
    put times out of order is not made.

    Returns:
        the rows, what was corrected by ``place`` of the row, and what is odd about the whole.
    """
    by_place = {row.place: row for row in rows}
    made: dict[int, tuple[Issue, ...]] = {}
    odd: list[Issue] = []
    clips = sum(not row.is_text for row in rows)
    for correction in corrections:
        if clips not in correction.table_rows:
            sizes = " or ".join(str(size) for size in correction.table_rows)
            count = len(correction.values) + 2 * len(correction.swapped)
            found = f"{count} corrections are known for a table of {sizes} clips; this has {clips}."
            meaning = f"They are not made ({correction.reason}; {correction.source})."
            odd.append(Issue(Level.NOTE, found, meaning))
            continue
        for place, cells in _changes(correction, by_place).items():
            row = by_place[place]
            changed = {name: value for name, value in cells.items() if row.cells.get(name) != value}
            if not changed or not _applies(correction, row):
                continue
            mended = replace(row, cells={**row.cells, **changed})
            issue = _told(correction, row, changed)
            if not _TIMES & set(changed) or _fits(mended):
                by_place[place] = mended
            else:
                found = f"The known correction does not fit this row: {issue.found}"
                issue = Issue(Level.WARNING, found, "It is not made.", issue.remedy)
            made[place] = (*made.get(place, ()), issue)
    return tuple(by_place[row.place] for row in rows), made, tuple(odd)


def _changes(
    correction: Correction, rows: Mapping[int, TableRow]
) -> Mapping[int, Mapping[Column, Cell]]:
    changes: dict[int, Mapping[Column, Cell]] = {
        place: dict(cells) for place, cells in correction.values.items() if place in rows
    }
    for pair in correction.swapped:
        if all(place in rows for place in pair):
            for place, other in (pair, pair[::-1]):
                changes[place] = {
                    column: rows[other].cells.get(column) for column in correction.swapped_columns
                }
    return changes


def _applies(correction: Correction, row: TableRow) -> bool:
    if correction.where == "apex missing":
        return frame_number(row.cells.get("apex"), "apex")[0] is None
    if correction.where == "units open":
        try:
            code = parse_facs_code(row.cells.get("units"))
        except FormatError:
            return False
        return any(unit.alternatives for unit in code.units)
    return True


def _fits(row: TableRow) -> bool:
    onset, apex, offset = (row.cells.get(name) for name in _ORDER)
    times = read_times(onset, apex, offset)
    uncoded = frame_number(apex, "apex")[0] is None
    return None not in {times.onset, times.offset} and (uncoded or times.apex is not None)


def _told(correction: Correction, row: TableRow, changed: Mapping[Column, Cell]) -> Issue:
    parts = [
        f"{name.replace('_', ' ')} {_shown(row.cells.get(name))} -> {_shown(value)}"
        for name, value in changed.items()
    ]
    found = f"Corrected: {', '.join(parts)}."
    meaning = f"{correction.reason.capitalize()} ({correction.source})."
    return Issue(Level.NOTE, found, meaning, "Read without corrections to keep the table as it is.")


def _shown(cell: Cell) -> str:
    return "nothing" if cell is None else str(cell)
