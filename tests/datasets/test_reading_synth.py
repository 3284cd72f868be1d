"""A corpus that mien synth has drawn, read by its own name and as CASME II."""

import json
import shutil
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from mien.core.errors import FormatError, MissingError
from mien.core.facs import Channel
from mien.core.facs_code import unit_numbers
from mien.core.track import EventKind
from mien.datasets.checking import check_corpus
from mien.datasets.finding import Level
from mien.datasets.reading import read_corpus
from mien.synth.corpus import write_corpus
from mien.synth.options import SynthOptions
from mien.tracks import read_events_tsv
from mien.work import Silent

OPTIONS = SynthOptions(
    clips=2,
    long_videos=1,
    long_s=5.0,
    people=("Nina",),
    rate=Fraction(25),
    size_px=96,
    seed=5,
    prior="casme2",
)


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("synth") / "corpus"
    write_corpus(out, OPTIONS, Silent())
    return out


def write_rows(root: Path, lines: list[list[str]]) -> None:
    text = "".join("\t".join(line) + "\n" for line in lines)
    (root / "clips.tsv").write_text(text, encoding="utf-8")


def test_clips_and_events_of_long_videos_agree_with_the_truth(drawn: Path) -> None:
    corpus = read_corpus("synth", drawn)
    assert corpus.findings == ()
    assert len({clip.key for clip in corpus.clips}) == len(corpus.clips)
    short = [clip for clip in corpus.clips if clip.uncut is None]
    assert len(short) == 2
    for clip in corpus.clips:
        assert clip.onset is not None
        assert clip.first_frame is not None
        truth = drawn / "truth" / "sub01" / clip.name
        events = [
            row
            for row in read_events_tsv(truth / "events.tsv")
            if row.event.kind is clip.kind and row.onset_frame == clip.onset - clip.first_frame
        ]
        (event,) = events
        times = (event.apex_frame, event.offset_frame_inclusive)
        assert clip.apex is not None
        assert clip.offset is not None
        assert times == (clip.apex - clip.first_frame, clip.offset - clip.first_frame)
        planted = {unit.channel.au for unit in event.event.units}
        assert set(unit_numbers(clip.code) or ()) == planted
        assert clip.rate == Fraction(25)
        assert clip.peaks is not None
        assert set(clip.peaks) == planted
        assert all(0 < peak <= 1 for peak in clip.peaks.values())


def test_long_videos_hold_every_movement_as_a_file(drawn: Path) -> None:
    moves = [clip for clip in read_corpus("synth", drawn).clips if clip.uncut is not None]
    note = json.loads((drawn / "truth/sub01/EP01_long/clip.json").read_text("utf-8"))
    assert len(moves) == len(note["movements"])
    assert {clip.frames for clip in moves} == {drawn / "long/sub01/EP01_long.mp4"}
    assert [clip.kind.value for clip in moves] == [move["kind"] for move in note["movements"]]
    assert [clip.onset for clip in moves] == [move["onset_frame"] for move in note["movements"]]
    assert (moves[0].first_frame, moves[0].last_frame) == (1, note["frames"])


def test_peaks_are_those_that_were_planted(drawn: Path) -> None:
    clip = read_corpus("synth", drawn).clips[0]
    note = json.loads((drawn / "truth/sub01" / clip.name / "clip.json").read_text("utf-8"))
    (planted,) = [move["units"] for move in note["movements"] if move["kind"] == "micro"]
    assert clip.peaks is not None
    for name, peak in planted.items():
        assert clip.peaks[Channel.parse(name).au] >= peak


def test_the_very_same_folder_is_read_as_casme2_at_its_own_rate(drawn: Path) -> None:
    own = [one for one in read_corpus("synth", drawn).clips if one.uncut is None]
    corpus = read_corpus("casme2", drawn)
    assert len(corpus.clips) == len(own) == 2
    for clip, other in zip(corpus.clips, own, strict=True):
        assert clip.key == other.key.replace("synth/", "casme2/")
        assert (clip.onset, clip.apex, clip.offset) == (other.onset, other.apex, other.offset)
        assert (clip.frames, clip.first_frame, clip.last_frame) == (
            other.frames,
            other.first_frame,
            other.last_frame,
        )
        assert (clip.code, clip.emotion, clip.rate) == (other.code, other.emotion, other.rate)
        assert clip.kind is EventKind.MICRO
    told = [one for one in corpus.findings if "drawn by mien synth at 25" in one.found]
    assert [one.level for one in told] == [Level.WARNING]


def test_a_corpus_that_is_not_whole_is_read_and_told(drawn: Path, tmp_path: Path) -> None:
    part = tmp_path / "part"
    shutil.copytree(drawn, part)
    (part / "manifest.json").unlink()
    name = read_corpus("synth", part).clips[0].name
    shutil.rmtree(part / "CASME2_RAW_selected/sub01" / name)
    shutil.rmtree(part / "truth")
    corpus = read_corpus("synth", part)
    assert corpus.clips[0].frames is None
    assert corpus.clips[0].peaks is None
    assert [one.found for one in corpus.findings] == [
        "There is no manifest.json.",
        "There is no folder truth.",
        f"There is no CASME2_RAW_selected/sub01/{name}.",
    ]
    assert [one.level for one in corpus.findings] == [Level.WARNING] * 2 + [Level.ERROR]
    assert corpus.findings[2].row == 2


