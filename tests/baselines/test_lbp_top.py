"""LBP-TOP: codes as scikit-image and the definition give them, histograms, and that it learns."""

import pickle
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jaxtyping import Float, UInt8
from scipy.ndimage import map_coordinates
from skimage.data import astronaut
from skimage.feature import local_binary_pattern

from mien.baselines.lbp_top import SPEC, lbp_top, lbp_top_features, uniform_bins
from mien.baselines.linear_svm import SvmSystem
from mien.baselines.top_planes import (
    Contrast,
    TopFeatures,
    _code,
    _compare,
    _count,
    _sample,
    _taps,
    block_histograms,
    grey_clip,
    plane_codes,
)
from mien.core.errors import InputError, UsageError
from mien.datasets.clips import Clips, LabelledClips, Labels
from mien.evaluation.honesty import assert_no_leak
from mien.evaluation.systems import Budget
from mien.work import Silent

STILL, UP, LEFT = 0, 1, 2


def moving_clips(count: int, *, seed: int = 0, size_px: int = 40) -> LabelledClips:
    """Skin of its own for each clip, of which the middle stands, goes up or goes left."""
    rng = np.random.default_rng(seed)
    emotion = np.arange(count) % 3
    y, x = np.mgrid[:size_px, :size_px].astype(np.float64)
    centre = (size_px - 1) / 2
    bell = np.exp(-((x - centre) ** 2 + (y - centre) ** 2) / (2 * (size_px / 5) ** 2))
    rgb = np.zeros((count, 16, size_px, size_px, 3), np.uint8)
    for clip, motion in enumerate(emotion):
        wave_x, wave_y, phase = rng.uniform(-1, 1, (3, 12)) * np.array([[0.9], [0.9], [np.pi]])
        for step in range(16):
            way = 0.25 * step * bell
            there_x, there_y = x + way * (motion == LEFT), y + way * (motion == UP)
            skin = np.cos(
                np.multiply.outer(there_x, wave_x) + np.multiply.outer(there_y, wave_y) + phase
            ).sum(axis=-1)
            noisy = 128 + 20 * skin + rng.normal(0, 0.5, skin.shape)
            rgb[clip, step] = np.clip(np.rint(noisy), 0, 255).astype(np.uint8)[..., None]
    labels = Labels(
        ("others", "surprise", "happiness"),
        emotion,
        (),
        np.zeros((count, 0)),
        np.full((count, 3), np.nan),
        np.ones(count),
    )
    names = tuple(f"made{seed}/{k:03d}" for k in range(count))
    subjects = tuple(f"made{seed}/{k // 3:02d}" for k in range(count))
    return LabelledClips(Clips(names, subjects, {"rgb": rgb}, np.arange(count)), labels)


def untrained() -> SvmSystem:
    system = SPEC.build(Budget())
    assert isinstance(system, SvmSystem)
    return system


def fitted(clips: LabelledClips) -> SvmSystem:
    system = untrained()
    system.fit(clips, seed=0, progress=Silent())
    return system


def noise(seed: int, shape: tuple[int, ...] = (16, 30, 28)) -> UInt8[np.ndarray, "..."]:
    return np.random.default_rng(seed).integers(0, 256, shape).astype(np.uint8)


def sampled(
    grey: UInt8[np.ndarray, "step row column"], radii: tuple[int, int, int]
) -> Float[np.ndarray, "plane point inner_step inner_row inner_column"]:
    """Interpolate the samples of every circle with SciPy."""
    x, y, t = radii
    steps, rows, columns = grey.shape
    inner = np.mgrid[t : steps - t, y : rows - y, x : columns - x].astype(np.float64)
    angles = 2 * np.pi * np.arange(8) / 8
    circles = [
        [(0, -y * np.sin(a), x * np.cos(a)) for a in angles],
        [(-t * np.sin(a), 0, x * np.cos(a)) for a in angles],
        [(-t * np.sin(a), y * np.cos(a), 0) for a in angles],
    ]
    shifted = [[inner + np.reshape(point, (3, 1, 1, 1)) for point in one] for one in circles]
    return np.array(
        [
            [map_coordinates(grey.astype(np.float64), at, order=1, mode="nearest") for at in one]
            for one in shifted
        ]
    )


def test_codes_of_noise_are_those_of_scikit_image() -> None:
    grey = noise(0)
    codes = plane_codes(grey, Contrast.CENTRE)
    for step in range(8):
        theirs = local_binary_pattern(grey[4 + step], 8, 1)[1:-1, 1:-1]
        assert np.array_equal(codes[0, step], theirs)
    codes = plane_codes(grey, Contrast.CENTRE, radii=(3, 3, 3))
    theirs = local_binary_pattern(grey[:, 13], 8, 3)[3:-3, 3:-3]
    assert np.array_equal(codes[1, :, 10], theirs)
    theirs = local_binary_pattern(grey[:, :, 13], 8, 3)[3:-3, 3:-3]
    assert np.array_equal(codes[2, :, :, 10], theirs)


