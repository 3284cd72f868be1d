"""ELRCN: sizes as printed, its enriched steps, and that both variants learn."""

import numpy as np
import pytest
import torch

from mien.baselines.elrcn import SPATIAL, SPECS, TEMPORAL, Elrcn, enriched
from mien.core.errors import InputError
from mien.datasets.clips import Clips, LabelledClips, Labels
from mien.evaluation.systems import Budget, RecognitionSystem, SystemSpec
from mien.work import Silent

SIZE_PX = 32


def moving_faces(count: int, *, seed: int = 0) -> LabelledClips:
    """Faces whose upper half moves up or down more and more; the pictures show nothing of it."""
    rng = np.random.default_rng(seed)
    emotion = np.arange(count) % 2
    pictures = rng.integers(0, 255, (count, 16, SIZE_PX, SIZE_PX, 3)).astype(np.uint8)
    flow = rng.normal(0, 0.02, (count, 16, SIZE_PX, SIZE_PX, 3))
    ramp = np.where(emotion == 0, 1, -1)[:, None] * np.linspace(0, 1.5, 16)
    flow[:, :, : SIZE_PX // 2, :, 1] += ramp[:, :, None, None]
    labels = Labels(
        ("surprise", "disgust"),
        emotion,
        (),
        np.zeros((count, 0)),
        np.full((count, 3), np.nan),
        np.ones(count),
    )
    names = tuple(f"made/{k:02d}" for k in range(count))
    arrays: dict[str, np.ndarray] = {"rgb": pictures, "flow": flow.astype(np.float16)}
    return LabelledClips(Clips(names, names, arrays, np.arange(count)), labels)


def fitted(
    spec: SystemSpec, clips: LabelledClips, *, epochs: int, seed: int = 0
) -> RecognitionSystem:
    system = spec.build(Budget(width=4, max_epochs=epochs))
    assert isinstance(system, RecognitionSystem)
    system.fit(clips, seed=seed, progress=Silent())
    return system


def parameters(network: torch.nn.Module) -> int:
    return sum(one.numel() for one in network.parameters())


@pytest.mark.parametrize("streams", [SPATIAL, TEMPORAL])
def test_at_full_size_each_stream_is_vgg_16_and_the_lstm_has_3000_states(
    streams: tuple[int, ...],
) -> None:
    with torch.device("meta"):
        network = Elrcn(5, streams=streams, size_px=224)
    # torchvision prints 138,357,544 for VGG-16 with 3 channels and 1000 classes of 4096 numbers.
    vgg16 = 138_357_544 - 1000 * (4096 + 1)
    norms = 2 * (2 * 64 + 2 * 128 + 3 * 256 + 6 * 512)
    for stream, channels in zip(network.streams, streams, strict=True):
        assert parameters(stream) == vgg16 + 64 * 9 * (channels - 3) + norms
    assert parameters(network.lstm) == 4 * 3000 * (4096 * len(streams) + 3000 + 2)
    assert parameters(network.layers) == 128 * 3001 + 5 * 129


@pytest.mark.parametrize("streams", [SPATIAL, TEMPORAL])
def test_each_clip_gets_a_number_for_every_class(streams: tuple[int, ...]) -> None:
    network = Elrcn(7, streams=streams, width=4, size_px=56)
    assert network(torch.zeros(2, 9, 5, 56, 56)).emotion.shape == (2, 7)


def test_enriched_steps_hold_the_motion_of_their_moments() -> None:
    ramp = np.linspace(0, 3, 16).reshape(1, 16, 1, 1)
    flow = np.stack([4 * ramp, -3 * ramp, 0.1 * ramp], axis=-1) * np.ones((1, 1, 6, 6, 1))
    grey = np.random.default_rng(0).normal(100, 20, (1, 16, 6, 6))
    found = enriched(grey, flow)
    assert found.shape == (1, 9, 5, 6, 6)
    steps = np.arange(1, 10) / 9
    level = steps / np.sqrt(np.mean(steps**2))
    u, v, magnitude, strain, picture = (found[0, :, k] for k in range(5))
    assert u[:, 2, 3] == pytest.approx(0.8 * level)
    assert v[:, 2, 3] == pytest.approx(-0.6 * level)
    assert magnitude[:, 2, 3] == pytest.approx(level)
    assert strain[:, 2, 3] == pytest.approx(level)
    assert picture.mean() == pytest.approx(0, abs=1e-6)
    assert picture.std() == pytest.approx(1)


def test_the_noise_of_a_still_face_is_not_blown_up() -> None:
    flow = np.random.default_rng(0).normal(0, 0.001, (1, 16, 6, 6, 3))
    found = enriched(np.full((1, 16, 6, 6), 90.0), flow)
    assert np.abs(found).max() < 1


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.name)
def test_it_learns_whither_a_face_moves(spec: SystemSpec) -> None:
    system = fitted(spec, moving_faces(16), epochs=12)
    test = moving_faces(6, seed=1)
    found = system.predict(test.clips)
    assert (found.emotion.argmax(axis=1) == test.labels.emotion).all()
    assert found.emotion.sum(axis=1) == pytest.approx(1)


def test_the_same_seed_gives_the_same_answers_and_another_seed_others() -> None:
    answers = [
        fitted(SPECS[0], moving_faces(4), epochs=1, seed=seed).predict(moving_faces(3).clips)
        for seed in (5, 5, 6)
    ]
    assert np.array_equal(answers[0].emotion, answers[1].emotion)
    assert not np.array_equal(answers[0].emotion, answers[2].emotion)


def test_a_clip_is_predicted_the_same_whoever_stands_beside_it() -> None:
    system = fitted(SPECS[1], moving_faces(4), epochs=1)
    clips = moving_faces(5, seed=2).clips
    together = system.predict(clips).emotion
    assert system.predict(clips.take([3])).emotion[0] == pytest.approx(together[3], abs=1e-6)


def test_flow_that_is_not_a_number_is_refused_with_its_clip() -> None:
    clips = moving_faces(4)
    clips.clips.arrays["flow"][2, 5, 0, 0, 1] = np.nan
    with pytest.raises(InputError, match="flow of made/02"):
        fitted(SPECS[0], clips, epochs=1)
