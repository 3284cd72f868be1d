"""Peaks of curves of motion: where they begin and end, and which of several stay."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.baselines.peaks import prominent_peaks, strongest_apart
from mien.baselines.scored_intervals import ScoredIntervals, overlaps


def test_a_triangle_begins_and_ends_at_its_feet() -> None:
    curve = np.interp(np.arange(60), [20, 28, 44], [0.0, 2.0, 0.0])
    found = prominent_peaks(curve, 0.5)
    assert found.apexes.tolist() == [28]
    np.testing.assert_allclose(found.begins, [20])
    np.testing.assert_allclose(found.ends, [44])
    np.testing.assert_allclose(found.prominences, [2.0])


def test_noise_at_the_foot_does_not_move_the_beginning() -> None:
    noise = 0.02 * np.random.default_rng(0).standard_normal(200)
    curve = np.interp(np.arange(200), [80, 100, 120], [0.0, 1.0, 0.0]) + noise
    found = prominent_peaks(curve, 0.5)
    assert found.begins[0] == pytest.approx(80, abs=2)
    assert found.ends[0] == pytest.approx(120, abs=2)


def test_a_small_hump_on_the_side_of_a_peak_counts_by_its_own_rise() -> None:
    curve = np.array([0, 3, 2.5, 2.8, 0, 0.0])
    assert prominent_peaks(curve, 0.5).apexes.tolist() == [1]
    assert prominent_peaks(curve, 0.2).prominences == pytest.approx([3.0, 0.3])


@pytest.mark.parametrize("curve", [np.linspace(0, 5, 30), np.zeros(30), np.zeros(1)])
def test_without_rise_and_fall_there_is_no_peak(curve: np.ndarray) -> None:
    assert len(prominent_peaks(curve, 0.0).apexes) == 0


def test_times_stay_in_the_curve() -> None:
    found = prominent_peaks(np.array([0.9, 1.0, 0.0, 1.0, 0.9]), 0.05)
    assert found.begins.min() >= 0
    assert found.ends.max() <= 4


def test_the_strongest_of_overlapping_intervals_stays() -> None:
    spans = np.array([[0.0, 1.0], [0.5, 1.5], [1.4, 2.0], [5.0, 6.0]])
    intervals = ScoredIntervals(spans, np.array([0.5, 0.9, 0.4, 0.1]))
    # The first shares a third with the second, the third a fifteenth.
    assert strongest_apart(intervals, 0.1).tolist() == [1, 2, 3]
    assert strongest_apart(intervals, 0.0).tolist() == [1, 3]
    assert strongest_apart(intervals, 0.5).tolist() == [1, 0, 2, 3]


@given(
    st.lists(
        st.tuples(st.floats(0, 9), st.floats(0.01, 3), st.floats(0, 1)), min_size=0, max_size=12
    ),
    st.floats(0, 0.9),
)
def test_what_stays_is_apart_and_what_goes_has_a_better_neighbour(
    drawn: list[tuple[float, float, float]], limit: float
) -> None:
    spans = np.array([(onset, onset + long) for onset, long, _ in drawn]).reshape(-1, 2)
    intervals = ScoredIntervals(spans, np.array([score for *_, score in drawn], np.float64))
    kept = strongest_apart(intervals, limit)
    shared = overlaps(spans, spans) > limit
    assert not (shared[np.ix_(kept, kept)] & ~np.eye(len(kept), dtype=bool)).any()
    for row in set(range(len(drawn))) - set(kept.tolist()):
        better = kept[shared[row, kept]]
        assert (intervals.scores[better] >= intervals.scores[row]).any()
