"""Turns and nods of the head, as of somebody who listens and talks."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from mien.core.arrays import Times
from mien.core.errors import UsageError

_LARGEST_DEG = 45.0


@dataclass(frozen=True)
class HeadTurn:
    """The head turns, stays, and comes back; each way as the smoothest reach (minimum jerk)."""

    start_s: float
    way_s: float
    """Time of each way."""

    stay_s: float
    turn_deg: tuple[float, float, float]
    """Pitch, yaw, roll."""

    def __post_init__(self) -> None:
        """Refuse what no neck does."""
        largest = max(abs(one) for one in self.turn_deg)
        if not (self.way_s > 0 and self.stay_s >= 0 and largest <= _LARGEST_DEG):
            msg = (
                f"Expected a way above 0 s, a stay of 0 s or more and turns up to {_LARGEST_DEG} "
                f"degrees, but got {self}."
            )
            raise UsageError(msg)

    @property
    def ways_s(self) -> tuple[tuple[float, float], tuple[float, float]]:
        """When the head is under way, there and back."""
        back_s = self.start_s + self.way_s + self.stay_s
        return (self.start_s, self.start_s + self.way_s), (back_s, back_s + self.way_s)

    def rotation_rad(self, times_s: Times) -> Float[np.ndarray, "frame 3"]:
        """Pitch, yaw and roll over time."""
        (_, _), (back_s, _) = self.ways_s
        share = _smooth((times_s - self.start_s) / self.way_s) - _smooth(
            (times_s - back_s) / self.way_s
        )
        rotation: Float[np.ndarray, "frame 3"] = np.outer(share, np.radians(self.turn_deg))
        return rotation


def turned(times_s: Times, turns: Sequence[HeadTurn]) -> Float[np.ndarray, "frame 3"]:
    """Sum of several turns, in radians."""
    total = np.zeros((len(times_s), 3))
    for turn in turns:
        total += turn.rotation_rad(times_s)
    return total


def _smooth(share: Float[np.ndarray, " frame"]) -> Float[np.ndarray, " frame"]:
    """Reach of minimum jerk (Flash & Hogan 1985): 0 before, 1 after.

    >>> _smooth(np.array([-1.0, 0.0, 0.5, 1.0, 2.0])).round(2).tolist()
    [0.0, 0.0, 0.5, 1.0, 1.0]
    """
    along = np.clip(share, 0, 1)
    reach: Float[np.ndarray, " frame"] = along**3 * (10 - 15 * along + 6 * along**2)
    return reach
