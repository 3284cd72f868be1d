"""Spreadsheets in every form in which they circulate."""

from collections.abc import Callable
from pathlib import Path

import pytest

from mien.core.errors import FormatError
from mien.core.facs_code import Cell
from mien.datasets.spreadsheet import read_sheets, told_first_row


def test_a_workbook_gives_its_sheets_with_numbers_text_and_gaps(
    tmp_path: Path, write_table: Callable[..., Path]
) -> None:
    file = write_table(
        tmp_path / "a.xlsx", [["Subject", None, 1.5], [1, " EP01 ", None]], more={"B": [["x"]]}
    )
    sheets = read_sheets(file)
    assert sheets["Sheet1"] == [["Subject", None, 1.5], [1, "EP01", None]]
    assert sheets["B"] == [["x"]]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.csv", "Subject,AU\n006,4\n7,4+7\n,\n"),
        ("a.csv", "Subject;AU\r\n006;4\r\n7;4+7\r\n;\r\n"),
        ("a.tsv", "Subject\tAU\n006\t4\n7\t4+7\n\t\n"),
        ("a.csv", '\ufeffSubject,AU\n"006","4"\n7,"4+7"\n,\n'),
    ],
)
def test_text_tables_keep_zeros_in_front_and_read_whole_numbers(
    tmp_path: Path, name: str, text: str
) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8", newline="")
    rows = [["Subject", "AU"], ["006", 4], [7, "4+7"], [None, None]]
    assert read_sheets(tmp_path / name) == {"": rows}


def test_a_text_table_in_the_encoding_of_chinese_excel_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes("sub,au\n1,R4\uff0c5\n".encode("gb18030"))
    assert read_sheets(tmp_path / "a.csv")[""][1] == [1, "R4\uff0c5"]


@pytest.mark.parametrize(
    ("data", "found"),
    [
        ("name,label\nH\u00e9l\u00e8ne,fear\n".encode("latin-1"), "other letters in line 2"),
        ("name,label\nKr\u00e9\u00e9,fear\n".encode("latin-1"), "other letters in line 2"),
        ("name,label\n\u00c5sa,fear\n".encode("cp1252"), "other letters in line 2"),
        ("name,label\nAnna,fear\n".encode("utf-16"), "is UTF-16"),
        ("name,label\nAnna,fear\n".encode("utf-16-le"), "is UTF-16"),
        (b"\xff\xff\xff\xff", "other letters in line 1"),
    ],
)
def test_text_that_is_not_utf_8_is_refused_rather_than_read_as_other_words(
    tmp_path: Path, data: bytes, found: str
) -> None:
    (tmp_path / "a.csv").write_bytes(data)
    sentence = rf"Expected text in UTF-8 in a\.csv, but it (has )?{found}.*save it as CSV UTF-8"
    with pytest.raises(FormatError, match=sentence):
        read_sheets(tmp_path / "a.csv")


def test_a_workbook_with_the_ending_of_a_text_table_is_named_as_one(
    tmp_path: Path, write_table: Callable[..., Path]
) -> None:
    file = write_table(tmp_path / "a.xlsx", [["Subject"]]).rename(tmp_path / "a.csv")
    with pytest.raises(FormatError, match=r"a\.csv.*workbook under another name.*\.xlsx"):
        read_sheets(file)


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ([], "the table is empty"),
        ([[None], ["Subject", None, 3]], "the first row reads 'Subject, 3'"),
        ([["A title"], ["Subject", "AU"]], "the first row reads 'Subject, AU'"),
        ([["a\tb"]], r"the first row reads 'a\tb', whose columns are divided by tabs"),
    ],
)
def test_the_first_row_is_told_for_what_it_holds(rows: list[list[Cell]], told: str) -> None:
    assert told_first_row(Path("a.csv"), rows).startswith(told)


@pytest.mark.parametrize("name", ["CASME2_label_Ver_2.xls", "renamed.xlsx"])
def test_old_excel_is_refused_with_what_to_do(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(bytes.fromhex("d0cf11e0a1b11ae1") + bytes(512))
    with pytest.raises(FormatError, match=rf"{name} is .*old Excel.*save it as \.xlsx or \.csv"):
        read_sheets(tmp_path / name)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.xlsx", b"not a workbook"),
        ("a.xlsx", b""),
        ("a.csv", b'a,b\n"open,1\n'),
    ],
)
def test_damaged_tables_are_refused(tmp_path: Path, name: str, data: bytes) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(FormatError, match=rf"Expected a table in {name}.*Copy it again"):
        read_sheets(tmp_path / name)
