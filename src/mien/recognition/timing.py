"""Onset, apex and offset of one movement, from the course of its own field."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from mien.core.arrays import Times

LOW, HIGH = 0.25, 0.75
_SEARCH_S = 0.45
_TOP = 0.7


@dataclass(frozen=True)
class Moments:
    """When a movement begins, peaks and ends, in seconds."""

    onset_s: float
    apex_s: float
    offset_s: float
    complete: bool
    """False where the course never comes down to a quarter of its peak on a side."""


def _crossing(times_s: Times, course: Float[np.ndarray, " frame"], level: float) -> float | None:
    """Time at which a course walked away from its peak first falls below ``level``."""
    below = np.flatnonzero(course < level)
    if len(below) == 0 or below[0] == 0:
        return None
    after = int(below[0])
    before = after - 1
    share = (course[before] - level) / (course[before] - course[after])
    return float(times_s[before] + share * (times_s[after] - times_s[before]))


def _foot(times_s: Times, course: Float[np.ndarray, " frame"], peak: float) -> float | None:
    """Where the flank meets zero.

    Faces start and stop smoothly. On a raised cosine the quarter points lie at one and two
    thirds of the flank, so the foot is as far below the lower one as the two are apart; a plain
    crossing of a low level comes late at onset and early at offset instead.
    """
    high = _crossing(times_s, course, HIGH * peak)
    low = _crossing(times_s, course, LOW * peak)
    if high is None or low is None:
        return None
    return low + (low - high)


def _apex(times_s: Times, course: Float[np.ndarray, " frame"], peak: int) -> float:
    """Middle of the part of the course above .7 of its peak, weighted by its height there.

    On a course sampled coarsely or with noise at the top this is steadier than the largest
    sample.
    """
    floor = _TOP * course[peak]
    first = last = peak
    while first > 0 and course[first - 1] > floor:
        first -= 1
    while last < len(course) - 1 and course[last + 1] > floor:
        last += 1
    part = slice(first, last + 1)
    weight = course[part] - floor
    return float((weight * times_s[part]).sum() / weight.sum())


def moments_of(
    times_s: Times, course: Float[np.ndarray, " frame"], *, near: int, search_s: float = _SEARCH_S
) -> Moments:
    """Read the three moments off a course around its peak.

    Args:
        times_s: time of each sample.
        course: how far the face is along the movement's own field; 0 at rest, any scale.
        near: a sample close to the peak.
        search_s: look so far to either side of the peak.

    >>> t = np.arange(0, 0.6, 0.01)
    >>> rise = 0.5 - 0.5 * np.cos(np.clip((t - 0.2) / 0.2, 0, 1) * 2 * np.pi)
    >>> found = moments_of(t, rise, near=30)
    >>> round(found.onset_s, 2), round(found.apex_s, 2), round(found.offset_s, 2)
    (0.2, 0.3, 0.4)
    """
    step_s = float(np.median(np.diff(times_s)))
    reach = max(1, round(0.06 / step_s))
    around = slice(max(0, near - reach), near + reach + 1)
    peak = int(np.nanargmax(course[around])) + around.start
    window = np.flatnonzero(np.abs(times_s - times_s[peak]) <= search_s + 1e-9)
    first, last = int(window[0]), int(window[-1])
    height = float(course[peak])
    before = np.nan_to_num(course[first : peak + 1][::-1])
    after = np.nan_to_num(course[peak : last + 1])
    onset = _foot(times_s[first : peak + 1][::-1], before, height)
    offset = _foot(times_s[peak : last + 1], after, height)
    apex_s = _apex(times_s[first : last + 1], np.nan_to_num(course[first : last + 1]), peak - first)
    onset_s = float(times_s[first]) if onset is None else min(onset, apex_s)
    offset_s = float(times_s[last]) if offset is None else max(offset, apex_s)
    return Moments(
        max(onset_s, float(times_s[first])),
        apex_s,
        min(offset_s, float(times_s[last])),
        complete=onset is not None and offset is not None,
    )
