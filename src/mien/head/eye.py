"""A procedural eyeball: sclera, cornea bulge, iris and pupil, turned by gaze.

The source's eyeballs are larger than human ones (radius 16 instead of 12 mm; its lids are modelled
around them), so the parts keep their human size instead of their human share: the limbus has a
radius of 5.8 mm on the average person, the pupil 1.8 mm.
"""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from jaxtyping import Float, Int

from mien.core.arrays import Triangles, Vertices
from mien.core.errors import UsageError
from mien.head.view import head_rotation

LIMBUS = 0.350
"""Radius of the ring where sclera and cornea meet, as a share of the eyeball's radius."""

CORNEA_CURVATURE = 0.60
"""Radius of curvature of the cornea, as a share; its apex stands out by 6 % of the radius."""

IRIS_DEPTH = 0.045
"""Distance of the iris' outer edge behind the limbus, as a share."""

PUPIL = 0.112
"""Radius of the pupil, as a share."""

SEGMENTS = 48


class EyeRegion(IntEnum):
    """What a vertex of the eye belongs to."""

    SCLERA = 0
    CORNEA = 1
    """Clear; to be drawn over the iris or left out."""

    IRIS = 2
    PUPIL = 3


@dataclass(frozen=True)
class EyeMesh:
    """One eyeball around its centre, looking along +z."""

    vertices_m: Float[np.ndarray, "vertex 3"]
    triangles: Int[np.ndarray, "triangle 3"]
    """Wound outward; no triangle joins two regions but the ring at the limbus."""

    uv: Float[np.ndarray, "vertex 2"]
    """Distance from the optical axis as a disc: centre (0.5, 0.5). Sclera and cornea by angle from
    the pole (edge at the back pole), iris and pupil by radius (edge at the iris' outer edge)."""

    region: Int[np.ndarray, " vertex"]
    """:class:`EyeRegion` of every vertex."""


