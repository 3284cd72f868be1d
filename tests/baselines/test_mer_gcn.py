"""MER-GCN: its graph, sizes, and that it learns units and emotions."""

import numpy as np
import pytest
import torch

from mien.baselines.mer_gcn import SPEC, MerGcn
from mien.core.errors import UsageError
from mien.datasets.clips import Clips, LabelledClips, Labels
from mien.evaluation.systems import Budget, RecognitionSystem
from mien.work import Silent

UNITS = (1, 4, 12)
SIZE_PX = 32


def moving_faces(count: int, *, seed: int = 0) -> LabelledClips:
    """Faces in which each unit brightens its own band: 1 and 4 in surprise, 12 in happiness."""
    rng = np.random.default_rng(seed)
    emotion = np.arange(count) % 2
    units = np.zeros((count, 3))
    units[emotion == 0] = (1, 1, 0)
    units[emotion == 1] = (0, 0, 1)
    units[::4, 1] = 0
    frames = rng.integers(95, 105, (count, 16, SIZE_PX, SIZE_PX, 3)).astype(np.float64)
    ramp = np.linspace(0, 100, 16)[None, :, None, None, None]
    for unit in range(3):
        band = slice(10 * unit, 10 * unit + 10)
        frames[:, :, band] += units[:, unit, None, None, None, None] * ramp
    labels = Labels(
        ("surprise", "happiness"),
        emotion,
        UNITS,
        units,
        np.full((count, 3), np.nan),
        np.ones(count),
    )
    names = tuple(f"made/{k:02d}" for k in range(count))
    arrays = {"rgb": frames.astype(np.uint8)}
    return LabelledClips(Clips(names, names, arrays, np.arange(count)), labels)


def fitted(clips: LabelledClips, *, epochs: int, seed: int = 0) -> RecognitionSystem:
    system = SPEC.build(Budget(width=4, max_epochs=epochs))
    assert isinstance(system, RecognitionSystem)
    system.fit(clips, seed=seed, progress=Silent())
    return system


def test_each_clip_gets_a_number_for_every_class_and_every_unit() -> None:
    network = MerGcn(torch.eye(5), 7, width=8, steps=16, size_px=50)
    scores = network(torch.zeros(2, 3, 16, 50, 50))
    assert scores.emotion.shape == (2, 7)
    assert scores.units is not None
    assert scores.units.shape == (2, 5)


def test_at_full_size_it_has_the_parameters_of_its_parts() -> None:
    units, classes = 19, 7
    convolutions = 3 * 64 * 75 + (64 * 128 + 128 * 256 + 256 * 512) * 27 + 512 * units
    biases = 64 + 128 + 256 + 512 + units
    normalisations = 2 * (64 + 128 + 256 + 512)
    graph = (units + 1) * 256 + (256 + 1) * (4 * 7 * 7)
    network = MerGcn(torch.eye(units), classes)
    assert sum(one.numel() for one in network.parameters()) == (
        convolutions + biases + normalisations + graph + units * classes + classes
    )


def test_a_unit_is_the_product_of_what_is_seen_and_what_the_graph_says_of_it() -> None:
    adjacency = torch.tensor([[1.0, 0.5, 0.0], [1.0, 1.0, 0.0], [0.0, 0.0, 1.0]])
    network = MerGcn(adjacency, 2, width=4, steps=4, size_px=16)
    clips = torch.randn(1, 3, 4, 16, 16, generator=torch.Generator().manual_seed(0))
    seen = network.pictures(clips)[0].flatten(1).detach().numpy()
    said = network.nodes().detach().numpy()
    scores = network(clips)
    assert scores.units is not None
    products = np.array([seen[unit] @ said[unit] for unit in range(3)]) / np.sqrt(said.shape[1])
    assert scores.units[0].detach().numpy() == pytest.approx(products, abs=1e-6)


def test_the_graph_averages_over_the_units_that_a_unit_occurs_with() -> None:
    adjacency = torch.tensor([[1.0, 0.5, 0.0], [1.0, 1.0, 0.0], [0.0, 0.0, 1.0]])
    network = MerGcn(adjacency, 2, width=4, steps=4, size_px=16)
    assert network.adjacency.numpy() == pytest.approx(
        np.array([[2 / 3, 1 / 3, 0], [1 / 2, 1 / 2, 0], [0, 0, 1]])
    )
    first = next(network.graph.parameters())
    (slope,) = torch.autograd.grad(network.nodes()[2].sum(), [first])
    assert not slope[:2].any(), "units that are not joined must not hear of each other"
    assert slope[2].any()


def test_it_learns_units_and_the_emotion_that_they_speak_for() -> None:
    system = fitted(moving_faces(16), epochs=30)
    test = moving_faces(8, seed=1)
    found = system.predict(test.clips)
    assert (found.emotion.argmax(axis=1) == test.labels.emotion).all()
    assert found.emotion.sum(axis=1) == pytest.approx(1)
    assert found.units is not None
    assert ((found.units > 0.5) == (test.labels.units > 0.5)).mean() > 0.9


def test_the_same_seed_gives_the_same_answers_and_another_seed_others() -> None:
    answers = []
    for seed in (5, 5, 6):
        found = fitted(moving_faces(6), epochs=1, seed=seed).predict(moving_faces(3).clips)
        assert found.units is not None
        answers.append(found.units)
    assert np.array_equal(answers[0], answers[1])
    assert not np.array_equal(answers[0], answers[2])


def test_a_clip_is_predicted_the_same_whoever_stands_beside_it() -> None:
    system = fitted(moving_faces(6), epochs=1)
    clips = moving_faces(5, seed=2).clips
    together = system.predict(clips).emotion
    assert system.predict(clips.take([3])).emotion[0] == pytest.approx(together[3], abs=1e-6)


def test_units_that_are_not_known_are_not_learnt_as_absent() -> None:
    clips = moving_faces(16)
    clips.labels.units[1:, 0] = np.nan
    clips.labels.units[0, 0] = 1
    found = fitted(clips, epochs=20).predict(moving_faces(8, seed=1).clips)
    assert found.units is not None
    assert np.isfinite(found.units).all()
    assert (found.units[:, 0] > 0.5).mean() > 0.4


def test_clips_whose_units_nobody_coded_are_refused() -> None:
    clips = moving_faces(4)
    clips.labels.units[:] = np.nan
    with pytest.raises(UsageError, match="units to be coded"):
        fitted(clips, epochs=1)
