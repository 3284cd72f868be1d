"""The report on a corpus: findings in the order of rows, counts beside the published ones."""

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest

from mien.core.errors import UsageError
from mien.core.facs_code import parse_facs_code
from mien.core.track import EventKind
from mien.datasets.checking import CountRow, check_corpus
from mien.datasets.coded_clip import CodedClip
from mien.datasets.corpus import Corpus
from mien.datasets.definition import load_definition
from mien.datasets.finding import Finding, Level
from mien.datasets.reading import read_corpus

EMOTIONS = {"others": 99, "disgust": 63, "happiness": 32, "repression": 27, "surprise": 25}
RARE = {"sadness": 7, "fear": 2}


def clip(number: int, emotion: str | None, **more: object) -> CodedClip:
    facts: dict[str, object] = {
        "corpus": "casme2",
        "subject": f"{number % 26 + 1}",
        "subject_key": f"casme2/sub{number % 26 + 1:02d}",
        "name": f"EP{number}",
        "key": f"casme2/sub{number % 26 + 1:02d}/EP{number}",
        "rate": Fraction(200),
        "emotion": emotion,
        "source": "table.xlsx",
        "row": number + 2,
        **more,
    }
    return CodedClip(**facts)  # type: ignore[arg-type]


def published(*, without: int = 0) -> Corpus:
    labels = [label for label, count in {**EMOTIONS, **RARE}.items() for _ in range(count)]
    clips = tuple(clip(number, label) for number, label in enumerate(labels))
    return Corpus("casme2", Path(), clips[without:], (), load_definition("casme2"))


def test_a_corpus_with_the_published_numbers_has_no_findings() -> None:
    report = check_corpus(published())
    assert report.findings == ()
    assert report.worst is None
    assert all(row.agrees for row in report.counts)
    assert CountRow("clips", 255, 255) in report.counts
    assert CountRow("subjects", 26, 26) in report.counts
    assert CountRow("others", 99, 99) in report.counts
    assert CountRow("with pictures", 0) in report.counts
    assert report.title == "CASME II"


def test_other_numbers_are_told_with_both_and_their_source() -> None:
    report = check_corpus(published(without=2))
    (finding,) = report.findings
    assert finding.level is Level.NOTE
    assert finding.found.endswith("in brackets: clips 253 (255), others 97 (99).")
    assert "annotation table of 2014-05-08" in finding.remedy


def test_the_table_of_counts_lines_up() -> None:
    lines = check_corpus(published(without=2)).count_table().splitlines()
    assert lines[:3] == [
        "                  found  published",
        "clips               253        255",
        "subjects             26         26",
    ]
    assert lines[-3] == "with pictures         0"


def test_movements_of_one_recording_that_overlap_are_told() -> None:
    uncut = Path("rawpic/s15")
    moves = (
        clip(1, None, onset=10, offset=30, uncut=uncut, kind=EventKind.MACRO),
        clip(2, None, onset=30, offset=40, uncut=uncut),
        clip(3, None, onset=41, offset=50, uncut=uncut),
        clip(4, None, onset=20, offset=50, uncut=Path("rawpic/s16")),
    )
    report = check_corpus(Corpus("mine", Path(), moves))
    (finding,) = report.findings
    assert (finding.row, finding.clip) == (4, moves[1].key)
    assert "overlaps casme2/sub02/EP1 (10 to 30)" in finding.found
    assert CountRow("macro", 1) in report.counts


def test_a_person_who_is_written_in_two_ways_is_told() -> None:
    one, other = clip(1, "fear"), clip(27, "fear", subject="02")
    (finding,) = check_corpus(Corpus("mine", Path(), (one, other))).findings
    assert finding.found == "The subject casme2/sub02 is written 02 and 2."


def test_findings_come_in_the_order_of_rows_with_the_whole_first() -> None:
    def found(row: int | None, level: Level) -> Finding:
        return Finding(level, "f", "m", "r", "" if row is None else "t.xlsx", row)

    findings = (
        found(9, Level.NOTE),
        found(3, Level.WARNING),
        found(3, Level.ERROR),
        found(None, Level.NOTE),
    )
    report = check_corpus(Corpus("mine", Path(), (clip(1, "fear"),), findings))
    assert [(one.row, one.level.value) for one in report.findings] == [
        (None, "note"),
        (3, "error"),
        (3, "warning"),
        (9, "note"),
    ]
    assert report.worst is Level.ERROR
    assert [one.row for one in report.of_level(Level.WARNING)] == [3]


def test_counts_of_a_part_are_compared_with_that_part(
    tmp_path: Path, write_table: Callable[..., Path]
) -> None:
    header = ("Subject", "Filename", "OnsetFrame", "ApexFrame", "OffsetFrame", "Emotion", "Fps")
    rows = [(f"sub000{n}", f"sub000{n}_01", 1, 2, 3, "fear", 500) for n in (1, 2)]
    write_table(tmp_path / "DFME_train.csv", [header, *rows])
    write_table(tmp_path / "DFME_testB.csv", [header, ("sub0009", "sub0009_01", 1, 2, 3, "", 500)])
    report = check_corpus(read_corpus("dfme", tmp_path))
    assert CountRow("clips", 2, 1856) in report.counts
    assert CountRow("fear", 2, 265) in report.counts
    (finding,) = [one for one in report.findings if "published" in one.found]
    assert finding.found.startswith("Counts of part train are not the published ones")


def test_a_finding_reads_as_one_line() -> None:
    finding = Finding(Level.WARNING, "Found.", "Meaning.", "Remedy.", "t.xlsx", 7, "a/b/c")
    assert str(finding) == "warning: row 7 of t.xlsx (a/b/c): Found. Meaning. Remedy."
    assert Finding(Level.NOTE, "Found.", "", "").where == "the corpus"


def test_a_clip_that_contradicts_itself_cannot_be_made() -> None:
    with pytest.raises(UsageError, match="label among anger"):
        clip(1, "scare")
    with pytest.raises(UsageError, match=r"onset <= apex <= offset in casme2/sub02/EP1.*30, 20"):
        clip(1, None, onset=30, apex=20)
    coded = clip(1, None, onset=30, offset=50, code=parse_facs_code("4"))
    assert coded.duration_s == pytest.approx(0.1)
    assert clip(1, None, onset=30).duration_s is None
