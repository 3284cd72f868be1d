"""Columns that an annotation table should have and has not, each told once."""

from collections.abc import Mapping
from types import MappingProxyType

from mien.datasets.annotation_table import AnnotationTable
from mien.datasets.definition import Column, CorpusDefinition, TableDefinition
from mien.datasets.finding import Finding, Level

_MEANINGS: Mapping[Column, tuple[Level, str]] = MappingProxyType(
    {
        "onset": (Level.ERROR, "When the movements begin is not known."),
        "apex": (Level.WARNING, "What needs an apex takes the frame of most motion instead."),
        "offset": (Level.ERROR, "When the movements end is not known."),
        "units": (Level.WARNING, "The units of all clips count as unknown."),
        "emotion": (Level.WARNING, "All clips count as without a label."),
        "rate": (Level.ERROR, "Times are not known."),
    }
)


def missing_columns(
    annotations: AnnotationTable, table: TableDefinition, definition: CorpusDefinition
) -> tuple[Finding, ...]:
    """Give a finding for every column without which something of the clips is not known.

    Labels and units are expected of the parts that were counted; others circulate without.
    """
    findings = []
    for column, (level, meaning) in _MEANINGS.items():
        headers = table.columns.get(column)
        if not headers or annotations.has(column) or not annotations.rows:
            continue
        if _expected(column, table, definition):
            found = f"There is no column {' or '.join(headers)}, which holds the {column}."
            remedy = "Use the table as its owners give it out, or name the column so."
            findings.append(Finding(level, found, meaning, remedy, annotations.file.name))
    return tuple(findings)


def _expected(column: Column, table: TableDefinition, definition: CorpusDefinition) -> bool:
    if column == "apex":
        return table.apex_coded
    if column == "rate":
        return definition.rate_of(table) is None
    counted = definition.counts.part in {"", table.part}
    if column == "emotion":
        return counted and "(?P<sign>" not in table.name_pattern
    return counted or column != "units"
