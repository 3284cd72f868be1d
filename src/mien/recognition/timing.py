"""Onset, apex and offset of one movement, from the course of its own field."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float

from mien.core.arrays import Times
from mien.motion.bumps import slow_change

SHORTEST_FLANK_S, LONGEST_FLANK_S = 0.04, 0.6
"""Between these a rise or a fall is looked for."""

_RISES_S = np.geomspace(SHORTEST_FLANK_S, LONGEST_FLANK_S, 12)
_APEX_REACH_S = 0.12
_APEX_STEP_S = 0.02
_HALVINGS = 6
_AT_BOUND = 0.98


@dataclass(frozen=True)
class Moments:
    """When a movement begins, peaks and ends, in seconds."""

    onset_s: float
    apex_s: float
    offset_s: float
    complete: bool
    """False where a flank is longer than what can be told from slow change."""


def flanks(
    times_s: Times,
    onset_s: Float[np.ndarray, " movement"],
    apex_s: Float[np.ndarray, " movement"],
    offset_s: Float[np.ndarray, " movement"],
) -> Float[np.ndarray, "movement frame"]:
    """Courses of height 1 that rise and fall as half a cosine each: faces start and stop smoothly.

    >>> one = np.array([1.0])
    >>> flanks(np.array([0.9, 0.95, 1.0, 1.1, 1.2]), one - 0.1, one, one + 0.2).round(2).tolist()
    [[0.0, 0.5, 1.0, 0.5, 0.0]]
    """
    rise = (times_s - onset_s[:, None]) / (apex_s - onset_s)[:, None]
    fall = (offset_s[:, None] - times_s) / (offset_s - apex_s)[:, None]
    along = np.clip(np.minimum(rise, fall), 0, 1)
    course: Float[np.ndarray, "movement frame"] = 0.5 - 0.5 * np.cos(np.pi * along)
    return course


def moments_of(
    times_s: Times,
    course: Float[np.ndarray, " frame"],
    usable: Bool[np.ndarray, " frame"],
    *,
    near_s: float,
    steps_s: Sequence[float] = (),
) -> Moments:
    """Fit a rise and a fall beside slow change, and read the three moments off the fit.

    Least squares over onset, apex and offset, with slow change projected out. All
    samples have their say, which a crossing of a level would not give them; where a face holds
    its apex, the fitted apex lies inside the hold.

    Args:
        times_s: time of each sample.
        course: how far the face is along the movement's own field, any scale, any slow change.
        usable: samples that take part.
        near_s: a time close to the apex.
        steps_s: times at which the course may jump for reasons of its own.

    >>> t = np.arange(0, 1.2, 0.01)
    >>> one = np.array([0.6])
    >>> move = flanks(t, one - 0.1, one, one + 0.15)[0] + 0.5 * t
    >>> found = moments_of(t, move, t >= 0, near_s=0.63)
    >>> round(found.onset_s, 2), round(found.apex_s, 2), round(found.offset_s, 2)
    (0.5, 0.6, 0.75)
    """
    used_s, used = times_s[usable], course[usable]
    slow = slow_change(used_s, centre_s=near_s, steps_s=steps_s)
    target = used - slow @ (slow.T @ used)
    apexes = near_s + np.arange(-_APEX_REACH_S, _APEX_REACH_S + 1e-9, _APEX_STEP_S)
    grid = np.stack(np.meshgrid(apexes, _RISES_S, _RISES_S, indexing="ij"), -1).reshape(-1, 3)
    best = _best(used_s, target, slow, grid)
    step = np.array([_APEX_STEP_S, 0.3, 0.3])  # seconds, and parts of the flanks
    offsets = np.stack(np.meshgrid(*[[-1.0, 0.0, 1.0]] * 3, indexing="ij"), -1).reshape(-1, 3)
    for _ in range(_HALVINGS):
        step = step / 2
        for _ in range(2):
            trial = np.column_stack(
                [best[0] + offsets[:, 0] * step[0], best[1:] * np.exp(offsets[:, 1:] * step[1:])]
            )
            trial[:, 1:] = np.clip(trial[:, 1:], SHORTEST_FLANK_S, LONGEST_FLANK_S)
            best = _best(used_s, target, slow, trial)
    apex_s, rise_s, fall_s = (float(value) for value in best)
    return Moments(
        apex_s - rise_s,
        apex_s,
        apex_s + fall_s,
        complete=max(rise_s, fall_s) < _AT_BOUND * LONGEST_FLANK_S,
    )


def _best(
    times_s: Times,
    target: Float[np.ndarray, " frame"],
    slow: Float[np.ndarray, "frame power"],
    trials: Float[np.ndarray, "trial 3"],
) -> Float[np.ndarray, " 3"]:
    """Trial (apex, rise, fall) whose course, upright, takes most off the squared residual."""
    apex_s, rise_s, fall_s = trials.T
    courses = flanks(times_s, apex_s - rise_s, apex_s, apex_s + fall_s)
    free = courses - (courses @ slow) @ slow.T
    size = np.square(free).sum(axis=1)
    along = free @ target
    gain = np.where(
        (along > 0) & (size > 1e-3 * np.square(courses).sum(axis=1) + 1e-12),
        np.square(along) / np.maximum(size, 1e-12),
        0.0,
    )
    best: Float[np.ndarray, " 3"] = trials[int(np.argmax(gain))]
    return best
