"""Where a head is: turned and shifted as a whole."""

from dataclasses import dataclass

import numpy as np

from mien.core.errors import UsageError


@dataclass(frozen=True)
class HeadPose:
    """A turn of the head about the base of the skull, and a shift of the whole person."""

    rotation_rad: tuple[float, float, float] = (0.0, 0.0, 0.0)
    """Pitch, yaw, roll."""

    translation_m: tuple[float, float, float] = (0.0, 0.0, 0.0)

    def __post_init__(self) -> None:
        """Refuse a pose that is none."""
        values = (*self.rotation_rad, *self.translation_m)
        if not np.isfinite(values).all():
            msg = (
                "Expected head rotation and translation as three finite numbers each, but got "
                f"{self.rotation_rad} rad and {self.translation_m} m."
            )
            raise UsageError(msg)