def test_codes_of_a_photograph_are_those_of_scikit_image_where_no_sample_equals_its_centre() -> (
    None
):
    grey = np.ascontiguousarray(astronaut()[60:172, 170:282, 1])
    clip = np.repeat(grey[None], 9, axis=0)
    codes = plane_codes(clip, Contrast.CENTRE)[0, 0]
    theirs = local_binary_pattern(grey, 8, 1)[1:-1, 1:-1].astype(np.int64)
    differ = sampled(clip, (1, 1, 4))[0, :, 0] - grey[1:-1, 1:-1]
    # On a tie scikit-image's rounding decides, mien's sample is not darker.
    unsure = (np.abs(differ) < 0.01) & (np.arange(8)[:, None, None] % 2 == 1)
    bits = (codes[None] ^ theirs[None]) >> np.arange(8)[:, None, None] & 1
    assert not bits[~unsure].any()
    assert unsure.mean() < 0.1


def test_circles_through_time_are_those_of_the_definition() -> None:
    grey = noise(1)
    differ = sampled(grey, (1, 1, 4)) - grey[4:-4, 1:-1, 1:-1]
    codes = plane_codes(grey, Contrast.CENTRE)
    bits = codes[:, None] >> np.arange(8).reshape(8, 1, 1, 1) & 1
    clear = np.abs(differ) > 0.01
    assert np.array_equal(bits[clear], (differ >= 0)[clear])
    assert clear.mean() > 0.99


def test_even_skin_has_all_bits_at_every_grey() -> None:
    for value in (0, 1, 77, 201, 255):
        codes = plane_codes(np.full((9, 8, 8), value, np.uint8), Contrast.CENTRE)
        assert (codes == 255).all()


@given(st.integers(0, 1000), st.integers(1, 60))
@settings(max_examples=15, deadline=None)
def test_brighter_light_changes_no_code(seed: int, more: int) -> None:
    grey = noise(seed, (9, 7, 7)) // 2
    for contrast in Contrast:
        brighter = plane_codes(grey + np.uint8(more), contrast)
        assert np.array_equal(brighter, plane_codes(grey, contrast))


def test_bins_part_the_codes_as_scikit_image_does() -> None:
    grey = noise(2, (16, 60, 60))
    codes = plane_codes(grey, Contrast.CENTRE)[0, 0]
    bins = uniform_bins()
    theirs = local_binary_pattern(grey[4], 8, 1, method="nri_uniform")[1:-1, 1:-1]
    pairs = set(zip(bins[codes].ravel().tolist(), theirs.ravel().tolist(), strict=True))
    assert len(pairs) == len({mine for mine, _ in pairs}) == len({other for _, other in pairs})
    assert sorted(set(bins.tolist())) == list(range(59))
    assert (bins == 58).sum() == 256 - 58


def test_a_clip_gets_4425_numbers_and_every_histogram_sums_to_1() -> None:
    histograms = lbp_top(noise(3, (16, 112, 112)))
    assert histograms.size == 4425
    assert histograms.shape == (5, 5, 3, 59)
    assert histograms.sum(axis=-1) == pytest.approx(1, abs=1e-6)


def test_each_block_counts_its_own_codes() -> None:
    codes = noise(4, (3, 8, 23, 20))
    found = block_histograms(codes, np.arange(256), blocks=5)
    part = codes[2, :, 14:19, 12:16]  # rows 14 to 18 of 23 are the fourth fifth
    assert found[3, 3, 2] == pytest.approx(np.bincount(part.ravel(), minlength=256) / part.size)


def test_what_moves_in_one_block_changes_the_histograms_of_that_block_alone() -> None:
    still = np.repeat(noise(5, (1, 112, 112)), 16, axis=0)
    moved = still.copy()
    for step in range(16):
        moved[step, 50:62, 50:62] = np.roll(still[step, 50:62, 50:62], step, axis=0)
    changed = np.abs(lbp_top(moved) - lbp_top(still)).sum(axis=(2, 3)) > 0
    assert np.array_equal(np.argwhere(changed), [[2, 2]])


def test_motion_along_y_is_seen_in_the_plane_of_x_and_time_as_motion_along_x_in_the_other() -> None:
    texture = noise(6, (40, 40))
    down = np.stack([np.roll(texture, step, axis=0) for step in range(16)])
    right = np.stack([np.roll(texture.T, step, axis=1) for step in range(16)])
    assert np.array_equal(down.transpose(0, 2, 1), right)
    of_down = plane_codes(down, Contrast.CENTRE)
    of_right = plane_codes(right, Contrast.CENTRE)
    assert np.array_equal(of_down[2], of_right[1].transpose(0, 2, 1))


def test_it_learns_whether_the_middle_stands_or_goes_up_or_left() -> None:
    system = fitted(moving_clips(36))
    test = moving_clips(30, seed=1)
    found = system.predict(test.clips)
    assert (found.emotion.argmax(axis=1) == test.labels.emotion).mean() > 0.9
    assert found.emotion.sum(axis=1) == pytest.approx(1)
    assert found.units is None


