"""LOCP-TOP: codes as the definition gives them, and that it learns from each clip alone."""

import numpy as np
import pytest
from jaxtyping import Float, UInt8
from scipy.ndimage import map_coordinates

from mien.baselines.linear_svm import SvmSystem
from mien.baselines.locp_top import SPEC, locp_top
from mien.baselines.top_planes import Contrast, _compare, plane_codes
from mien.core.errors import InputError, UsageError
from mien.datasets.clips import Clips, LabelledClips, Labels
from mien.evaluation.honesty import assert_no_leak
from mien.evaluation.systems import Budget
from mien.work import Silent


def lid_clips(count: int, *, seed: int = 0) -> LabelledClips:
    """Noise of its own for each clip, of which the upper or the lower half slides sideways."""
    rng = np.random.default_rng(seed)
    emotion = np.arange(count) % 2
    rgb = np.zeros((count, 16, 24, 24, 3), np.uint8)
    for clip, lower in enumerate(emotion):
        skin = rng.integers(0, 256, (24, 24)).astype(np.uint8)
        rows = slice(12, 24) if lower else slice(0, 12)
        for step in range(16):
            picture = skin.copy()
            picture[rows] = np.roll(skin[rows], step // 2, axis=1)
            rgb[clip, step] = picture[..., None]
    labels = Labels(
        ("surprise", "happiness"),
        emotion,
        (),
        np.zeros((count, 0)),
        np.full((count, 3), np.nan),
        np.ones(count),
    )
    names = tuple(f"made{seed}/{k:03d}" for k in range(count))
    subjects = tuple(f"made{seed}/{k // 2:02d}" for k in range(count))
    return LabelledClips(Clips(names, subjects, {"rgb": rgb}, np.arange(count)), labels)


def untrained() -> SvmSystem:
    system = SPEC.build(Budget())
    assert isinstance(system, SvmSystem)
    return system


def fitted(clips: LabelledClips) -> SvmSystem:
    system = untrained()
    system.fit(clips, seed=0, progress=Silent())
    return system


def circle(
    grey: UInt8[np.ndarray, "step row column"], plane: int, angle: float
) -> Float[np.ndarray, "inner_step inner_row inner_column"]:
    """Interpolate one sample of each circle of radii 1, 1 and 4 with SciPy."""
    steps, rows, columns = grey.shape
    along, against = np.cos(angle), -np.sin(angle)
    step = [(0, against, along), (4 * against, 0, along), (4 * against, along, 0)][plane]
    at = np.mgrid[4 : steps - 4, 1 : rows - 1, 1 : columns - 1] + np.reshape(step, (3, 1, 1, 1))
    return map_coordinates(grey.astype(np.float64), at, order=1, mode="nearest")


def test_each_bit_compares_a_sample_with_the_next_one_of_its_circle() -> None:
    grey = np.random.default_rng(0).integers(0, 256, (13, 14, 15)).astype(np.uint8)
    codes = plane_codes(grey, Contrast.NEXT)
    for plane in range(3):
        for point in range(8):
            here = circle(grey, plane, 2 * np.pi * point / 8)
            after = circle(grey, plane, 2 * np.pi * (point + 1) / 8)
            clear = np.abs(here - after) > 0.01
            bits = codes[plane] >> point & 1
            assert np.array_equal(bits[clear], (here >= after)[clear])


def test_skin_that_is_darker_to_the_left_has_a_falling_and_a_rising_half() -> None:
    ramp = np.repeat(np.arange(0, 120, 10, dtype=np.uint8)[None, None], 9, axis=0)
    codes = plane_codes(np.repeat(ramp, 6, axis=1), Contrast.NEXT)
    # Samples go from the right over the top to the left and back: four fall, then four rise.
    assert (codes[0] == 0b00001111).all()
    # In the plane of y and time nothing changes, so every sample equals the next one.
    assert (codes[2] == 255).all()


def test_a_clip_gets_256_codes_a_plane_and_block_and_every_histogram_sums_to_1() -> None:
    grey = np.random.default_rng(2).integers(0, 256, (16, 112, 112)).astype(np.uint8)
    histograms = locp_top(grey)
    assert histograms.shape == (5, 5, 3, 256)
    assert histograms.sum(axis=-1) == pytest.approx(1, abs=1e-6)


def test_it_learns_which_half_of_a_face_moves() -> None:
    system = fitted(lid_clips(16))
    test = lid_clips(20, seed=1)
    found = system.predict(test.clips)
    assert (found.emotion.argmax(axis=1) == test.labels.emotion).mean() > 0.9
    assert found.emotion.sum(axis=1) == pytest.approx(1)


def test_it_learns_from_its_training_clips_alone_and_predicts_each_by_itself() -> None:
    assert_no_leak(untrained, lid_clips(12, seed=2))


def test_a_black_clip_and_a_single_class_are_refused() -> None:
    clips = lid_clips(6, seed=3)
    with pytest.raises(UsageError, match=r"at least two classes .* LOCP-TOP, but got 3 clips"):
        fitted(clips.take([0, 2, 4]))
    clips.clips.arrays["rgb"][5] = 0
    with pytest.raises(InputError, match="a face in every picture of made3/005"):
        fitted(clips)


def test_the_table_shows_what_the_paper_prints_and_what_differs() -> None:
    assert SPEC.paper == {"accuracy": 45.53, "f1": 42.25}
    assert SPEC.category == "hand-crafted"
    assert "about lips" in SPEC.summary


def test_the_kernel_does_the_same_uncompiled() -> None:
    samples = np.array([[3.0], [2.0], [2.0], [5.0], [1.0], [0.0], [7.0], [3.0]])
    code = np.zeros(1, np.uint8)
    _compare.py_func(samples, np.zeros(1), True, code)  # noqa: FBT003 - a kernel
    assert code[0] == 0b11011011
