"""Onset, apex and offset of courses whose moments are known."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.recognition.timing import moments_of

TIMES = np.arange(0, 1.2, 0.01)
ALL = np.ones(len(TIMES), dtype=bool)


def course(times: np.ndarray, onset: float, apex: float, offset: float) -> np.ndarray:
    rise = np.clip((times - onset) / (apex - onset), 0, 1)
    fall = np.clip((offset - times) / (offset - apex), 0, 1)
    return 0.5 - 0.5 * np.cos(np.pi * np.minimum(rise, fall))


@given(st.floats(0.07, 0.16), st.floats(0.09, 0.25), st.floats(0.0, 0.01), st.floats(-3, 3))
def test_smooth_movements_are_timed_within_a_frame_whatever_the_drift(
    rise: float, fall: float, phase: float, drift: float
) -> None:
    onset = 0.4 + phase
    moved = course(TIMES, onset, onset + rise, onset + rise + fall) + drift * TIMES**2
    found = moments_of(TIMES, moved, ALL, near_s=onset + rise + 0.02)
    assert found.complete
    assert found.onset_s == pytest.approx(onset, abs=0.006)
    assert found.apex_s == pytest.approx(onset + rise, abs=0.006)
    assert found.offset_s == pytest.approx(onset + rise + fall, abs=0.006)


def test_at_25_frames_a_second_the_moments_stay_within_half_a_frame() -> None:
    times = np.arange(0, 1.2, 0.04)
    moved = course(times, 0.41, 0.53, 0.71)
    found = moments_of(times, moved, np.ones(len(times), dtype=bool), near_s=0.52)
    assert found.onset_s == pytest.approx(0.41, abs=0.02)
    assert found.apex_s == pytest.approx(0.53, abs=0.02)
    assert found.offset_s == pytest.approx(0.71, abs=0.02)


def test_an_apex_that_is_held_lies_inside_the_hold() -> None:
    rises = np.where(TIMES < 0.5, course(TIMES, 0.4, 0.5, 2.0), 1.0)
    held = np.where(TIMES > 0.62, course(TIMES, -1.0, 0.62, 0.75), rises)
    found = moments_of(TIMES, held, ALL, near_s=0.55)
    assert 0.48 <= found.apex_s <= 0.64
    assert found.onset_s == pytest.approx(0.4, abs=0.04)


def test_a_wide_movement_is_told_to_be_long() -> None:
    wide = course(TIMES, 0.1, 0.55, 1.1)
    found = moments_of(TIMES, wide, ALL, near_s=0.55)
    assert found.offset_s - found.onset_s > 0.5


def test_samples_that_are_not_judged_have_no_say() -> None:
    moved = course(TIMES, 0.4, 0.5, 0.7)
    blinking = (TIMES > 0.85) & (TIMES < 1.0)
    moved[blinking] += 40
    found = moments_of(TIMES, moved, ~blinking, near_s=0.5)
    assert found.offset_s == pytest.approx(0.7, abs=0.01)
