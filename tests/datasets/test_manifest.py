"""A corpus of one's own in a table."""

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from mien.core.errors import FormatError, MissingError, UsageError
from mien.core.facs_code import unit_numbers
from mien.datasets.coded_clip import FlowPicture
from mien.datasets.finding import Level
from mien.datasets.manifest import read_manifest
from mien.datasets.manifest_flow import read_channels
from mien.datasets.manifest_template import MANIFEST_COLUMNS, write_manifest_template
from mien.datasets.reading import read_corpus

Write = Callable[..., Path]


@pytest.mark.parametrize("suffix", [".csv", ".tsv", ".xlsx"])
def test_folders_videos_and_flow_pictures_are_read(
    tmp_path: Path, write_table: Write, write_pictures: Write, write_video: Write, suffix: str
) -> None:
    folder = write_pictures(tmp_path / "clips/a1", range(5, 31), "frame_{:04d}.png")
    write_video(tmp_path / "v.mp4", 12)
    (tmp_path / "flow .png").touch()
    rows = [
        MANIFEST_COLUMNS,
        ("clips/a1", "anna", "happiness", "", 8, 14, 28, "6+L12", 200, "", "", "", ""),
        ("v.mp4", "ben", "Surprise", "second", "", "", "", 0, "", "theirs", "", "", ""),
        ("flow.png", "cleo", "boredom", "", "", "", "", "?", "", "", "strain v u", "-8:8", "yes"),
    ]
    file = write_table(tmp_path / f"mine{suffix}", rows)
    corpus = read_corpus("manifest", file)
    first, second, third = corpus.clips
    assert corpus.name == "mine"
    assert (first.key, first.subject_key) == ("mine/anna/a1", "mine/anna")
    assert (first.frames, first.first_frame, first.last_frame) == (folder, 5, 30)
    assert (first.onset, first.apex, first.offset) == (8, 14, 28)
    assert (str(first.code), first.emotion, first.rate) == ("6+L12", "happiness", Fraction(200))
    assert (second.key, second.frames) == ("theirs/ben/second", tmp_path / "v.mp4")
    assert (second.emotion, second.rate, second.onset) == ("surprise", None, None)
    assert (second.first_frame, second.last_frame) == (1, 12)
    assert unit_numbers(second.code) == frozenset()
    assert third.frames is None
    assert third.flow == FlowPicture(
        tmp_path / "flow .png", ("strain", "v", "u"), ((-8.0, 8.0),) * 3, registered=True
    )
    assert (third.emotion, third.emotion_as_written) == (None, "boredom")
    assert unit_numbers(third.code) is None
    assert [(one.level, one.row) for one in corpus.findings] == [(Level.NOTE, 4)]


def test_three_columns_are_enough(
    tmp_path: Path, write_table: Write, write_pictures: Write
) -> None:
    (tmp_path / "x.png").touch()
    write_pictures(tmp_path / "a", [1, 2])
    rows = [("path", "subject", "label"), ("x.png", 1, "fear"), ("a", 1, "fear")]
    corpus = read_manifest(write_table(tmp_path / "m.csv", rows))
    assert corpus.clips[0].flow == FlowPicture(tmp_path / "x.png", ("u", "v", "strain"))
    (finding,) = corpus.findings
    assert (finding.row, finding.level) == (3, Level.ERROR)
    assert str(finding) == (
        "error: row 3 of m.csv (m/1/a): A folder needs a rate. Times are not known. "
        "Fill the column rate in."
    )


def test_what_is_odd_in_a_row_is_told_with_the_row(
    tmp_path: Path, write_table: Write, write_pictures: Write
) -> None:
    write_pictures(tmp_path / "a", range(1, 20))
    (tmp_path / "f.png").touch()
    (tmp_path / "empty").mkdir()
    header = ("path", "subject", "label", "onset", "offset", "units", "rate", "channels", "scaling")
    rows = [
        (*header, "shoe size"),
        ("", "s", "fear", "", "", "", "", "", "", ""),
        ("nowhere", "s", "fear", "", "", "", 25, "", "", ""),
        ("empty", "s", "fear", "", "", "", 25, "", "", ""),
        ("a", "s", "", 1, "", "", 25, "", "", ""),
        ("a", "t", "fear", 1, 30, "", 25, "", "", ""),
        ("a", "u", "fear", 100, 130, "4 7", "x", "", "", ""),
        ("f.png", "s", "fear", "", "", "", "", "u v w", "loud", ""),
        ("a", "s", "fear", 1, 9, "", 25, "", "", ""),
    ]
    corpus = read_manifest(write_table(tmp_path / "m.csv", rows))
    told: dict[int | None, list[str]] = {}
    for finding in corpus.findings:
        told.setdefault(finding.row, []).append(f"{finding.level.value}: {finding.found}")
    assert told[1] == ["note: The columns shoe size are not known."]
    assert told[2] == ["error: No path is written."]
    assert told[3] == ["error: There is no file or folder nowhere."]
    assert told[4] == ["error: The folder empty holds no numbered pictures."]
    assert told[5] == ["error: No offset is coded.", "warning: No label is written."]
    assert told[6] == ["error: The offset 30 lies outside the pictures (1 to 19)."]
    assert [one.partition(":")[0] for one in told[7]] == ["error"] * 3
    assert told[8] == [
        "error: The channels 'u v w' are not u, v and strain.",
        "error: The scaling 'loud' is neither minmax8, pixels nor such as -8:8.",
    ]
    assert told[9] == ["error: The clip is in row 5 already, with another offset, emotion."]


