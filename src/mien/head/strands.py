"""Hairs as short curves bound to triangles, so that they follow identity and expression."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Float32, Int

from mien.core.arrays import Triangles, Vertices

StrandKind = Literal["brow", "lash", "hair"]


@dataclass(frozen=True)
class Strands:
    """Many hairs, each on one triangle, with control points in that triangle's own frame.

    The frame's origin is the root; its axes are the triangle's first edge, the direction in the
    triangle at a right angle to it, and the normal.
    """

    triangle: Int[np.ndarray, " strand"]
    """Index of a triangle of the head."""

    barycentric: Float32[np.ndarray, "strand 3"]
    """Place of the root in the triangle."""

    local_m: Float32[np.ndarray, "strand point 3"]
    """Control points from root to tip in the triangle's frame."""

    radius_m: Float32[np.ndarray, "strand point"]
    """Radius at every control point, tapering to the tip."""


def strand_points(
    strands: Strands, vertices_m: Vertices, triangles: Triangles
) -> Float32[np.ndarray, "strand point 3"]:
    """Place strands on a posed head.

    Args:
        strands: The hairs.
        vertices_m: Posed vertices of the head.
        triangles: The head's triangles.

    Returns:
        Control points in metres.
    """
    root, frame = triangle_frames(strands, vertices_m, triangles)
    points: Float32[np.ndarray, "strand point 3"] = root[:, None] + np.matmul(
        strands.local_m, frame
    )
    return points


def triangle_frames(
    strands: Strands, vertices_m: Vertices, triangles: Triangles
) -> tuple[Float32[np.ndarray, "strand 3"], Float32[np.ndarray, "strand 3 3"]]:
    """Roots and axes (rows) of all strands."""
    return frames_at(
        vertices_m[triangles[strands.triangle]].astype(np.float32), strands.barycentric
    )


def frames_at(
    corners_m: Float32[np.ndarray, "strand 3 3"], barycentric: Float32[np.ndarray, "strand 3"]
) -> tuple[Float32[np.ndarray, "strand 3"], Float32[np.ndarray, "strand 3 3"]]:
    """Points in triangles and the triangles' axes (rows)."""
    root = np.einsum("sc,scd->sd", barycentric, corners_m)
    first = corners_m[:, 1] - corners_m[:, 0]
    normal = np.cross(first, corners_m[:, 2] - corners_m[:, 0])
    first = _unit(first)
    normal = _unit(normal)
    return root, np.stack([first, np.cross(normal, first), normal], axis=1)


def _unit(vectors: Float32[np.ndarray, "strand 3"]) -> Float32[np.ndarray, "strand 3"]:
    length = np.sqrt(np.einsum("sd,sd->s", vectors, vectors))[:, None]
    # A collapsed triangle (a closed lid) keeps its strands at the root instead of making NaN.
    result: Float32[np.ndarray, "strand 3"] = vectors / np.maximum(length, np.float32(1e-12))
    return result
