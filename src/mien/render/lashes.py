"""Eyelashes in the picture."""

import numpy as np
from jaxtyping import Float64, Int

from mien.head import Strands, strand_points
from mien.render.camera import Camera
from mien.render.strokes import StrokeSet, seen_strokes

SOFT_M = 0.0015
"""Depth behind the skin over which a stroke fades out."""

_LASH_RGB = (0.012, 0.009, 0.008)


def lash_strokes(
    lashes: Strands,
    vertices: Float64[np.ndarray, "vertex 3"],
    triangles: Int[np.ndarray, "triangle 3"],
    camera: Camera,
) -> StrokeSet:
    """Bring the lashes of a posed mesh into the picture.

    ``triangles`` are those that the lashes are bound to.
    """
    points = strand_points(lashes, vertices, triangles).astype(np.float64)
    colour = np.broadcast_to(_LASH_RGB, points.shape)
    return seen_strokes(points, lashes.radius_m.astype(np.float64), colour, 0.9, camera)
