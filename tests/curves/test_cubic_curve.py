"""The cubic curve against SciPy's, and its lossless operations."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.interpolate import CubicHermiteSpline

from mien.core.errors import UsageError
from mien.curves import CubicCurve, maximum, minimum, thin, weighted_sum

quick = settings(max_examples=60, deadline=None)
"""A busy machine is no failure."""

milliseconds = st.integers(-500, 2500).map(lambda number: number / 1000)


def random_curve(seed: int, count: int = 6) -> CubicCurve:
    rng = np.random.default_rng(seed)
    times = np.cumsum(rng.uniform(0.01, 0.3, count))
    values, arrive, leave = rng.normal(0, 1, (3, count))
    return CubicCurve(times, values, 5 * arrive, 5 * leave)


def test_each_piece_is_scipys_hermite_polynomial() -> None:
    curve = random_curve(0)
    for key in range(len(curve.times_s) - 1):
        ends = curve.times_s[key : key + 2]
        times = np.linspace(ends[0], ends[1], 20, endpoint=False)
        slopes = [curve.leave[key], curve.arrive[key + 1]]
        piece = CubicHermiteSpline(ends, curve.values[key : key + 2], slopes)
        np.testing.assert_allclose(curve(times), piece(times), atol=1e-12)
        np.testing.assert_allclose(curve.slope(times), piece(times, 1), atol=1e-10)


def test_outside_its_keys_a_curve_is_constant() -> None:
    curve = random_curve(1)
    outside = np.array([curve.times_s[0] - 9.0, curve.times_s[-1] + 9.0])
    np.testing.assert_array_equal(curve(outside), curve.values[[0, -1]])
    np.testing.assert_array_equal(curve.slope(outside), 0.0)


@quick
@given(st.integers(0, 10_000), st.lists(milliseconds, min_size=1, max_size=8))
def test_new_keys_do_not_change_a_curve(seed: int, new_times: list[float]) -> None:
    curve = random_curve(seed)
    dense = curve.with_keys_at(np.array(new_times))
    times = np.linspace(-1, 3, 301)
    np.testing.assert_allclose(dense(times), curve(times), atol=1e-9)
    assert set(new_times) <= set(dense.times_s.tolist())


@quick
@given(st.integers(0, 10_000))
def test_sum_maximum_and_minimum_are_exact(seed: int) -> None:
    first, second = random_curve(seed), random_curve(seed + 1, 4)
    times = np.linspace(-0.5, 2.5, 401)
    total = weighted_sum([first, second], [2.0, -0.5])(times)
    np.testing.assert_allclose(total, 2 * first(times) - 0.5 * second(times), atol=1e-9)
    larger = np.maximum(first(times), second(times))
    smaller = np.minimum(first(times), second(times))
    np.testing.assert_allclose(maximum(first, second)(times), larger, atol=1e-9)
    np.testing.assert_allclose(minimum(first, second)(times), smaller, atol=1e-9)


@quick
@given(st.integers(0, 10_000), st.lists(milliseconds, min_size=1, max_size=20))
def test_thinning_takes_back_keys_that_were_not_needed(seed: int, new_times: list[float]) -> None:
    curve = random_curve(seed)
    thinned = thin(curve.with_keys_at(np.array(new_times)))
    assert len(thinned.times_s) <= len(curve.times_s) + 2  # new ends stay
    times = np.linspace(curve.times_s[0], curve.times_s[-1], 200)
    np.testing.assert_allclose(thinned(times), curve(times), atol=1e-8)


def test_a_rest_keeps_its_two_ends_only() -> None:
    values = np.array([1.0, 0, 0, 0, 0, 0, 1.0])
    slopes = np.zeros(7)
    thinned = thin(CubicCurve(np.arange(7.0), values, slopes, slopes))
    assert thinned.times_s.tolist() == [0, 1, 5, 6]


def test_a_constant_curve_keeps_one_key() -> None:
    slopes = np.zeros(5)
    curve = CubicCurve(np.arange(5.0), np.full(5, 0.3), slopes, slopes)
    assert thin(curve) == CubicCurve.constant(0.3, 0.0)


def test_scaling_scales_values_and_slopes() -> None:
    curve = random_curve(3)
    times = np.linspace(0, 2, 50)
    np.testing.assert_allclose(curve.scaled(0.4)(times), 0.4 * curve(times), atol=1e-12)


def test_repeated_key_times_are_refused() -> None:
    with pytest.raises(UsageError, match=r"key 1 at 0\.5 s follows 0\.5 s"):
        CubicCurve(np.array([0.5, 0.5]), np.zeros(2), np.zeros(2), np.zeros(2))


def test_a_value_that_is_not_finite_is_refused() -> None:
    with pytest.raises(UsageError, match="finite values, but key 1 has nan"):
        CubicCurve(np.array([0.0, 0.5]), np.array([0, np.nan]), np.zeros(2), np.zeros(2))


def test_a_curve_without_keys_is_refused() -> None:
    nothing = np.zeros(0)
    with pytest.raises(UsageError, match="at least one key"):
        CubicCurve(nothing, nothing, nothing, nothing)
