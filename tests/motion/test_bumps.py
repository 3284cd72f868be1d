"""Heights of brief bumps beside slow change, against plain regression and known truth."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.motion.bumps import (
    bump_heights,
    height_kernel,
    raised_cosine,
    remove_slow_change,
    slow_change,
)

TIMES = np.arange(300) / 100
ALL = np.ones(300, dtype=bool)


def heights(
    values: np.ndarray, usable: np.ndarray = ALL, steps_s: Sequence[float] = ()
) -> np.ndarray:
    found, _ = bump_heights(TIMES, values, usable, np.array([1.5]), (0.28,), steps_s=steps_s)
    return np.asarray(found[0, 0])


@given(st.lists(st.floats(-50, 50), min_size=4, max_size=4), st.floats(0.01, 2))
def test_a_bump_is_measured_whatever_cubic_lies_under_it(slow: list[float], height: float) -> None:
    drift = np.polynomial.Polynomial(slow)(TIMES - 1.5)
    values = (height * raised_cosine(TIMES, 1.5, 0.28) + drift)[:, None]
    assert heights(values)[0] == pytest.approx(height, abs=1e-6 * (1 + np.abs(drift).max()))


def test_the_height_is_that_of_a_plain_regression_on_all_columns() -> None:
    values = np.random.default_rng(0).normal(size=(300, 2))
    near = np.abs(TIMES - 1.5) <= 0.5 + 1e-9
    design = np.column_stack(
        [np.vander(TIMES[near] - 1.5, 4), raised_cosine(TIMES[near], 1.5, 0.28)]
    )
    expected = np.linalg.lstsq(design, values[near], rcond=None)[0][-1]
    np.testing.assert_allclose(heights(values), expected, rtol=1e-9)


def test_frames_that_are_left_out_have_no_say() -> None:
    values = raised_cosine(TIMES, 1.5, 0.28)[:, None].copy()
    usable = ~((TIMES > 1.75) & (TIMES < 1.9))
    values[~usable] = np.nan
    assert heights(values, usable)[0] == pytest.approx(1.0)


def test_a_step_of_the_encoder_is_no_bump_when_its_time_is_known() -> None:
    values = np.where(TIMES >= 1.6, 4.0, 0.0)[:, None]
    assert abs(heights(values)[0]) > 0.5
    assert heights(values, steps_s=(1.6,))[0] == pytest.approx(0.0, abs=1e-9)


def test_few_frames_carry_more_noise_into_the_height() -> None:
    _, whole = bump_heights(TIMES, TIMES[:, None], ALL, np.array([1.5]), (0.28,))
    _, part = bump_heights(TIMES, TIMES[:, None], TIMES < 1.62, np.array([1.5]), (0.28,))
    assert part[0, 0] > 1.2 * whole[0, 0]


def test_where_frames_cannot_tell_a_bump_from_slow_change_the_height_is_undefined() -> None:
    few = np.abs(TIMES - 1.5) < 0.02
    assert np.isnan(heights(TIMES[:, None], few)[0])
    slow = slow_change(TIMES[:4], centre_s=0.0)
    assert height_kernel(np.array([0.0, 1.0, 1.0, 0.0]), slow) is None


def test_slow_change_is_taken_away_and_the_course_is_left() -> None:
    course = raised_cosine(TIMES, 1.5, 0.3)
    values = (2 * course + 3 * (TIMES - 1) ** 2)[:, None]
    left = remove_slow_change(TIMES, values, ALL, course)
    np.testing.assert_allclose(left[:, 0], 2 * course, atol=1e-9)
