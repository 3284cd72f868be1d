"""A corpus that mien synth has drawn, read by its own name and as CASME II."""

import json
import shutil
from fractions import Fraction
from pathlib import Path

import pytest

from mien.core.errors import FormatError, MissingError
from mien.core.facs import Channel
from mien.core.facs_code import unit_numbers
from mien.core.track import EventKind
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
    assert [one.level for one in corpus.findings] == [Level.WARNING, Level.ERROR]
    assert corpus.findings[1].row == 2


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
    with pytest.raises(
        FormatError, match=r"'wave' is not a valid EventKind.*Draw the corpus again"
    ):
        read_corpus("synth", tmp_path)
