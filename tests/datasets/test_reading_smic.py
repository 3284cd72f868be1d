"""SMIC as it lies on disks: three cameras, with a table and without."""

from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path

import pytest

from mien.core.errors import MissingError
from mien.datasets.corpus import Corpus
from mien.datasets.finding import Level
from mien.datasets.reading import read_corpus

HEADER = (
    *("Subject", "Filename", None, "OnsetF", "OffsetF", "Onset2F", "Offset2F", "Onset3F"),
    *("Offset3F", "FirstF", "LastF", "TotalMF1", "TotalMF2", "TotalVL", "Emotion"),
)
Write = Callable[..., Path]


def row(subject: object, name: str, pairs: Sequence[object], emotion: object) -> list[object]:
    times = [*pairs, *([None] * (6 - len(pairs)))]
    return [subject, name, None, *times, 1, 999, None, None, None, emotion]


def told(corpus: Corpus, number: int) -> list[str]:
    return [f"{one.level.value}: {one.found}" for one in corpus.findings if one.row == number]


def test_names_without_zeros_lead_to_the_folders_with_them(
    tmp_path: Path, write_table: Write, write_pictures: Write
) -> None:
    rows = [
        HEADER,
        row(20, "s20_ne_01", (17581039, 17581060), "negative"),
        row(1, "s1_sur_02", (1010, 1040), "surprise"),
        row(3, "s3_ne_20", (1010, 1040), "negative"),
        [],
        ["Notes: frames are counted from the beginning of the recording."],
        [None, "see the paper"],
    ]
    write_table(tmp_path / "SMIC-HS-E_annotation.xlsx", [["x"]], more={"HS": rows, "VIS": [[]]})
    uncut = write_pictures(
        tmp_path / "HS_long/SMIC_HS_E/s20/s20_ne_01", range(17581000, 17581100), "image{:06d}.jpg"
    )
    crop = write_pictures(
        tmp_path / "SMIC_all_cropped/HS/s01/micro/surprise/s01_sur_02",
        range(1010, 1041),
        "reg_image{:06d}.bmp",
    )
    corpus = read_corpus("smic_hs", tmp_path)
    first, second, third = corpus.clips
    assert (first.key, first.subject_key) == ("smic_hs/s20/s20_ne_01", "smic_hs/s20")
    assert (first.frames, first.uncut, first.emotion) == (uncut, uncut, "negative")
    assert (first.onset, first.apex, first.offset) == (17581039, None, 17581060)
    assert (second.key, second.name) == ("smic_hs/s01/s01_sur_02", "s1_sur_02")
    assert (second.frames, second.emotion, second.rate) == (crop, "surprise", Fraction(100))
    assert third.frames is None
    assert told(corpus, 2) == []
    assert told(corpus, 4)[0].startswith("error: There is no folder")
    assert told(corpus, 6)[0].startswith("note: The row holds no clip: 'Notes: frames")
    assert told(corpus, 7) == ["note: The row holds no clip: 'see the paper'."]


def test_several_movements_of_one_row_are_several_clips(
    tmp_path: Path, write_table: Write, write_pictures: Write
) -> None:
    rows = [HEADER, row(3, "s3_ne_03", (10, 30, 50, 70, 90, 99), "negative")]
    write_table(tmp_path / "SMIC-HS-E_annotation.xlsx", rows, sheet="HS")
    write_pictures(tmp_path / "HS_long/SMIC_HS_E/s03/s03_ne_03", range(1, 120), "image{}.jpg")
    clips = read_corpus("smic_hs", tmp_path).clips
    assert [(clip.key, clip.onset, clip.offset) for clip in clips] == [
        ("smic_hs/s03/s03_ne_03", 10, 30),
        ("smic_hs/s03/s03_ne_03#2", 50, 70),
        ("smic_hs/s03/s03_ne_03#3", 90, 99),
    ]
    assert len({clip.frames for clip in clips}) == 1


@pytest.mark.parametrize(
    ("corpus", "file", "sheet"),
    [
        ("smic_vis", "SMIC-HS-E_annotation.xlsx", "VIS"),
        ("smic_vis", "SMIC-VIS-E_annotation.xlsx", "Tabelle1"),
        ("smic_nir", "SMIC-NIR-E_annotation.xlsx", "NIR"),
    ],
)
def test_the_slower_cameras_have_sheets_or_files_of_their_own(
    tmp_path: Path, write_table: Write, corpus: str, file: str, sheet: str
) -> None:
    rows = [HEADER, row(11, "s11_po_03", (5, 13), "positive")]
    others = {"HS": [HEADER, row(1, "s1_ne_01", (1, 9), "negative")]} if sheet == "VIS" else {}
    write_table(tmp_path / file, rows, sheet=sheet, more=others)
    (clip,) = read_corpus(corpus, tmp_path).clips
    assert (clip.key, clip.subject_key) == (f"{corpus}/s11/s11_po_03", "smic_hs/s11")
    assert (clip.emotion, clip.rate) == ("positive", Fraction(25))


def test_the_label_comes_from_the_name_where_the_cell_is_empty(
    tmp_path: Path, write_table: Write
) -> None:
    write_table(tmp_path / "SMIC-HS-E_annotation.xlsx", [HEADER, row(4, "s4_ne_05", (1, 9), None)])
    (clip,) = read_corpus("smic_hs", tmp_path).clips
    assert (clip.emotion, clip.emotion_as_written) == ("negative", "ne")


def test_without_a_table_the_folders_of_the_clips_say_enough(
    tmp_path: Path, write_pictures: Write
) -> None:
    base = tmp_path / "SMIC_all_cropped/HS"
    for name, label in (("s01_ne_01", "negative"), ("s01_sur_01", "surprise")):
        write_pictures(base / f"s01/micro/{label}/{name}", range(7, 19), "reg_image{}.bmp")
    write_pictures(base / "s02/micro/positive/s02_po_01", range(3), "reg_image{}.bmp")
    write_pictures(base / "s02/non_micro/s02_nm_01", range(3), "reg_image{}.bmp")
    corpus = read_corpus("smic_hs", tmp_path)
    assert [(clip.key, clip.emotion, clip.onset, clip.offset) for clip in corpus.clips] == [
        ("smic_hs/s01/s01_ne_01", "negative", 7, 18),
        ("smic_hs/s01/s01_sur_01", "surprise", 7, 18),
        ("smic_hs/s02/s02_po_01", "positive", 0, 2),
    ]
    first = corpus.findings[0]
    assert first.level is Level.WARNING
    assert first.found == "There is no table; 3 folders of clips are."


def test_neither_table_nor_folders_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MissingError, match=r"table of SMIC-HS.*SMIC-HS-E_annotation"):
        read_corpus("smic_hs", tmp_path)
