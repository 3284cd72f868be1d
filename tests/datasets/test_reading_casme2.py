"""CASME II as it lies on disks: variants of its table, and everything that is odd in it."""

from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path

import pytest

from mien.core.errors import FormatError, MissingError, UsageError
from mien.core.facs_code import parse_facs_code, unit_numbers
from mien.datasets.coded_clip import CodedClip
from mien.datasets.corpus import Corpus
from mien.datasets.finding import Finding, Level
from mien.datasets.reading import read_corpus

HEADER = (
    *("Subject", "Filename", None, "OnsetFrame", "ApexFrame", "OffsetFrame", None),
    *("Action Units", "Estimated Emotion"),
)
WORDS = ("happiness", "disgust", "surprise", "repression", "sadness", "fear", "others", "other")
CLEANED = tuple(name for name in HEADER if name)
Write = Callable[..., Path]


def row(
    subject: object,
    name: str,
    times: Sequence[object] = (10, 20, 40),
    units: object = "4",
    emotion: object = "disgust",
) -> list[object]:
    return [subject, name, None, *times, None, units, emotion]


def clip_named(corpus: Corpus, name: str) -> CodedClip:
    (clip,) = [one for one in corpus.clips if one.name == name]
    return clip


def told(corpus: Corpus, sentence: str) -> Finding:
    (finding,) = [one for one in corpus.findings if sentence in str(one)]
    return finding


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "CASME2"


def test_a_row_becomes_a_clip_with_its_pictures(
    root: Path, write_table: Write, write_pictures: Write
) -> None:
    rows = [HEADER, row(1, "EP02_01f", (46, 59, 86), "4+L10", "happiness")]
    write_table(root / "CASME2-coding-20140508.xlsx", rows)
    frames = write_pictures(root / "CASME2_RAW_selected/sub01/EP02_01f", range(46, 87))
    uncut = write_pictures(root / "CASME2-RAW/sub01/EP02_01f", range(1, 200))
    write_pictures(root / "Cropped/sub01/EP02_01f", range(46, 87), "reg_img{}.jpg")
    (root / "Cropped/sub01/Desktop - Shortcut.lnk").touch()
    corpus = read_corpus("casme2", root)
    assert corpus.findings == (told(corpus, "corrections are known for a table of 256"),)
    (clip,) = corpus.clips
    assert (clip.key, clip.subject, clip.subject_key) == (
        "casme2/sub01/EP02_01f",
        "1",
        "casme2/sub01",
    )
    assert (clip.frames, clip.uncut) == (frames, uncut)
    assert (clip.first_frame, clip.last_frame) == (46, 86)
    assert (clip.onset, clip.apex, clip.offset) == (46, 59, 86)
    assert clip.rate == Fraction(200)
    assert clip.duration_s == pytest.approx(0.2)
    assert (clip.emotion, clip.emotion_as_written) == ("happiness", "happiness")
    assert str(clip.code) == "4+L10"
    assert (clip.row, clip.source, clip.remarks) == (2, "CASME2-coding-20140508.xlsx", ())


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("CASME2-coding-20140508.xlsx", HEADER),
        ("CASME2-coding-20190701.xlsx", HEADER),
        ("CASME2-coding-20190701.csv", CLEANED),
        ("CASME2-coding-updated.xlsx", HEADER),
        ("CASME2_label_Ver_2.xlsx", CLEANED),
        ("tables/casme2-coding-20140508.tsv", CLEANED),
    ],
)
def test_every_variant_of_the_table_is_read_alike(
    root: Path, write_table: Write, name: str, header: tuple[str | None, ...]
) -> None:
    full = row(1, "EP02_01f", (46, 59, 86), "L1+L2", "Others")
    cells = dict(zip(HEADER, full, strict=True))
    write_table(root / name, [header, [cells.get(column) for column in header]])
    (clip,) = read_corpus("casme2", root).clips
    assert (clip.key, clip.apex, clip.emotion) == ("casme2/sub01/EP02_01f", 59, "others")
    assert str(clip.code) == "L1+L2"


