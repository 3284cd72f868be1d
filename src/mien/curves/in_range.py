"""Curves that stay between two bounds, by keys where they would cross them."""

import numpy as np
from scipy.optimize import brentq

from mien.core.errors import UsageError
from mien.curves.cubic_curve import CubicCurve

TOUCH = 1e-12
"""A curve that passes a bound by no more than this has touched it, not crossed it."""


def keep_in_range(curve: CubicCurve, low: float = 0.0, high: float = 1.0) -> CubicCurve:
    """Flatten a curve where it leaves low..high, and leave it as it is elsewhere.

    A key is put exactly where a piece crosses a bound (a root of its cubic); between two such keys
    the curve lies flat on the bound. The new keys have a corner (arrive is not leave), so the
    curve inside the bounds does not change.

    Raises:
        UsageError: ``low`` is not below ``high``.
    """
    if not low < high:
        msg = f"Expected a lower bound below the upper one, but got {low} and {high}."
        raise UsageError(msg)
    crossings = [
        (time_s, bound)
        for piece in _pieces_that_may_leave(curve, low, high)
        for time_s, bound in _crossings(curve, piece, (low, high))
    ]
    if crossings:
        times = np.array([time_s for time_s, _ in crossings])
        bounds = np.array([bound for _, bound in crossings])
        curve = curve.with_keys_at(times)
        values = curve.values.copy()
        values[np.searchsorted(curve.times_s, times)] = bounds
    else:
        values = curve.values.copy()
    arrive, leave = curve.arrive.copy(), curve.leave.copy()
    middle = curve((curve.times_s[1:] + curve.times_s[:-1]) / 2)
    # No piece crosses a bound any more, so its middle speaks for all of it.
    outside = np.flatnonzero((middle < low) | (middle > high))
    leave[outside] = 0.0
    arrive[outside + 1] = 0.0
    return CubicCurve(curve.times_s, np.clip(values, low, high), arrive, leave)


def _pieces_that_may_leave(curve: CubicCurve, low: float, high: float) -> list[int]:
    """Find pieces whose control polygon is not inside: a cubic stays inside its polygon."""
    third = np.diff(curve.times_s) / 3
    polygon = np.stack(
        [
            curve.values[:-1],
            curve.values[:-1] + third * curve.leave[:-1],
            curve.values[1:] - third * curve.arrive[1:],
            curve.values[1:],
        ]
    )
    may = (polygon.min(axis=0) < low) | (polygon.max(axis=0) > high)
    return [int(piece) for piece in np.flatnonzero(may)]


def _crossings(
    curve: CubicCurve, piece: int, bounds: tuple[float, float]
) -> list[tuple[float, float]]:
    """Give (time, bound) for every crossing strictly inside one piece."""
    start, end = float(curve.times_s[piece]), float(curve.times_s[piece + 1])
    width = end - start
    first, last = float(curve.values[piece]), float(curve.values[piece + 1])
    leave, arrive = width * float(curve.leave[piece]), width * float(curve.arrive[piece + 1])
    square = 3 * (last - first) - 2 * leave - arrive
    cube = 2 * (first - last) + leave + arrive

    turns = np.roots([3 * cube, 2 * square, leave])
    inside = sorted(float(t.real) for t in turns if abs(t.imag) < TOUCH and 0 < t.real < 1)
    corners = [0.0, *inside, 1.0]
    heights = [_height(corner, first, last, leave, arrive) for corner in corners]
    found = []
    for bound, sign in zip(bounds, (-1.0, 1.0), strict=True):
        if not np.isfinite(bound) or max(sign * (h - bound) for h in heights) <= TOUCH:
            continue
        for left, right, a, b in zip(corners, corners[1:], heights, heights[1:], strict=False):
            if (a - bound) * (b - bound) < 0:
                ends = (first - bound, last - bound, leave, arrive)
                root = brentq(_height, left, right, args=ends, xtol=1e-15)
                time_s = start + width * float(root)
                if start < time_s < end:
                    found.append((time_s, bound))
    return found


def _height(share: float, first: float, last: float, leave: float, arrive: float) -> float:
    """Value of a piece of width 1."""
    rest = 1.0 - share
    return (
        first
        + (last - first) * share * share * (3.0 - 2.0 * share)
        + share * rest * (rest * leave - share * arrive)
    )
