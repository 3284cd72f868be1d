"""STSTNet: size as printed, its pictures, and that it learns."""

import pickle

import numpy as np
import pytest
import torch

from mien.baselines.ststnet import SPEC, STSTNet, batch_for, stretched
from mien.core.errors import InputError, UsageError
from mien.datasets.clips import Clips, LabelledClips, Labels
from mien.evaluation.systems import Budget, RecognitionSystem
from mien.work import Silent


def flow_images(count: int, *, seed: int = 0, classes: int = 3) -> LabelledClips:
    """Flow that goes right, left or nowhere in the upper face, with noise."""
    rng = np.random.default_rng(seed)
    emotion = np.arange(count) % classes
    images = rng.normal(0, 0.2, (count, 28, 28, 3)).astype(np.float32)
    images[emotion == 1, 4:12, 6:22, 0] += 2
    images[emotion == 2, 16:24, 6:22, 1] -= 2
    labels = Labels(
        ("others", "surprise", "repression")[:classes],
        emotion,
        (),
        np.zeros((count, 0)),
        np.full((count, 3), np.nan),
        np.ones(count),
    )
    names = tuple(f"made/{k:03d}" for k in range(count))
    return LabelledClips(Clips(names, names, {"flow_image": images}, np.arange(count)), labels)


def fitted(clips: LabelledClips, *, epochs: int, seed: int = 0) -> RecognitionSystem:
    system = SPEC.build(Budget(width=16, max_epochs=epochs))
    assert isinstance(system, RecognitionSystem)
    system.fit(clips, seed=seed, progress=Silent())
    return system


def test_it_is_as_small_as_its_paper_says() -> None:
    count = sum(one.numel() for one in STSTNet(3).parameters())
    convolutions, normalisations, linear = 16 * (27 + 1), 2 * 16, (5 * 5 * 16 + 1) * 3
    assert count == convolutions + normalisations + linear
    assert count == pytest.approx(1670, rel=0.01)


def test_each_image_gets_a_number_for_every_class() -> None:
    assert STSTNet(5).eval()(torch.zeros(2, 3, 28, 28)).emotion.shape == (2, 5)
    assert STSTNet(2, size_px=40).eval()(torch.zeros(1, 3, 40, 40)).emotion.shape == (1, 2)


def test_pictures_reach_from_0_to_1_in_every_channel_and_keep_their_order() -> None:
    flow = np.random.default_rng(0).normal(0, 3, (4, 28, 28, 3)).astype(np.float32)
    found = stretched(flow)
    assert found.shape == (4, 3, 28, 28)
    assert np.array_equal(found.min(axis=(2, 3)), np.zeros((4, 3)))
    assert found.max(axis=(2, 3)) == pytest.approx(1)
    place = np.unravel_index(flow[1, :, :, 2].argmax(), (28, 28))
    assert found[1, 2][place] == pytest.approx(1)


def test_a_face_that_does_not_move_becomes_black_and_no_division_by_zero() -> None:
    assert not stretched(np.full((1, 28, 28, 3), 0.7, np.float32)).any()


def test_fewer_epochs_have_smaller_batches_so_that_the_updates_stay_as_many() -> None:
    assert batch_for(255, 800) == 255
    assert batch_for(442, 800) == 221
    assert batch_for(255, 100) == 32
    assert batch_for(255, 10) == 4
    assert batch_for(255, 1) == 4


def test_it_learns_where_and_whither_a_face_moves() -> None:
    system = fitted(flow_images(36), epochs=20)
    test = flow_images(30, seed=1)
    found = system.predict(test.clips)
    assert (found.emotion.argmax(axis=1) == test.labels.emotion).mean() > 0.9
    assert found.emotion.sum(axis=1) == pytest.approx(1)
    assert found.units is None


def test_the_same_seed_gives_the_same_answers_and_another_seed_others() -> None:
    answers = [
        fitted(flow_images(12), epochs=2, seed=seed).predict(flow_images(4).clips).emotion
        for seed in (5, 5, 6)
    ]
    assert np.array_equal(answers[0], answers[1])
    assert not np.array_equal(answers[0], answers[2])


def test_training_leaves_the_random_numbers_of_others_alone() -> None:
    torch.manual_seed(11)
    expected = torch.rand(3)
    torch.manual_seed(11)
    fitted(flow_images(6), epochs=1)
    assert torch.equal(torch.rand(3), expected)


def test_a_clip_is_predicted_the_same_whoever_stands_beside_it() -> None:
    system = fitted(flow_images(12), epochs=2)
    clips = flow_images(20, seed=2).clips
    together = system.predict(clips).emotion
    alone = system.predict(clips.take([7])).emotion
    assert together[7] == pytest.approx(alone[0], abs=1e-6)
    turned = system.predict(clips.take(range(19, -1, -1))).emotion
    assert turned[::-1] == pytest.approx(together, abs=1e-6)


def test_clips_without_a_class_do_not_change_what_is_learnt() -> None:
    clips = flow_images(12)
    without = fitted(clips.take(range(1, 12)), epochs=2)
    clips.labels.emotion[0] = -1
    unlabelled = fitted(clips, epochs=2)
    test = flow_images(4, seed=3).clips
    assert np.array_equal(without.predict(test).emotion, unlabelled.predict(test).emotion)


def test_no_clip_and_a_single_class_are_refused() -> None:
    with pytest.raises(UsageError, match=r"at least two classes .* got 0 clips"):
        fitted(flow_images(6).take([]), epochs=1)
    with pytest.raises(UsageError, match=r"at least two classes .* 2 clips of surprise"):
        fitted(flow_images(6).take([1, 4]), epochs=1)


def test_flow_that_is_not_a_number_is_refused_with_its_clip() -> None:
    clips = flow_images(6)
    clips.clips.arrays["flow_image"][4, 3, 3, 0] = np.nan
    with pytest.raises(InputError, match="flow_image of made/004"):
        fitted(clips, epochs=1)
    system = fitted(flow_images(6), epochs=1)
    with pytest.raises(InputError, match="flow_image of made/004"):
        system.predict(clips.clips)


def test_predicting_before_training_and_pictures_of_another_size_are_refused() -> None:
    untrained = SPEC.build(Budget())
    assert isinstance(untrained, RecognitionSystem)
    with pytest.raises(UsageError, match="Call fit first"):
        untrained.predict(flow_images(2).clips)
    system = fitted(flow_images(6), epochs=1)
    small = flow_images(2).clips.arrays["flow_image"][:, :20, :20]
    with pytest.raises(UsageError, match="as in its training"):
        system.predict(Clips(("a", "b"), ("a", "b"), {"flow_image": small}, np.arange(2)))


def test_a_corpus_that_was_prepared_without_flow_images_is_refused() -> None:
    clips = flow_images(6)
    bare = Clips(clips.clips.names, clips.clips.subjects, {}, np.arange(6))
    with pytest.raises(UsageError, match="'flow_image' of the clips"):
        fitted(LabelledClips(bare, clips.labels), epochs=1)


def test_a_trained_system_goes_to_another_process_and_says_the_same() -> None:
    system = fitted(flow_images(6), epochs=1)
    there = pickle.loads(pickle.dumps(system))  # noqa: S301 - written a line above
    clips = flow_images(4).clips
    assert np.array_equal(there.predict(clips).emotion, system.predict(clips).emotion)
    assert pickle.loads(pickle.dumps(SPEC)).name == "STSTNet"  # noqa: S301 - written here


def test_no_clips_get_no_predictions() -> None:
    system = fitted(flow_images(6), epochs=1)
    assert system.predict(flow_images(6).clips.take([])).emotion.shape == (0, 3)
