"""What a whole frame of a track says: whether the face was seen, and how surely."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float

from mien.core.track import ActionUnitTrack


@dataclass(frozen=True)
class UnseenStretch:
    """A stretch of time in which a face, or a part of it, was not seen, for one reason."""

    start_s: float
    end_s: float
    """Time of the last sample, inclusive."""

    reason: str


def unseen_stretches(track: ActionUnitTrack) -> tuple[UnseenStretch, ...]:
    """Join neighbouring samples that were not seen for the same reason, in time order."""
    times_s = track.time.times_s
    stretches: list[UnseenStretch] = []
    before = -2
    for frame, reason in sorted(track.unseen.items()):
        start_s = end_s = float(times_s[frame])
        if stretches and before == frame - 1 and stretches[-1].reason == reason:
            start_s = stretches.pop().start_s
        stretches.append(UnseenStretch(start_s, end_s, reason))
        before = frame
    return tuple(stretches)


def seen_frames(track: ActionUnitTrack) -> Bool[np.ndarray, " frame"]:
    """Whether each frame has at least one measured channel.

    In a track without channels a frame counts as seen unless a reason is given against it.
    """
    if track.channels:
        return np.asarray(np.isfinite(track.activation).any(axis=1))
    seen = np.ones(track.time.count, bool)
    seen[list(track.unseen)] = False
    return seen


def frame_confidence(track: ActionUnitTrack) -> Float[np.ndarray, " frame"]:
    """Mean confidence of the measured channels in each frame, 0..1; 0 where nothing was seen.

    NaN in a track without channels, which has no confidence to speak of.
    """
    if not track.channels:
        return np.full(track.time.count, np.nan)
    counted = np.isfinite(track.activation) & np.isfinite(track.confidence)
    total = np.where(counted, track.confidence, 0.0).sum(axis=1, dtype=np.float64)
    count = counted.sum(axis=1)
    return np.asarray(np.divide(total, count, out=np.zeros_like(total), where=count > 0))
