"""Learning from motion sets, and what comes of it."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch

from mien.core.errors import FormatError, MissingError, UsageError
from mien.recognition.atoms import READ_UNITS
from mien.synth.motion_options import MotionOptions
from mien.synth.motion_set import write_motion
from mien.training.default_recogniser import CLASSES, best_threshold
from mien.training.loop_settings import LoopSettings
from mien.training.motion_samples import MotionSamples, joined, read_motion_samples
from mien.training.motion_training import (
    image_network,
    train_motion_network,
)
from mien.work import Silent

OPTIONS = MotionOptions(
    images=160,
    volumes=24,
    people=("Nina", "Omar", "seed-1", "seed-2"),
    prior="emfacs+dfme",
    free_share=0.2,
    course="whole",
    volume_frames=16,
    views_per_shard=4,
)
QUICK = LoopSettings(epochs=1, batch_size=8, learning_rate=1e-3)


@pytest.fixture(scope="module")
def motion(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("motion")
    write_motion(folder, OPTIONS, Silent())
    return folder


def samples_of(folder: Path, kind: str) -> MotionSamples:
    return read_motion_samples(folder, kind, unit_numbers=READ_UNITS, classes=CLASSES)


def test_samples_come_with_their_units_emotion_and_times(motion: Path) -> None:
    images, volumes = samples_of(motion, "image"), samples_of(motion, "volume")
    assert images.flow_px.shape == (160, 28, 28, 2)
    assert volumes.flow_px.shape == (24, 16, 28, 28, 2)
    assert images.units.any(axis=1).mean() > 0.9
    assert ((images.intensity > 0) == (images.units > 0)).all()
    free = images.emotion < 0
    assert 0.05 < free.mean() < 0.4
    assert (np.diff(volumes.times, axis=1) > 0).all()
    assert np.isnan(images.times).all()


def test_the_motion_at_the_apex_is_the_largest_of_a_course(motion: Path) -> None:
    volumes = samples_of(motion, "volume")
    # Without the head, which moves on and on.
    size = np.abs(volumes.planes().astype(np.float32))[:, :2].mean(axis=(1, 3, 4))
    at_apex = np.rint(volumes.times[:, 1] * 15).astype(int)
    assert np.median(size[np.arange(24), at_apex] / size.max(axis=1)) > 0.9
    assert volumes.as_images().flow_px.shape == (24, 28, 28, 2)


def test_a_network_learns_from_them_and_a_second_training_ends_alike(motion: Path) -> None:
    images = samples_of(motion, "image")
    weights = []
    for _ in range(2):
        network = image_network(len(READ_UNITS), len(CLASSES), seed=3)
        report = train_motion_network(network, images, replace(QUICK, epochs=6))
        weights.append(next(network.parameters()).detach().clone())
    assert report.losses[-1] < 0.8 * report.losses[0]
    assert torch.equal(*weights)


_SCRIPT = """
import json, sys
from pathlib import Path
import numpy as np, onnxruntime, torch
from mien.recognition.atoms import READ_UNITS
from mien.recognition.fusion import TrainedRecogniser
from mien.training.default_recogniser import CLASSES, write_default
from mien.training.motion_export import export_motion_network
from mien.training.motion_samples import read_motion_samples
from mien.training.motion_training import (
    MotionNetworkSettings, image_network, motion_graph, volume_network,
)
motion, out = map(Path, sys.argv[1:])
volumes = read_motion_samples(motion, "volume", unit_numbers=READ_UNITS, classes=CLASSES)
graph = motion_graph(volumes, READ_UNITS, CLASSES)
apart = []
for number, settings in enumerate((
    MotionNetworkSettings(width=4),
    MotionNetworkSettings(width=4, graph=None, emotion_layer=False, temporal_enrichment=False),
    MotionNetworkSettings(backbone="steps", width=4, graph="mean", emotion_layer=False),
)):
    network = volume_network(graph, settings, seed=0).eval()
    path = out / f"{number}.onnx"
    export_motion_network(network, path, steps=16)
    planes = volumes.planes()[:3].astype(np.float32)
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    found = session.run(["units", "emotion", "features", "times"], {"clip": planes})
    with torch.inference_mode():
        said = network(torch.from_numpy(planes))
    own = (said.units, said.final_emotion.log_softmax(dim=1), said.features, said.times)
    apart += [float(np.abs(a - b.numpy()).max()) for a, b in zip(found, own, strict=True)]
networks = {
    "image": image_network(len(READ_UNITS), len(CLASSES), seed=0),
    "volume": volume_network(graph, MotionNetworkSettings(width=4), seed=0),
}
known = volumes.take(np.flatnonzero(volumes.emotion >= 0))
card = write_default(out / "default", networks, known, priors=("emfacs", "dfme"), training={})
recogniser = TrainedRecogniser(out / "default")
verdict = recogniser.read(known.at_apex_px(), known.flow_px.astype(np.float32))
print(json.dumps({
    "apart": apart,
    "same card": recogniser.card == card,
    "said": float(verdict.units.mean()),
    "true": float(known.units.mean()),
}))
"""
"""In a process of its own: the export cannot trace functions whose shapes the tests check."""


def test_networks_are_exported_as_they_are_and_calibrated(motion: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _SCRIPT, str(motion), str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    assert max(found["apart"]) < 1e-4
    assert found["same card"]
    # Networks that learned nothing know how common the units are at least.
    assert found["said"] == pytest.approx(found["true"], abs=0.1)


def test_the_threshold_is_where_units_are_told_best() -> None:
    truth = np.array([[1.0], [1.0], [0.0], [0.0]])
    assert best_threshold(np.array([[0.9], [0.45], [0.35], [0.1]]), truth) == pytest.approx(
        0.36, abs=0.011
    )


def test_sets_of_one_kind_are_put_one_after_the_other(motion: Path) -> None:
    images = samples_of(motion, "image")
    both = joined([images, images.take(np.arange(5))])
    assert len(both) == 165
    assert (both.person[160:] == images.person[:5]).all()


def test_what_is_no_motion_set_is_refused(motion: Path, tmp_path: Path) -> None:
    with pytest.raises(MissingError, match="mien synth --motion-only"):
        samples_of(tmp_path, "image")
    with pytest.raises(UsageError, match="kind picture"):
        samples_of(motion, "picture")
    table = tmp_path / "labels.parquet"
    pd.DataFrame({"kind": ["image"]}).to_parquet(table)
    with pytest.raises(FormatError, match="Draw the set again"):
        samples_of(tmp_path, "image")
    with pytest.raises(UsageError, match="volumes of a whole course"):
        samples_of(motion, "image").at_apex_px()
