"""Mesh points -> head rotation."""

from functools import cache

import numpy as np
from jaxtyping import Float, Float32

from mien.core.arrays import Points3
from mien.core.errors import UsageError

POSE_POINTS = (33, 133, 362, 263, 168, 6, 197, 195, 5, 4, 1, 98, 327)
"""Eye corners and nose. With forehead and temples added, nods of rendered heads come out at .8 of
their size; with these points at .9."""


def head_pose(
    landmarks_px: Float32[np.ndarray, "frame point 3"],
    *,
    turn_deg: int = 0,
    reference_m: Points3 | None = None,
) -> Float[np.ndarray, "frame 3"]:
    """Estimate pitch, yaw and roll of the head in radians for each frame.

    Pitch is positive down, yaw to the subject's left, roll towards the left shoulder; the head is
    turned by roll first, then pitch, then yaw. NaN where the points are NaN.

    The rigid points are laid in least squares (Kabsch 1976) onto a head at rest: ``reference_m``,
    468 points in metres, by default the mean of the built-in people. A face unlike the reference
    shifts all angles of its track alike, by some degrees; differences within a track are better:
    on rendered heads turned by up to 30 degrees the mean error is 1.3 (pitch), 1.1 (yaw, which
    comes out at 1.1 of its size) and 0.3 degrees (roll). Perspective is ignored.

    Raises:
        UsageError: the turn is not 0, 90, 180 or 270 degrees.
    """
    rest = _mean_face() if reference_m is None else reference_m
    rest = rest[list(POSE_POINTS)]
    rest = rest - rest.mean(axis=0)
    seen = upright_points(landmarks_px[:, list(POSE_POINTS)], turn_deg)
    angles = np.full((len(seen), 3), np.nan)
    for frame in np.flatnonzero(np.isfinite(seen).all(axis=(1, 2))):
        points = seen[frame] - seen[frame].mean(axis=0)
        angles[frame] = angles_of(_rotation_between(rest, points))
    return angles


def turn_from_camera(
    landmarks_px: Float32[np.ndarray, "frame point 3"],
    *,
    turn_deg: int = 0,
    reference_m: Points3 | None = None,
) -> Float[np.ndarray, " frame"]:
    """Angle in radians between where the face looks and where the camera is; NaN where not seen.

    From the picture alone: the head at rest, ``reference_m`` or the mean face, is laid over all
    mesh points in the plane (weak perspective, least squares), and its third axis follows.
    Landmark networks draw the depth of a far-turned face too shallow, so that :func:`head_pose`
    gives 27 degrees for 40 with some people; this gives 35 to 41. Nods come out at .7 of their
    size.

    Raises:
        UsageError: the turn is not 0, 90, 180 or 270 degrees.
    """
    rest = _mean_face() if reference_m is None else reference_m
    fit = np.linalg.pinv(rest - rest.mean(axis=0))
    seen = upright_points(landmarks_px[:, : len(rest)], turn_deg)[..., :2]
    angles = np.full(len(seen), np.nan)
    known = np.flatnonzero(np.isfinite(seen).all(axis=(1, 2)))
    flat = seen[known] - seen[known].mean(axis=1, keepdims=True)
    affine = np.swapaxes(fit @ flat, 1, 2)
    left, _, right = np.linalg.svd(affine, full_matrices=False)
    axes = left @ right
    ahead = np.cross(axes[:, 0], axes[:, 1])[:, 2]
    angles[known] = np.arccos(np.clip(ahead, -1, 1))
    return angles


def upright_points(
    points_px: Float32[np.ndarray, "frame point 3"], turn_deg: int
) -> Float[np.ndarray, "frame point 3"]:
    """Give points in head axes (x to image right, y up, z to the camera) of the upright picture.

    Raises:
        UsageError: the turn is not 0, 90, 180 or 270 degrees.
    """
    x, y, z = np.moveaxis(points_px.astype(np.float64), -1, 0)
    turned = {0: (x, -y), 90: (y, x), 180: (-x, y), 270: (-y, -x)}
    if turn_deg not in turned:
        msg = f"Expected a turn of 0, 90, 180 or 270 degrees, but got {turn_deg}."
        raise UsageError(msg)
    return np.stack([*turned[turn_deg], -z], axis=-1)


def rotation_of(angles_rad: Float[np.ndarray, " 3"]) -> Float[np.ndarray, "3 3"]:
    """Give the matrix of (pitch, yaw, roll): roll first, then pitch, then yaw.

    >>> nose = np.array([0, 0, 1.0])
    >>> (rotation_of(np.array([0, 0.1, 0])) @ nose).round(3).tolist()  # to the subject's left
    [0.1, 0.0, 0.995]
    >>> (rotation_of(np.array([0.1, 0, 0])) @ nose).round(3).tolist()  # down
    [0.0, -0.1, 0.995]
    """
    (cp, cy, cr), (sp, sy, sr) = np.cos(angles_rad), np.sin(angles_rad)
    pitch = np.array([[1, 0, 0], [0, cp, -sp], [0, sp, cp]])
    yaw = np.array([[cy, 0, sy], [0, 1, 0], [-sy, 0, cy]])
    roll = np.array([[cr, sr, 0], [-sr, cr, 0], [0, 0, 1]])
    return np.asarray(yaw @ pitch @ roll)


def angles_of(rotation: Float[np.ndarray, "3 3"]) -> Float[np.ndarray, " 3"]:
    """Give (pitch, yaw, roll) of a rotation matrix; the opposite of :func:`rotation_of`."""
    pitch = np.arcsin(np.clip(-rotation[1, 2], -1, 1))
    yaw = np.arctan2(rotation[0, 2], rotation[2, 2])
    roll = np.arctan2(rotation[1, 0], rotation[1, 1])
    return np.array([pitch, yaw, -roll])


def _rotation_between(rest: Points3, seen: Points3) -> Float[np.ndarray, "3 3"]:
    """Rotation that lays centred points best onto others, whatever the size.

    Source: Kabsch, *A solution for the best rotation to relate two sets of vectors*, 1976.
    """
    left, _, right = np.linalg.svd(seen.T @ rest)
    handed = np.diag([1.0, 1.0, np.sign(np.linalg.det(left @ right))])
    return np.asarray(left @ handed @ right)


@cache
def _mean_face() -> Points3:
    """Mean mesh points of the built-in people, in metres."""
    from mien.head import load_head  # noqa: PLC0415 - megabytes, for this function only

    head = load_head()
    faces = [
        head.landmarks.points(np.asarray(person.vertices_m, np.float64))
        for person in head.people.values()
    ]
    return np.asarray(np.mean(faces, axis=0), np.float64)
