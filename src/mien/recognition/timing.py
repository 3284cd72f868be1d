"""Onset, apex and offset of one movement, from the course of its own field."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from mien.core.arrays import Times

LOW, MAX_LOW, HIGH = 0.25, 0.5, 0.75
"""Heights at which the flanks are timed; the lower one rises above the noise of a weak movement."""

_EVENT_HALF_S = 0.3
_MIN_REST = 5
_SEARCH_S = 0.45
_TOP = 0.85


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


def _foot(
    times_s: Times, course: Float[np.ndarray, " frame"], peak: float, low: float
) -> float | None:
    """Where the flank meets zero.

    Faces start and stop smoothly. A raised cosine reaches a part p of its height after
    acos(1 - 2 p) / pi of its flank, so the foot follows from the times of two heights; a plain
    crossing of a low level comes late at onset and early at offset instead.
    """
    top = _crossing(times_s, course, HIGH * peak)
    bottom = _crossing(times_s, course, low * peak)
    if top is None or bottom is None:
        return None
    reach_low, reach_high = (float(np.arccos(1 - 2 * part)) for part in (low, HIGH))
    return bottom + (bottom - top) * reach_low / (reach_high - reach_low)


def _flank_end(
    times_s: Times, course: Float[np.ndarray, " frame"], peak: float, low: float
) -> float | None:
    """End of one flank: its foot, or with much noise twice the way to half height.

    The foot is unbiased whatever is held at the apex, but a line through two near heights
    magnifies noise; half height is crossed steeply. Between the two the noise decides.
    """
    foot = _foot(times_s, course, peak, low)
    half = _crossing(times_s, course, 0.5 * peak)
    if foot is None or half is None:
        return foot
    mirrored = float(times_s[0]) + 2 * (half - float(times_s[0]))
    share = (low - LOW) / (MAX_LOW - LOW)
    return (1 - share) * foot + share * mirrored


def _apex(times_s: Times, course: Float[np.ndarray, " frame"], peak: int) -> float:
    """Top of the parabola fitted to the part of the course above .85 of its peak.

    The top of a smooth movement is symmetric even where its flanks are not, so a mean over a
    wider part would lean towards the slower flank. At least the peak's two neighbours take part.
    """
    floor = _TOP * course[peak]
    first = last = peak
    while first > 0 and course[first - 1] > floor:
        first -= 1
    while last < len(course) - 1 and course[last + 1] > floor:
        last += 1
    first, last = max(0, min(first, peak - 1)), min(len(course) - 1, max(last, peak + 1))
    part = slice(first, last + 1)
    around = (times_s[part] - times_s[peak]) / (times_s[last] - times_s[first])
    design = np.stack([np.square(around), around, np.ones_like(around)], axis=1)
    (bend, slope, _), *_ = np.linalg.lstsq(design, course[part], rcond=None)
    if not bend < 0:
        return float(times_s[peak])
    shift = float(np.clip(-slope / (2 * bend), around[0], around[-1]))
    return float(times_s[peak]) + shift * float(times_s[last] - times_s[first])


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
    still = np.abs(times_s - times_s[peak]) > _EVENT_HALF_S
    rest = course[still & np.isfinite(course)]
    if len(rest) >= _MIN_REST:
        # What is left of slow change around the movement is its ground, not part of it.
        ground = float(np.clip(np.median(rest), -0.3 * height, 0.3 * height))
        course = course - ground
        height -= ground
    noise = float(np.std(rest)) / height if len(rest) >= _MIN_REST else 0.0
    low = float(np.clip(2.5 * noise, LOW, MAX_LOW))
    before = np.nan_to_num(course[first : peak + 1][::-1])
    after = np.nan_to_num(course[peak : last + 1])
    onset = _flank_end(times_s[first : peak + 1][::-1], before, height, low)
    offset = _flank_end(times_s[peak : last + 1], after, height, low)
    apex_s = _apex(times_s[first : last + 1], np.nan_to_num(course[first : last + 1]), peak - first)
    onset_s = float(times_s[first]) if onset is None else min(onset, apex_s)
    offset_s = float(times_s[last]) if offset is None else max(offset, apex_s)
    return Moments(
        max(onset_s, float(times_s[first])),
        apex_s,
        min(offset_s, float(times_s[last])),
        complete=onset is not None and offset is not None,
    )