def eye_mesh(radius_m: float, *, segments: int = SEGMENTS) -> EyeMesh:
    """Build an eyeball.

    Args:
        radius_m: Radius of the sclera.
        segments: Points around the axis, at least 8; 48 give about 2500 vertices.

    Raises:
        UsageError: a radius that is not above 0, or too few segments.
    """
    _check(radius_m, segments)
    pieces = [
        _revolved(_sclera(segments // 2), segments, EyeRegion.SCLERA),
        _revolved(_cornea(segments // 4), segments, EyeRegion.CORNEA),
        _revolved(_iris(segments // 6), segments, EyeRegion.IRIS),
        _revolved(_pupil(), segments, EyeRegion.PUPIL),
    ]
    starts = np.cumsum([0, *(len(piece.vertices_m) for piece in pieces[:-1])])
    return EyeMesh(
        vertices_m=np.concatenate([piece.vertices_m for piece in pieces]) * radius_m,
        triangles=np.concatenate(
            [piece.triangles + start for piece, start in zip(pieces, starts, strict=True)]
        ).astype(np.int32),
        uv=np.concatenate([piece.uv for piece in pieces]),
        region=np.concatenate([piece.region for piece in pieces]),
    )


def eye_surface(radius_m: float, *, segments: int = SEGMENTS) -> EyeMesh:
    """Build the outside of the same eyeball as one piece, for pictures with a painted iris.

    Args:
        radius_m: Radius of the sclera.
        segments: Points around the axis, at least 8.

    Raises:
        UsageError: a radius that is not above 0, or too few segments.
    """
    _check(radius_m, segments)
    cornea, sclera = _cornea(segments // 4), _sclera(segments // 2)
    mesh = _revolved(np.concatenate((cornea, sclera[1:])), segments, EyeRegion.CORNEA)
    region = mesh.region.copy()
    region[len(cornea) * segments :] = EyeRegion.SCLERA
    twice = segments - 1  # vertices at the apex, but for one
    return EyeMesh(
        vertices_m=mesh.vertices_m[twice:] * radius_m,
        triangles=np.maximum(mesh.triangles - twice, 0).astype(np.int32),
        uv=mesh.uv[twice:],
        region=region[twice:],
    )


def _check(radius_m: float, segments: int) -> None:
    if not radius_m > 0:
        msg = f"Expected an eye radius above 0 m, but got {radius_m}."
        raise UsageError(msg)
    if segments < 8:  # noqa: PLR2004
        msg = f"Expected at least 8 segments around the eye, but got {segments}."
        raise UsageError(msg)


def gaze_rotation(pitch_rad: float, yaw_rad: float) -> Float[np.ndarray, "3 3"]:
    """Rotation of an eyeball about its centre.

    >>> (gaze_rotation(0.0, np.pi / 2) @ np.array([0.0, 0.0, 1.0])).round(6).tolist()
    [1.0, 0.0, 0.0]

    Args:
        pitch_rad: Positive down.
        yaw_rad: Positive to the subject's left.
    """
    return head_rotation(pitch_rad, yaw_rad)


def placed_eye(
    mesh: EyeMesh, centre_m: Float[np.ndarray, " 3"], gaze_rad: Float[np.ndarray, " 2"]
) -> Vertices:
    """Vertices of an eyeball in the head: rotated by its gaze, moved to its centre.

    Args:
        mesh: The eyeball.
        centre_m: Its centre, such as ``person.eye_centre_m[0]`` for the left eye.
        gaze_rad: Pitch and yaw.
    """
    placed: Vertices = (
        mesh.vertices_m @ gaze_rotation(float(gaze_rad[0]), float(gaze_rad[1])).T + centre_m
    )
    return placed


def _sclera(rings: int) -> Float[np.ndarray, "ring 3"]:
    """Profile from the limbus to the back pole: radius, z, distance on the disc (unit sphere)."""
    angle = np.linspace(np.arcsin(LIMBUS), np.pi, rings)
    return np.stack([np.sin(angle), np.cos(angle), angle / (2 * np.pi)], axis=1)


def _cornea(rings: int) -> Float[np.ndarray, "ring 3"]:
    """Profile from the apex to the limbus."""
    edge = np.arcsin(LIMBUS / CORNEA_CURVATURE)
    angle = np.linspace(0.0, edge, rings)
    centre_z = np.sqrt(1 - LIMBUS**2) - CORNEA_CURVATURE * np.cos(edge)
    radius = CORNEA_CURVATURE * np.sin(angle)
    return np.stack(
        [radius, centre_z + CORNEA_CURVATURE * np.cos(angle), np.arcsin(radius) / (2 * np.pi)],
        axis=1,
    )


def _iris(rings: int) -> Float[np.ndarray, "ring 3"]:
    """Profile from the pupil to the outer edge, which hides behind the sclera."""
    outer = LIMBUS * 1.03
    radius = np.linspace(PUPIL, outer, rings)
    edge_z = np.sqrt(1 - LIMBUS**2) - IRIS_DEPTH
    # The lens pushes the pupil's edge slightly forward.
    bulge = 0.02 * (1 - (radius - PUPIL) / (outer - PUPIL))
    return np.stack([radius, edge_z + bulge, 0.5 * radius / outer], axis=1)


def _pupil() -> Float[np.ndarray, "ring 3"]:
    iris = _iris(2)
    return np.stack([np.array([0.0, iris[0, 1] - 0.005, 0.0]), iris[0]])


def _revolved(profile: Float[np.ndarray, "ring 3"], segments: int, region: EyeRegion) -> EyeMesh:
    """Turn a profile, given from front to back, around the z axis."""
    around = np.linspace(0.0, 2 * np.pi, segments, endpoint=False)
    direction = np.stack([np.cos(around), np.sin(around)], axis=1)
    rings = len(profile)
    flat = profile[:, None, :1] * direction
    depth = np.broadcast_to(profile[:, None, 1:2], (rings, segments, 1))
    vertices = np.concatenate([flat, depth], axis=2).reshape(-1, 3)
    uv = (0.5 + profile[:, None, 2:] * direction).reshape(-1, 2)
    return EyeMesh(
        vertices_m=vertices,
        triangles=_ring_triangles(rings, segments, vertices),
        uv=uv,
        region=np.full(len(vertices), int(region), dtype=np.int32),
    )


def _ring_triangles(rings: int, segments: int, vertices: Vertices) -> Triangles:
    ring, segment = np.mgrid[: rings - 1, :segments]
    here, beside = ring * segments + segment, ring * segments + (segment + 1) % segments
    quads = np.stack([here, here + segments, beside + segments, beside], axis=-1).reshape(-1, 4)
    triangles = quads[:, [0, 1, 2, 0, 2, 3]].reshape(-1, 3)
    a, b, c = (vertices[triangles[:, corner]] for corner in range(3))
    area = np.linalg.norm(np.cross(b - a, c - a), axis=1)
    # Half of the triangles at a pole have no area.
    kept: Triangles = triangles[area > 1e-12]  # noqa: PLR2004
    return kept
