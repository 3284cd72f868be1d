"""Sums, maxima and minima of curves that are curves again, without loss."""

from collections.abc import Iterable, Sequence

import numpy as np

from mien.core.errors import UsageError
from mien.curves.cubic_curve import CubicCurve, Keys
from mien.curves.in_range import keep_in_range


def union_of_times(curves: Iterable[CubicCurve]) -> Keys:
    """All key times of the curves, each once, in order."""
    times = [curve.times_s for curve in curves]
    if not times:
        msg = "Expected at least one curve, but got none."
        raise UsageError(msg)
    return np.unique(np.concatenate(times))


def weighted_sum(curves: Sequence[CubicCurve], weights: Sequence[float]) -> CubicCurve:
    """Add curves, each times its weight.

    A sum of cubics is a cubic between the keys of all of them, so the sum is exact.

    Raises:
        UsageError: no curve, or not one weight per curve.
    """
    if len(curves) != len(weights):
        msg = f"Expected one weight per curve, but got {len(weights)} for {len(curves)}."
        raise UsageError(msg)
    times = union_of_times(curves)
    total = np.zeros((3, len(times)))
    for curve, weight in zip(curves, weights, strict=True):
        dense = curve.with_keys_at(times)
        total += weight * np.stack([dense.values, dense.arrive, dense.leave])
    return CubicCurve(times, *total)


def maximum(first: CubicCurve, second: CubicCurve) -> CubicCurve:
    """Give the larger of two curves at every time; a key stands where they cross."""
    excess = weighted_sum([second, first], [1.0, -1.0])
    return weighted_sum([first, keep_in_range(excess, 0.0, np.inf)], [1.0, 1.0])


def minimum(first: CubicCurve, second: CubicCurve) -> CubicCurve:
    """Give the smaller of two curves at every time; a key stands where they cross."""
    excess = weighted_sum([first, second], [1.0, -1.0])
    return weighted_sum([first, keep_in_range(excess, 0.0, np.inf)], [1.0, -1.0])
