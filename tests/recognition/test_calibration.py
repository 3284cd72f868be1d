"""Logistic calibration."""

import numpy as np
import pytest
from scipy.special import expit, log_softmax
from sklearn.linear_model import LogisticRegression

from mien.core.errors import UsageError
from mien.recognition.calibration import fit_odds, fit_sharpness


def test_the_odds_that_numbers_were_drawn_with_are_found_again() -> None:
    rng = np.random.default_rng(0)
    numbers = rng.normal(size=(4000, 3, 2))
    odds = numbers @ (2.0, -0.5) + (-1.0, 0.0, -2.0)
    truth = (rng.uniform(size=odds.shape) < expit(odds)).astype(float)
    slopes, offsets = fit_odds(numbers, truth)
    assert np.allclose(slopes, (2.0, -0.5), atol=0.1)
    assert np.allclose(offsets, (-1.0, 0.0, -2.0), atol=0.15)


def test_one_unit_is_a_logistic_regression_as_scikit_learn_has_it() -> None:
    rng = np.random.default_rng(1)
    numbers = rng.normal(size=(300, 1, 2))
    truth = (numbers[..., 0] + rng.normal(size=(300, 1)) > 0.3).astype(float)
    slopes, offsets = fit_odds(numbers, truth)
    peer = LogisticRegression(C=np.inf, tol=1e-8).fit(numbers[:, 0], truth[:, 0])
    assert np.allclose(slopes, peer.coef_[0], atol=1e-3)
    assert offsets[0] == pytest.approx(peer.intercept_[0], abs=1e-3)


def test_a_unit_that_no_clip_shows_gets_an_offset_far_below_the_others() -> None:
    rng = np.random.default_rng(2)
    numbers = rng.normal(size=(200, 3, 1))
    truth = (numbers[..., 0] > 0).astype(float)
    truth[:, 2] = 0
    _, offsets = fit_odds(numbers, truth)
    assert np.isfinite(offsets).all()
    assert offsets[2] < offsets[:2].min() - 1


def test_logarithms_that_are_too_sure_are_softened_by_as_much() -> None:
    rng = np.random.default_rng(3)
    logits = rng.normal(size=(20_000, 4)) * 2
    share = np.exp(log_softmax(logits, axis=1))
    truth = (rng.uniform(size=(len(share), 1)) > share.cumsum(axis=1)).sum(axis=1)
    assert fit_sharpness(3 * logits, truth) == pytest.approx(1 / 3, abs=0.02)


def test_truths_that_are_none_are_refused() -> None:
    with pytest.raises(UsageError, match="0 and 1"):
        fit_odds(np.zeros((2, 1, 1)), np.full((2, 1), 0.5))
