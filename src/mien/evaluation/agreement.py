"""Two or more ratings of the same things: do they agree, not only go together?

Every function takes weights, so that resamples of subjects are one call; a row of weights says how
often each target counts.
"""

import numpy as np
from jaxtyping import Float


def icc_3_1(
    ratings: Float[np.ndarray, "target rater"],
    weights: Float[np.ndarray, "resample target"] | None = None,
) -> Float[np.ndarray, " resample"]:
    """ICC(3,1): agreement of single ratings by fixed raters, whose constant difference is forgiven.

    From the two-way analysis of variance: (BMS - EMS) / (BMS + (k - 1) EMS).

    Args:
        ratings: finite numbers.
        weights: how often each target counts, a row a resample; None for once.

    Returns:
        -1/(k - 1) to 1 a resample; NaN with fewer than two targets, or where nothing varies.

    Source: Shrout & Fleiss, Intraclass correlations, Psychological Bulletin 1979, page 423.

    >>> icc_3_1(np.array([[1.0, 2.0], [2.0, 3.0], [5.0, 6.0]])).tolist()
    [1.0]
    """
    weights = np.ones((1, len(ratings))) if weights is None else weights
    raters = ratings.shape[1]
    count = weights.sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        centre = (weights @ ratings.mean(axis=1)) / count
        of_targets = ratings.mean(axis=1)[None] - centre[:, None]
        of_raters = (weights @ ratings) / count[:, None] - centre[:, None]
        between = raters * (weights * of_targets**2).sum(axis=1)
        total = ((ratings[None] - centre[:, None, None]) ** 2).sum(axis=2)
        within = (weights * total).sum(axis=1) - between - count * (of_raters**2).sum(axis=1)
        bms = between / (count - 1)
        ems = np.maximum(within, 0.0) / ((count - 1) * (raters - 1))
        below = bms + (raters - 1) * ems
        # Differences of squares leave dust where nothing varies.
        scale = (weights * (ratings**2).sum(axis=1)).sum(axis=1)
        varies = (count > 1) & (below * (count - 1) > 1e-12 * scale)
        return np.where(varies, (bms - ems) / below, np.nan)


def concordance(
    truth: Float[np.ndarray, " target"],
    measured: Float[np.ndarray, " target"],
    weights: Float[np.ndarray, "resample target"] | None = None,
) -> Float[np.ndarray, " resample"]:
    """Lin's concordance correlation: 1 only on the line of equality.

    2 s_xy / (s_x^2 + s_y^2 + (mean x - mean y)^2), with moments divided by n.

    Returns:
        -1 to 1 a resample; NaN with fewer than two targets, or where neither varies and both are
        the same.

    Source: Lin, A concordance correlation coefficient, Biometrics 1989, equation 2.

    >>> concordance(np.array([0.0, 1.0]), np.array([0.0, 1.0])).tolist()
    [1.0]
    """
    weights = np.ones((1, len(truth))) if weights is None else weights
    count = weights.sum(axis=1, keepdims=True)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean_x, mean_y = (weights @ truth[:, None]) / count, (weights @ measured[:, None]) / count
        x, y = truth[None] - mean_x, measured[None] - mean_y
        together = (weights * x * y).sum(axis=1)
        spread = (weights * (x**2 + y**2)).sum(axis=1)
        apart = (count * (mean_x - mean_y) ** 2)[:, 0]
        below = spread + apart
        return np.where((count[:, 0] > 1) & (below > 0), 2 * together / below, np.nan)


def mean_absolute_error(
    truth: Float[np.ndarray, " target"],
    measured: Float[np.ndarray, " target"],
    weights: Float[np.ndarray, "resample target"] | None = None,
) -> Float[np.ndarray, " resample"]:
    """Mean size of the difference, a resample; NaN without targets.

    >>> mean_absolute_error(np.array([0.0, 1.0]), np.array([0.5, 1.0])).tolist()
    [0.25]
    """
    weights = np.ones((1, len(truth))) if weights is None else weights
    with np.errstate(invalid="ignore"):
        error: Float[np.ndarray, " resample"]
        error = (weights @ np.abs(truth - measured)) / weights.sum(axis=1)
    return error
