"""`mien evaluate flow` on drawn pictures, from the manifest to the tables."""

import csv
import json
from functools import cache
from pathlib import Path

import cv2
import numpy as np
import pytest
from typer.testing import CliRunner

from mien.cli.application import app
from mien.core.errors import FormatError, UsageError
from mien.datasets.coded_clip import FlowPicture
from mien.pipeline.flow_corpus import FlowCorpus, FlowLabels, read_flow_corpus
from mien.pipeline.flow_evaluating import FlowEvaluation, evaluate_flow
from mien.pipeline.flow_picture_drawing import (
    DrawnCorpus,
    DrawnFlow,
    draw_flow,
    seen_in,
    stretched8,
    write_drawn_corpora,
)
from mien.pipeline.flow_picture_reading import read_flow_picture, read_flow_values
from mien.recognition.atoms import READ_UNITS
from mien.recognition.canonical import Placement
from mien.recognition.flow_sources import fuse_readings, zero_shot_sources
from mien.work import Silent

PLACEMENTS = (Placement((1.15, 1.05), (0.03, -0.1)), Placement((0.9, 0.95), (-0.04, 0.09)))


@cache
def _drawn(prior: str) -> DrawnFlow:
    return draw_flow(prior, 160, people=8, seed=11)


@pytest.fixture(scope="module")
def manifest(tmp_path_factory: pytest.TempPathFactory) -> Path:
    corpora = [
        DrawnCorpus(name, _drawn(prior), stretched8(seen_in(_drawn(prior).flow, placement)))
        for name, prior, placement in zip(
            ("alpha", "beta"), ("casme2", "dfme"), PLACEMENTS, strict=True
        )
    ]
    return write_drawn_corpora(tmp_path_factory.mktemp("flow"), corpora)


@pytest.fixture(scope="module")
def read(manifest: Path) -> tuple[FlowCorpus, FlowLabels]:
    return read_flow_corpus(manifest)


def _auc(scores: np.ndarray, truth: np.ndarray) -> float:
    """Mean over units with 8 positives, pair by pair."""
    found = []
    for column in range(truth.shape[1]):
        yes, no = scores[truth[:, column] == 1, column], scores[truth[:, column] == 0, column]
        if len(yes) >= 8:
            pairs = yes[:, None] - no[None]
            found.append(((pairs > 0) + 0.5 * (pairs == 0)).mean())
    return float(np.mean(found))


@pytest.mark.slow
def test_pictures_with_a_blank_before_their_suffix_are_read_and_labelled(
    read: tuple[FlowCorpus, FlowLabels],
) -> None:
    corpus, labels = read
    assert len(corpus.names) == 320
    assert not corpus.warnings
    truth = np.concatenate([_drawn("casme2").units, _drawn("dfme").units])
    assert np.array_equal(labels.units, truth)
    assert set(labels.classes.tolist()) == {-1, 0, 1, 2}
    assert "others" in labels.words


@pytest.mark.slow
def test_degraded_pictures_lose_less_than_two_hundredths(
    read: tuple[FlowCorpus, FlowLabels],
) -> None:
    corpus, labels = read
    for part, prior in enumerate(("casme2", "dfme")):
        rows = slice(160 * part, 160 * (part + 1))
        flow = _drawn(prior).flow.astype(np.float64)
        whole = type(corpus.faces)(flow, np.zeros((160, 28, 28)), np.ones(160, np.bool_))
        sources = zero_shot_sources()
        ideal = fuse_readings([one.read(whole, "emfacs") for one in sources], "emfacs")
        mine = type(corpus.faces)(
            corpus.faces.flow[rows], corpus.faces.strain[rows], corpus.faces.sized[rows]
        )
        got = fuse_readings([one.read(mine, "emfacs") for one in sources], "emfacs")
        truth = labels.units[rows]
        assert _auc(ideal.units, truth) - _auc(got.units, truth) < 0.02


