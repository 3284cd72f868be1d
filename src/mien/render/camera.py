"""A pinhole camera that looks at a face, from straight ahead or from beside and above."""

import typing
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from numba import njit

from mien.core.arrays import Points2, Points3
from mien.core.errors import UsageError
from mien.core.nearest import unknown_name
from mien.head.view import head_rotation

VIEWS = ("face", "bust")
"""``face`` fills the picture with the face, ``bust`` shows the shoulders too."""

LENS_MM = 85.0
"""Focal length of a portrait lens on a full-frame camera."""

_LENSES_MM = (24.0, 300.0)
_STEEPEST_RAD = 1.2
SENSOR_MM = 24.0
"""The shorter side of a full-frame sensor."""

_EXTENT_M = {"face": 0.245, "bust": 0.40}  # shown along the shorter side, at the depth of the eyes
_AIM_BELOW_EYES_M = {"face": 0.03, "bust": 0.05}
_LARGEST_PX = 8192


Axes = tuple[tuple[float, float, float], tuple[float, float, float], tuple[float, float, float]]
_STRAIGHT: Axes = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))


@dataclass(frozen=True)
class Camera:
    """Where a point of space falls in the picture.

    The camera looks from ``centre_m`` along the negative of its third axis; picture x runs along
    its first axis, picture y against its second.
    """

    width_px: int
    height_px: int
    focal_px: float
    centre_m: tuple[float, float, float]
    """Centre of projection, in metres."""

    distance_m: float
    """From the centre of projection to the plane of the eyes."""

    axes: Axes = _STRAIGHT
    """Right, up and back, in space."""

    def __post_init__(self) -> None:
        """Refuse a picture that has no pixel, or more than a picture has."""
        for name, value in (("width_px", self.width_px), ("height_px", self.height_px)):
            if not 1 <= value <= _LARGEST_PX:
                msg = f"Expected {name} in 1..{_LARGEST_PX} pixels, but got {value}."
                raise UsageError(msg)

    @property
    def px_per_m(self) -> float:
        """Pixels per metre in the plane of the eyes."""
        return self.focal_px / self.distance_m

    def project(self, points_m: Points3) -> Points2:
        """Project points, in pixels; pixel centres are at integers."""
        return self.screen(points_m)[:, :2]

    def screen(self, points_m: Points3) -> Float[np.ndarray, "point 3"]:
        """Project points and keep the inverse of their depth (1/m) as a third column.

        The inverse depth is linear over the picture of a plane, which depth itself is not.
        """
        if self.axes == _STRAIGHT:
            points, centre = points_m, np.array(self.centre_m, np.float64)
        else:
            points = (points_m - np.array(self.centre_m)) @ np.array(self.axes).T
            centre = np.zeros(3)
        screen = np.empty(points.shape)
        middle = ((self.width_px - 1) / 2, (self.height_px - 1) / 2)
        points = np.ascontiguousarray(points, np.float64)
        _project(points, centre, float(self.focal_px), middle, screen)
        return screen


@njit(cache=True, nogil=True, error_model="numpy")
@typing.no_type_check
def _project(points, centre, focal_px, middle, screen):  # noqa: ANN001, ANN202
    """Fill ``screen`` with picture x, y and inverse depth."""
    for point in range(points.shape[0]):
        inverse = -1.0 / (points[point, 2] - centre[2])
        scale = focal_px * inverse
        screen[point, 0] = (points[point, 0] - centre[0]) * scale + middle[0]
        screen[point, 1] = -(points[point, 1] - centre[1]) * scale + middle[1]
        screen[point, 2] = inverse


def camera_for(
    eyes_m: Float[np.ndarray, "2 3"],
    *,
    width_px: int,
    height_px: int,
    view: str,
    lens_mm: float = LENS_MM,
    yaw_rad: float = 0.0,
    pitch_rad: float = 0.0,
) -> Camera:
    """Place a camera before a pair of eyes, as far off as its lens needs to show the view.

    Args:
        eyes_m: centres of the eyes.
        width_px: width of the picture.
        height_px: height of the picture.
        view: ``face`` or ``bust``; whatever the lens, it shows as much at the depth of the eyes.
        lens_mm: focal length on a full-frame camera; a short lens stands near and bulges the nose.
        yaw_rad: how far the camera stands to the subject's left.
        pitch_rad: how far it stands above.

    Raises:
        UsageError: a view, lens or place that does not exist, or a picture without pixels.
    """
    if view not in VIEWS:
        raise UsageError(unknown_name("a view", view, VIEWS))
    if not _LENSES_MM[0] <= lens_mm <= _LENSES_MM[1]:
        msg = f"Expected a lens of {_LENSES_MM[0]:g} to {_LENSES_MM[1]:g} mm, but got {lens_mm:g}."
        raise UsageError(msg)
    for name, angle in (("yaw", yaw_rad), ("pitch", pitch_rad)):
        if not abs(angle) <= _STEEPEST_RAD:
            msg = (
                f"Expected a {name} of the camera within {np.degrees(_STEEPEST_RAD):.0f} degrees, "
                f"but got {np.degrees(angle):.0f}."
            )
            raise UsageError(msg)
    x, y, z = (float(value) for value in eyes_m.mean(axis=0))
    distance = _EXTENT_M[view] * lens_mm / SENSOR_MM
    aim = (x, y - _AIM_BELOW_EYES_M[view], z)
    turned = head_rotation(-pitch_rad, yaw_rad)
    right, up, back = (tuple(float(value) for value in axis) for axis in turned.T)
    straight = yaw_rad == 0 and pitch_rad == 0
    return Camera(
        width_px=width_px,
        height_px=height_px,
        focal_px=min(width_px, height_px) * lens_mm / SENSOR_MM,
        centre_m=(
            aim[0] + distance * back[0],
            aim[1] + distance * back[1],
            aim[2] + distance * back[2],
        ),
        distance_m=distance,
        axes=_STRAIGHT if straight else (right, up, back),  # type: ignore[arg-type]  # of three
    )
