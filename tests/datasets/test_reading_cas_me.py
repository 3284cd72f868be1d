"""CASME, CAS(ME)^2 and CAS(ME)^3 as they lie on disks."""

from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path

import pytest

from mien.core.facs_code import unit_numbers
from mien.core.track import EventKind
from mien.datasets.corpus import Corpus
from mien.datasets.finding import Level
from mien.datasets.reading import read_corpus

Write = Callable[..., Path]


def told(corpus: Corpus, row: int) -> list[str]:
    return [f"{one.level.value}: {one.found}" for one in corpus.findings if one.row == row]


CASME_HEADER = (
    *("Subject", "Filename", None, "OnsetF", "ApexF1", "ApexF2", "OffsetF", None, "AU", "Emotion"),
)


def test_casme_reads_the_first_of_two_apexes(
    tmp_path: Path, write_table: Write, write_pictures: Write
) -> None:
    rows = [
        CASME_HEADER,
        [1, "EP01_5", None, 12, 19, 25, 31, None, "L12", "tense"],
        [2, "EP03_1", None, 5, "/", "/", 20, None, 4, "amusement"],
    ]
    write_table(tmp_path / "CASME.xlsx", rows)
    frames = write_pictures(
        tmp_path / "CASME_raw_selected/sub01/EP01_5", range(10, 33), "EP01_5-{}.jpg"
    )
    first, second = read_corpus("casme", tmp_path).clips
    assert (first.key, first.frames, first.rate) == ("casme/sub01/EP01_5", frames, Fraction(60))
    assert (first.onset, first.apex, first.offset) == (12, 19, 31)
    assert (first.emotion, first.emotion_as_written) == ("others", "tense")
    assert (second.emotion, second.apex, second.frames) == ("happiness", None, None)


