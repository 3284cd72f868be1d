"""SAMM and its long videos as they lie on disks."""

from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path

import pytest

from mien.core.facs_code import unit_numbers
from mien.core.track import EventKind
from mien.datasets.corpus import Corpus
from mien.datasets.finding import Level
from mien.datasets.reading import read_corpus

MICRO = (
    *("Subject", "Filename", "Inducement Code", "Onset Frame", "Apex Frame", "Offset Frame"),
    *("Duration", "Micro", "Action Units", "Estimated Emotion", "Objective Classes", "Notes"),
)
MOVEMENT = (
    *("Subject", "Filename", "Inducement Code", "Onset", "Apex", "Offset", "Duration", "Type"),
    *("Action Units", "Notes"),
)
Write = Callable[..., Path]


def micro(
    name: str,
    times: Sequence[object] = (5562, 5580, 5624),
    units: object = "12",
    emotion: str = "Happiness",
    objective: object = 1,
    notes: object = None,
) -> list[object]:
    subject = name.split("_", maxsplit=1)[0]
    return [
        *(subject, name, 7, *times, "=F15-D15", "Micro - 1/2"),
        *(units, emotion, objective, notes),
    ]


def table_of(rows: Sequence[Sequence[object]]) -> list[Sequence[object]]:
    """Thirteen rows of text, the header in row 14, then the rows."""
    preamble: list[Sequence[object]] = [["SAMM micro-movements", None, "Subject"], [], ["Legend"]]
    preamble += [[f"Code {number}", "means something"] for number in range(10)]
    return [*preamble, MICRO, *rows]


def told(corpus: Corpus, row: int) -> list[str]:
    return [f"{one.level.value}: {one.found}" for one in corpus.findings if one.row == row]


@pytest.mark.parametrize("name", ["{:05d}.jpg", "{:04d}.jpg", "{}.jpg"])
def test_a_row_below_the_text_becomes_a_clip_with_its_grey_pictures(
    tmp_path: Path, write_table: Write, write_pictures: Write, name: str
) -> None:
    rows = [micro("006_1_2", (5562, 5580, 5624), "15A+17", "Other", 7, "head moves")]
    write_table(
        tmp_path / "SAMM_Micro_FACS_Codes_v2.xlsx",
        [["Frames and movements"]],
        sheet="README",
        more={"MICRO_ONLY": table_of(rows)},
    )
    frames = write_pictures(tmp_path / "SAMM/006/006_1_2", range(5562, 5625), f"006_{name}")
    corpus = read_corpus("samm", tmp_path)
    (clip,) = corpus.clips
    assert (clip.key, clip.subject_key) == ("samm/006/006_1_2", "samm/006")
    assert clip.frames == frames
    assert (clip.first_frame, clip.onset, clip.apex, clip.offset) == (5562, 5562, 5580, 5624)
    assert clip.rate == Fraction(200)
    assert (clip.emotion, clip.emotion_as_written) == ("others", "Other")
    assert (clip.objective_class, clip.kind, clip.row) == (7, EventKind.MICRO, 15)
    assert str(clip.code) == "15A+17"
    assert clip.remarks == ("The coder notes: head moves.",)
    assert told(corpus, 15) == ["note: The coder notes: head moves."]


def test_a_subject_that_lost_its_zeros_is_the_same_person(
    tmp_path: Path, write_table: Write
) -> None:
    rows = [[6, *micro("006_1_2")[1:]], micro("006_1_3")]
    write_table(tmp_path / "SAMM_Micro_FACS_Codes_v2.xlsx", table_of(rows), sheet="MICRO_ONLY")
    assert {one.subject_key for one in read_corpus("samm", tmp_path).clips} == {"samm/006"}


def test_the_wild_codes_are_all_read(tmp_path: Path, write_table: Write) -> None:
    codes = {
        "15A+17": {15, 17},
        "(R6 or R12)+R15": {6, 15},
        "ref(7B)+43": {7, 43},
        "A/L12": {12},
        "10A/B": {10},
        "L12 or L14": {12},
        "A9+12": {9, 12},
        "L12 + 61": {12, 61},
        "A12+A7": {7, 12},
    }
    rows = [micro(f"0{10 + count}_1_1", units=code) for count, code in enumerate(codes)]
    write_table(tmp_path / "SAMM_Micro_FACS_Codes_v2.xlsx", table_of(rows), sheet="MICRO_ONLY")
    corpus = read_corpus("samm", tmp_path)
    read = [set(unit_numbers(clip.code) or ()) for clip in corpus.clips]
    assert read == list(codes.values())
    assert not [one for one in corpus.findings if "cannot read" in one.found]


