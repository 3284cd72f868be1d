"""A drawn corpus becomes a prepared one, and what is prepared is what was drawn."""

import json
import shutil
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import pytest

from mien.core.errors import FormatError, MissingError, UsageError
from mien.core.track import EventKind
from mien.datasets.finding import Level
from mien.datasets.inputs import CLIP_INPUTS
from mien.datasets.prepared import clip_table, open_prepared, read_clip_table
from mien.datasets.reading import read_corpus
from mien.pipeline.corpus_labels import label_corpus
from mien.pipeline.corpus_preparation import PreparationSettings, prepare_corpus
from mien.recognition.unit_sets import UNIT_SETS
from mien.synth.corpus import write_corpus
from mien.synth.options import SynthOptions
from mien.work.progress import Silent

pytestmark = pytest.mark.slow

CALM = ("speech", "macro", "blinks", "saccades", "light")


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two people, two clips each, and one long video."""
    root = tmp_path_factory.mktemp("corpus")
    options = SynthOptions(
        clips=4,
        long_videos=1,
        long_s=5.0,
        people=("Nina", "Omar"),
        units=(1, 2, 4, 12),
        intensity=(0.5, 0.6),
        rate=Fraction(60),
        size_px=224,
        without=CALM,
        prior="casme2",
        seed=5,
    )
    write_corpus(root, options, Silent())
    return root


@pytest.fixture(scope="module")
def prepared(drawn: Path, tmp_path_factory: pytest.TempPathFactory, models_at: Path) -> Path:
    out = tmp_path_factory.mktemp("out") / "prepared"
    settings = PreparationSettings(face_model=models_at)
    prepare_corpus(read_corpus("synth", drawn), out, settings, Silent())
    return out


def truth_of(drawn: Path, key: str) -> tuple[dict, np.ndarray]:  # type: ignore[type-arg]
    folder = drawn / "truth" / "/".join(key.split("/")[1:])
    note = json.loads((folder / "clip.json").read_text(encoding="utf-8"))
    return note, np.load(folder / "motion.npz")["flow28_px"]


def test_every_input_is_there_for_every_clip(prepared: Path) -> None:
    corpus = open_prepared(prepared)
    assert len(corpus.rows) == 4
    assert {row.subject for row in corpus.rows} == {"synth/sub01", "synth/sub02"}
    for one in CLIP_INPUTS:
        values = corpus.clips.read(one.name)
        assert values.shape == (4, *one.shape)
        assert np.isfinite(values.astype(np.float32)).all()


def test_the_measured_flow_is_the_motion_that_was_drawn(drawn: Path, prepared: Path) -> None:
    corpus = open_prepared(prepared)
    images = corpus.clips.read("flow_image")
    for row, image in zip(corpus.rows, images, strict=True):
        note, flow = truth_of(drawn, row.key)
        true = flow[note["movements"][0]["apex_frame"] - note["first_frame"]]
        seen = np.isfinite(true)
        assert np.corrcoef(true[seen], image[..., :2][seen])[0, 1] > 0.8
        assert image[..., 2].min() >= 0


def test_moments_units_and_peaks_are_those_that_were_drawn(drawn: Path, prepared: Path) -> None:
    for row in open_prepared(prepared).rows:
        note, _ = truth_of(drawn, row.key)
        move = note["movements"][0]
        assert row.onset is not None
        assert row.offset is not None
        step = 1 / (row.frames - 1)
        length = (move["offset_frame"] - move["onset_frame"]) * step
        assert row.offset - row.onset == pytest.approx(length, abs=1e-5)
        assert row.units is not None
        assert {f"AU{unit:02d}" for unit in row.units} == {name[:4] for name in move["units"]}
        assert row.intensities is not None
        assert max(row.intensities.values()) == pytest.approx(max(move["units"].values()), abs=1e-4)
        assert row.emotion == move["emotion"]
        assert row.window_s == pytest.approx((row.frames - 1) / 60, abs=1e-6)


def test_the_uncut_video_holds_the_face_and_what_happens_in_it(drawn: Path, prepared: Path) -> None:
    (labelled,) = open_prepared(prepared).videos()
    video = labelled.video
    assert video.faces.shape == (300, 128, 128)
    assert video.rate == 60
    note = json.loads(next(drawn.glob("truth/*/*long/clip.json")).read_text(encoding="utf-8"))
    micro = [one for one in note["movements"] if one["kind"] == "micro"]
    events = [one for one in labelled.events if one.kind is EventKind.MICRO]
    assert len(events) == len(micro) > 0
    for event, move in zip(events, micro, strict=True):
        assert event.onset_s == pytest.approx(move["onset_s"], abs=0.6 / 60)
    assert labelled.emotions[: len(micro)] == tuple(one["emotion"] for one in micro)
    assert video.unit_curves is not None
    assert video.unit_curves.shape == (300, len(video.unit_names))
    eyes = video.landmarks_px[:, [33, 263]].mean(axis=0)
    assert eyes[:, 1] == pytest.approx(0.33 * 128, abs=4)


def test_pictures_of_flow_are_a_corpus_that_is_prepared_into_the_same_flow(
    prepared: Path, tmp_path: Path
) -> None:
    first = open_prepared(prepared)
    again = read_corpus("manifest", prepared / "flow_png" / "manifest.csv")
    assert not [one for one in again.findings if one.level is Level.ERROR]
    prepare_corpus(again, tmp_path / "again", PreparationSettings(), Silent())
    second = open_prepared(tmp_path / "again")
    assert [row.key for row in second.rows] == [row.key for row in first.rows]
    assert [row.emotion for row in second.rows] == [row.emotion for row in first.rows]
    assert [row.units for row in second.rows] == [row.units for row in first.rows]
    before, after = first.clips.read("flow_image"), second.clips.read("flow_image")
    half_a_grey = np.ptp(before, axis=(1, 2), keepdims=True) / 255 / 2
    assert (np.abs(after - before) <= half_a_grey + 1e-4).all()


def test_an_ended_preparation_goes_on_and_gives_the_same(
    drawn: Path, prepared: Path, tmp_path: Path, models_at: Path
) -> None:
    class Ends(Silent):
        def update(self, done: int) -> None:
            if done == 2:
                raise KeyboardInterrupt

    settings = PreparationSettings(videos=False, face_model=models_at)
    corpus = read_corpus("synth", drawn)
    out = tmp_path / "prepared"
    with pytest.raises(KeyboardInterrupt):
        prepare_corpus(corpus, out, settings, Ends())
    with pytest.raises(MissingError, match=r"mien dataset prepare"):
        open_prepared(out)
    parts = len(list(out.glob("parts/clip/*.npz")))
    assert parts >= 2
    before = {file: file.stat().st_mtime_ns for file in out.glob("parts/clip/*.npz")}
    with pytest.raises(KeyboardInterrupt):
        prepare_corpus(corpus, out, settings, Ends())
    assert all(file.stat().st_mtime_ns == stamp for file, stamp in before.items())
    prepare_corpus(corpus, out, settings, Silent())
    for one in CLIP_INPUTS:
        np.testing.assert_array_equal(
            open_prepared(out).arrays[one.name], open_prepared(prepared).arrays[one.name]
        )
    assert not (out / "parts").exists()


def test_half_a_corpus_is_prepared_and_the_rest_is_told(
    drawn: Path, tmp_path: Path, models_at: Path
) -> None:
    root = tmp_path / "half"
    shutil.copytree(drawn, root)
    clips = sorted((root / "CASME2_RAW_selected").glob("*/*"))
    shutil.rmtree(clips[0])
    for picture in clips[1].glob("*.jpg"):
        cv2.imwrite(str(picture), np.full((224, 224, 3), 90, np.uint8))
    settings = PreparationSettings(inputs=("flow_image",), videos=False, face_model=models_at)
    progress = Silent()
    made = prepare_corpus(read_corpus("synth", root), tmp_path / "out", settings, progress)
    assert made.clips == 2
    assert len(made.left_out) >= 2
    told = (tmp_path / "out" / "left_out.csv").read_text(encoding="utf-8")
    assert "not on disk" in told
    assert "No face" in told
    assert any("No face" in sentence for sentence in progress.warnings)
    with pytest.raises(UsageError, match="with flow_image"):
        open_prepared(tmp_path / "out").clips.read("rgb")


def test_another_preparation_in_the_folder_is_refused(
    drawn: Path, prepared: Path, models_at: Path
) -> None:
    other = PreparationSettings(margin_s=0.1, face_model=models_at)
    with pytest.raises(UsageError, match="margin_s"):
        prepare_corpus(read_corpus("synth", drawn), prepared, other, Silent())


def test_a_damaged_preparation_is_told(prepared: Path, tmp_path: Path) -> None:
    out = tmp_path / "damaged"
    shutil.copytree(prepared, out)
    array = out / "arrays" / "landmarks.npy"
    array.write_bytes(array.read_bytes()[:100])
    with pytest.raises(FormatError, match="Prepare it again"):
        open_prepared(out)
    with pytest.raises(UsageError, match="margin of 0 to 1"):
        PreparationSettings(margin_s=3.0)
    with pytest.raises(UsageError, match="an input"):
        PreparationSettings(inputs=("grey",))


def test_clips_are_labelled_by_a_scheme(prepared: Path) -> None:
    corpus = open_prepared(prepared)
    found = label_corpus(corpus, "plain", UNIT_SETS["cd6me12"])
    labels = found.labelled.labels
    assert len(found.labelled) == 4
    assert [labels.classes[i] for i in labels.emotion] == [row.emotion for row in corpus.rows]
    for row, units in zip(corpus.rows, labels.units, strict=True):
        assert {UNIT_SETS["cd6me12"][i] for i in np.flatnonzero(units)} == set(row.units or ())
    assert labels.intensity is not None
    assert (labels.intensity[labels.units == 1] > 0).all()
    assert (labels.intensity[labels.units == 0] == 0).all()


def test_the_table_of_clips_reads_back_as_it_was_written(prepared: Path) -> None:
    rows = open_prepared(prepared).rows
    text = clip_table(rows)
    assert clip_table(read_clip_table(text)) == text
    with pytest.raises(FormatError, match="Row 2"):
        read_clip_table(text.replace(",60,", ",sixty,", 1))
    with pytest.raises(FormatError, match="lack"):
        read_clip_table(text.replace("window_s", "window", 1))
