"""Hairs as short curves bound to triangles, so that they follow identity and expression."""

import typing
from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Float32, Int
from numba import njit

from mien.core.arrays import Triangles, Vertices

StrandKind = Literal["brow", "lash", "hair"]


@dataclass(frozen=True)
class Strands:
    """Many hairs, each control point bound to a triangle and kept in that triangle's own frame.

    The frame's origin lies on the triangle; its axes are the triangle's first edge, the direction
    in the triangle at a right angle to it, and the normal. Points of one hair may share a triangle
    (a hair that stands) or have one each (a hair that lies on what bends).
    """

    triangle: Int[np.ndarray, "strand point"]
    """Index of a triangle of the head."""

    barycentric: Float32[np.ndarray, "strand point 3"]
    """Place of the frame's origin in the triangle."""

    local_m: Float32[np.ndarray, "strand point 3"]
    """Control points from root to tip in their frames."""

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
    points = np.empty((strands.triangle.size, 3), np.float32)
    place_points(
        vertices_m,
        triangles,
        strands.triangle.ravel(),
        strands.barycentric.reshape(-1, 3),
        strands.local_m.reshape(-1, 3),
        points,
    )
    return points.reshape(*strands.triangle.shape, 3)


@njit(cache=True, nogil=True)
@typing.no_type_check
def place_points(vertices, triangles, triangle, barycentric, local, points):  # noqa: ANN001, ANN201
    """Fill ``points`` with what :func:`frames_at` says of one control point after another."""
    least = np.float32(1e-12)
    for index in range(triangle.shape[0]):
        a, b, c = triangles[triangle[index]]
        ax, ay, az = (
            np.float32(vertices[a, 0]),
            np.float32(vertices[a, 1]),
            np.float32(vertices[a, 2]),
        )
        ux = np.float32(vertices[b, 0]) - ax
        uy = np.float32(vertices[b, 1]) - ay
        uz = np.float32(vertices[b, 2]) - az
        vx = np.float32(vertices[c, 0]) - ax
        vy = np.float32(vertices[c, 1]) - ay
        vz = np.float32(vertices[c, 2]) - az
        nx = uy * vz - uz * vy
        ny = uz * vx - ux * vz
        nz = ux * vy - uy * vx
        wb = barycentric[index, 1]
        wc = barycentric[index, 2]
        whole = barycentric[index, 0] + wb + wc
        rx = whole * ax + wb * ux + wc * vx
        ry = whole * ay + wb * uy + wc * vy
        rz = whole * az + wb * uz + wc * vz
        length = max(np.sqrt(ux * ux + uy * uy + uz * uz), least)
        ux /= length
        uy /= length
        uz /= length
        length = max(np.sqrt(nx * nx + ny * ny + nz * nz), least)
        nx /= length
        ny /= length
        nz /= length
        p = local[index, 0]
        q = local[index, 1]
        r = local[index, 2]
        points[index, 0] = rx + p * ux + q * (ny * uz - nz * uy) + r * nx
        points[index, 1] = ry + p * uy + q * (nz * ux - nx * uz) + r * ny
        points[index, 2] = rz + p * uz + q * (nx * uy - ny * ux) + r * nz


def triangle_frames(
    strands: Strands, vertices_m: Vertices, triangles: Triangles
) -> tuple[Float32[np.ndarray, "strand point 3"], Float32[np.ndarray, "strand point 3 3"]]:
    """Origins and axes (rows) of all control points."""
    shape = strands.triangle.shape
    origin, frame = frames_at(
        vertices_m[triangles[strands.triangle.ravel()]].astype(np.float32),
        strands.barycentric.reshape(-1, 3),
    )
    return origin.reshape(*shape, 3), frame.reshape(*shape, 3, 3)


def frames_at(
    corners_m: Float32[np.ndarray, "point 3 3"], barycentric: Float32[np.ndarray, "point 3"]
) -> tuple[Float32[np.ndarray, "point 3"], Float32[np.ndarray, "point 3 3"]]:
    """Points in triangles and the triangles' axes (rows)."""
    root = np.einsum("sc,scd->sd", barycentric, corners_m)
    first = corners_m[:, 1] - corners_m[:, 0]
    normal = np.cross(first, corners_m[:, 2] - corners_m[:, 0])
    first = _unit(first)
    normal = _unit(normal)
    return root, np.stack([first, np.cross(normal, first), normal], axis=1)


def _unit(vectors: Float32[np.ndarray, "point 3"]) -> Float32[np.ndarray, "point 3"]:
    length = np.sqrt(np.einsum("sd,sd->s", vectors, vectors))[:, None]
    # A collapsed triangle (a closed lid) keeps its strands at the root instead of making NaN.
    result: Float32[np.ndarray, "point 3"] = vectors / np.maximum(length, np.float32(1e-12))
    return result
