"""The key light's view of the person: what it does not see lies in shadow."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Float32, Float64

from mien.core.arrays import Triangles
from mien.head.rotation import turned
from mien.render.raster import rasterise_rows

SIDE = 448
"""Of the map, in texels."""

_EXTENT_M = 0.34
_TAP_TEXELS = 1.7  # between the comparisons; the penumbra is four of them wide
_SOFT_M, _BIAS_M = 0.004, 0.0022
NEAREST = 4.0
"""What is added to distances towards the light: keeps them positive whatever the pose."""


@dataclass(frozen=True)
class ShadowMap:
    """Distances seen from the light, and how points of space find theirs."""

    nearness: Float32[np.ndarray, "row column"]
    """Metres towards the light, plus 4; 0 where the light meets nothing."""

    frame: Float64[np.ndarray, "4 4"]
    """Rows: texel x, texel y, nearness (each as x, y, z, constant); then tap, softness, bias."""


def shadow_frame(
    direction: Float[np.ndarray, "3"], centre_m: Float[np.ndarray, "3"], softness: float = 1.0
) -> Float64[np.ndarray, "4 4"]:
    """Give the frame of a map seen from far away; softness widens the shadow's edge."""
    side = np.cross((0.0, 1.0, 0.0), direction)
    side /= np.linalg.norm(side)
    upward = np.cross(direction, side)
    scale = SIDE / _EXTENT_M
    frame = np.zeros((4, 4))
    frame[0, :3], frame[1, :3], frame[2, :3] = side * scale, -upward * scale, direction
    frame[:3, 3] = -frame[:3, :3] @ centre_m + (SIDE / 2, SIDE / 2, NEAREST)
    frame[3, :3] = _TAP_TEXELS * softness, _SOFT_M * softness, _BIAS_M
    return frame


def shadow_map(
    vertices: Float64[np.ndarray, "vertex 3"],
    triangles: Triangles,
    direction: Float[np.ndarray, "3"],
    centre_m: Float[np.ndarray, "3"],
    softness: float = 1.0,
) -> ShadowMap:
    """Look at the person from a light that is far away."""
    frame = shadow_frame(direction, centre_m, softness)
    screen = turned(vertices, frame[:3, :3]) + frame[:3, 3]
    ids = np.zeros((SIDE, SIDE), np.int32)
    nearness = np.zeros((SIDE, SIDE), np.float32)
    rasterise_rows(screen, triangles, 1, np.array([0, SIDE]), ids, nearness)
    return ShadowMap(nearness, frame)
