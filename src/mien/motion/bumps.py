"""Brief bumps in any signals, against slow change that may be much larger: local regression."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Bool, Float

from mien.core.arrays import Times

HALF_WINDOW_S = 0.5
"""Each regression looks so far to either side."""

DEGREE = 3
"""Degree of the polynomial that stands for slow change within one window."""

_AT_ONCE_S = 1e-4
_MIN_SIDE = 2
_FREE_SHARE = 0.1
"""A bump of which a polynomial leaves less than this cannot be told from slow change."""


def raised_cosine(
    times_s: Times, centre_s: float, duration_s: float
) -> Float[np.ndarray, " frame"]:
    """A bump of height 1 that rises and falls as half a cosine each, 0 outside its duration.

    >>> raised_cosine(np.array([0.9, 1.0, 1.05, 1.1]), 1.0, 0.2).round(2).tolist()
    [0.0, 1.0, 0.5, 0.0]
    """
    near = np.abs(times_s - centre_s) < duration_s / 2
    bump: Float[np.ndarray, " frame"] = np.where(
        near, 0.5 + 0.5 * np.cos(2 * np.pi * (times_s - centre_s) / duration_s), 0.0
    )
    return bump


def slow_change(
    times_s: Times, *, centre_s: float, steps_s: Sequence[float] = ()
) -> Float[np.ndarray, "frame column"]:
    """Orthonormal courses that stand for slow change: a cubic, and a step at each given time.

    Args:
        times_s: the frames that take part, any spacing.
        centre_s: origin of the polynomial.
        steps_s: times at which a signal may jump for reasons of its own, such as the key frames
            of a compressed video. A step with fewer than two frames on a side is left out.
    """
    columns = list(np.vander((times_s - centre_s) / HALF_WINDOW_S, DEGREE + 1, increasing=True).T)
    for step_s in steps_s:
        after = times_s >= step_s - _AT_ONCE_S
        if _MIN_SIDE <= after.sum() <= len(times_s) - _MIN_SIDE:
            columns.append(after.astype(np.float64))
    orthonormal, size, _ = np.linalg.svd(np.stack(columns, axis=1), full_matrices=False)
    slow: Float[np.ndarray, "frame column"] = orthonormal[:, size > 1e-6 * size[0]]
    return slow


def height_kernel(
    course: Float[np.ndarray, " frame"], slow: Float[np.ndarray, "frame column"]
) -> Float[np.ndarray, " frame"] | None:
    """Weights whose sum with a signal is the height of the given course in it.

    The least-squares height of the course beside slow change (Frisch, Waugh and Lovell: regress
    on what slow change leaves of the course). Slow change of any size drops out.

    Args:
        course: the course of height 1 in the frames that take part.
        slow: orthonormal courses of slow change in the same frames.

    Returns:
        None where the frames do not tell such a course from slow change.
    """
    size = float(course @ course)
    free = course - slow @ (slow.T @ course)
    left = float(free @ free)
    if size == 0 or left < _FREE_SHARE * size:
        return None
    kernel: Float[np.ndarray, " frame"] = free / left
    return kernel


def bump_heights(
    times_s: Times,
    values: Float[np.ndarray, "frame value"],
    usable: Bool[np.ndarray, " frame"],
    centres_s: Float[np.ndarray, " centre"],
    durations_s: Sequence[float],
    *,
    steps_s: Sequence[float] = (),
) -> tuple[Float[np.ndarray, "centre duration value"], Float[np.ndarray, "centre duration"]]:
    """Height of a bump of each duration at each centre, in every signal.

    Args:
        times_s: time of each frame.
        values: any number of signals; frames that are not usable may hold NaN.
        usable: frames that take part. What a blink or another movement touches is left out, so
            that it casts no shadow on its surroundings.
        centres_s: where to look.
        durations_s: how long the bumps last.
        steps_s: times at which the signals may jump for reasons of their own.

    Returns:
        heights in the unit of the signals, NaN where too few frames are usable; and how much of
        a frame's noise goes into each, which is more where few frames tell bump from slow change.
    """
    noise_gain = np.full((len(centres_s), len(durations_s)), np.nan)
    heights = np.full((len(centres_s), len(durations_s), values.shape[1]), np.nan, values.dtype)
    for row, centre_s in enumerate(centres_s):
        low, high = np.searchsorted(
            times_s, [centre_s - HALF_WINDOW_S - 1e-9, centre_s + HALF_WINDOW_S + 1e-9]
        )
        frames = low + np.flatnonzero(usable[low:high])
        if len(frames) <= DEGREE + 1:
            continue
        near_s, middle_s = times_s[frames], float(centre_s)
        slow = slow_change(near_s, centre_s=middle_s, steps_s=_within(steps_s, near_s))
        kernels = [
            height_kernel(raised_cosine(near_s, middle_s, duration_s), slow)
            for duration_s in durations_s
        ]
        known = [place for place, kernel in enumerate(kernels) if kernel is not None]
        if known:
            stacked = np.stack([kernel for kernel in kernels if kernel is not None])
            heights[row, known] = stacked.astype(values.dtype) @ values[frames]
            noise_gain[row, known] = np.linalg.norm(stacked, axis=1)
    return heights, noise_gain


def remove_slow_change(
    times_s: Times,
    values: Float[np.ndarray, "frame value"],
    usable: Bool[np.ndarray, " frame"],
    course: Float[np.ndarray, " frame"],
    *,
    steps_s: Sequence[float] = (),
) -> Float[np.ndarray, "frame value"]:
    """Subtract the slow change that goes beside a course of known shape, and leave the course.

    Args:
        times_s: time of each frame.
        values: signals; NaN frames stay NaN.
        usable: frames that the regression uses; the others get no more than the subtraction.
        course: shape of what is to be left, in every frame.
        steps_s: times at which the signals may jump for reasons of their own.
    """
    slow = slow_change(times_s, centre_s=float(times_s.mean()), steps_s=_within(steps_s, times_s))
    design = np.column_stack([slow, course])
    weights, *_ = np.linalg.lstsq(design[usable], values[usable], rcond=None)
    left: Float[np.ndarray, "frame value"] = (values - slow @ weights[:-1]).astype(values.dtype)
    return left


def _within(steps_s: Sequence[float], times_s: Times) -> list[float]:
    return [step_s for step_s in steps_s if times_s[0] < step_s <= times_s[-1]]
