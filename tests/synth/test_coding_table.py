"""A plain reader of spreadsheets finds the columns of CASME II."""

from pathlib import Path

import pandas as pd
import pytest

from mien.core.facs import Channel
from mien.synth.coding_table import CodedClip, units_text, write_coding_table

ROWS = (
    CodedClip("sub01", "EP02_01f", 46, 59, 86, (Channel.parse("AU12L"),), "happiness"),
    CodedClip(
        "sub17",
        "EP01_02",
        1,
        20,
        31,
        tuple(map(Channel.parse, ("AU04L", "AU04R", "AU07L", "AU07R", "AU17L", "AU17R"))),
        "disgust",
    ),
)


def test_pandas_reads_nine_columns_two_of_them_blank(tmp_path: Path) -> None:
    write_coding_table(tmp_path / "coding.xlsx", ROWS)
    table = pd.read_excel(tmp_path / "coding.xlsx")
    assert list(table.columns) == [
        "Subject",
        "Filename",
        "Unnamed: 2",
        "OnsetFrame",
        "ApexFrame",
        "OffsetFrame",
        "Unnamed: 6",
        "Action Units",
        "Estimated Emotion",
    ]
    assert table["Subject"].tolist() == [1, 17]
    assert table["OnsetFrame"].tolist() == [46, 1]
    assert table["Action Units"].tolist() == ["L12", "4+7+17"]
    assert table["Unnamed: 2"].isna().all()
    with pd.ExcelFile(tmp_path / "coding.xlsx") as book:
        assert book.sheet_names == ["Sheet1"]


def test_the_same_rows_give_the_same_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, now in (("a", 1e9), ("b", 1.5e9)):
        monkeypatch.setattr("time.time", lambda now=now: now)
        write_coding_table(tmp_path / f"{name}.xlsx", ROWS)
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()
    assert b"2026" not in (tmp_path / "a.xlsx").read_bytes()


def test_units_of_one_side_carry_its_letter() -> None:
    channels = [Channel.parse(name) for name in ("AU14R", "AU01L", "AU01R")]
    assert units_text(channels) == "1+R14"
