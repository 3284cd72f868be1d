"""Curves from samples: through every sample, 0..1, and SciPy's spline where that is inside."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.interpolate import make_interp_spline

from mien.core.errors import UsageError
from mien.curves import (
    CubicCurve,
    curve_from_samples,
    find_gaps,
    keep_in_range,
    snap_to_engine_times,
    spline_from_samples,
)

quick = settings(max_examples=60, deadline=None)
"""A busy machine is no failure."""

values_in_range = st.one_of(st.sampled_from([0.0, 1.0]), st.floats(0, 1).map(lambda v: v * v))


@st.composite
def sampled(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray]:
    samples = np.array(draw(st.lists(values_in_range, min_size=2, max_size=40)))
    steps = draw(st.lists(st.floats(0.002, 0.2), min_size=len(samples), max_size=len(samples)))
    return np.cumsum(steps), samples


@quick
@given(sampled())
def test_a_curve_passes_its_samples_and_never_leaves_its_range(
    drawn: tuple[np.ndarray, np.ndarray],
) -> None:
    times, samples = drawn
    curve = curve_from_samples(times, samples)
    np.testing.assert_allclose(curve(times), samples, atol=1e-9)
    fine = np.concatenate([np.linspace(a, b, 33) for a, b in pairwise(times)])
    assert curve(fine).min() >= -1e-11
    assert curve(fine).max() <= 1 + 1e-11


@quick
@given(st.integers(0, 100_000))
def test_it_is_scipys_spline_where_that_stays_inside(seed: int) -> None:
    rng = np.random.default_rng(seed)
    times = np.cumsum(rng.uniform(0.005, 0.05, 30))
    samples = rng.uniform(0, 1, 30)
    natural = make_interp_spline(times, samples, k=3, bc_type="natural")
    fine = np.linspace(times[0], times[-1], 2000)
    expected = np.clip(natural(fine), 0, 1)
    np.testing.assert_allclose(curve_from_samples(times, samples)(fine), expected, atol=1e-8)


def test_a_bump_between_rests_is_the_spline_with_flat_ends() -> None:
    times = np.arange(60) / 200
    bump = np.sin(np.pi * np.arange(41) / 40) ** 2
    bump[-1] = 0.0
    samples = np.concatenate([np.zeros(10), bump, np.zeros(9)])
    curve = curve_from_samples(times, samples)
    clamped = make_interp_spline(times[10:51], bump, k=3, bc_type="clamped")
    fine = np.linspace(times[10], times[50], 1000)
    np.testing.assert_allclose(curve(fine), np.clip(clamped(fine), 0, 1), atol=1e-10)
    assert (curve(np.linspace(0, times[10], 100)) == 0).all()
    assert len(curve.times_s) <= 45


def test_a_hold_stays_level() -> None:
    samples = np.array([0.0, 0.0, 0.3, 0.6, 0.6, 0.6, 0.6, 0.2, 0.0, 0.0])
    curve = curve_from_samples(np.arange(10) / 100, samples)
    assert (curve(np.linspace(0.03, 0.06, 50)) == 0.6).all()


def test_the_conversion_of_a_spline_to_keys_is_exact() -> None:
    rng = np.random.default_rng(5)
    times, samples = np.arange(101) / 200, rng.normal(0, 1, 101)
    spline = make_interp_spline(times, samples, k=3, bc_type="natural")
    fine = np.linspace(0, 0.5, 5001)
    error = np.abs(spline_from_samples(times, samples)(fine) - spline(fine)).max()
    assert error < 1e-12


def test_a_piece_that_dips_below_zero_is_flat_between_its_crossings() -> None:
    curve = CubicCurve(
        np.array([0.0, 1.0]), np.full(2, 0.1), np.array([0, 2.0]), np.array([-2.0, 0])
    )
    kept = keep_in_range(curve)
    assert len(kept.times_s) == 4
    # 0.1 - 2 s (1 - s) = 0 at s = (1 -+ sqrt(0.8)) / 2.
    np.testing.assert_allclose(kept.times_s[1:3], (1 + np.sqrt(0.8) * np.array([-1, 1])) / 2)
    assert kept.values[1:3].tolist() == [0, 0]
    assert kept.arrive[1] < 0 == kept.leave[1]
    assert kept.arrive[2] == 0 < kept.leave[2]
    fine = np.linspace(0, 1, 999)
    np.testing.assert_allclose(kept(fine), np.maximum(curve(fine), 0), atol=1e-12)


def test_keys_outside_the_range_are_brought_to_the_bound() -> None:
    rng = np.random.default_rng(2)
    curve = spline_from_samples(np.arange(30) / 10, rng.normal(0.5, 1, 30))
    fine = np.linspace(-1, 4, 5000)
    kept = keep_in_range(curve, 0.2, 0.9)
    np.testing.assert_allclose(kept(fine), np.clip(curve(fine), 0.2, 0.9), atol=1e-9)


def test_a_gap_is_bridged_by_a_straight_line_and_the_ends_are_held() -> None:
    samples = np.array([np.nan, 0.2, 0.5, np.nan, np.nan, 0.8, 0.1, np.nan])
    times = np.arange(8.0)
    curve = curve_from_samples(times, samples)
    np.testing.assert_allclose(curve(np.array([2.0, 3, 4, 5])), [0.5, 0.6, 0.7, 0.8])
    np.testing.assert_allclose(curve(np.array([0.0, 7.0])), [0.2, 0.1])
    gaps = find_gaps(times, samples)
    assert [(gap.last_seen_s, gap.next_seen_s) for gap in gaps] == [(None, 1), (2, 5), (6, None)]


def test_samples_outside_the_range_are_refused() -> None:
    with pytest.raises(UsageError, match=r"samples in 0\.\.1, but they span -0\.1\.\.0\.5"):
        curve_from_samples(np.arange(2.0), np.array([-0.1, 0.5]))


def test_samples_that_were_never_seen_are_refused() -> None:
    with pytest.raises(UsageError, match="all 3 are NaN"):
        curve_from_samples(np.arange(3.0), np.full(3, np.nan))


def test_times_that_do_not_increase_are_refused() -> None:
    with pytest.raises(UsageError, match="increase"):
        curve_from_samples(np.array([0.0, 0.0]), np.array([0.1, 0.5]))


@quick
@given(st.integers(0, 1000))
def test_engine_times_move_a_curve_by_less_than_its_slope_allows(seed: int) -> None:
    rng = np.random.default_rng(seed)
    curve = curve_from_samples(np.arange(200) / 60 + 3, rng.uniform(0, 1, 200))
    snapped = snap_to_engine_times(curve)
    assert (snapped.times_s == np.float32(snapped.times_s)).all()
    fine = np.linspace(3, 6.3, 4000)
    steepest = np.abs(curve.slope(fine)).max()
    assert np.abs(snapped(fine) - curve(fine)).max() < 2 * steepest * 2.4e-7


def test_keys_that_share_an_engine_time_become_one() -> None:
    times = np.array([0.0, 100.0, 100.000001, 101.0])
    curve = CubicCurve(times, np.array([1.0, 1e-6, 0, 0]), np.arange(4.0), np.arange(4.0) + 10)
    snapped = snap_to_engine_times(curve)
    assert snapped.times_s.tolist() == [0, 100, 101]
    assert (snapped.values[1], snapped.arrive[1], snapped.leave[1]) == (0, 1, 12)
