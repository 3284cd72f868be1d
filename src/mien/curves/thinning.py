"""Fewer keys for the same curve."""

from itertools import pairwise

import numpy as np
from jaxtyping import Bool

from mien.curves.cubic_curve import CubicCurve

LOSSLESS = 1e-9


def thin(curve: CubicCurve, tolerance: float = LOSSLESS) -> CubicCurve:
    """Drop keys whose two neighbouring pieces are one cubic, such as keys within a rest.

    Args:
        curve: any curve.
        tolerance: largest change at a dropped key, in the value and in slope times width.
    """
    if curve.is_constant:
        return CubicCurve.constant(float(curve.values[0]), float(curve.times_s[0]))
    if len(curve.times_s) < 3:  # noqa: PLR2004 - nothing between two ends
        return curve
    droppable = _droppable(curve, tolerance)
    anchors = np.flatnonzero(~droppable)
    kept = {int(anchor) for anchor in anchors}
    spans = [(int(a), int(b)) for a, b in pairwise(anchors) if b - a > 1]
    while spans:
        start, end = spans.pop()
        if not _merges(curve, start, end, tolerance):
            middle = (start + end) // 2
            kept.add(middle)
            halves = ((start, middle), (middle, end))
            spans += [(a, b) for a, b in halves if b - a > 1]
    order = sorted(kept)
    rows = (curve.times_s, curve.values, curve.arrive, curve.leave)
    return CubicCurve(*(row[order] for row in rows))


def _droppable(curve: CubicCurve, tolerance: float) -> Bool[np.ndarray, " key"]:
    """Whether each inner key lies on the cubic through its two neighbours."""
    times = curve.times_s
    width = times[2:] - times[:-2]
    share = (times[1:-1] - times[:-2]) / width
    first, last = curve.values[:-2], curve.values[2:]
    leave, arrive = curve.leave[:-2], curve.arrive[2:]
    rest = 1 - share
    value = first + (last - first) * share**2 * (3 - 2 * share)
    value += width * share * rest * (rest * leave - share * arrive)
    slope = 6 * share * rest * (last - first) / width
    slope += rest * (1 - 3 * share) * leave + share * (3 * share - 2) * arrive
    fits = np.abs(value - curve.values[1:-1]) <= tolerance
    for side in (curve.arrive, curve.leave):
        fits &= np.abs(slope - side[1:-1]) * width <= tolerance
    return np.concatenate([[False], fits, [False]])


def _merges(curve: CubicCurve, start: int, end: int, tolerance: float) -> bool:
    """Whether one cubic from key ``start`` to key ``end`` meets all keys between."""
    ends = [start, end]
    rows = (curve.times_s, curve.values, curve.arrive, curve.leave)
    whole = CubicCurve(*(row[ends] for row in rows))
    between = slice(start + 1, end)
    times, width = curve.times_s[between], curve.times_s[end] - curve.times_s[start]
    slope = whole.slope(times)
    off = np.abs(whole(times) - curve.values[between])
    for side in (curve.arrive, curve.leave):
        off = np.maximum(off, np.abs(slope - side[between]) * width)
    return bool((off <= tolerance).all())
