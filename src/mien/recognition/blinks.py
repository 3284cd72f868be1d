"""Blinks, from the opening of the eyes."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float

from mien.core.arrays import Times
from mien.motion.running_median import running_median

CLOSED_RATIO = 0.72
"""Below this part of its median an eye counts as closing."""

BEFORE_S, AFTER_S = 0.10, 0.14
"""A blink moves lids, brows and cheeks from so long before to so long after."""

MAX_BLINK_S = 0.5
"""A longer closing is an eye closure (AU43), not a blink (AU45)."""

_BASELINE_HALF_S = 2.0


@dataclass(frozen=True)
class Closure:
    """One closing of the eyes, in frames."""

    first: int
    last_inclusive: int
    deepest: int
    sides: tuple[str, ...]
    """``left``, ``right`` or both."""


def relative_opening(
    times_s: Times, opening: Float[np.ndarray, "frame eye"]
) -> Float[np.ndarray, "frame eye"]:
    """Opening of each eye as a part of its own usual opening; NaN where not seen.

    The usual opening is the 75 % point of the whole track where that is larger than the running
    median, so that eyes that stay closed for seconds do not become their own baseline.
    """
    # Each eye by itself: one may be hidden for the whole video.
    usual = np.column_stack(
        [running_median(times_s, own, half_window_s=_BASELINE_HALF_S) for own in opening.T]
    )
    floor = [
        0.85 * np.nanquantile(own, 0.75) if np.isfinite(own).any() else np.nan for own in opening.T
    ]
    ratio: Float[np.ndarray, "frame eye"] = opening / np.maximum(usual, floor)
    return ratio


def find_closures(ratio: Float[np.ndarray, "frame eye"]) -> tuple[Closure, ...]:
    """Runs of frames in which an eye is closed below the threshold.

    Args:
        ratio: relative opening of (left, right).
    """
    closed = np.where(np.isfinite(ratio), ratio, np.inf) < CLOSED_RATIO
    either = closed.any(axis=1)
    edges = np.flatnonzero(np.diff(np.concatenate([[False], either, [False]]).astype(np.int8)))
    closures = []
    for first, end in zip(edges[::2], edges[1::2], strict=True):
        part = slice(int(first), int(end))
        depth = np.nanmin(np.where(np.isfinite(ratio[part]), ratio[part], np.nan), axis=1)
        sides = tuple(
            name for name, side in zip(("left", "right"), closed[part].T, strict=True) if side.any()
        )
        # A shut eye stays shut for some frames: the apex is when it first is.
        shut = depth <= np.nanmin(depth) + 0.1 * (CLOSED_RATIO - np.nanmin(depth))
        closures.append(Closure(int(first), int(end) - 1, int(first) + int(np.argmax(shut)), sides))
    return tuple(closures)


def blink_gate(times_s: Times, closures: tuple[Closure, ...]) -> Bool[np.ndarray, " frame"]:
    """Frames that a closing of the eyes touches: no other movement is judged there."""
    gate = np.zeros(len(times_s), dtype=bool)
    for closure in closures:
        gate |= (times_s >= times_s[closure.first] - BEFORE_S) & (
            times_s <= times_s[closure.last_inclusive] + AFTER_S
        )
    return gate
