"""Whether probabilities hold: of what is said with 70 %, seven in ten should be true."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from mien.core.errors import UsageError

BINS = 10


@dataclass(frozen=True)
class Reliability:
    """How often things were true, by how probable they were said to be."""

    said: Float[np.ndarray, " bin"]
    """Mean probability in each bin; NaN in an empty one."""

    true_share: Float[np.ndarray, " bin"]
    """Share that was true; NaN in an empty one."""

    counts: Int[np.ndarray, " bin"]

    @property
    def expected_error(self) -> float:
        """Expected calibration error: mean gap between said and true, weighted by the counts.

        Source: Naeini et al., *Obtaining well calibrated probabilities using Bayesian binning*,
        AAAI 2015; ten bins of the same width.
        """
        filled = self.counts > 0
        gaps = np.abs(self.said - self.true_share)[filled]
        return float(np.average(gaps, weights=self.counts[filled]))


def reliability(
    probability: Float[np.ndarray, " item"], truth: Float[np.ndarray, " item"]
) -> Reliability:
    """Sort probabilities into ten bins and compare them with what was true.

    Raises:
        UsageError: nothing to compare, a probability outside 0..1, or other truths than 0 and 1.

    >>> reliability(np.array([0.9, 0.9, 0.9, 0.9]), np.array([1.0, 1, 1, 0])).expected_error
    0.15000000000000002
    """
    if not len(probability):
        msg = "Expected at least one probability to compare with what was true, but got none."
        raise UsageError(msg)
    if not ((probability >= 0) & (probability <= 1)).all() or not np.isin(truth, (0, 1)).all():
        msg = "Expected probabilities in 0..1 and truths of 0 or 1, but got others, or NaN."
        raise UsageError(msg)
    place = np.minimum((probability * BINS).astype(int), BINS - 1)
    counts = np.bincount(place, minlength=BINS)
    with np.errstate(invalid="ignore"):
        said = np.bincount(place, probability, BINS) / counts
        true_share = np.bincount(place, truth, BINS) / counts
    return Reliability(said, true_share, counts.astype(np.int64))