def test_it_learns_from_its_training_clips_alone_and_predicts_each_by_itself() -> None:
    assert_no_leak(untrained, moving_clips(18, seed=2))


def test_a_black_clip_is_refused_with_its_name_in_training_and_after() -> None:
    clips = moving_clips(9, seed=3)
    system = fitted(clips)
    clips.clips.arrays["rgb"][4] = 0
    with pytest.raises(InputError, match=r"every picture of made3/004, but 16 of 16 .* even grey"):
        system.predict(clips.clips)
    with pytest.raises(InputError, match="made3/004"):
        fitted(clips)


def test_one_picture_without_a_face_is_named() -> None:
    rgb = np.repeat(noise(7, (16, 12, 12))[..., None], 3, axis=-1)
    rgb[5] = 0
    with pytest.raises(InputError, match=r"but 1 of 16 .* first picture 6"):
        grey_clip(rgb, "made/1")


def test_a_single_class_and_no_clip_are_refused() -> None:
    clips = moving_clips(9)
    with pytest.raises(
        UsageError, match=r"at least two classes .* LBP-TOP, .* 3 clips of surprise"
    ):
        fitted(clips.take([1, 4, 7]))
    with pytest.raises(UsageError, match=r"at least two classes .* got 0 clips"):
        fitted(clips.take([]))


def test_clips_that_are_too_small_or_too_short_are_refused() -> None:
    with pytest.raises(UsageError, match=r"at least \(9, 3, 3\) pictures, rows and columns"):
        lbp_top(noise(8, (8, 20, 20)))
    with pytest.raises(UsageError, match="at least 5 rows and columns of codes"):
        lbp_top(noise(8, (16, 6, 20)))
    with pytest.raises(UsageError, match="radii of at least 1"):
        plane_codes(noise(8), Contrast.CENTRE, radii=(1, 1, 0))


def test_a_corpus_without_pictures_is_refused() -> None:
    clips = replace(moving_clips(3).clips, arrays={})
    with pytest.raises(UsageError, match="'rgb' of the clips"):
        lbp_top_features(clips, Silent())


def test_a_clip_is_described_once_but_anew_when_its_pictures_change() -> None:
    described: list[int] = []

    def describe(grey: UInt8[np.ndarray, "step row column"]) -> np.ndarray:
        described.append(int(grey[0, 0, 0]))
        return lbp_top(grey)

    features_of = TopFeatures(describe)
    clips = moving_clips(4).clips
    first = features_of(clips, Silent())
    assert np.array_equal(features_of(clips.take([3, 1]), Silent()), first[[3, 1]])
    assert len(described) == 4
    clips.arrays["rgb"][2] = noise(9, (16, 40, 40, 3))
    again = features_of(clips, Silent())
    assert len(described) == 5
    changed = (again != first).any(axis=1)
    assert changed.tolist() == [False, False, True, False]


def test_a_trained_system_goes_to_another_process_without_what_it_kept() -> None:
    clips = moving_clips(9)
    system = fitted(clips)
    packed = pickle.dumps(system)
    there = pickle.loads(packed)  # noqa: S301 - written a line above
    assert np.array_equal(there.predict(clips.clips).emotion, system.predict(clips.clips).emotion)
    assert len(packed) < 5 * 4425 * 8 + 5000
    assert pickle.loads(pickle.dumps(SPEC)).paper["accuracy"] == 56.98  # noqa: S301 - as above


def test_no_clips_get_no_predictions() -> None:
    clips = moving_clips(9)
    assert fitted(clips).predict(clips.clips.take([])).emotion.shape == (0, 3)


def test_the_kernels_do_the_same_uncompiled() -> None:
    grey = noise(10, (9, 7, 8))
    taps, weights = _taps((1, 1, 4))
    codes = np.zeros((3, 1, 5, 6), np.uint8)
    _code.py_func(grey, taps, weights, (1, 1, 4), False, 1e10, codes)  # noqa: FBT003 - a kernel
    assert np.array_equal(codes, plane_codes(grey, Contrast.CENTRE))
    samples = np.zeros((8, 6))
    _sample.py_func(grey, (4, 2, 1), taps[1], weights[1], samples)
    assert samples / 1e10 == pytest.approx(sampled(grey, (1, 1, 4))[1, :, 0, 1], abs=0.01)
    code = np.zeros(6, np.uint8)
    _compare.py_func(samples, grey[4, 2, 1:7] * 1e10, False, code)  # noqa: FBT003 - a kernel
    assert np.array_equal(code, codes[1, 0, 1])
    counts = np.zeros((1, 1, 3, 256))
    rows, columns = np.zeros(5, np.int64), np.zeros(6, np.int64)
    _count.py_func(codes, np.arange(256), rows, columns, counts)
    assert np.array_equal(counts[0, 0, 1], np.bincount(codes[1].ravel(), minlength=256))
