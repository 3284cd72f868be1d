"""The annotation table of CASME II: the same columns in the same order, blank ones included."""

import io
import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import openpyxl

from mien.core.facs import Channel, Side, channels_of
from mien.store.atomic import write_bytes_atomic

CODING_COLUMNS = (
    "Subject",
    "Filename",
    None,
    "OnsetFrame",
    "ApexFrame",
    "OffsetFrame",
    None,
    "Action Units",
    "Estimated Emotion",
)
"""The header; the third and seventh column have none and stay empty, as in the table itself."""

SHEET = "Sheet1"
_STAMP = (1980, 1, 1, 0, 0, 0)
_CHANGED = re.compile(rb"(<dcterms:(created|modified)[^>]*>)[^<]*(</dcterms:)")


@dataclass(frozen=True)
class CodedClip:
    """One row: a micro-expression in a clip."""

    subject: str
    """``sub01``; the table writes the number alone."""

    filename: str
    onset_frame: int
    apex_frame: int
    offset_frame: int
    channels: tuple[Channel, ...]
    emotion: str


def units_text(channels: Sequence[Channel]) -> str:
    """Write units as the table does: ``4+7``, and ``L12`` where one side moves alone.

    >>> units_text([Channel.parse("AU12L"), Channel.parse("AU04L"), Channel.parse("AU04R")])
    '4+L12'
    """
    moving = set(channels)
    parts = []
    for au in sorted({channel.au for channel in moving}):
        whole = set(channels_of(au)) <= moving
        letter = "" if whole else ("L" if Channel(au, Side.LEFT) in moving else "R")
        parts.append(f"{letter}{au}")
    return "+".join(parts)


def write_coding_table(path: Path, rows: Sequence[CodedClip]) -> None:
    """Write the spreadsheet; the same rows give the same bytes.

    Raises:
        OutputError: the file cannot be written.
    """
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = SHEET
    sheet.append(list(CODING_COLUMNS))
    for row in rows:
        sheet.append(
            [
                int(row.subject.removeprefix("sub")),
                row.filename,
                None,
                row.onset_frame,
                row.apex_frame,
                row.offset_frame,
                None,
                units_text(row.channels),
                row.emotion,
            ]
        )
    written = io.BytesIO()
    book.save(written)
    write_bytes_atomic(path, _without_clock(written.getvalue()))


def _without_clock(workbook: bytes) -> bytes:
    """Take the time of writing out of a workbook."""
    plain = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(workbook)) as source,
        zipfile.ZipFile(plain, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for name in source.namelist():
            data = source.read(name)
            if name == "docProps/core.xml":
                data = _CHANGED.sub(rb"\g<1>1980-01-01T00:00:00Z\g<3>", data)
            entry = zipfile.ZipInfo(name, _STAMP)
            entry.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(entry, data)
    return plain.getvalue()
