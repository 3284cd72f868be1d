"""How large a head is beside the average one, so that hair grows in the same places on all."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float64

from mien.core.arrays import Points3

_TOP_M, _CHIN_M, _SIDE_M, _BACK_M = 0.115, 0.113, 0.0745, 0.170
_TEMPLE_M, _TEMPLE_HALF_M = 0.03, 0.008


@dataclass(frozen=True)
class HeadSize:
    """Factors over the average head, the eyes' midpoint at the origin."""

    side: float
    above: float
    """Height above the eyes."""

    below: float
    """Height from the eyes to the chin."""

    depth: float
    """Behind the eyes."""

    @classmethod
    def of(cls, skin_m: Points3, ears: Bool[np.ndarray, " point"], chin_y_m: float) -> "HeadSize":
        """Measure skin whose ears are marked; ``chin_y_m`` is the height of the chin's tip."""
        level = skin_m[(np.abs(skin_m[:, 1] - _TEMPLE_M) < _TEMPLE_HALF_M) & ~ears]
        return cls(
            side=float(np.abs(level[:, 0]).max() / _SIDE_M),
            above=float(skin_m[:, 1].max() / _TOP_M),
            below=float(-chin_y_m / _CHIN_M),
            depth=float(-level[:, 2].min() / _BACK_M),
        )

    def average(self, points_m: Points3) -> Float64[np.ndarray, "point 3"]:
        """Bring points to the average head's size."""
        result: Float64[np.ndarray, "point 3"] = points_m / self._scale(points_m)
        return result

    def own(self, points_m: Points3) -> Float64[np.ndarray, "point 3"]:
        """Bring points of the average head to this one's size."""
        result: Float64[np.ndarray, "point 3"] = points_m * self._scale(points_m)
        return result

    def _scale(self, points_m: Points3) -> Float64[np.ndarray, "point 3"]:
        up = np.where(points_m[:, 1] > 0, self.above, self.below)
        return np.column_stack((np.full(len(up), self.side), up, np.full(len(up), self.depth)))