def test_subjects_are_one_person_however_excel_wrote_them(root: Path, write_table: Write) -> None:
    ways = (5, 5.0, "05", "5", "sub05")
    rows = [row(way, f"EP0{count}") for count, way in enumerate(ways)]
    write_table(root / "CASME2-coding-20140508.xlsx", [HEADER, *rows])
    corpus = read_corpus("casme2", root)
    assert {clip.subject_key for clip in corpus.clips} == {"casme2/sub05"}


def test_what_is_odd_in_a_row_is_told_with_the_row(
    root: Path, write_table: Write, write_pictures: Write
) -> None:
    rows = [
        row(4, "EP12_01f", (10, "/", 40), 4),
        row(5, "EP09_05f", (69, 69, 123)),
        row(5, "EP16_04f", (141, 181, 181)),
        row(6, "EP01", (40, 30, 10)),
        row(7, "EP01", units="?", emotion="tense"),
        row(8, "EP01", units="4 7"),
        row(9, "EP01", emotion=None),
        row(10, "EP01", (8, 20, 45)),
        row(11, "EP01"),
        row(None, "EP01"),
        row(12, "EP01", (300, 310, 320)),
        row(13, "EP01_2"),
    ]
    write_table(root / "CASME2-coding-20140508.xlsx", [HEADER, *rows])
    for subject in (4, 7, 8, 9, 10, 12):
        name = "EP12_01f" if subject == 4 else "EP01"
        write_pictures(root / f"CASME2_RAW_selected/sub{subject:02d}/{name}", range(10, 41))
    write_pictures(root / "CASME2_RAW_selected/sub13/EP01_02", range(10, 41))
    for name, first, last in (("EP09_05f", 69, 123), ("EP16_04f", 141, 181)):
        write_pictures(root / f"CASME2_RAW_selected/sub05/{name}", range(first, last + 1))
    corpus = read_corpus("casme2", root)
    of_row: dict[int | None, list[str]] = {}
    for finding in corpus.findings:
        of_row.setdefault(finding.row, []).append(f"{finding.level.value}: {finding.found}")
    assert of_row.pop(None)
    with pytest.raises(FormatError, match="cannot read '7' in '4 7'") as caught:
        parse_facs_code("4 7")
    unread = str(caught.value)
    assert of_row == {
        2: ["warning: No apex is coded."],
        3: ["warning: The apex 69 is the onset."],
        4: ["warning: The apex 181 is the offset."],
        5: [
            "error: The offset lies before the onset (40 to 10).",
            "error: There is no folder CASME2_RAW_selected/sub06/EP01.",
        ],
        6: [f"warning: The emotion 'tense' is none of {', '.join(WORDS)}."],
        7: [f"error: {unread}"],
        8: ["warning: No emotion is written."],
        9: [
            "error: The onset 8 lies outside the pictures (10 to 40).",
            "error: The offset 45 lies outside the pictures (10 to 40).",
        ],
        10: ["error: There is no folder CASME2_RAW_selected/sub11/EP01."],
        11: ["error: No subject is written."],
        12: ["error: Frames 300 to 320 are coded, but those on disk are 10 to 40."],
        13: ["note: The folder is spelled EP01_02."],
    }
    outside = next(one for one in corpus.clips if one.subject == "10")
    assert (outside.onset, outside.apex, outside.offset) == (None, 20, None)
    assert outside.remarks[0].startswith("The onset 8 lies outside the pictures (10 to 40). The")
    unknown = next(one for one in corpus.clips if one.subject == "7")
    assert unknown.emotion is None
    assert unit_numbers(unknown.code) is None
    assert next(one for one in corpus.clips if one.subject == "12").frames is None
    assert clip_named(corpus, "EP12_01f").apex is None
    assert len(corpus.clips) == 11


def test_without_pictures_the_table_is_read_and_their_absence_told_once(
    root: Path, write_table: Write
) -> None:
    rows = [row(number, "EP01") for number in range(1, 6)]
    write_table(root / "CASME2-coding-20140508.xlsx", [HEADER, *rows])
    corpus = read_corpus("casme2", root)
    assert len(corpus.clips) == 5
    assert all(clip.frames is None for clip in corpus.clips)
    (missing,) = [one for one in corpus.findings if one.level is Level.ERROR]
    assert "no folder CASME2_RAW_selected or" in missing.found
    assert missing.meaning == "5 clips have no pictures."


