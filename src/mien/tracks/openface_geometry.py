"""Mesh points over a video -> the points, places and turns for which OpenFace's file has room."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from mien.core.errors import UsageError
from mien.tracks.eye_points import eye56_points
from mien.tracks.ibug68 import ibug68_points
from mien.tracks.openface_axes import (
    openface_angles,
    openface_matrices,
    openface_rotation,
    turned_head,
)
from mien.tracks.openface_camera import OpenFaceCamera
from mien.tracks.weak_perspective import fit_weak_perspective, shape_of_face


@dataclass(frozen=True, kw_only=True)
class OpenFaceGeometry:
    """What OpenFace's file has room for and a track does not hold; None leaves cells empty.

    Points in millimetres are in OpenFace's camera frame: x right, y down, z away from the camera.
    """

    landmarks68_px: Float[np.ndarray, "frame 68 2"] | None = None
    """Image x and y of the iBUG points, see :func:`mien.tracks.ibug68_points`."""

    landmarks68_mm: Float[np.ndarray, "frame 68 3"] | None = None
    eyes56_px: Float[np.ndarray, "frame 56 2"] | None = None
    """Image x and y of the eye points, see :func:`mien.tracks.eye56_points`."""

    eyes56_mm: Float[np.ndarray, "frame 56 3"] | None = None
    head_position_mm: Float[np.ndarray, "frame 3"] | None = None
    weak_perspective: Float[np.ndarray, "frame 6"] | None = None
    """Scale [px/mm], rotation about x, y and z [rad], place in x and y [px]."""

    head_rotation_rad: Float[np.ndarray, "frame 3"] | None = None
    """Pitch, yaw and roll against the picture's own axes, where it had to be turned upright for
    the track; None takes the track's."""

    camera: OpenFaceCamera | None = None
    eye_distance_mm: float | None = None
    """The distance between the centres of the eyes that makes millimetres of pixels."""


def openface_geometry(
    mesh_px: Float[np.ndarray, "frame point 3"],
    head_rotation_rad: Float[np.ndarray, "rotation 3"],
    *,
    frame_size_px: tuple[int, int],
    eye_distance_mm: float,
    turn_deg: int = 0,
) -> OpenFaceGeometry:
    """Work out everything about a face's place that can be had from its mesh.

    A picture has no millimetres: they follow from the distance between the eyes that is assumed,
    and the distance from the camera also from the focal length that OpenFace assumes. The mean
    depth is ``focal_px / scale``, as in OpenFace, and the depth of a point adds to it; x and y
    then lie on the point's line of sight, so points in millimetres fall onto their pixels.

    Args:
        mesh_px: 468 or 478 points: image x and y, and depth on the same scale, smaller towards
            the camera.
        head_rotation_rad: pitch, yaw, roll, of the picture turned upright.
        frame_size_px: width and height.
        eye_distance_mm: between the centres of the eyes, each the middle of its corners.
        turn_deg: counter-clockwise turn that puts the picture upright.

    Raises:
        UsageError: too few points, arrays of different lengths, or a distance of 0 or less.
    """
    if len(mesh_px) != len(head_rotation_rad):
        msg = f"Expected {len(mesh_px)} head rotations, but got {len(head_rotation_rad)}."
        raise UsageError(msg)
    if not eye_distance_mm > 0:
        msg = f"Expected an eye distance above 0 mm, but got {eye_distance_mm}."
        raise UsageError(msg)
    camera = OpenFaceCamera.assumed(*frame_size_px)
    points, eyes = ibug68_points(mesh_px), eye56_points(mesh_px)
    head = turned_head(head_rotation_rad, -turn_deg) if turn_deg else head_rotation_rad
    shape_mm = shape_of_face(points, openface_matrices(openface_rotation(head)), eye_distance_mm)
    fit = fit_weak_perspective(points, shape_mm)
    away_mm = camera.focal_px / fit.scale

    def in_space(some: Float[np.ndarray, "frame some 3"]) -> Float[np.ndarray, "frame some 3"]:
        deeper_mm = (some[..., 2] - fit.origin_px[:, 2:]) / fit.scale[:, None]
        return camera.place(some[..., :2], away_mm[:, None] + deeper_mm)

    return OpenFaceGeometry(
        landmarks68_px=points[..., :2],
        landmarks68_mm=in_space(points),
        eyes56_px=eyes[..., :2],
        eyes56_mm=in_space(eyes),
        head_position_mm=camera.place(fit.origin_px[:, :2], away_mm),
        weak_perspective=np.column_stack(
            [fit.scale, openface_angles(fit.rotation), fit.origin_px[:, :2]]
        ),
        head_rotation_rad=head if turn_deg else None,
        camera=camera,
        eye_distance_mm=eye_distance_mm,
    )
