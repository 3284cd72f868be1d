"""A corpus on disk: layout, truth, and the same bytes however it came to be."""

import contextlib
import json
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from mien.core.errors import OutputError, UsageError
from mien.core.track import ActionUnitTrack
from mien.store.digest import sha256_of_files, sha256_of_path
from mien.synth import clip_files
from mien.synth import corpus as corpus_module
from mien.synth.corpus import CODING, LONG_CODING, MANIFEST, write_corpus
from mien.synth.options import SynthOptions
from mien.tracks import read_events_tsv, read_tracks_parquet, write_events_tsv
from mien.video import open_video
from mien.work import Silent

OPTIONS = SynthOptions(
    clips=3, people=("Nina", "Omar"), rate=Fraction(30), size_px=96, seed=2, prior="casme2"
)


def contents(folder: Path) -> dict[str, str]:
    return {
        file.relative_to(folder).as_posix(): sha256_of_path(file)
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("corpus") / "out"
    write_corpus(out, OPTIONS, Silent())
    return out


def rows_of(corpus: Path) -> Iterator[tuple[Path, Path, pd.Series]]:
    for _, row in pd.read_excel(corpus / CODING).iterrows():
        place = Path(f"sub{row['Subject']:02d}") / row["Filename"]
        yield corpus / "CASME2_RAW_selected" / place, corpus / "truth" / place, row


def test_every_row_of_the_table_has_its_frames_from_onset_to_offset(corpus: Path) -> None:
    rows = list(rows_of(corpus))
    assert len(rows) == 3
    for pictures, _, row in rows:
        for number in range(row["OnsetFrame"], row["OffsetFrame"] + 1):
            assert (pictures / f"img{number}.jpg").is_file()
        assert row["OnsetFrame"] < row["ApexFrame"] < row["OffsetFrame"]


def test_the_pictures_open_as_one_clip_of_the_size_asked_for(corpus: Path) -> None:
    pictures, truth, _ = next(rows_of(corpus))
    frames = list(open_video(pictures, rate=Fraction(30)).frames())
    track = read_tracks_parquet(truth / "tracks.parquet")[0]
    assert len(frames) == track.time.count
    assert frames[0].rgb.shape == (96, 96, 3)
    assert frames[0].rgb.std() > 10


def test_the_truth_agrees_with_the_table(corpus: Path) -> None:
    for _, truth, row in rows_of(corpus):
        note = json.loads((truth / "clip.json").read_text("utf-8"))
        (micro,) = [m for m in note["movements"] if m["kind"] == "micro"]
        events = [e for e in read_events_tsv(truth / "events.tsv") if e.event.kind.value == "micro"]
        assert [e.onset_frame + note["first_frame"] for e in events] == [row["OnsetFrame"]]
        assert [e.apex_frame + note["first_frame"] for e in events] == [row["ApexFrame"]]
        assert micro["emotion"] == row["Estimated Emotion"]


def test_the_true_flow_leads_from_onset_to_apex(corpus: Path) -> None:
    for _, truth, _ in rows_of(corpus):
        with np.load(truth / "motion.npz") as motion:
            (first, apex) = motion["onset_apex_frames"][0]
            marks = motion["landmarks_px"]
            flow = motion["onset_apex_px"][0].astype(np.float64)
            cells = motion["flow28_px"].astype(np.float64)
            assert motion["reference_frame"] == first
        # Landmarks of the cheeks and the forehead lie in the open: the flow there is theirs.
        for point in (10, 50, 280, 151):
            x, y = np.rint(marks[first, point]).astype(int)
            np.testing.assert_allclose(flow[y, x], (marks[apex] - marks[first])[point], atol=0.12)
        assert np.nanmax(np.abs(cells[first])) == 0
        assert np.nanmax(np.abs(cells[apex])) > 0.3


def test_the_manifest_lists_what_is_there(corpus: Path) -> None:
    manifest = json.loads((corpus / MANIFEST).read_text("utf-8"))
    assert manifest["prior"] == "casme2"
    assert "CASME II" in manifest["prior_sources"]["casme2"]
    for name, digest in manifest["sha256"].items():
        place = corpus / name
        if place.is_dir():
            numbered = sorted(place.iterdir(), key=lambda one: int(one.stem.removeprefix("img")))
            assert sha256_of_files(numbered) == digest
        else:
            assert sha256_of_path(place) == digest


def test_workers_whose_own_folder_is_another_write_to_the_same_place(
    corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "here").mkdir()
    (tmp_path / "there").mkdir()

    def mapped(task: Callable[..., Any], items: Iterable[Any], **_: object) -> Iterator[Any]:
        for item in items:
            with contextlib.chdir(tmp_path / "there"):
                note = task(item)
            yield note

    monkeypatch.setattr(corpus_module, "map_in_order", mapped)
    monkeypatch.chdir(tmp_path / "here")
    write_corpus(Path("out"), OPTIONS, Silent(), ray="auto")
    assert contents(tmp_path / "here" / "out") == contents(corpus)
    assert not list((tmp_path / "there").iterdir())


def test_a_clip_that_is_not_seen_from_here_is_told(
    corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    note = json.loads(next(corpus.glob("truth/*/*/clip.json")).read_text("utf-8"))
    monkeypatch.setattr(corpus_module, "map_in_order", lambda *_, **__: iter([note]))
    with pytest.raises(OutputError, match=r"Expected clip.json .* every machine sees"):
        write_corpus(tmp_path / "out", OPTIONS, Silent(), ray="auto")
    assert not (tmp_path / "out" / MANIFEST).exists()


def test_a_run_that_was_ended_goes_on_and_gives_the_same_bytes(
    corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    written = []

    def ended(path: Path, tracks: Mapping[int, ActionUnitTrack]) -> None:
        written.append(path)
        if len(written) == 2:
            raise KeyboardInterrupt
        write_events_tsv(path, tracks)

    monkeypatch.setattr(clip_files, "write_events_tsv", ended)
    with pytest.raises(KeyboardInterrupt):
        write_corpus(out, OPTIONS, Silent())
    assert not (out / MANIFEST).exists()
    monkeypatch.undo()
    # A kill leaves pictures without their truth, and half a folder of others.
    part = out / "CASME2_RAW_selected" / "sub02" / ".EP01_01.part"
    part.mkdir(parents=True)
    (part / "img1.jpg").write_bytes(b"half")
    write_corpus(out, OPTIONS, Silent())
    assert contents(out) == contents(corpus)


def test_a_clip_whose_pictures_are_gone_is_made_again(corpus: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    shutil.copytree(corpus, out)
    next((out / "CASME2_RAW_selected" / "sub01").rglob("img*.jpg")).unlink()
    write_corpus(out, OPTIONS, Silent())
    assert contents(out) == contents(corpus)


@pytest.mark.long
def test_two_workers_write_the_same_bytes_as_one(corpus: Path, tmp_path: Path) -> None:
    write_corpus(tmp_path / "out", OPTIONS, Silent(), workers=2)
    assert contents(tmp_path / "out") == contents(corpus)


def test_a_folder_with_another_corpus_is_refused_and_left_alone(corpus: Path) -> None:
    before = contents(corpus)
    other = SynthOptions(clips=3, people=("Nina", "Omar"), rate=Fraction(30), size_px=96, seed=3)
    with pytest.raises(UsageError, match=r"prior 'casme2' there, 'dfme' asked for.*seed 2 there"):
        write_corpus(corpus, other, Silent())
    assert contents(corpus) == before


def test_a_folder_with_other_files_is_refused(tmp_path: Path) -> None:
    (tmp_path / "thesis.docx").write_bytes(b"dear")
    with pytest.raises(UsageError, match="holds other files"):
        write_corpus(tmp_path, OPTIONS, Silent())
    assert [file.name for file in tmp_path.iterdir()] == ["thesis.docx"]


def test_a_full_disk_is_told_and_leaves_no_half_a_clip(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Path.write_bytes
    count = 0

    def full(self: Path, data: bytes) -> int:
        nonlocal count
        count += self.suffix == ".jpg"
        if count > 5:
            raise OSError(28, "No space left on device")
        return real(self, data)

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(OutputError, match=r"No space left.*Free space"):
        write_corpus(tmp_path / "out", OPTIONS, Silent())
    assert not list((tmp_path / "out").rglob("*.jpg"))
    assert not list((tmp_path / "out").rglob("*.part"))


def test_long_videos_come_with_a_table_and_their_truth(tmp_path: Path) -> None:
    options = SynthOptions(
        clips=0,
        long_videos=1,
        long_s=6.0,
        people=("Nina",),
        rate=Fraction(20),
        size_px=96,
        seed=3,
    )
    write_corpus(tmp_path, options, Silent())
    table = pd.read_excel(tmp_path / LONG_CODING)
    video = tmp_path / "long" / "sub01" / "EP01_long.mp4"
    frames = sum(1 for _ in open_video(video).frames())
    assert frames == 120
    assert len(table) >= 1
    assert (table["OffsetFrame"] <= frames).all()
    with np.load(tmp_path / "truth" / "sub01" / "EP01_long" / "motion.npz") as motion:
        assert len(motion["onset_apex_px"]) == len(table)
        assert motion["landmarks_px"].shape == (120, 468, 2)