@pytest.mark.parametrize(
    ("scaling", "ranges"),
    [
        ("-8:8", ((-8.0, 8.0),) * 3),
        ("-2:3 -4:5 0:1", ((-2.0, 3.0), (-4.0, 5.0), (0.0, 1.0))),
        ("stretched", None),
        ("minmax8", None),
        ("Min-Max 8", None),
        ("-8:8 -8:8", None),
        ("8:-8", None),
        ("-inf:inf", None),
        ("nan:1", None),
        ("8", None),
    ],
)
def test_a_scaling_is_one_range_or_one_for_each_channel(
    scaling: str, ranges: object, tmp_path: Path, write_table: Write
) -> None:
    (tmp_path / "f.png").touch()
    rows = [("path", "subject", "label", "scaling"), ("f.png", "s", "fear", scaling)]
    corpus = read_manifest(write_table(tmp_path / "m.csv", rows))
    (clip,) = corpus.clips
    assert clip.flow is not None
    assert clip.flow.ranges == ranges
    refused = any("scaling" in one.found for one in corpus.findings)
    assert refused == (ranges is None and scaling not in {"stretched", "minmax8", "Min-Max 8"})


@pytest.mark.parametrize(
    ("moments", "left", "found"),
    [
        ((3, 5, 9), (3, 5, 9), ""),
        ((-3, 5, 9), (None, 5, 9), "The onset -3 lies before the first frame."),
        ((9, "", 3), (None, None, None), "The offset lies before the onset (9 to 3)."),
        ((3, 5, 99999), (3, 5, None), "The offset 99999 lies outside the pictures (1 to 12)."),
        ((50, 55, 60), (50, 55, 60), "Frames 50 to 60 are coded, but those on disk are 1 to 12."),
    ],
)
def test_frame_numbers_of_a_video_are_checked_against_its_length(
    tmp_path: Path,
    write_table: Write,
    write_video: Write,
    moments: tuple[object, ...],
    left: tuple[int | None, ...],
    found: str,
) -> None:
    write_video(tmp_path / "v.mp4", 12)
    header = ("path", "subject", "label", "onset", "apex", "offset")
    rows = [header, ("v.mp4", "a", "fear", *moments)]
    corpus = read_manifest(write_table(tmp_path / "m.csv", rows))
    (clip,) = corpus.clips
    assert (clip.onset, clip.apex, clip.offset) == left
    assert [(one.level, one.found) for one in corpus.findings] == (
        [(Level.ERROR, found)] if found else []
    )


def test_a_video_that_cannot_be_opened_is_an_error(tmp_path: Path, write_table: Write) -> None:
    (tmp_path / "none.mp4").touch()
    (tmp_path / "text.avi").write_text("no video")
    rows = [("path", "subject", "label"), *((one, "a", "fear") for one in ("none.mp4", "text.avi"))]
    corpus = read_manifest(write_table(tmp_path / "m.csv", rows))
    assert [(one.level, one.row) for one in corpus.findings] == [(Level.ERROR, 2), (Level.ERROR, 3)]
    assert all(clip.frames is None for clip in corpus.clips)
    assert "0 bytes" in corpus.findings[0].found


def test_misspelt_labels_and_columns_are_asked_about(
    tmp_path: Path, write_table: Write, write_pictures: Write
) -> None:
    write_pictures(tmp_path / "a", range(1, 9))
    header = ("path", "subject", "label", "onst", "fps", "rate")
    rows = [header, ("a", "s", "hapiness", 1, 25, 25)]
    corpus = read_manifest(write_table(tmp_path / "m.csv", rows))
    assert [(one.level, one.row, one.found) for one in corpus.findings] == [
        (Level.WARNING, 1, "The column 'onst' is not known."),
        (Level.WARNING, 1, "The column 'fps' is not known."),
        (Level.WARNING, 2, "The label 'hapiness' is none of mien."),
    ]
    assert [one.remedy for one in corpus.findings] == [
        "Did you mean onset or offset?",
        "Did you mean rate?",
        "Did you mean happiness or sadness?",
    ]
    assert corpus.clips[0].emotion_as_written == "hapiness"


def test_clips_of_one_name_in_two_folders_are_two_clips(
    tmp_path: Path, write_table: Write, write_pictures: Write
) -> None:
    for name in ("happy/01", "sad/01", "sad/02"):
        write_pictures(tmp_path / name, range(1, 9))
    header = ("path", "subject", "label", "name", "rate")
    rows = [
        header,
        ("happy/01", "s", "happiness", "", 25),
        ("sad/01", "s", "sadness", "", 25),
        ("happy/01", "t", "happiness", "one", 25),
        ("sad/02", "t", "sadness", "one", 25),
    ]
    corpus = read_manifest(write_table(tmp_path / "m.csv", rows))
    assert [clip.key for clip in corpus.clips] == [
        *("m/s/happy/01", "m/s/sad/01", "m/t/one/01", "m/t/one/02"),
    ]
    assert [(one.level, one.found, one.row) for one in corpus.findings] == [
        (Level.NOTE, "2 clips share the name 01.", 3),
        (Level.NOTE, "2 clips share the name one.", 5),
    ]


