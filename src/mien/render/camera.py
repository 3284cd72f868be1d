"""A pinhole camera with a long lens that looks straight at a face."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from mien.core.arrays import Points2, Points3
from mien.core.errors import UsageError

VIEWS = ("face", "bust")
"""``face`` fills the picture with the face, ``bust`` shows the shoulders too."""

_LENS_MM = 85.0
_SENSOR_MM = 24.0  # the shorter side of a full-frame sensor
_EXTENT_M = {"face": 0.245, "bust": 0.40}  # shown along the shorter side, at the depth of the eyes
_AIM_BELOW_EYES_M = {"face": 0.03, "bust": 0.05}
_LARGEST_PX = 8192


@dataclass(frozen=True)
class Camera:
    """Where a point of space falls in the picture.

    The camera looks along -z from ``centre_m``; picture x is +x of space, picture y is -y.
    """

    width_px: int
    height_px: int
    focal_px: float
    centre_m: tuple[float, float, float]
    """Centre of projection, in metres."""

    distance_m: float
    """From the centre of projection to the plane of the eyes."""

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
        inverse = 1.0 / (self.centre_m[2] - points_m[:, 2])
        scale = self.focal_px * inverse
        return np.column_stack(
            (
                (points_m[:, 0] - self.centre_m[0]) * scale + (self.width_px - 1) / 2,
                (self.centre_m[1] - points_m[:, 1]) * scale + (self.height_px - 1) / 2,
                inverse,
            )
        )


def camera_for(
    eyes_m: Float[np.ndarray, "2 3"], *, width_px: int, height_px: int, view: str
) -> Camera:
    """Place a camera in front of a pair of eyes, as far off as an 85 mm lens wants.

    Raises:
        UsageError: a view that does not exist, or a picture without pixels.
    """
    if view not in VIEWS:
        msg = f"Expected a view among {', '.join(VIEWS)}, but got {view!r}."
        raise UsageError(msg)
    x, y, z = (float(value) for value in eyes_m.mean(axis=0))
    distance = _EXTENT_M[view] * _LENS_MM / _SENSOR_MM
    return Camera(
        width_px=width_px,
        height_px=height_px,
        focal_px=min(width_px, height_px) * _LENS_MM / _SENSOR_MM,
        centre_m=(x, y - _AIM_BELOW_EYES_M[view], z + distance),
        distance_m=distance,
    )
