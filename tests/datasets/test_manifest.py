"""A corpus of one's own in a table."""

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest

from mien.core.errors import FormatError, MissingError
from mien.core.facs_code import unit_numbers
from mien.datasets.coded_clip import FlowPicture
from mien.datasets.finding import Level
from mien.datasets.manifest import MANIFEST_COLUMNS, read_manifest, write_manifest_template
from mien.datasets.reading import read_corpus

Write = Callable[..., Path]


@pytest.mark.parametrize("suffix", [".csv", ".tsv", ".xlsx"])
def test_folders_videos_and_flow_pictures_are_read(
    tmp_path: Path, write_table: Write, write_pictures: Write, suffix: str
) -> None:
    folder = write_pictures(tmp_path / "clips/a1", range(5, 31), "frame_{:04d}.png")
    (tmp_path / "v.mp4").touch()
    (tmp_path / "flow .png").touch()
    rows = [
        MANIFEST_COLUMNS,
        ("clips/a1", "anna", "happiness", "", 8, 14, 28, "6+L12", 200, "", "", ""),
        ("v.mp4", "ben", "Surprise", "second", "", "", "", 0, "", "theirs", "", ""),
        ("flow.png", "cleo", "boredom", "", "", "", "", "?", "", "", "strain v u", "-8:8"),
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
    assert unit_numbers(second.code) == frozenset()
    assert third.frames is None
    assert third.flow == FlowPicture(tmp_path / "flow .png", ("strain", "v", "u"), (-8.0, 8.0))
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
    assert told[6] == ["warning: There is no picture of the offset 30."]
    assert [one.partition(":")[0] for one in told[7]] == ["error"] * 3
    assert told[8] == [
        "error: The channels 'u v w' are not u, v and strain.",
        "error: The scaling 'loud' is neither stretched nor such as -8:8.",
    ]
    assert told[9] == ["error: The clip is in row 5 already, with another offset, emotion."]


def test_the_template_holds_every_column_and_reads_back(tmp_path: Path) -> None:
    file = tmp_path / "mine.csv"
    write_manifest_template(file)
    corpus = read_manifest(file)
    assert [clip.emotion for clip in corpus.clips] == ["happiness", "surprise", "disgust"]
    assert {one.found.partition(" ")[0] for one in corpus.findings} == {"There"}


def test_a_missing_or_other_table_is_refused(tmp_path: Path, write_table: Write) -> None:
    with pytest.raises(MissingError, match=r"no file .*m\.csv.*columns path, subject, label and"):
        read_manifest(tmp_path / "m.csv")
    file = write_table(tmp_path / "m.csv", [("file", "person", "label")])
    with pytest.raises(FormatError, match="path, subject lack; it reads 'file, person, label'"):
        read_manifest(file)
    (tmp_path / "empty.csv").touch()
    with pytest.raises(FormatError, match="path, subject, label lack"):
        read_manifest(tmp_path / "empty.csv")
