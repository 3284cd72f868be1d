"""Probabilities against what was true."""

import numpy as np
import pytest

from mien.core.errors import UsageError
from mien.evaluation.reliability import reliability


def test_probabilities_that_are_drawn_from_hold() -> None:
    rng = np.random.default_rng(0)
    said = rng.uniform(size=40_000)
    true = (rng.uniform(size=len(said)) < said).astype(float)
    assert reliability(said, true).expected_error < 0.01


def test_being_too_sure_is_an_error_of_as_much() -> None:
    rng = np.random.default_rng(1)
    said = np.full(10_000, 0.95)
    true = (rng.uniform(size=len(said)) < 0.75).astype(float)
    assert reliability(said, true).expected_error == pytest.approx(0.2, abs=0.01)


def test_bins_hold_what_belongs_to_them_and_the_last_one_certainty() -> None:
    found = reliability(np.array([0.0, 0.05, 0.1, 1.0]), np.array([0.0, 1, 0, 1]))
    assert found.counts.tolist() == [2, 1, 0, 0, 0, 0, 0, 0, 0, 1]
    assert found.true_share[0] == 0.5
    assert np.isnan(found.true_share[5])


@pytest.mark.parametrize(
    ("said", "true"),
    [([], []), ([1.5], [1.0]), ([np.nan], [1.0]), ([0.5], [0.5])],
)
def test_what_cannot_be_compared_is_refused(said: list[float], true: list[float]) -> None:
    with pytest.raises(UsageError):
        reliability(np.array(said), np.array(true))
