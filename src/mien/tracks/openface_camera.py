"""The camera that OpenFace assumes when nobody tells it another."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from mien.core.errors import UsageError

_FOCAL_PX = 500.0
_REFERENCE_PX = (640, 480)
"""OpenFace's guess: a picture of this size has this focal length, and others in proportion."""


@dataclass(frozen=True)
class OpenFaceCamera:
    """A pinhole without distortion; its frame has x right, y down and z away from it."""

    focal_px: float
    centre_px: tuple[float, float]

    @classmethod
    def assumed(cls, width_px: int, height_px: int) -> "OpenFaceCamera":
        """Give the camera that OpenFace takes for a picture of this size.

        >>> OpenFaceCamera.assumed(1280, 961)
        OpenFaceCamera(focal_px=1000.5208333333333, centre_px=(640.0, 480.5))

        Raises:
            UsageError: a picture without pixels.
        """
        if width_px < 1 or height_px < 1:
            msg = f"Expected a picture of at least 1 x 1 pixels, but got {width_px} x {height_px}."
            raise UsageError(msg)
        across, down = width_px / _REFERENCE_PX[0], height_px / _REFERENCE_PX[1]
        return cls(_FOCAL_PX * (across + down) / 2, (width_px / 2, height_px / 2))

    def project(self, points_mm: Float[np.ndarray, "*any 3"]) -> Float[np.ndarray, "*any 2"]:
        """Give the pixels at which points are seen."""
        return np.asarray(
            self.focal_px * points_mm[..., :2] / points_mm[..., 2:] + np.array(self.centre_px)
        )

    def place(
        self, points_px: Float[np.ndarray, "*any 2"], distance_mm: Float[np.ndarray, "*any"]
    ) -> Float[np.ndarray, "*any 3"]:
        """Give the points that are seen at these pixels and lie at these z."""
        z = distance_mm[..., None]
        sides = (points_px - np.array(self.centre_px)) * z / self.focal_px
        return np.concatenate([sides, z], axis=-1)
