"""Spreadsheets and text tables -> plain cells, sheet by sheet."""

import csv
import io
import re
import warnings
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import openpyxl

from mien.core.errors import FormatError
from mien.core.facs_code import Cell

OLD_EXCEL = ".xls"
TABLE_SUFFIXES = (".xlsx", ".xlsm", ".csv", ".tsv", ".txt", OLD_EXCEL)
"""Suffixes of tables, the best first."""

_OLE = bytes.fromhex("d0cf11e0a1b11ae1")
_ZIP = b"PK\x03\x04"
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_ACCENTS_IN_A_WORD = re.compile(rb"(?<=[A-Za-z])[\xc0-\xff]+|[\xc0-\xff]+(?=[A-Za-z])")
_DELIMITERS = {".tsv": "\t", ".txt": "\t"}

Rows = Sequence[Sequence[Cell]]


def read_sheets(file: Path) -> Mapping[str, Rows]:
    """Read all sheets of a table; a text table is one sheet without a name.

    The first row is row 1 of the spreadsheet; empty cells are None, and text has no blanks around
    it. Formulas give the values that were last computed.

    Raises:
        FormatError: an old .xls, a workbook under another name, text that is not UTF-8, or a file
            that is damaged or no table.
    """
    try:
        start = file.read_bytes()[: len(_OLE)]
        if file.suffix.lower() == OLD_EXCEL or start == _OLE:
            raise FormatError(old_excel(file))
        if file.suffix.lower() in {".xlsx", ".xlsm"}:
            return _workbook(file)
        return {"": _text_table(file)}
    except (OSError, zipfile.BadZipFile, LookupError, ValueError, SyntaxError, csv.Error) as error:
        msg = (
            f"Expected a table in {file.name}, but it cannot be read: {error}. "
            "Copy it again, or save it as .xlsx or .csv."
        )
        raise FormatError(msg) from error


def old_excel(file: Path) -> str:
    """Say what to do with a workbook of old Excel."""
    return (
        f"{file.name} is a workbook of old Excel (.xls), which mien does not read. Open it in a "
        "spreadsheet program and save it as .xlsx or .csv in the same folder."
    )


def _workbook(file: Path) -> Mapping[str, Rows]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # extensions of Excel that say nothing about the cells
        book = openpyxl.load_workbook(file, data_only=True)
    return {
        sheet.title: [[_cell(value) for value in row] for row in sheet.iter_rows(values_only=True)]
        for sheet in book.worksheets
    }


def told_first_row(file: Path, rows: Rows) -> str:
    """Say what the first row of a table reads, for a sentence about columns that lack."""
    filled = [row for row in rows if any(one is not None for one in row)]
    if not filled:
        return "the table is empty"
    # A title may stand above the header, in a cell of its own.
    row = next((row for row in filled if sum(one is not None for one in row) > 1), filled[0])
    words = ", ".join(str(one) for one in row if one is not None)
    said = f"the first row reads {words!r}"
    if "\t" in words and file.suffix.lower() == ".csv":
        said += ", whose columns are divided by tabs: name the file .tsv"
    return said


def _text_table(file: Path) -> Rows:
    data = file.read_bytes()
    if data.startswith(_ZIP):
        msg = (
            f"Expected text in {file.name}, but it is a workbook under another name. "
            "Rename it to .xlsx, or save it as CSV."
        )
        raise FormatError(msg)
    text = _decoded(data, file)
    first = text.partition("\n")[0]
    delimiter = _DELIMITERS.get(
        file.suffix.lower(), ";" if first.count(";") > first.count(",") else ","
    )
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    return [[_number_or_text(value) for value in row] for row in reader]


def _decoded(data: bytes, file: Path) -> str:
    """Decode UTF-8, or the GB 2312 of Chinese Excel where the bytes cannot be accented Latin."""
    if data.startswith(_UTF_16) or b"\0" in data:
        raise FormatError(_not_utf_8(file, "is UTF-16, or no text at all"))
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
    # Nearly all Latin-1 text is GB 18030 too, so that names would silently become others.
    if not _ACCENTS_IN_A_WORD.search(data):
        try:
            return data.decode("gb2312")
        except UnicodeDecodeError:
            pass
    raise FormatError(_not_utf_8(file, f"has other letters in line {line}"))


def _not_utf_8(file: Path, found: str) -> str:
    return (
        f"Expected text in UTF-8 in {file.name}, but it {found}. Open it in a spreadsheet program "
        "and save it as CSV UTF-8, or as .xlsx."
    )


def _cell(value: object) -> Cell:
    if value is None or (isinstance(value, int | float) and not isinstance(value, bool)):
        return value
    return str(value).strip() or None


def _number_or_text(text: str) -> Cell:
    """Read whole numbers as spreadsheets do, but keep what begins with a zero, as 006 does."""
    plain = text.strip()
    digits = plain.removeprefix("-")
    if digits.isascii() and digits.isdigit() and (digits == "0" or digits[0] != "0"):
        return int(plain)
    return plain or None
