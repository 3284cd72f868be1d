"""Stretched flow pictures get their zero and their ratio back."""

import numpy as np
import pytest

from mien.motion import optical_strain
from mien.recognition.flow_scale import free_stretched


def _field(gain_v: float) -> np.ndarray:
    """A still border and nose, two bumps of motion."""
    down, right = np.mgrid[:28, :28]
    bump = np.exp(-((down - 8.0) ** 2 + (right - 9.0) ** 2) / 8)
    other = np.exp(-((down - 21.0) ** 2 + (right - 18.0) ** 2) / 10)
    return np.stack([bump - 0.4 * other, gain_v * (0.5 * bump + other)], axis=-1)


def _stretched(field: np.ndarray) -> np.ndarray:
    whole = np.concatenate([field, optical_strain(field)[..., None]], axis=-1)
    low, high = whole.min(axis=(0, 1)), whole.max(axis=(0, 1))
    grey: np.ndarray = np.rint((whole - low) / (high - low) * 255)
    return grey


@pytest.mark.parametrize("gain_v", [0.4, 1.0, 2.5])
def test_the_ratio_of_u_and_v_is_found_from_the_strain(gain_v: float) -> None:
    field = _field(gain_v)
    freed = free_stretched(_stretched(field)[None])
    span = field.max(axis=(0, 1)) - field.min(axis=(0, 1))
    assert freed.ratio[0] == pytest.approx(span[1] / span[0], rel=0.05)
    assert freed.likeness[0] > 0.99
    np.testing.assert_allclose(freed.flow[0], field / span[0], atol=0.06)


def test_what_is_still_is_zero() -> None:
    freed = free_stretched(_stretched(_field(1.0))[None])
    assert np.abs(freed.flow[0, 0]).max() < 0.01
    assert np.abs(freed.flow[0, 13:16, 12:15]).max() < 0.05


def test_a_picture_whose_strain_tells_nothing_takes_the_ratio_of_the_others() -> None:
    good = [_stretched(_field(gain)) for gain in (0.5, 0.5, 0.5)]
    noise = np.random.default_rng(0).integers(0, 255, (28, 28)).astype(float)
    odd = good[0].copy()
    odd[..., 2] = noise
    freed = free_stretched(np.stack([*good, odd]))
    assert freed.likeness[3] < 0.4
    assert freed.ratio[3] == pytest.approx(freed.ratio[0], rel=1e-6)


def test_without_strain_both_spans_are_taken_for_equal() -> None:
    freed = free_stretched(_stretched(_field(2.0))[None, ..., :2])
    assert freed.ratio.tolist() == [1.0]
    assert np.isnan(freed.likeness).all()


def test_a_picture_of_one_grey_is_a_still_face() -> None:
    freed = free_stretched(np.full((1, 28, 28, 3), 128.0))
    assert not freed.flow.any()
