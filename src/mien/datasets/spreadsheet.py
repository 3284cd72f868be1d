"""Spreadsheets and text tables -> plain cells, sheet by sheet."""

import csv
import io
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
_ENCODINGS = ("utf-8-sig", "gb18030")
_DELIMITERS = {".tsv": "\t", ".txt": "\t"}

Rows = Sequence[Sequence[Cell]]


def read_sheets(file: Path) -> Mapping[str, Rows]:
    """Read all sheets of a table; a text table is one sheet without a name.

    The first row is row 1 of the spreadsheet; empty cells are None, and text has no blanks around
    it. Formulas give the values that were last computed.

    Raises:
        FormatError: an old .xls, or a file that is damaged or no table.
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


def _text_table(file: Path) -> Rows:
    data = file.read_bytes()
    for encoding in _ENCODINGS:
        try:
            text = data.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        msg = "it is neither UTF-8 nor GB 18030"
        raise ValueError(msg)
    first = text.partition("\n")[0]
    delimiter = _DELIMITERS.get(
        file.suffix.lower(), ";" if first.count(";") > first.count(",") else ","
    )
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    return [[_number_or_text(value) for value in row] for row in reader]


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