def test_casme_corrects_the_rows_that_do_not_fit_the_pictures(
    tmp_path: Path, write_table: Write
) -> None:
    rows: list[list[object]] = [
        [1 + place // 10, f"EP{place:03d}", None, 1, 100, None, 149, None, 4, "disgust"]
        for place in range(189)
    ]
    rows[54] = [6, "EP054", None, 1, 20, None, 200, None, 4, "disgust"]
    write_table(tmp_path / "CASME.csv", [CASME_HEADER, *rows])
    corpus = read_corpus("casme", tmp_path)
    times = [(clip.onset, clip.apex, clip.offset) for clip in corpus.clips]
    assert times[40] == (100, 120, 149)
    assert times[42] == (101, 110, 119)
    assert times[43] == (57, 65, 74)
    assert times[54] == (1, 20, 40)
    assert told(corpus, 42)[0].startswith("note: Corrected: onset 1 -> 100, apex 100 -> 120")


RULE_1 = [["raw no.", "folder", "subject"], [15, "s15", 1], [16, "s16", 2]]
RULE_2 = [["code", "video"], ["0401", "anger1"], [102, "disgust2"]]


def square_rows() -> list[Sequence[object]]:
    return [
        [1, "anger1_1", 10, 17, 0, "4+7", "negative", "micro-expression", "anger"],
        [1, "anger1_2", 15, 40, 60, "12", "positive", "macro-expression", "happiness"],
        [2, "disgust2_1", 5, 9, 13, "R10", "others", "micro-expression", "disgust"],
        [3, "anger1_1", 5, 9, 13, "R10", "surprise", "micro-expression", "surprise"],
    ]


@pytest.mark.parametrize("name", ["CAS(ME)^2code_final(Updated).xlsx", "CAS(ME)^2code_final.xlsx"])
def test_cas_me_2_finds_videos_by_its_two_naming_rules(
    tmp_path: Path, write_table: Write, write_pictures: Write, write_video: Write, name: str
) -> None:
    more = {"naming rule1": RULE_1, "naming rule2": RULE_2}
    write_table(tmp_path / name, square_rows(), more=more)
    video = write_pictures(
        tmp_path / "rawpic/s15/15_0401disgustingteeth", range(1, 80), "img{:03d}.jpg"
    )
    write_video(tmp_path / "rawvideo/s16/16_0102eatingworms.avi", 60)
    corpus = read_corpus("cas_me_2", tmp_path)
    first, second, third, fourth = corpus.clips
    assert (first.key, first.subject_key) == ("cas_me_2/s01/anger1_1", "cas_me_2/s01")
    assert (first.frames, first.uncut) == (video, video)
    assert (first.onset, first.apex, first.offset) == (10, 17, 17)
    assert (first.kind, second.kind) == (EventKind.MICRO, EventKind.MACRO)
    assert [clip.emotion for clip in corpus.clips] == [
        *("negative", "positive", "others", "surprise"),
    ]
    assert first.rate == Fraction(30)
    assert third.frames == tmp_path / "rawvideo/s16/16_0102eatingworms.avi"
    assert (third.first_frame, third.last_frame, third.onset) == (1, 60, 5)
    assert fourth.frames is None
    assert told(corpus, 1) == [
        "note: The offset is 0.",
        "warning: The apex 17 is the offset.",
    ]
    assert told(corpus, 4) == ["error: What folder of rawpic is meant is not known."]


def test_cas_me_2_prefers_the_whole_recording_and_takes_the_selection_without_it(
    tmp_path: Path, write_table: Write, write_pictures: Write
) -> None:
    more = {"naming rule1": RULE_1, "naming rule2": RULE_2}
    write_table(tmp_path / "CAS(ME)^2code_final.xlsx", square_rows()[:1], more=more)
    selected = write_pictures(tmp_path / "selectedpic/s15/anger1_1", range(8, 20))
    (clip,) = read_corpus("cas_me_2", tmp_path).clips
    assert (clip.frames, clip.uncut) == (selected, None)


def test_cas_me_2_as_plain_text_is_read_without_its_folders(
    tmp_path: Path, write_table: Write
) -> None:
    header = ["subject", "video", "onset", "apex", "offset", "AU", "emotion", "type", "self"]
    write_table(tmp_path / "CAS(ME)^2code_final.csv", [header, *square_rows()])
    corpus = read_corpus("cas_me_2", tmp_path)
    assert [clip.row for clip in corpus.clips] == [2, 3, 4, 5]
    assert told(corpus, 1) == ["note: The row holds no clip: 'subject'."]


CUBE_HEADER = (
    *("Subject", "Filename", "Onset", "Apex", "Offset", "AU", "Objective class", "emotion"),
)
C_HEADER = ("sub", "count", "onset", "offset", "au", "emotion")


def test_cas_me_3_tells_clips_of_one_recording_apart_by_their_onset(
    tmp_path: Path, write_table: Write, write_pictures: Write
) -> None:
    rows = [
        CUBE_HEADER,
        ["spNO.1", "a", 175, 181, 190, "R12", "I", "happy"],
        ["spNO.1", "a", 300, 305, 320, "4+L2", "VII", "Others"],
        ["spNO.1", "b", 30, 35, 20, "T28+14", "VIII", "others"],
        ["spNO.2", "m", 10, 12, 20, "B23", "II", "sad"],
    ]
    file = tmp_path / "annotation/cas(me)3_part_A_ME_label_JpgIndex_v2.xlsx"
    write_table(file, rows, sheet="label")
    color = write_pictures(tmp_path / "ME_A/spNO.1/a/color", [*range(175, 306), 320], "{}.jpg")
    write_pictures(tmp_path / "ME_A/spNO.1/a/depth", range(175, 330), "{}.png")
    corpus = read_corpus("cas_me_3", tmp_path)
    assert [clip.key for clip in corpus.clips] == [
        "cas_me_3/spNO.1/a@175",
        "cas_me_3/spNO.1/a@300",
        "cas_me_3/spNO.1/b@unknown",
        "cas_me_3/spNO.2/m@10",
    ]
    assert [clip.emotion for clip in corpus.clips] == ["happiness", "others", "others", "sadness"]
    assert [clip.objective_class for clip in corpus.clips] == [1, 7, None, 2]
    assert [clip.frames for clip in corpus.clips] == [color, color, None, None]
    assert [str(clip.code) for clip in corpus.clips] == ["R12", "4+L2", "T28+14", "B23"]
    assert told(corpus, 3) == ["warning: 14 frames are missing between onset and offset."]
    assert told(corpus, 4)[0] == "error: The offset lies before the onset (30 to 20)."
    assert corpus.clips[2].onset is None
    assert corpus.clips[0].part == "A"


def test_cas_me_3_reads_part_c_beside_part_a_with_people_of_its_own(
    tmp_path: Path, write_table: Write, write_pictures: Write
) -> None:
    a = [CUBE_HEADER, ["spNO.1", "a", 175, 181, 190, "R12", "I", "happy"]]
    c = [
        C_HEADER,
        [1, 3, 8, 20, "R4\uff0c5", "disgust"],
        [1, 4, 30, 44, "R4,5", "fear"],
    ]
    write_table(tmp_path / "cas(me)3_part_A_ME_label_JpgIndex_v2.xlsx", a)
    write_table(tmp_path / "CAS(ME)3_part_C_ME.xlsx", c)
    frames = write_pictures(tmp_path / "ME_C/01/3/color", range(8, 21), "{}.jpg")
    corpus = read_corpus("cas_me_3", tmp_path)
    assert [clip.key for clip in corpus.clips] == [
        *("cas_me_3/spNO.1/a@175", "cas_me_3/C01/3", "cas_me_3/C01/4"),
    ]
    third = corpus.clips[1]
    assert (third.part, third.frames, third.apex) == ("C", frames, None)
    assert unit_numbers(third.code) == unit_numbers(corpus.clips[2].code) == frozenset({4, 5})
    assert "No apex is coded." not in {one.found for one in corpus.findings}


def test_cas_me_3_reads_the_kind_where_the_full_list_tells_it(
    tmp_path: Path, write_table: Write
) -> None:
    rows = [
        (*CUBE_HEADER, "Expression type"),
        ["spNO.1", "a", 175, 181, 190, "R12", "I", "happy", "Micro-expression"],
        ["spNO.1", "a", 200, 240, 290, "12", "I", "happy", "Macro-expression"],
    ]
    write_table(tmp_path / "cas(me)3_part_A_all.xlsx", rows)
    kinds = [clip.kind for clip in read_corpus("cas_me_3", tmp_path).clips]
    assert kinds == [EventKind.MICRO, EventKind.MACRO]


def test_cas_me_3_corrects_the_table_of_860_clips(tmp_path: Path, write_table: Write) -> None:
    rows: list[list[object]] = [
        [f"spNO.{1 + place // 10}", "a", 10 * place + 1, None, 10 * place + 8, "4", "I", "sad"]
        for place in range(860)
    ]
    rows[708][2:5] = [20, 25, 10]
    rows[749][2:5] = [2900, 2650, 2660]
    write_table(tmp_path / "cas(me)3_part_A_ME_label_JpgIndex_v2.csv", [CUBE_HEADER, *rows])
    corpus = read_corpus("cas_me_3", tmp_path)
    times = [(clip.onset, clip.apex, clip.offset) for clip in corpus.clips]
    assert times[708] == (20, 25, 34)
    assert times[749] == (2647, 2650, 2660)


def test_one_damaged_part_does_not_keep_the_other_from_being_read(
    tmp_path: Path, write_table: Write
) -> None:
    write_table(tmp_path / "CAS(ME)3_part_C_ME.xlsx", [C_HEADER, [1, 3, 8, 20, "4", "fear"]])
    (tmp_path / "cas(me)3_part_A_ME_label.xls").write_bytes(bytes.fromhex("d0cf11e0a1b11ae1"))
    corpus = read_corpus("cas_me_3", tmp_path)
    assert len(corpus.clips) == 1
    assert [one.level for one in corpus.findings if "old Excel" in one.found] == [Level.ERROR]
