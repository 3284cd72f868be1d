"""Ambient occlusion of the neutral face: the share of the sky that each vertex sees.

The mesh is drawn from many directions into a z-buffer; a vertex sees the sky in a direction where
nothing lies in front of it. The share is weighted by the cosine to the vertex normal.
"""

import numpy as np

from mien.head.view import View
from mien.head.zbuffer import front_triangles

DIRECTIONS = 256
BUFFER_PX = 800
LIFT_M = 0.0008
"""Vertices are lifted off their own surface by this much."""


def vertex_normals(vertices: np.ndarray, triangles: np.ndarray, weld: np.ndarray) -> np.ndarray:
    """Area-weighted normals, the same on both sides of a seam."""
    corners = vertices[triangles]
    normal = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    total = np.zeros_like(vertices)
    for corner in range(3):
        np.add.at(total, weld[triangles[:, corner]], normal)
    total = total[weld]
    return total / np.maximum(np.linalg.norm(total, axis=1, keepdims=True), 1e-15)


def sphere(count: int) -> np.ndarray:
    """Evenly spread unit vectors (golden spiral)."""
    index = np.arange(count) + 0.5
    z = 1 - 2 * index / count
    angle = np.pi * (1 + 5**0.5) * index
    radius = np.sqrt(1 - z**2)
    return np.stack([radius * np.cos(angle), radius * np.sin(angle), z], axis=1)


def occlusion(
    vertices: np.ndarray,
    normals: np.ndarray,
    occluders: np.ndarray,
    triangles: np.ndarray,
) -> np.ndarray:
    """Share of the sky seen by each vertex, 0..1.

    Args:
        vertices: Points to shade.
        normals: Their unit normals.
        occluders: Vertices of everything that casts shade, near the points.
        triangles: Triangles over the occluders.
    """
    lifted = vertices + LIFT_M * normals
    seen, total = np.zeros(len(vertices)), np.zeros(len(vertices))
    for direction in sphere(DIRECTIONS):
        cosine = np.maximum(normals @ direction, 0)
        helper = np.eye(3)[np.argmin(np.abs(direction))]
        right = np.cross(helper, direction)
        right /= np.linalg.norm(right)
        rotation = np.stack([right, np.cross(direction, right), direction])
        view = View(scale_px_per_m=1.0, rotation=tuple(map(tuple, rotation)))
        flat, points = view.project(occluders), view.project(lifted)
        low, extent = flat.min(axis=0), np.ptp(flat, axis=0).max()
        scale = (BUFFER_PX - 1) / extent
        _, nearest = front_triangles(
            (flat - low) * scale,
            view.depth_m(occluders),
            triangles,
            width_px=BUFFER_PX,
            height_px=BUFFER_PX,
        )
        column, row = np.clip(np.rint((points - low) * scale).astype(int), 0, BUFFER_PX - 1).T
        clear = view.depth_m(lifted) <= nearest[row, column] + LIFT_M
        seen += cosine * clear
        total += cosine
    return seen / np.maximum(total, 1e-12)