@pytest.mark.parametrize(
    ("column", "cell", "level", "found"),
    [
        ("kind", "mikro", Level.ERROR, "The kind 'mikro' is none of micro, macro, blink."),
        ("subject", "", Level.ERROR, "No subject is written."),
        ("footage", "", Level.ERROR, "No footage is written."),
        ("emotion", "hapiness", Level.WARNING, "The emotion 'hapiness' is none of"),
        ("emotion", "", Level.WARNING, "No emotion is written."),
        ("units", "AU99", Level.ERROR, "Expected an action unit among"),
        ("rate", "0", Level.ERROR, "The rate '0' is none."),
        ("frames", "many", Level.ERROR, "The frames 'many' is no whole number from 1 on."),
        ("frames", "60", Level.ERROR, "60 frames were drawn, 4 to 63, but 11 are on disk, 4 to"),
        ("first_frame", "900", Level.ERROR, "11 frames were drawn, 900 to 910, but 11 are on"),
        ("onset_s", "nan", Level.ERROR, "The onset 'nan' is no time in seconds."),
        ("onset_s", "-0.5", Level.ERROR, "The onset -8 lies before the first frame."),
        ("apex_s", "", Level.WARNING, "No apex is coded."),
        ("apex_s", "0.35", Level.WARNING, "The apex 13 lies outside onset to offset (6 to 12)."),
        ("offset_s", "0.01", Level.ERROR, "The offset lies before the onset (6 to 4)."),
        ("offset_s", "9", Level.ERROR, "The offset 229 lies outside the pictures (4 to 14)."),
    ],
)
def test_a_cell_that_is_wrong_is_told_with_its_row_and_the_others_go_on(
    drawn: Path, tmp_path: Path, column: str, cell: str, level: Level, found: str
) -> None:
    part = tmp_path / "part"
    shutil.copytree(drawn, part)
    lines = [line.split("\t") for line in (part / "clips.tsv").read_text("utf-8").splitlines()]
    lines[1][lines[0].index(column)] = cell
    write_rows(part, lines)
    corpus = read_corpus("synth", part)
    first = corpus.findings[0]
    assert (first.level, first.row, first.source) == (level, 2, "clips.tsv")
    assert first.found.startswith(found)
    assert first.remedy or column == "apex_s"
    assert {one.row for one in corpus.findings} == {2}
    whole = read_corpus("synth", drawn).clips
    assert corpus.clips[-3:] == tuple(
        replace(
            clip,
            **{
                name: part / getattr(clip, name).relative_to(drawn)
                for name in ("frames", "uncut")
                if getattr(clip, name)
            },
        )
        for clip in whole[-3:]
    )


def test_a_short_row_is_left_out(drawn: Path, tmp_path: Path) -> None:
    part = tmp_path / "part"
    shutil.copytree(drawn, part)
    lines = [line.split("\t") for line in (part / "clips.tsv").read_text("utf-8").splitlines()]
    write_rows(part, [*lines[:1], lines[1][:6], *lines[2:]])
    corpus = read_corpus("synth", part)
    (finding,) = corpus.findings
    assert (finding.row, finding.found) == (2, "No footage is written.")
    assert len(corpus.clips) == 3


def test_pictures_truth_and_documents_that_are_lost_are_told(drawn: Path, tmp_path: Path) -> None:
    part = tmp_path / "part"
    shutil.copytree(drawn, part)
    first, second = (clip.frames for clip in read_corpus("synth", part).clips[:2])
    assert first is not None
    assert second is not None
    for picture in first.iterdir():
        picture.unlink()
    for number in (45, 46):
        (second / f"img{number}.jpg").unlink()
    (part / "long/sub01/EP01_long.mp4").write_bytes(b"")
    (part / "truth/sub01" / second.name / "clip.json").unlink()
    (part / "manifest.json").write_text("{", encoding="utf-8")
    (part / "synth.json").write_text("{}", encoding="utf-8")
    told = [(one.row, one.level.value, one.found) for one in read_corpus("synth", part).findings]
    assert told[:5] == [
        (None, "warning", "manifest.json is none that mien synth wrote, or damaged."),
        (None, "warning", "synth.json is none that mien synth wrote, or damaged."),
        (2, "error", "CASME2_RAW_selected/sub01/EP01_01 holds no pictures."),
        (3, "error", "8 frames were drawn, 45 to 52, but 6 are on disk, 47 to 52."),
        (3, "warning", "The truth of this movement is not in truth/sub01/EP01_02/clip.json."),
    ]
    assert {one[0] for one in told[5:]} == {4, 5}
    assert all("0 bytes" in one[2] for one in told[5:])


def test_a_folder_without_its_table_or_with_another_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MissingError, match=r"no clips\.tsv.*mien synth --out"):
        read_corpus("synth", tmp_path)
    (tmp_path / "clips.tsv").write_text("kind\tsubject\n", encoding="utf-8")
    with pytest.raises(FormatError, match="Expected the columns apex_s"):
        read_corpus("synth", tmp_path)
    header = (
        "kind subject filename person emotion units peak rate frames first_frame onset_s apex_s "
        "offset_s footage"
    )
    lines = [header.split(), ["wave"] * 14]
    text = "".join("\t".join(line) + "\n" for line in lines)
    (tmp_path / "clips.tsv").write_text(text, encoding="utf-8")
    corpus = read_corpus("synth", tmp_path)
    assert corpus.clips == ()
    assert check_corpus(corpus).findings[0].found == "The corpus holds no clip."
    (tmp_path / "clips.tsv").write_bytes(b"kind\xff")
    with pytest.raises(FormatError, match=r"clips\.tsv cannot be read.*Draw the corpus again"):
        read_corpus("synth", tmp_path)
