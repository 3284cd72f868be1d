"""A corpus whose folders say enough where there is no table: the folders as rows."""

import re

from mien.datasets.annotation_table import TableRow
from mien.datasets.definition import Column, CorpusDefinition, TableDefinition
from mien.datasets.media_tree import MediaTree

_PART = re.compile(r"\{[^}]*\}")


def rows_of_folders(
    definition: CorpusDefinition, table: TableDefinition, tree: MediaTree
) -> tuple[TableRow, ...]:
    """Take every folder of a clip for a row: its name, and its first and last picture as times.

    Returns:
        rows in the order of names; none where no folder is one of a clip.
    """
    expression = re.compile(table.name_pattern, re.IGNORECASE)
    rows: dict[str, TableRow] = {}
    for pattern in (*table.frames, *table.crops):
        for place in tree.find(_PART.sub("*", pattern)):
            name = place.path.name
            match = expression.fullmatch(name)
            numbers = tree.pictures(place.path, table.pictures).numbers
            if match is None or not numbers or name in rows:
                continue
            cells: dict[Column, str | int] = {
                "subject": match.groupdict().get("person", ""),
                "name": name,
                "onset": numbers[0],
                "offset": numbers[-1],
            }
            label = definition.emotions.get(match.groupdict().get("sign", "").casefold())
            if label:
                cells["emotion"] = label
            rows[name] = TableRow(len(rows) + 1, len(rows), dict(cells))
    return tuple(rows.values())
