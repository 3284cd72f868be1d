"""What a signal usually is: the running median, in which brief movement vanishes."""

import numpy as np
from jaxtyping import Float

from mien.core.arrays import Times

_KNOT_S = 0.05
_MAX_SAMPLES = 49


def running_median(
    times_s: Times,
    values: Float[np.ndarray, "frame ..."],
    *,
    half_window_s: float,
) -> Float[np.ndarray, "frame ..."]:
    """Median over a centred window, evaluated every 50 ms and interpolated linearly between.

    A step survives a median and a bump shorter than half the window vanishes in it: what is left
    after subtracting it is brief. NaN samples are left out; a window without samples gives NaN.

    Args:
        times_s: time of each sample in seconds.
        values: any number of signals along the first axis.
        half_window_s: the window reaches this far to either side.
    """
    knots = np.arange(times_s[0], times_s[-1] + _KNOT_S, _KNOT_S)
    seen = np.isfinite(values.reshape(len(values), -1)).all(axis=1)
    medians = np.full((len(knots), *values.shape[1:]), np.nan, np.float32)
    for row, knot in enumerate(knots):
        # At the ends the window keeps its length and leans inwards, or the first movement of a
        # clip would be its own baseline.
        low = min(max(knot - half_window_s, times_s[0]), max(times_s[-1] - 2 * half_window_s, 0))
        low = max(low, times_s[0])
        high = max(knot + half_window_s, low + 2 * half_window_s)
        first, last = np.searchsorted(times_s, [low, high + 1e-9])
        chosen = np.flatnonzero(seen[first:last]) + first
        if len(chosen) > _MAX_SAMPLES:
            chosen = chosen[np.linspace(0, len(chosen) - 1, _MAX_SAMPLES).round().astype(int)]
        if len(chosen):
            medians[row] = np.median(values[chosen], axis=0)
    place = np.clip((times_s - knots[0]) / _KNOT_S, 0, len(knots) - 1)
    left = np.minimum(place.astype(int), max(len(knots) - 2, 0))
    right = np.minimum(left + 1, len(knots) - 1)
    share = (place - left).reshape(-1, *[1] * (values.ndim - 1)).astype(np.float32)
    blended: Float[np.ndarray, "frame ..."] = medians[left] * (1 - share) + medians[right] * share
    return blended