@pytest.mark.slow
def test_every_part_is_scored_and_written(manifest: Path, tmp_path: Path) -> None:
    pytest.importorskip("sklearn")
    arguments = ["evaluate", "flow", str(manifest), "--out", str(tmp_path / "out")]
    done = CliRunner().invoke(
        app, [*arguments, "--resamples", "20", "--draws", "2", "--json"], catch_exceptions=False
    )
    assert done.exit_code == 0, done.output
    figures = json.loads((tmp_path / "out" / "flow.json").read_text(encoding="utf-8"))
    assert list(figures["zero_shot"]) == [*figures["sources"], "fused"]
    assert figures["zero_shot"]["fused"]["means"]["auc"]["value"] > 0.9
    assert figures["loso"]["kernels"]["means"]["auc"]["value"] > 0.85
    alone = figures["corpora"]["flow alone"]["means"]["auc"]["value"]
    assert figures["corpora"]["kernels and zero-shot"]["means"]["auc"]["value"] > alone
    few = {(one["subjects"], one["row"]): one["auc"] for one in figures["few"]}
    assert few[1, "kernels and zero-shot"] > few[1, "flow alone"] + 0.05
    with (tmp_path / "out" / "zero-shot.csv").open(encoding="utf-8") as file:
        rows = {row["row"]: row for row in csv.DictReader(file)}
    assert float(rows["fused"]["AUC low"]) < float(rows["fused"]["AUC"])
    page = (tmp_path / "out" / "flow.md").read_text(encoding="utf-8")
    assert "Leave one corpus out" in page
    assert "| AU12* |" in page


@pytest.mark.slow
def test_a_wrong_order_of_channels_is_refused_with_the_right_one(
    manifest: Path, tmp_path: Path
) -> None:
    text = manifest.read_text(encoding="utf-8").replace("BGR: strain v u", "strain v u")
    wrong = manifest.with_name("wrong.csv")
    wrong.write_text(text, encoding="utf-8")
    done = CliRunner().invoke(app, ["evaluate", "flow", str(wrong), "--out", str(tmp_path)])
    assert done.exit_code == 2
    said = " ".join(done.output.split())
    assert "Write u v strain into the column channels (red u, green v, blue strain)" in said
    assert "BGR: strain v u" in said


@pytest.mark.slow
@pytest.mark.parametrize("spelling", ["CASME II", "casme2"])
def test_zero_shot_is_refused_with_a_prior_from_an_evaluated_corpus(
    manifest: Path, tmp_path: Path, spelling: str
) -> None:
    text = manifest.read_text(encoding="utf-8").replace(",alpha,", f",{spelling},")
    other = manifest.with_name("casme.csv")
    other.write_text(text, encoding="utf-8")
    arguments = ["evaluate", "flow", str(other), "--out", str(tmp_path), "--prior", "casme2"]
    done = CliRunner().invoke(app, arguments)
    assert done.exit_code == 2
    assert "not zero-shot" in " ".join(done.output.split())
    assert "--prior emfacs+dfme" in " ".join(done.output.split())


def _small(tmp_path: Path, rows: int, subjects: int, **cells: str) -> Path:
    """Write noise: enough to ask for what cannot be."""
    rng = np.random.default_rng(5)
    header = ["path", "subject", "label", "units", "registered", *cells]
    lines = [",".join(header)]
    for row in range(rows):
        grey = rng.integers(0, 255, (28, 28, 3)).astype(np.uint8)
        cv2.imwrite(str(tmp_path / f"{row}.png"), grey)
        label = ("happiness", "disgust")[row % 2]
        cell = [f"{row}.png", f"s{row % subjects}", label, "4", "yes", *cells.values()]
        lines.append(",".join(cell))
    file = tmp_path / "small.csv"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file


def test_one_subject_allows_zero_shot_alone_and_says_why(tmp_path: Path) -> None:
    corpus, labels = read_flow_corpus(_small(tmp_path, 14, 1))
    figures = evaluate_flow(corpus, labels, FlowEvaluation(resamples=2), Silent())
    assert list(figures.not_done) == ["loso", "few-subjects", "corpora"]
    assert "all pictures are of small/s0" in figures.not_done["loso"]
    for part in ("loso", "few-subjects", "corpora"):
        with pytest.raises(UsageError, match="needs at least two subjects"):
            evaluate_flow(corpus, labels, FlowEvaluation(parts=(part,)), Silent())


def test_parts_that_need_more_people_corpora_or_classes_are_refused(tmp_path: Path) -> None:
    corpus, labels = read_flow_corpus(_small(tmp_path, 14, 3))

    def refusal(part: str, known: FlowLabels = labels) -> str:
        with pytest.raises(UsageError) as caught:
            evaluate_flow(corpus, known, FlowEvaluation(parts=(part,)), Silent())
        return str(caught.value)

    assert "all pictures are of small" in refusal("corpora")
    assert "at least 4 subjects" in refusal("few-subjects")
    one_class = FlowLabels(labels.units, np.zeros(14, np.int64), {})
    assert "there are 1 and none" in refusal("loso", one_class)
    assert "Expected --part among" in refusal("both")
    nothing = FlowLabels(np.full_like(labels.units, np.nan), np.full(14, -1), {"joy": "no word"})
    assert "the labels are joy (no word)" in refusal("zero-shot", nothing)