def test_cut_out_faces_are_read_where_nothing_else_is_there(
    root: Path, write_table: Write, write_pictures: Write
) -> None:
    write_table(root / "CASME2-coding-20140508.xlsx", [HEADER, row(1, "EP02_01f")])
    crops = write_pictures(root / "Cropped/sub01/EP02_01f", range(10, 41), "reg_img{}.jpg")
    corpus = read_corpus("casme2", root)
    assert corpus.clips[0].frames == crops
    assert told(corpus, "Only faces that were cut out").level is Level.NOTE


def test_the_whole_recording_serves_where_the_selection_lacks_frames(
    root: Path, write_table: Write, write_pictures: Write
) -> None:
    write_table(root / "CASME2-coding-20140508.xlsx", [HEADER, row(1, "EP02_01f")])
    write_pictures(root / "CASME2_RAW_selected/sub01/EP02_01f", range(15, 41))
    uncut = write_pictures(root / "CASME2-RAW/sub01/EP02_01f", range(1, 60))
    (clip,) = read_corpus("casme2", root).clips
    assert clip.frames == uncut
    assert clip.onset == 10


def test_objective_classes_come_from_the_table_beside(root: Path, write_table: Write) -> None:
    rows = [row(1, "EP02_01f"), row(2, "EP01_11f"), row(3, "EP07_04f")]
    write_table(root / "CASME2-coding-20140508.xlsx", [HEADER, *rows])
    classes = [["Subject", "Filename", "Objective Class"], [1, "EP02_01f", 3], ["02", "EP1_11f", 9]]
    write_table(root / "CASME2-ObjectiveClasses.xlsx", classes)
    corpus = read_corpus("casme2", root)
    assert [clip.objective_class for clip in corpus.clips] == [3, None, None]
    assert told(corpus, "objective class '9' is none of I to VII").row == 3