def test_open_units_missing_apexes_and_a_wrong_offset_are_corrected(
    tmp_path: Path, write_table: Write
) -> None:
    rows = [micro(f"{6 + place // 9:03d}_{place}_1") for place in range(159)]
    rows[15] = micro("007_15_1", units="(R6 or R12)+R15")
    rows[41] = micro("010_41_1", units="L12 or L14")
    rows[18] = micro("008_18_1", units="12")  # known as open, but is not: stays
    rows[56] = micro("012_56_1", (5700, 5720, 9999))
    rows[125] = micro("019_125_1", (1090, "/", 1150))
    write_table(tmp_path / "SAMM_Micro_FACS_Codes_v2.xlsx", table_of(rows), sheet="MICRO_ONLY")
    corpus = read_corpus("samm", tmp_path)
    by_name = {clip.name: clip for clip in corpus.clips}
    assert str(by_name["007_15_1"].code) == "R12+R15"
    assert str(by_name["010_41_1"].code) == "L14"
    assert str(by_name["008_18_1"].code) == "12"
    assert by_name["012_56_1"].offset == 5739
    assert by_name["019_125_1"].apex == 1105
    assert told(corpus, 15 + 15) == ["note: Corrected: units (R6 or R12)+R15 -> R12+R15."]
    as_written = read_corpus("samm", tmp_path, corrections=False)
    assert str(as_written.clips[15].code) == "(R6 or R12)+R15"


def test_a_workbook_without_the_sheet_is_refused(tmp_path: Path, write_table: Write) -> None:
    write_table(
        tmp_path / "SAMM_Micro_FACS_Codes_v2.xlsx", [["a"]], sheet="One", more={"Two": [["b"]]}
    )
    with pytest.raises(Exception, match=r"Expected a sheet MICRO_ONLY.*it has One, Two"):
        read_corpus("samm", tmp_path)


@pytest.mark.parametrize("version", ["V1", "V2", "V3"])
def test_movements_of_long_videos_lie_in_the_video_that_their_name_begins_with(
    tmp_path: Path, write_table: Write, write_pictures: Write, version: str
) -> None:
    rows: list[Sequence[object]] = [["SAMM Long Videos"], *([f"line {n}"] for n in range(9))]
    rows += [
        MOVEMENT,
        ["006", "006_1_2", 1, 30, 41.4, 60, 31, "Micro - 1/2", "12", None],
        ["006", "006_1_7", 1, 0, 20, 55, 56, "Macro", "4+7", None],
        ["006", "006_1_8", 1, 58, "566.4", 90, 33, "Macro", "4+7", None],
        ["007", "007_3_1", 1, 1, 2, 3, 3, "macro?", "4", None],
    ]
    file = tmp_path / f"SAMM_LongVideos_{version}_Release.xlsx"
    write_table(file, [["other"]], more={"FACS_Movement_Only": rows})
    video = write_pictures(tmp_path / "SAMM_longvideos/006_1", range(1, 101), "006_1_{:04d}.jpg")
    corpus = read_corpus("samm_lv", tmp_path)
    first, second, third, fourth = corpus.clips
    assert {clip.subject_key for clip in corpus.clips} == {"samm/006", "samm/007"}
    assert [clip.frames for clip in corpus.clips] == [video, video, video, None]
    assert first.uncut == video
    assert (first.key, first.kind, first.apex) == ("samm_lv/006/006_1_2", EventKind.MICRO, 41)
    assert (second.kind, second.onset, second.offset) == (EventKind.MACRO, 1, 55)
    assert (third.apex, third.emotion) == (None, None)
    assert fourth.kind is EventKind.MACRO
    assert told(corpus, 12) == ["note: The apex 41.4 is no whole frame."]
    assert told(corpus, 13) == ["note: The onset is 0."]
    assert told(corpus, 14)[1] == "warning: The apex 566 lies outside onset to offset (58 to 90)."
    assert told(corpus, 15) == ["error: There is no folder SAMM_longvideos/007_3."]
    assert not [one for one in corpus.findings if "emotion" in one.found]
    assert corpus.findings[0].level is not None
    assert Level.ERROR in {one.level for one in corpus.findings}
