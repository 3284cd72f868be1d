"""Changes of clips: each worked out by hand, and times that follow the cut."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.core.errors import UsageError
from mien.motion import optical_strain
from mien.training.augmentation import (
    AugmentationSettings,
    augmented,
    brightened,
    cut_anew,
    mirrored,
    random_cut,
    shifted,
)


def course(steps: int = 16) -> np.ndarray:
    """A clip whose every number is its own time, 0..1."""
    return np.broadcast_to(np.linspace(0, 1, steps)[:, None, None, None], (steps, 2, 2, 3)).astype(
        np.float32
    )


def test_a_cut_is_the_same_course_over_another_time() -> None:
    found = cut_anew(course(), 0.2, 0.8)[:, 0, 0, 0]
    assert found == pytest.approx(np.linspace(0.2, 0.8, 16), abs=1e-6)


def test_the_whole_is_left_as_it_is() -> None:
    values = np.random.default_rng(0).normal(size=(16, 3, 3, 2)).astype(np.float32)
    assert cut_anew(values, 0.0, 1.0) == pytest.approx(values, abs=1e-5)


def test_before_and_behind_a_clip_its_first_and_last_picture_are_held() -> None:
    found = cut_anew(course(), -1.0, 2.0)[:, 0, 0, 0]
    assert found == pytest.approx(np.linspace(-1, 2, 16).clip(0, 1), abs=1e-6)


@given(
    onset=st.floats(0, 0.4), length=st.floats(0.1, 0.5), hold=st.floats(0, 1), seed=st.integers(0)
)
def test_a_cut_keeps_onset_and_offset_inside(
    onset: float, length: float, hold: float, seed: int
) -> None:
    times = np.array([onset, onset + length / 2, onset + length])
    start, end = random_cut(times, hold, np.random.default_rng(seed))
    assert -hold <= start <= onset
    assert onset + length <= end <= 1 + hold


def test_without_coded_times_nothing_is_cut_off() -> None:
    times = np.array([math.nan, 0.5, math.nan])
    assert random_cut(times, 0.0, np.random.default_rng(0)) == (0.0, 1.0)


def test_times_follow_the_cut() -> None:
    times = np.array([0.3, 0.5, 0.7])
    settings = AugmentationSettings(crop=True, hold=0.5)
    seen = set()
    for seed in range(20):
        planes, moved = augmented({"rgb": course()}, times, settings, np.random.default_rng(seed))
        # The number of each picture is its old time: at the new time it must be the coded one.
        at = np.interp(moved, np.linspace(0, 1, 16), planes["rgb"][:, 0, 0, 0])
        assert at == pytest.approx(times, abs=0.04)
        assert np.all(np.diff(moved) > 0)
        seen.add(round(float(moved[0]), 3))
    assert len(seen) == 20


def test_times_that_are_not_coded_stay_unknown() -> None:
    times = np.array([0.3, math.nan, 0.7])
    _, moved = augmented(
        {"rgb": course()}, times, AugmentationSettings(crop=True), np.random.default_rng(0)
    )
    assert np.isnan(moved).tolist() == [False, True, False]


def test_a_mirror_swaps_the_sides_and_turns_motion_to_the_right() -> None:
    flow = np.array([[[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]]], np.float32)
    assert mirrored(flow, "flow").tolist() == [[[[-4, 5, 6], [-1, 2, 3]]]]
    assert mirrored(flow, "rgb").tolist() == [[[[4, 5, 6], [1, 2, 3]]]]


def test_the_strain_of_mirrored_flow_is_the_mirrored_strain() -> None:
    flow = np.random.default_rng(1).normal(size=(4, 9, 9, 2))
    strain = optical_strain(flow)[..., None]
    both = np.concatenate([flow, strain], axis=-1).astype(np.float32)
    turned = mirrored(both, "flow")
    assert optical_strain(turned[..., :2].astype(np.float64)) == pytest.approx(
        turned[..., 2], abs=1e-5
    )


def test_mirroring_twice_is_nothing() -> None:
    values = np.random.default_rng(0).normal(size=(28, 28, 3)).astype(np.float32)
    assert np.array_equal(mirrored(mirrored(values, "flow_image"), "flow_image"), values)


def test_light_is_multiplied_within_what_a_picture_holds() -> None:
    assert brightened(np.array([[[10.0], [200.0]]], np.float32), 1.5).ravel().tolist() == [15, 255]


def test_a_shift_moves_everything_and_repeats_the_rim() -> None:
    values = np.arange(9, dtype=np.float32).reshape(3, 3, 1)
    assert shifted(values, 1, 0)[..., 0].tolist() == [[0, 1, 2], [0, 1, 2], [3, 4, 5]]
    assert shifted(values, 0, -1)[..., 0].tolist() == [[1, 2, 2], [4, 5, 5], [7, 8, 8]]
    clip = np.stack([values, values + 10])
    assert np.array_equal(shifted(clip, -1, 1)[1], shifted(values, -1, 1) + 10)


def test_pictures_and_flow_of_a_clip_change_alike() -> None:
    settings = AugmentationSettings(flip=True, shift_px=2)
    marked = np.zeros((4, 9, 9, 3), np.float32)
    marked[:, 4, 3] = 1
    for seed in range(10):
        planes, _ = augmented(
            {"rgb": marked, "flow": marked.copy()},
            np.full(3, 0.5),
            settings,
            np.random.default_rng(seed),
        )
        assert np.array_equal(planes["rgb"][..., 1], planes["flow"][..., 1])


def test_light_leaves_motion_alone() -> None:
    flow = np.ones((4, 3, 3, 3), np.float32)
    planes, _ = augmented(
        {"flow": flow},
        np.full(3, 0.5),
        AugmentationSettings(brightness=0.5),
        np.random.default_rng(0),
    )
    assert np.array_equal(planes["flow"], flow)


def test_about_half_of_the_clips_are_mirrored() -> None:
    marked = np.zeros((1, 2, 2, 3), np.float32)
    marked[:, :, 0] = 1
    turned = 0
    for seed in range(200):
        planes, _ = augmented(
            {"rgb": marked},
            np.full(3, 0.5),
            AugmentationSettings(flip=True),
            np.random.default_rng(seed),
        )
        turned += bool(planes["rgb"][0, 0, 1, 0])
    assert 70 < turned < 130


def test_without_changes_a_clip_is_itself() -> None:
    values = course()
    times = np.array([0.1, 0.2, 0.3])
    planes, moved = augmented(
        {"rgb": values}, times, AugmentationSettings(), np.random.default_rng(0)
    )
    assert planes["rgb"] is values
    assert moved is times


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"hold": 0.5}, "no hold without crop, but got 0.5"),
        ({"crop": True, "hold": 1.5}, "hold in 0..1"),
        ({"brightness": 1.0}, "brightness in 0..1"),
        ({"shift_px": -1}, "shift_px of at least 0"),
    ],
)
def test_changes_that_leave_nothing_are_refused(change: dict[str, float], sentence: str) -> None:
    with pytest.raises(UsageError, match=sentence):
        AugmentationSettings(**change)  # type: ignore[arg-type] # a mapping of several types


def test_a_picture_beside_the_steps_keeps_its_time_and_moves_as_far_of_the_face() -> None:
    rng = np.random.default_rng(2)
    volume = rng.normal(size=(16, 112, 112, 3)).astype(np.float32)
    image = rng.normal(size=(28, 28, 3)).astype(np.float32)
    planes = {"flow": volume, "flow_image": image}
    times = np.array([0.3, 0.5, 0.7])
    cut, moved = augmented(planes, times, AugmentationSettings(crop=True), rng)
    assert not np.array_equal(cut["flow"], volume)
    assert not np.array_equal(moved, times)
    assert np.array_equal(cut["flow_image"], image)
    for seed in range(20):
        settings = AugmentationSettings(shift_px=8)
        found, _ = augmented(planes, times, settings, np.random.default_rng(seed))
        down, right = np.random.default_rng(seed).integers(-8, 8, 2, endpoint=True)
        assert np.array_equal(found["flow"], shifted(volume, int(down), int(right)))
        small = shifted(image, round(down / 4), round(right / 4))
        assert np.array_equal(found["flow_image"], small)
