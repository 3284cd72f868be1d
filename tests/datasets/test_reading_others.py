"""MMEW, 4DME and DFME as they lie on disks."""

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest

from mien.core.facs_code import unit_numbers
from mien.datasets.corpus import Corpus
from mien.datasets.reading import read_corpus

Write = Callable[..., Path]


def told(corpus: Corpus, row: int) -> list[str]:
    return [f"{one.level.value}: {one.found}" for one in corpus.findings if one.row == row]


MMEW = (
    *("Subject", "Filename", "OnsetFrame", "ApexFrame", "OffsetFrame", "Action Units"),
    *("Estimated Emotion", "remarks"),
)


@pytest.mark.parametrize("folder", ["others", "repression"])
def test_mmew_lies_in_the_folders_of_its_emotions(
    tmp_path: Path, write_table: Write, write_pictures: Write, folder: str
) -> None:
    rows = [
        MMEW,
        [3, "S03-05-001", 1, 12, 30, "12", "happiness", None],
        ["S11", "S11-02-004", 1, 12, 30, "4", "others", "blinks"],
        [4, "S04-01-001", 1, 12, 30, "4", "bored", None],
    ]
    write_table(tmp_path / "MMEW_Micro_Exp.xlsx", rows)
    base = tmp_path / "Micro_Expression"
    one = write_pictures(base / "happiness/S03-05-001", range(1, 31), "{}.jpg")
    other = write_pictures(base / folder / "S11-02-004", range(1, 31), "{}.jpg")
    corpus = read_corpus("mmew", tmp_path)
    first, second, third = corpus.clips
    assert (first.key, first.frames, first.rate) == ("mmew/S03/S03-05-001", one, Fraction(90))
    assert (second.key, second.frames, second.emotion) == ("mmew/S11/S11-02-004", other, "others")
    assert third.emotion is None
    assert told(corpus, 3) == ["note: The coder notes: blinks."]
    assert told(corpus, 4)[0].startswith("warning: The emotion 'bored' is none of")


def test_mmew_does_not_choose_between_two_folders_of_one_name(
    tmp_path: Path, write_table: Write, write_pictures: Write
) -> None:
    write_table(tmp_path / "MMEW_Micro_Exp.xlsx", [MMEW, [3, "S03", 1, 2, 3, "4", "bored", None]])
    for folder in ("anger", "fear"):
        write_pictures(tmp_path / "Micro_Expression" / folder / "S03", range(1, 4), "{}.jpg")
    corpus = read_corpus("mmew", tmp_path)
    assert corpus.clips[0].frames is None
    assert "warning: 2 folders may be meant: anger/S03, fear/S03." in told(corpus, 2)


def test_mmew_corrects_apex_and_offset_of_16_rows(tmp_path: Path, write_table: Write) -> None:
    rows: list[list[object]] = [
        [1, f"S01-{place:03d}", 1, 200, 210, "4", "fear", None] for place in range(300)
    ]
    write_table(tmp_path / "MMEW_Micro_Exp.csv", [MMEW, *rows])
    corpus = read_corpus("mmew", tmp_path)
    changed = {
        place: (clip.apex, clip.offset)
        for place, clip in enumerate(corpus.clips)
        if clip.apex != 200
    }
    assert sorted(changed) == [*(33, *range(35, 43)), 142, 143, 145, 146, 148, 154, 156]
    assert changed[33] == (40, 75)
    assert changed[156] == (38, 106)


FOUR = (
    *("sub_ID", "fold_name", "fold", "Onset", "Apex", "Offset", "Total", "AUs"),
    *("Positive", "Negative", "Surprise", "Repression", "Others"),
)


def test_4dme_reads_labels_from_their_columns_and_leaves_weak_units_out(
    tmp_path: Path, write_table: Write, write_pictures: Write
) -> None:
    rows = [
        FOUR,
        ["S01", "m1", 1, 100, 110, 130, 31, "4+7(k)", 0, 1, 0, 0, 0],
        ["S01", "m2", 1, 100, 110, 130, 31, "AU12(k)", 1, 0, 1, 0, 0],
        [7, "m3", 1, 100, 110, 130, 31, "1+2", 0, 0, 0, 0, 0],
        ["S02", "m4", 1, 100, 110, 130, 31, "14", None, None, None, 1, None],
    ]
    write_table(tmp_path / "4DME_Labelling_Micro_release v1.xlsx", rows)
    frames = write_pictures(tmp_path / "gray_micro/S01/m1", range(100, 131), "{}.jpg")
    corpus = read_corpus("4dme", tmp_path)
    assert [clip.emotion for clip in corpus.clips] == ["negative", None, None, "repression"]
    assert [sorted(unit_numbers(clip.code) or ()) for clip in corpus.clips] == [
        [4],
        [],
        [1, 2],
        [14],
    ]
    assert unit_numbers(corpus.clips[0].code, weak=True) == frozenset({4, 7})
    assert corpus.clips[0].key == "4dme/S01/m1"
    assert corpus.clips[0].frames == frames
    assert corpus.clips[1].emotion_as_written == "Positive+Surprise"
    assert "note: The clip has several labels: Positive+Surprise." in told(corpus, 3)
    assert "warning: No emotion is written." in told(corpus, 4)
    assert corpus.clips[2].subject_key == "4dme/7"


