"""From samples to the curve that an engine plays."""

import numpy as np

from mien.core.errors import UsageError
from mien.curves.bspline import spline_from_samples
from mien.curves.cubic_curve import CubicCurve, Keys
from mien.curves.in_range import keep_in_range
from mien.curves.thinning import thin


def curve_from_samples(times_s: Keys, samples: Keys) -> CubicCurve:
    """Interpolate samples of an activation: through every sample, and 0..1 everywhere.

    The cubic spline of :func:`spline_from_samples`, flattened where it would leave 0..1, with the
    keys dropped that the curve does not need.

    Args:
        times_s: strictly increasing, uniform or not.
        samples: 0..1, or NaN where not seen.

    Raises:
        UsageError: a sample outside 0..1, no sample seen, or times that do not increase.
    """
    seen = samples[~np.isnan(samples)]
    if len(seen) and not (seen.min() >= 0 and seen.max() <= 1):
        msg = f"Expected samples in 0..1, but they span {seen.min():.4g}..{seen.max():.4g}."
        raise UsageError(msg)
    return thin(keep_in_range(spline_from_samples(times_s, samples, bounds=(0.0, 1.0))))