def test_too_few_pictures_to_find_the_face_are_refused(tmp_path: Path) -> None:
    file = _small(tmp_path, 5, 2)
    text = file.read_text(encoding="utf-8").replace(",yes", ",no")
    file.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match=r"at least 12 flow pictures with motion of small.*got 5"):
        read_flow_corpus(file)
    assert len(read_flow_corpus(file, registered=True)[0].names) == 5


def test_unreadable_pictures_are_left_out_and_told(tmp_path: Path) -> None:
    file = _small(tmp_path, 14, 3)
    (tmp_path / "3.png").write_bytes(b"no picture")
    cv2.imwrite(str(tmp_path / "4.png"), np.zeros((28, 28), np.uint8))
    corpus, _ = read_flow_corpus(file)
    assert len(corpus.names) == 12
    (warning,) = corpus.warnings
    assert "2 pictures left out" in warning
    assert "3.png" in warning
    assert "it has 1" in warning
    for row in range(14):
        (tmp_path / f"{row}.png").write_bytes(b"")
    with pytest.raises(FormatError, match="none can"):
        read_flow_corpus(file)


def test_a_table_of_no_flow_pictures_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "m.csv"
    file.write_text("path,subject,label\nnone.png,1,fear\n", encoding="utf-8")
    with pytest.raises(FormatError, match=r"flow pictures in m\.csv.*no picture none\.png"):
        read_flow_corpus(file)


def test_arrays_in_pixels_of_any_size_are_read(tmp_path: Path) -> None:
    field = np.stack([np.full((56, 56), 2.0), np.full((56, 56), -1.0)], axis=-1)
    np.save(tmp_path / "last.npy", field)
    np.save(tmp_path / "first.npy", np.moveaxis(field, 2, 0)[None])
    for name in ("last.npy", "first.npy"):
        picture = FlowPicture(tmp_path / name, ("u", "-v"), pixels=True)
        read = read_flow_values(picture)
        assert not read.stretched
        np.testing.assert_allclose(read.values, np.broadcast_to([2.0, 1.0], (28, 28, 2)))
    image = read_flow_picture(FlowPicture(tmp_path / "last.npy", ("u", "v"), pixels=True))
    assert image.shape == (28, 28, 3)
    assert not image[..., 2].any()


@pytest.mark.parametrize(
    ("array", "fault"),
    [
        (np.full((28, 28, 2), np.nan), "NaN or infinite"),
        (np.zeros((28, 28)), "rows x columns x channels of numbers"),
        (np.zeros((28, 28, 3)), "has 3"),
        (np.zeros((4, 4, 2)), "at least 8 x 8 cells"),
        (np.zeros((28, 28, 2), np.uint8), "it holds uint8"),
        (np.array(["a"]), "rows x columns x channels of numbers"),
    ],
)
def test_arrays_that_are_no_flow_are_refused(tmp_path: Path, array: np.ndarray, fault: str) -> None:
    np.save(tmp_path / "a.npy", array)
    with pytest.raises(FormatError, match=fault):
        read_flow_values(FlowPicture(tmp_path / "a.npy", ("u", "v"), pixels=True))


def test_a_larger_picture_reads_like_a_small_one(tmp_path: Path) -> None:
    small = np.random.default_rng(1).integers(0, 255, (28, 28, 3)).astype(np.uint8)
    large = small.repeat(4, axis=0).repeat(4, axis=1)
    opaque = np.dstack([large, np.full(large.shape[:2], 255, np.uint8)])
    for name, picture in (("s.png", small), ("l.png", large), ("o.png", opaque)):
        cv2.imwrite(str(tmp_path / name), picture)
    read = [
        read_flow_values(FlowPicture(tmp_path / name, ("u", "v", "strain")))
        for name in ("s.png", "l.png", "o.png")
    ]
    assert all(one.stretched for one in read)
    np.testing.assert_allclose(read[1].values, read[0].values)
    np.testing.assert_allclose(read[2].values, read[0].values)
    np.testing.assert_allclose(read[0].values, small[..., ::-1])


def test_units_that_nobody_coded_are_masked(tmp_path: Path) -> None:
    file = _small(tmp_path, 14, 3)
    text = file.read_text(encoding="utf-8").replace("disgust,4", "disgust,?")
    file.write_text(text, encoding="utf-8")
    corpus, labels = read_flow_corpus(file)
    assert np.isnan(labels.units[1::2]).all()
    assert labels.units[::2, READ_UNITS.index(4)].all()
    figures = evaluate_flow(
        corpus, labels, FlowEvaluation(parts=("zero-shot",), resamples=2), Silent()
    )
    (unit,) = figures.zero_shot["cosine"].units
    assert (unit.unit, unit.clips, unit.positives, unit.counted) == (4, 7, 7, False)
