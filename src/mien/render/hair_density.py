"""How much hair lies where: a coarse grid, from which shade in and under the hair is taken."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32, Float64
from scipy.ndimage import gaussian_filter, map_coordinates

from mien.core.arrays import Points3

_CELL_M = 0.008
_MARGIN = 4
_STEPS_M = (0.008, 0.018, 0.032)
"""Distances at which a point looks for hair that covers it."""

_THROUGH = 0.18
"""Light that goes through any thickness, scattered."""

_THICKNESS = 1.1
"""Extinction by hair that covers its own cross-section once."""


@dataclass(frozen=True)
class HairDensity:
    """Cross-section of hair per volume, in 1/m, on a grid."""

    low_m: Float64[np.ndarray, "3"]
    cover_per_m: Float32[np.ndarray, "x y z"]

    def light_at(
        self, points_m: Points3, outward: Float64[np.ndarray, "point 3"]
    ) -> Float64[np.ndarray, " point"]:
        """Share of the light that arrives at points from outside, 0..1."""
        crossed = np.zeros(len(points_m))
        before = 0.0
        for step in _STEPS_M:
            place = (points_m + step * outward - self.low_m) / _CELL_M
            here = map_coordinates(self.cover_per_m, place.T, order=1, mode="constant")
            crossed += here * (step - before)
            before = step
        light: Float64[np.ndarray, " point"] = _THROUGH + (1 - _THROUGH) * np.exp(
            -_THICKNESS * crossed
        )
        return light


def hair_density(
    points_m: Float64[np.ndarray, "strand point 3"],
    half_width_m: Float64[np.ndarray, "strand point"],
) -> HairDensity:
    """Count hair into the grid: length times width of each segment at its middle."""
    middle = 0.5 * (points_m[:, 1:] + points_m[:, :-1])
    length = np.linalg.norm(np.diff(points_m, axis=1), axis=2)
    area = length * (half_width_m[:, 1:] + half_width_m[:, :-1])
    low = middle.min(axis=(0, 1)) - _MARGIN * _CELL_M
    cells = np.floor((middle - low) / _CELL_M).astype(np.intp).reshape(-1, 3)
    shape = cells.max(axis=0) + _MARGIN
    grid = np.zeros(shape)
    np.add.at(grid, tuple(cells.T), area.ravel())
    smooth = gaussian_filter(grid / _CELL_M**3, 0.9)
    return HairDensity(low, smooth.astype(np.float32))
