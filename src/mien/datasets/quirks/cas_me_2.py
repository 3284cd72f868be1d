"""CAS(ME)^2: two more sheets say in which folder the video of a subject lies."""

import re
from collections.abc import Mapping

from mien.core.facs_code import Cell
from mien.datasets.spreadsheet import Rows

_FOLDER = re.compile(r"s(\d+)", re.IGNORECASE)
_CODE = re.compile(r"\d{3,4}")
_VIDEO = re.compile(r"[a-z]+\d*", re.IGNORECASE)
_CODE_DIGITS = 4


def folder_names(sheets: Mapping[str, Rows]) -> Mapping[tuple[str, str], Mapping[str, str]]:
    """Read the two naming rules: subject 1 is ``s15``, video ``anger1`` is ``0401``.

    The folder of that video is then ``s15/15_0401...``.

    Args:
        sheets: of the workbook; the first holds the annotations.

    Returns:
        ``folder``, ``raw`` and ``code`` by what they belong to: ``("subject", "1")`` and
        ``("video", "anger1")``; empty where the sheets are not there, as in a text table.
    """
    found: dict[tuple[str, str], Mapping[str, str]] = {}
    for rows in list(sheets.values())[1:]:
        for row in rows:
            cells = [_text(cell) for cell in row if cell is not None]
            folder = next((one for one in cells if _FOLDER.fullmatch(one)), None)
            numbers = [one for one in cells if one.isdigit()]
            video = next((one for one in cells if _VIDEO.fullmatch(one) and one != folder), None)
            code = next((one for one in numbers if _CODE.fullmatch(one)), None)
            if folder is not None and numbers:
                raw = folder[1:]
                found["subject", numbers[-1]] = {"folder": folder.lower(), "raw": raw}
            elif video is not None and code is not None:
                found["video", video.casefold()] = {"code": code.zfill(_CODE_DIGITS)}
    return found


def _text(cell: Cell) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()
