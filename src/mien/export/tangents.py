"""Tangents, without which pictures of normals mean nothing."""

import numpy as np
from jaxtyping import Float

from mien.core.arrays import Triangles, Vertices


def tangents(
    vertices_m: Vertices,
    normals: Float[np.ndarray, "vertex 3"],
    uv: Float[np.ndarray, "vertex 2"],
    triangles: Triangles,
) -> Float[np.ndarray, "vertex 4"]:
    """Direction in which u grows along the surface, and the sign of the second direction.

    The second direction, cross(normal, tangent) * sign, is that in which v falls, so that green
    points up in the picture.

    >>> square = np.array([[0.0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0]])
    >>> up = np.tile([0.0, 0.0, 1.0], (4, 1))
    >>> uv = np.array([[0.0, 1], [1, 1], [1, 0], [0, 0]])
    >>> tangents(square, up, uv, np.array([[0, 1, 2], [0, 2, 3]]))[0].tolist()
    [1.0, 0.0, 0.0, 1.0]

    Args:
        vertices_m: the surface.
        normals: of length 1.
        uv: u to the right and v down.
        triangles: corners.
    """
    a, b, c = (vertices_m[triangles[:, corner]].astype(np.float64) for corner in range(3))
    ua, ub, uc = (uv[triangles[:, corner]] for corner in range(3))
    first, second = b - a, c - a
    (s1, t1), (s2, t2) = (ub - ua).T, (uc - ua).T
    area = s1 * t2 - s2 * t1
    flat = np.abs(area) < np.finfo(np.float64).tiny
    scale = np.where(flat, 0.0, np.sign(area))[:, None]
    along_u = (first * t2[:, None] - second * t1[:, None]) * scale
    along_v = (second * s1[:, None] - first * s2[:, None]) * scale
    u_sum, v_sum = np.zeros((2, len(vertices_m), 3))
    for corner in range(3):
        np.add.at(u_sum, triangles[:, corner], along_u)
        np.add.at(v_sum, triangles[:, corner], along_v)
    flattened = u_sum - normals * (u_sum * normals).sum(axis=1, keepdims=True)
    length = np.linalg.norm(flattened, axis=1, keepdims=True)
    aside = np.cross(np.roll(normals, 1, axis=1), normals)  # any direction along the surface
    aside /= np.maximum(np.linalg.norm(aside, axis=1, keepdims=True), 1e-12)
    tangent = np.where(length > 0, flattened / np.maximum(length, 1e-300), aside)
    falls = -(np.cross(normals, tangent) * v_sum).sum(axis=1)
    sign = np.where(falls < 0, -1.0, 1.0)
    return np.column_stack([tangent, sign])
