"""Interpolating cubic B-splines, turned into keys without loss."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.interpolate import make_interp_spline

from mien.core.errors import UsageError
from mien.curves.cubic_curve import CubicCurve, Keys


@dataclass(frozen=True)
class Gap:
    """A stretch in which nothing was seen; the curve runs straight across it."""

    last_seen_s: float | None
    """None where nothing was seen before."""

    next_seen_s: float | None
    """None where nothing was seen after."""


def find_gaps(times_s: Keys, samples: Keys) -> tuple[Gap, ...]:
    """Find the stretches of NaN in sampled values, in time order."""
    unseen = np.isnan(samples)
    edges = np.flatnonzero(np.diff(np.concatenate([[False], unseen, [False]]).astype(np.int8)))
    return tuple(
        Gap(
            float(times_s[first - 1]) if first > 0 else None,
            float(times_s[end]) if end < len(times_s) else None,
        )
        for first, end in zip(edges[::2], edges[1::2], strict=True)
    )


def spline_from_samples(
    times_s: Keys, samples: Keys, *, bounds: tuple[float, float] = (-np.inf, np.inf)
) -> CubicCurve:
    """Interpolating cubic spline through samples, one key per sample that was seen.

    Where the signal rests (three equal samples in a row, two on a bound) the curve lies flat, and
    the spline on either side starts or ends with slope 0; otherwise it ends with curvature 0. A
    rest therefore stays a rest: an unbroken spline would swing about it. Across NaN the curve runs
    straight from the last value seen to the next; before the first and after the last it is
    constant. The spline itself may pass the bounds; see
    :func:`mien.curves.keep_in_range`.

    Args:
        times_s: strictly increasing, uniform or not.
        samples: any finite values, or NaN where not seen.
        bounds: values at which two equal samples are a rest.

    Raises:
        UsageError: no sample was seen, or times that do not increase.
    """
    seen = np.flatnonzero(~np.isnan(samples))
    if len(seen) == 0:
        msg = f"Expected at least one sample that was seen, but all {len(samples)} are NaN."
        raise UsageError(msg)
    times, values = times_s[seen].astype(np.float64), samples[seen].astype(np.float64)
    arrive, leave = np.zeros(len(seen)), np.zeros(len(seen))
    if len(times) > 1 and not (np.diff(times) > 0).all():
        first = int(np.flatnonzero(np.diff(times) <= 0)[0]) + 1
        msg = f"Expected sample times that increase, but {times[first]} s follows a later time."
        raise UsageError(msg)
    resting = _resting_steps(values, bounds)
    across_gap = np.diff(seen) > 1
    straight = np.flatnonzero(across_gap)
    chord = np.diff(values)[straight] / np.diff(times)[straight]
    moving = ~(resting | across_gap)
    edges = np.flatnonzero(np.diff(np.concatenate([[False], moving, [False]]).astype(np.int8)))
    for first, last in zip(edges[::2], edges[1::2], strict=True):
        # A step that neither moves nor lies across a gap rests.
        from_rest = bool(first > 0 and not across_gap[first - 1])
        to_rest = bool(last < len(moving) and not across_gap[last])
        span = slice(int(first), int(last) + 1)
        slopes = _slopes(times[span], values[span], from_rest=from_rest, to_rest=to_rest)
        leave[span][:-1] = slopes[:-1]
        arrive[span][1:] = slopes[1:]
    leave[straight] = chord
    arrive[straight + 1] = chord
    return CubicCurve(times, values, arrive, leave)


def _resting_steps(values: Keys, bounds: tuple[float, float]) -> np.ndarray:
    """Whether the signal rests from each sample to the next."""
    equal = np.diff(values) == 0
    beside = np.concatenate([[False], equal, [False]])
    several = equal & (beside[:-2] | beside[2:]) if len(equal) else equal
    on_bound = equal & np.isin(values[:-1], bounds)
    return np.asarray(several | on_bound)


def _slopes(times: Keys, values: Keys, *, from_rest: bool, to_rest: bool) -> Keys:
    """Slopes at the knots of one spline."""
    # Typed loosely: the stubs lack this documented form.
    ends: Any = tuple([(1 if rest else 2, 0.0)] for rest in (from_rest, to_rest))
    # Times from 0, because the solver's equations hold powers of the knots' distances.
    start, length = times[0], times[-1] - times[0]
    knots = (times - start) / length
    spline = make_interp_spline(knots, values, k=3, bc_type=ends)
    slopes: Keys = spline(knots, nu=1) / length
    if from_rest:
        slopes[0] = 0.0
    if to_rest:
        slopes[-1] = 0.0
    return slopes
