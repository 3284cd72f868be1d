"""Drift and sway of a head that tries to keep still."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from mien.core.arrays import Times
from mien.core.errors import UsageError
from mien.directing.pink_noise import SLOWEST_HZ, pink_noise

_LARGEST_DEG = 15.0
_LARGEST_M = 0.05


@dataclass(frozen=True)
class HeadDrift:
    """How a head sways.

    1/f noise below 1 Hz. A head that turns also tilts a little against the turn. All values are
    design values for a face before a camera.
    """

    turn_deg: float = 0.4
    """Standard deviation of pitch and yaw; roll has half of it."""

    shift_m: float = 0.0015
    """Standard deviation of the shift sideways and to the camera; up and down half of it."""

    fastest_hz: float = 1.0
    roll_of_yaw: float = -0.25

    def __post_init__(self) -> None:
        """Refuse a sway that is none."""
        if not (
            0 <= self.turn_deg <= _LARGEST_DEG
            and 0 <= self.shift_m <= _LARGEST_M
            and self.fastest_hz > SLOWEST_HZ
        ):
            msg = (
                f"Expected turns up to {_LARGEST_DEG:.0f} degrees, shifts up to {_LARGEST_M} m and "
                f"a highest frequency above {SLOWEST_HZ} Hz, but got {self}."
            )
            raise UsageError(msg)


def head_drift(
    times_s: Times, settings: HeadDrift, *, rng: np.random.Generator
) -> tuple[Float[np.ndarray, "frame 3"], Float[np.ndarray, "frame 3"]]:
    """Rotation in radians (pitch, yaw, roll) and shift in metres (left, up, to the camera)."""
    noise = np.stack(
        [pink_noise(times_s, fastest_hz=settings.fastest_hz, rng=rng) for _ in range(6)]
    )
    turn = np.radians(settings.turn_deg)
    pitch, yaw = turn * noise[0], turn * noise[1]
    roll = 0.5 * turn * noise[2] + settings.roll_of_yaw * yaw
    shift = settings.shift_m * noise[3:] * np.array([1.0, 0.5, 1.0])[:, None]
    return np.stack((pitch, yaw, roll), axis=1), np.ascontiguousarray(shift.T)