def test_known_corrections_fill_missing_apexes_of_the_table_they_are_for(
    root: Path, write_table: Write
) -> None:
    rows = [row(1 + place // 30, f"EP{place:03d}", (10, 20, 40)) for place in range(256)]
    rows[43][3:6] = [60, "/", 95]  # known: apex 77
    rows[60][3:6] = [70, "/", 19]  # known: apex 78, offset 91
    rows[118][3:6] = [10, "/", 40]  # known: 89, which does not fit these times
    write_table(root / "CASME2-coding-updated.xlsx", [HEADER, *rows])
    corpus = read_corpus("casme2", root)
    first, second, third = (clip_named(corpus, f"EP{place:03d}") for place in (43, 60, 118))
    assert (first.onset, first.apex, first.offset) == (60, 77, 95)
    assert (second.onset, second.apex, second.offset) == (70, 78, 91)
    assert third.apex is None
    assert told(corpus, "Corrected: apex / -> 77.").row == 45
    assert "optical flow (Varanka" in first.remarks[0]
    assert told(corpus, "does not fit this row").row == 120
    assert clip_named(corpus, "EP029").apex == 20  # it has an apex: nothing to correct
    plain = read_corpus("casme2", root, corrections=False)
    assert clip_named(plain, "EP043").apex is None


def test_corrections_are_for_a_table_of_their_size_only(root: Path, write_table: Write) -> None:
    rows = [row(1, f"EP{place:03d}", (60, "/", 95)) for place in range(255)]
    write_table(root / "CASME2-coding-20140508.xlsx", [HEADER, *rows])
    corpus = read_corpus("casme2", root)
    assert all(clip.apex is None for clip in corpus.clips)
    assert told(corpus, "this has 255").level is Level.NOTE


def test_a_row_that_is_there_twice_counts_once(root: Path, write_table: Write) -> None:
    rows = [row(1, "EP02_01f"), row(1, "EP02_01f"), row(1, "EP02_01f", emotion="fear")]
    rows += [row(1, "EP02_01f", (50, 60, 70))]
    write_table(root / "CASME2-coding-20140508.xlsx", [HEADER, *rows])
    corpus = read_corpus("casme2", root)
    assert [clip.key for clip in corpus.clips] == [
        "casme2/sub01/EP02_01f@10",
        "casme2/sub01/EP02_01f@50",
    ]
    assert told(corpus, "in row 2 already, alike").row == 3
    assert told(corpus, "in row 2 already, with another emotion").level is Level.ERROR
    assert told(corpus, "2 movements share the name").row == 5


@pytest.mark.parametrize(
    ("column", "level", "meaning"),
    [
        ("Estimated Emotion", Level.WARNING, "All clips count as without a label."),
        ("OffsetFrame", Level.ERROR, "When the movements end is not known."),
        ("ApexFrame", Level.WARNING, "What needs an apex takes the frame of most motion instead."),
        ("Action Units", Level.WARNING, "The units of all clips count as unknown."),
    ],
)
def test_a_column_that_lacks_is_told_once_by_its_name(
    root: Path, write_table: Write, column: str, level: Level, meaning: str
) -> None:
    place = HEADER.index(column)
    lines = [HEADER, *(row(number, "EP01") for number in (1, 2, 3))]
    table = [[*line[:place], *line[place + 1 :]] for line in lines]
    write_table(root / "CASME2-coding-20140508.xlsx", table)
    corpus = read_corpus("casme2", root)
    assert len(corpus.clips) == 3
    lacking = told(corpus, column)
    assert (lacking.level, lacking.meaning, lacking.row) == (level, meaning, None)
    assert all(one.row is None for one in corpus.findings)


def test_a_row_that_is_there_twice_alike_renames_no_clip(root: Path, write_table: Write) -> None:
    rows = [HEADER, row(1, "EP02_01f"), row(1, "EP02_01f")]
    write_table(root / "CASME2-coding-20140508.xlsx", rows)
    (clip,) = read_corpus("casme2", root).clips
    assert clip.key == "casme2/sub01/EP02_01f"


def test_a_folder_without_pictures_is_told_with_the_name_of_one(
    root: Path, write_table: Write
) -> None:
    write_table(root / "CASME2-coding-20140508.xlsx", [HEADER, row(1, "EP02_01f")])
    (root / "CASME2_RAW_selected/sub01/EP02_01f").mkdir(parents=True)
    assert told(read_corpus("casme2", root), "no picture such as img1.jpg in EP02_01f").row == 2


def test_a_folder_without_the_table_is_refused_with_the_names_looked_for(root: Path) -> None:
    (root / "CASME2_RAW_selected").mkdir(parents=True)
    with pytest.raises(MissingError, match=r"none of CASME2-coding-20140508, .*Ver_2.*\.xlsx"):
        read_corpus("casme2", root)
    with pytest.raises(MissingError, match=r"no folder .*nowhere"):
        read_corpus("casme2", root / "nowhere")
    with pytest.raises(UsageError, match="Did you mean casme2"):
        read_corpus("casme-2", root)


def test_only_a_table_of_old_excel_is_refused_and_a_better_one_beside_it_read(
    root: Path, write_table: Write
) -> None:
    root.mkdir()
    (root / "CASME2_label_Ver_2.xls").write_bytes(bytes.fromhex("d0cf11e0a1b11ae1"))
    with pytest.raises(FormatError, match=r"old Excel.*save it as \.xlsx"):
        read_corpus("casme2", root)
    write_table(root / "CASME2_label_Ver_2.csv", [CLEANED, [1, "EP02_01f", 1, 2, 3, "4", "fear"]])
    corpus = read_corpus("casme2", root)
    assert len(corpus.clips) == 1
    assert "Ver_2.xls" in told(corpus, "Other tables are there too").found


def test_a_table_with_other_columns_is_refused_with_what_it_has(
    root: Path, write_table: Write
) -> None:
    write_table(root / "CASME2-coding-20140508.xlsx", [["Person", "Clip"], [1, "EP01"]])
    with pytest.raises(FormatError, match=r"columns for subject \(Subject\).*'Person, Clip'"):
        read_corpus("casme2", root)
