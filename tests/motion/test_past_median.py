"""The median of the past, against numpy's on the same window."""

import numpy as np

from mien.motion.past_median import PastMedian

RATE = 100


def course(values: np.ndarray, window_s: float = 1.0) -> np.ndarray:
    median = PastMedian(window_s)
    rows = [median.update(row, i / RATE) for i, row in enumerate(values[:, None])]
    return np.stack(rows)[:, 0]


def test_it_is_the_median_of_the_window_that_ends_now() -> None:
    values = np.random.default_rng(1).normal(size=40)
    found = course(values, window_s=0.2)
    for now in range(0, 40, 5):  # where it is renewed
        assert found[now] == np.median(values[max(0, now - 20) : now + 1])


def test_it_never_knows_what_comes() -> None:
    values = np.random.default_rng(2).normal(size=200)
    later = values.copy()
    later[120:] += 50
    assert (course(values)[:120] == course(later)[:120]).all()


def test_a_brief_bump_vanishes_and_a_step_comes_half_a_window_late() -> None:
    bump, step = np.zeros(300), np.zeros(300)
    bump[150:180] = 1.0
    step[150:] = 1.0
    assert not course(bump).any()
    arrived = int(np.argmax(course(step) > 0.5)) / RATE - 1.5
    assert 0.45 <= arrived <= 0.6


def test_after_a_pause_the_past_before_it_is_forgotten() -> None:
    median = PastMedian(1.0)
    for i in range(50):
        median.update(np.array([5.0]), i / RATE)
    assert median.update(np.array([1.0]), 10.0) == 1.0
    assert median.span_s == 0
