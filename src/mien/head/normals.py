"""Smooth vertex normals of a moving mesh, without seams where its texture is cut."""

import typing

import numpy as np
from jaxtyping import Float64, Int
from numba import njit

from mien.core.arrays import Triangles


@njit(cache=True, nogil=True)
@typing.no_type_check
def sum_normals(vertices, triangles, weld, sums, normals):  # noqa: ANN001, ANN201
    """Fill ``normals`` with unit normals; ``sums`` is scratch of the same shape."""
    sums[:] = 0.0
    for triangle in range(triangles.shape[0]):
        a = triangles[triangle, 0]
        b = triangles[triangle, 1]
        c = triangles[triangle, 2]
        ux = vertices[b, 0] - vertices[a, 0]
        uy = vertices[b, 1] - vertices[a, 1]
        uz = vertices[b, 2] - vertices[a, 2]
        vx = vertices[c, 0] - vertices[a, 0]
        vy = vertices[c, 1] - vertices[a, 1]
        vz = vertices[c, 2] - vertices[a, 2]
        x = uy * vz - uz * vy
        y = uz * vx - ux * vz
        z = ux * vy - uy * vx
        for corner in range(3):
            vertex = weld[triangles[triangle, corner]]
            sums[vertex, 0] += x
            sums[vertex, 1] += y
            sums[vertex, 2] += z
    for vertex in range(vertices.shape[0]):
        root = weld[vertex]
        x = sums[root, 0]
        y = sums[root, 1]
        z = sums[root, 2]
        length = np.sqrt(x * x + y * y + z * z)
        scale = 1.0 / length if length > 0.0 else 0.0
        normals[vertex, 0] = x * scale
        normals[vertex, 1] = y * scale
        normals[vertex, 2] = z * scale


def vertex_normals(
    vertices: Float64[np.ndarray, "vertex 3"],
    triangles: Triangles,
    weld: Int[np.ndarray, " vertex"],
) -> Float64[np.ndarray, "vertex 3"]:
    """Average the normals of the triangles around each vertex, weighted by area.

    A vertex without area around it has the normal 0.
    """
    sums = np.zeros_like(vertices)
    normals = np.zeros_like(vertices)
    sum_normals(vertices, triangles, weld, sums, normals)
    return normals