def test_the_template_holds_every_column_and_reads_back(tmp_path: Path) -> None:
    file = tmp_path / "mine.csv"
    write_manifest_template(file)
    corpus = read_manifest(file)
    assert [clip.emotion for clip in corpus.clips] == ["happiness", "surprise", "disgust"]
    assert {one.found.partition(" ")[0] for one in corpus.findings} == {"There"}


def test_a_template_that_ends_in_tsv_is_divided_by_tabs(tmp_path: Path) -> None:
    write_manifest_template(tmp_path / "mine.tsv")
    assert len(read_manifest(tmp_path / "mine.tsv").clips) == 3


def test_a_template_overwrites_nothing_and_writes_text_tables_only(tmp_path: Path) -> None:
    file = tmp_path / "mine.csv"
    file.write_text("filled in", encoding="utf-8")
    with pytest.raises(UsageError, match=r"mine\.csv is there already.*another name"):
        write_manifest_template(file)
    assert file.read_text(encoding="utf-8") == "filled in"
    with pytest.raises(UsageError, match=r"ending in \.csv or \.tsv.*mine\.xlsx"):
        write_manifest_template(tmp_path / "mine.xlsx")


def test_a_missing_or_other_table_is_refused(tmp_path: Path, write_table: Write) -> None:
    with pytest.raises(MissingError, match=r"no file .*m\.csv.*columns path, subject, label and"):
        read_manifest(tmp_path / "m.csv")
    file = write_table(tmp_path / "m.csv", [("flie", "persn", "label")])
    sentence = r"path, subject lack; the first row reads 'flie, persn, label'"
    with pytest.raises(FormatError, match=sentence):
        read_manifest(file)
    (tmp_path / "empty.csv").touch()
    with pytest.raises(FormatError, match="path, subject, label lack"):
        read_manifest(tmp_path / "empty.csv")


def test_columns_as_others_write_them_are_read_and_told(tmp_path: Path, write_table: Write) -> None:
    (tmp_path / "a.png").touch()
    header = ("Image", "Dataset", "Subject_ID", "Emotion", "AUs", "Channel order")
    rows = [header, ("a.png", "CASME II", "sub01", "Happy", "6+12", "BGR: strain v u")]
    corpus = read_manifest(write_table(tmp_path / "m.csv", rows))
    (clip,) = corpus.clips
    assert (clip.corpus, clip.subject_key) == ("CASME II", "CASME II/sub01")
    assert (clip.emotion, str(clip.code)) == ("happiness", "6+12")
    assert clip.flow == FlowPicture(tmp_path / "a.png", ("u", "v", "strain"))
    assert {one.level for one in corpus.findings} == {Level.NOTE}
    assert "The column 'AUs' is read as units." in {one.found for one in corpus.findings}


def test_a_table_of_action_units_alone_needs_no_label(tmp_path: Path, write_table: Write) -> None:
    np.save(tmp_path / "a.npy", np.zeros((28, 28, 2), np.float32))
    rows = [("path", "subject", "units", "channels"), ("a.npy", 1, "4", "u v")]
    corpus = read_manifest(write_table(tmp_path / "m.csv", rows))
    assert corpus.clips[0].emotion is None
    assert corpus.clips[0].flow == FlowPicture(tmp_path / "a.npy", ("u", "v"), pixels=True)
    assert corpus.findings == ()


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("", ("u", "v", "strain")),
        ("BGR", ("u", "v", "strain")),
        ("RGB = u, v, strain", ("u", "v", "strain")),
        ("strain,v,u", ("strain", "v", "u")),
        ("BGR (strain; v; u)", ("u", "v", "strain")),
        ("B=strain, G=v, R=u", ("u", "v", "strain")),
        ("red: u, green: -v, blue: strain", ("u", "-v", "strain")),
        ("x y optical strain", ("u", "v", "strain")),
        ("v u", ("v", "u")),
        ("u v v", None),
        ("R=u", None),
        ("u v magnitude", None),
        ("u v -strain", None),
    ],
)
def test_the_order_of_channels_is_read_in_the_ways_it_is_written(
    written: str, read: tuple[str, ...] | None
) -> None:
    assert read_channels(written) == read


def test_what_says_neither_yes_nor_no_of_registered_is_an_error(
    tmp_path: Path, write_table: Write
) -> None:
    (tmp_path / "a.png").touch()
    rows = [("path", "subject", "label", "registered"), ("a.png", 1, "fear", "perhaps")]
    corpus = read_manifest(write_table(tmp_path / "m.csv", rows))
    assert [one.found for one in corpus.findings] == ["'perhaps' is neither yes nor no."]
