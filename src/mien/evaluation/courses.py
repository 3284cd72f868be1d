"""A measured course against the true one: shape by correlation, size by gain."""

import numpy as np
from jaxtyping import Float


def course_agreement(
    truth: Float[np.ndarray, " sample"], measured: Float[np.ndarray, " sample"]
) -> float:
    """Pearson correlation over the samples that both have; NaN where either does not vary.

    >>> course_agreement(np.array([0.0, 1, 0]), np.array([0.0, 0.5, 0]))
    1.0
    """
    both = np.isfinite(truth) & np.isfinite(measured)
    a, b = truth[both], measured[both]
    if len(a) < 2 or np.ptp(a) == 0 or np.ptp(b) == 0:  # noqa: PLR2004 - two points vary
        return float("nan")
    return round(float(np.corrcoef(a, b)[0, 1]), 12)


def gain_of(truth: Float[np.ndarray, " sample"], measured: Float[np.ndarray, " sample"]) -> float:
    """Slope of the measured course on the true one through zero; NaN without a true movement.

    >>> gain_of(np.array([0.0, 0.4, 0.2]), np.array([0.0, 0.3, 0.15]))
    0.75
    """
    both = np.isfinite(truth) & np.isfinite(measured)
    energy = float(np.square(truth[both]).sum())
    if energy == 0:
        return float("nan")
    return round(float(truth[both] @ measured[both]) / energy, 12)
