"""Agreement of ratings against published tables and hand-made analyses of variance."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from mien.evaluation.agreement import concordance, icc_3_1, mean_absolute_error

SHROUT_FLEISS = np.array(
    [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]],
    np.float64,
)
"""Shrout & Fleiss 1979, table 2: six targets, four judges."""

numbers = st.floats(-10, 10, allow_nan=False, width=32)


def test_the_example_of_shrout_and_fleiss_is_71() -> None:
    # Their table 3 has BMS 11.24, EMS 1.02, and table 4 ICC(3,1) = .71
    assert icc_3_1(SHROUT_FLEISS)[0] == pytest.approx(0.71, abs=0.005)
    assert icc_3_1(SHROUT_FLEISS)[0] == pytest.approx((11.24 - 1.02) / (11.24 + 3 * 1.02), abs=2e-3)


def test_the_coefficient_is_that_of_a_table_made_by_hand() -> None:
    # Grand mean 4; target means 2, 4, 6; rater means 3 and 5.
    ratings = np.array([[1.0, 3.0], [4.0, 4.0], [4.0, 8.0]])
    between = 2 * (4 + 0 + 4) / 2
    raters = 3 * (1 + 1)
    total = 9 + 1 + 0 + 0 + 0 + 16
    error = (total - 2 * (4 + 0 + 4) - raters) / 2
    assert icc_3_1(ratings)[0] == pytest.approx((between - error) / (between + error))


@given(arrays(np.float64, (7, 2), elements=numbers), numbers)
def test_a_constant_difference_is_forgiven(ratings: np.ndarray, shift: float) -> None:
    moved = ratings + np.array([0.0, shift])
    one, other = icc_3_1(ratings)[0], icc_3_1(moved)[0]
    if np.ptp(ratings.mean(axis=1)) > 1e-2:
        assert other == pytest.approx(one, abs=1e-6)


def test_a_constant_difference_lowers_concordance() -> None:
    truth = np.array([0.0, 0.5, 1.0])
    assert concordance(truth, truth)[0] == pytest.approx(1.0)
    # s_xy = s_x^2 = 1/6; (1/3) / (1/3 + .25)
    assert concordance(truth, truth + 0.5)[0] == pytest.approx((1 / 3) / (1 / 3 + 0.25))
    assert concordance(truth, -truth)[0] == pytest.approx(-(1 / 3) / (1 / 3 + 1))


@given(arrays(np.float64, (9, 2), elements=numbers))
def test_concordance_is_never_stronger_than_correlation(pair: np.ndarray) -> None:
    one, other = pair.T
    if one.std() > 1e-3 and other.std() > 1e-3:
        limit = abs(np.corrcoef(one, other)[0, 1])
        assert abs(concordance(one, other)[0]) <= limit + 1e-6


def test_how_often_a_target_counts_is_as_if_it_stood_there_so_often() -> None:
    rng = np.random.default_rng(2)
    ratings = rng.normal(size=(8, 2))
    times = np.array([2, 0, 1, 1, 3, 0, 1, 1])
    weights, repeated = times[None].astype(np.float64), np.repeat(ratings, times, axis=0)
    assert icc_3_1(ratings, weights)[0] == pytest.approx(icc_3_1(repeated)[0])
    for figure in (concordance, mean_absolute_error):
        weighted = figure(ratings[:, 0], ratings[:, 1], weights)[0]
        assert weighted == pytest.approx(figure(repeated[:, 0], repeated[:, 1])[0])


def test_what_does_not_vary_has_no_agreement() -> None:
    flat = np.full(5, 0.3)
    assert np.isnan(icc_3_1(np.stack([flat, flat], axis=1))[0])
    assert np.isnan(concordance(flat, flat)[0])
    assert np.isnan(icc_3_1(np.array([[0.1, 0.2]]))[0])
    assert np.isnan(icc_3_1(np.zeros((0, 2)))[0])
    assert np.isnan(mean_absolute_error(np.zeros(0), np.zeros(0))[0])
    # One that varies and one that does not agree not at all.
    assert concordance(np.arange(5.0), flat)[0] == 0.0
