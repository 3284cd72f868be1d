"""Noise in space."""

import numpy as np

from mien.head.noise import blend_lattice, smoothstep, value_noise


def _points(count: int) -> np.ndarray:
    return np.random.default_rng(3).uniform(-0.1, 0.1, (count, 3))


def test_the_field_has_mean_nought_and_spread_near_one() -> None:
    field = value_noise(_points(20000), 0.004, np.random.default_rng(0))
    assert abs(field.mean()) < 0.06
    assert 0.6 < field.std() < 1.1


def test_the_same_place_has_the_same_grain_whatever_else_is_asked() -> None:
    points = _points(100)
    whole = value_noise(points, 0.002, np.random.default_rng(5))
    part = value_noise(points[40:60], 0.002, np.random.default_rng(5))
    np.testing.assert_array_equal(whole[40:60], part)


def test_the_field_is_smooth_below_its_grain_and_unlike_beyond_it() -> None:
    points = _points(4000)
    field = value_noise(points, 0.004, np.random.default_rng(1))
    near = value_noise(points + np.array((0.0002, 0, 0)), 0.004, np.random.default_rng(1))
    far = value_noise(points + np.array((0.012, 0, 0)), 0.004, np.random.default_rng(1))
    assert np.corrcoef(field, near)[0, 1] > 0.98
    assert abs(np.corrcoef(field, far)[0, 1]) < 0.15


def test_smoothstep_runs_both_ways() -> None:
    assert smoothstep(0.0, 2.0, np.array([-1.0, 1.0, 3.0])).tolist() == [0, 0.5, 1]
    assert smoothstep(2.0, 0.0, np.array([-1.0, 1.0, 3.0])).tolist() == [1, 0.5, 0]


def test_the_plain_blend_gives_lattice_values_at_lattice_places_and_means_between() -> None:
    lattice = np.arange(8, dtype=np.float32).reshape(2, 2, 2)
    field = np.zeros(3)
    places = np.array([[1.0, 0.0, 1.0], [0.5, 0.5, 0.5], [-1.0, 2.0, 1.0]])
    blend_lattice.py_func(lattice, places, field)
    # 1.4 is the factor that makes up for the mean of eight values.
    np.testing.assert_allclose(field, 1.4 * np.array([5.0, 3.5, 5.0]))
