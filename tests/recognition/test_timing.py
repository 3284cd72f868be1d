"""Onset, apex and offset of courses whose moments are known."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.recognition.timing import moments_of


def course(times: np.ndarray, onset: float, apex: float, offset: float) -> np.ndarray:
    rise = np.clip((times - onset) / (apex - onset), 0, 1)
    fall = np.clip((offset - times) / (offset - apex), 0, 1)
    return 0.5 - 0.5 * np.cos(np.pi * np.minimum(rise, fall))


@given(st.floats(0.07, 0.16), st.floats(0.09, 0.25), st.floats(0.0, 0.01))
def test_smooth_movements_are_timed_within_a_frame(rise: float, fall: float, phase: float) -> None:
    times = np.arange(0, 1.2, 0.01)
    onset = 0.4 + phase
    found = moments_of(
        times,
        course(times, onset, onset + rise, onset + rise + fall),
        near=int(100 * (onset + rise)),
    )
    assert found.complete
    assert found.onset_s == pytest.approx(onset, abs=0.008)
    assert found.apex_s == pytest.approx(onset + rise, abs=0.035)
    assert found.offset_s == pytest.approx(onset + rise + fall, abs=0.012)


def test_at_25_frames_a_second_the_moments_stay_within_half_a_frame() -> None:
    times = np.arange(0, 1.2, 0.04)
    found = moments_of(times, course(times, 0.41, 0.53, 0.71), near=13)
    assert found.onset_s == pytest.approx(0.41, abs=0.02)
    assert found.offset_s == pytest.approx(0.71, abs=0.02)


def test_a_course_that_stays_up_is_incomplete() -> None:
    times = np.arange(0, 1.0, 0.01)
    stays = np.where(times < 0.5, course(times, 0.4, 0.5, 0.9), 1.0)
    assert not moments_of(times, stays, near=50).complete