def test_4dme_puts_two_swapped_rows_right(tmp_path: Path, write_table: Write) -> None:
    rows: list[list[object]] = [
        ["S01", f"m{place}", 1, 100, 110, 130, 31, "4", 0, 1, 0, 0, 0] for place in range(267)
    ]
    rows[144][7:13] = ["12", 1, 0, 0, 0, 0]
    write_table(tmp_path / "4DME_Labelling_Micro_release v1.xlsx", [FOUR, *rows])
    clips = read_corpus("4dme", tmp_path).clips
    assert (str(clips[144].code), clips[144].emotion) == ("4", "negative")
    assert (str(clips[145].code), clips[145].emotion) == ("12", "positive")
    assert "stand in each other's place" in clips[144].remarks[0]


DFME = (
    *("Subject", "Filename", "OnsetFrame", "ApexFrame", "OffsetFrame", "Emotion", "EmotionId"),
    *("Fps", "AU"),
)


def test_dfme_has_a_rate_a_row_and_parts(
    tmp_path: Path, write_table: Write, write_pictures: Write
) -> None:
    rows = [
        DFME,
        ["sub0003", "sub0003_01", 10, 40, 90, "happiness", 4, 500, "L12"],
        ["sub0003", "sub0003/sub0003_02", 10, 40, 90, "anger", 0, 300, "23+AD31"],
        [4, "sub0004_01", 10, 40, 90, "surprise", 6, 200, "1+2+5+M58"],
        [4, "sub0004_02", 10, 40, 90, "fear", 3, "fast", "5"],
        [4, "sub0004_03", 10, 40, 90, "fear", 3, None, "5"],
    ]
    write_table(tmp_path / "DFME_train.xlsx", rows)
    test = [DFME[:5] + DFME[7:8], ["sub0200", "sub0200_01", 1, 20, 60, 500]]
    write_table(tmp_path / "DFME_testA.csv", test)
    frames = write_pictures(tmp_path / "DFME_train/sub0003/sub0003_02", range(10, 91), "{}.jpg")
    corpus = read_corpus("dfme", tmp_path)
    assert [clip.rate for clip in corpus.clips[:3]] == [500, 300, 200]
    assert [clip.rate for clip in corpus.clips[3:5]] == [None, None]
    assert [clip.duration_s for clip in corpus.clips[:3]] == pytest.approx([0.16, 80 / 300, 0.4])
    assert corpus.clips[1].key == "dfme/sub0003/sub0003_02"
    assert corpus.clips[1].frames == frames
    assert corpus.clips[2].subject_key == "dfme/sub0004"
    assert [str(clip.code) for clip in corpus.clips[:3]] == ["L12", "23+AD31", "1+2+5+M58"]
    tested = corpus.clips[-1]
    assert (tested.part, tested.emotion, tested.code.unknown) == ("testA", None, True)
    assert "error: The rate 'fast' is none." in told(corpus, 5)
    assert "error: No rate is written." in told(corpus, 6)
    assert not [
        one for one in corpus.findings if one.source == "DFME_testA.csv" and "emotion" in one.found
    ]


def test_dfme_takes_the_number_of_an_emotion_where_there_is_no_word(
    tmp_path: Path, write_table: Write
) -> None:
    header = [name for name in DFME if name != "Emotion"]
    rows = [["sub0001", f"sub0001_0{n}", 1, 2, 3, n, 500, "4"] for n in range(7)]
    write_table(tmp_path / "DFME_train.csv", [header, *rows])
    assert [clip.emotion for clip in read_corpus("dfme", tmp_path).clips] == [
        *("anger", "contempt", "disgust", "fear", "happiness", "sadness", "surprise")
    ]
