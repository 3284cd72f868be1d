"""CNN and LSTM: sizes, interpolation in time, and that it learns."""

import numpy as np
import pytest
import torch

from mien.baselines.cnn_lstm import SPEC, CnnLstm, changes, resampled
from mien.datasets.clips import Clips, LabelledClips, Labels
from mien.evaluation.systems import Budget, RecognitionSystem
from mien.work import Silent


def rising_and_falling(count: int, *, seed: int = 0) -> LabelledClips:
    """Faces whose upper half grows brighter, or darker, by as much: only time tells them apart."""
    rng = np.random.default_rng(seed)
    emotion = np.arange(count) % 2
    frames = rng.integers(95, 105, (count, 16, 24, 24, 3)).astype(np.float64)
    ramp = np.linspace(-80, 80, 16)[None, :, None, None, None]
    frames[:, :, :12] += np.where(emotion == 0, 1, -1)[:, None, None, None, None] * ramp
    labels = Labels(
        ("happiness", "disgust"),
        emotion,
        (12,),
        np.full((count, 1), np.nan),
        np.full((count, 3), np.nan),
        np.ones(count),
    )
    names = tuple(f"made/{k:02d}" for k in range(count))
    arrays = {"rgb": frames.astype(np.uint8)}
    return LabelledClips(Clips(names, names, arrays, np.arange(count)), labels)


def fitted(clips: LabelledClips, *, epochs: int, seed: int = 0) -> RecognitionSystem:
    system = SPEC.build(Budget(width=8, max_epochs=epochs))
    assert isinstance(system, RecognitionSystem)
    system.fit(clips, seed=seed, progress=Silent())
    return system


def test_a_course_that_is_straight_in_time_stays_straight() -> None:
    clips = np.arange(16.0)[None, :, None] * np.array([1.0, -2.0])
    found = resampled(clips, 10)
    assert found.shape == (1, 10, 2)
    assert found[0, :, 0] == pytest.approx(np.arange(10) * 15 / 9)
    assert found[0, :, 1] == pytest.approx(np.arange(10) * -30 / 9)


def test_interpolation_agrees_with_numpy_on_any_course() -> None:
    course = np.random.default_rng(0).normal(size=(1, 16, 1))
    expected = np.interp(np.linspace(0, 15, 10), np.arange(16), course[0, :, 0])
    assert resampled(course, 10)[0, :, 0] == pytest.approx(expected)


def test_as_many_pictures_as_before_are_the_same_pictures() -> None:
    clips = np.random.default_rng(1).normal(size=(2, 16, 3, 3))
    assert resampled(clips, 16) == pytest.approx(clips)


def test_a_face_that_never_changes_leaves_nothing_whoever_it_is() -> None:
    face = np.random.default_rng(0).uniform(0, 255, (1, 1, 8, 8))
    assert changes(face.repeat(10, axis=1)) == pytest.approx(0)


def test_what_changes_keeps_its_course_and_gets_one_size_whatever_the_face() -> None:
    rng = np.random.default_rng(0)
    course = np.linspace(-20, 20, 10).reshape(1, 10, 1, 1)
    clips = np.concatenate([course, 3 * course]) + rng.uniform(0, 255, (2, 1, 8, 8))
    found = changes(clips)
    assert found.std(axis=(1, 2, 3)) == pytest.approx(1)
    assert found[0] == pytest.approx(found[1])
    assert found[0, :, 3, 5] == pytest.approx(course[0, :, 0, 0] / course.std())


def test_the_noise_of_a_still_face_is_not_blown_up() -> None:
    clips = np.random.default_rng(0).normal(90, 0.2, (1, 10, 8, 8))
    assert changes(clips).std() < 0.25


def test_at_full_size_a_picture_is_1024_numbers_and_the_lstm_remembers_128() -> None:
    network = CnnLstm(7)
    assert network.vector.out_features == 1024
    assert network.lstm.hidden_size == 128
    # Four gates, each from 1024 inputs and 128 states, with the two biases that cuDNN has.
    assert sum(one.numel() for one in network.lstm.parameters()) == 4 * 128 * (1024 + 128 + 2)


def test_each_clip_gets_a_number_for_every_class_at_any_width_and_size() -> None:
    for width, size_px in ((16, 112), (8, 24), (6, 30)):
        network = CnnLstm(5, width=width, size_px=size_px)
        assert network(torch.zeros(2, 10, size_px, size_px)).emotion.shape == (2, 5)


def test_it_learns_from_the_order_of_the_pictures_alone() -> None:
    system = fitted(rising_and_falling(16), epochs=20)
    test = rising_and_falling(8, seed=1)
    found = system.predict(test.clips)
    assert (found.emotion.argmax(axis=1) == test.labels.emotion).all()
    assert found.emotion.sum(axis=1) == pytest.approx(1)


def test_the_same_seed_gives_the_same_answers_and_another_seed_others() -> None:
    answers = [
        fitted(rising_and_falling(6), epochs=1, seed=seed)
        .predict(rising_and_falling(3).clips)
        .emotion
        for seed in (5, 5, 6)
    ]
    assert np.array_equal(answers[0], answers[1])
    assert not np.array_equal(answers[0], answers[2])


def test_a_clip_is_predicted_the_same_whoever_stands_beside_it() -> None:
    system = fitted(rising_and_falling(6), epochs=1)
    clips = rising_and_falling(5, seed=2).clips
    together = system.predict(clips).emotion
    assert system.predict(clips.take([3])).emotion[0] == pytest.approx(together[3], abs=1e-6)


def test_reduced_precision_is_close_to_the_full_one() -> None:
    answers = []
    for precision in ("fp32", "bf16"):
        system = SPEC.build(Budget(width=8, max_epochs=2, precision=precision))
        assert isinstance(system, RecognitionSystem)
        system.fit(rising_and_falling(8), seed=0, progress=Silent())
        answers.append(system.predict(rising_and_falling(4, seed=1).clips).emotion)
    assert answers[0] == pytest.approx(answers[1], abs=0.05)
    assert not np.array_equal(answers[0], answers[1])
