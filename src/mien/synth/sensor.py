"""What a camera does to a picture: blur, noise, and a file that is smaller than the picture."""

import typing
from dataclasses import dataclass

import numpy as np
from numba import njit

from mien.core.arrays import ImageRgb
from mien.core.errors import UsageError

_LARGEST_BLUR_PX = 20.0
_LARGEST_NOISE = 64.0


@dataclass(frozen=True)
class Sensor:
    """Optics and sensor of one camera."""

    noise_sd: float = 2.0
    """Standard deviation of the noise in grey levels: at mid-grey, or everywhere alike."""

    shot_share: float = 0.0
    """Share of the variance at mid-grey that grows with the light; 0 for noise alike everywhere."""

    blur_px: float = 0.0
    """Standard deviation of the blur of the optics."""

    def __post_init__(self) -> None:
        """Refuse a camera that is none."""
        if not (
            0 <= self.noise_sd <= _LARGEST_NOISE
            and 0 <= self.shot_share <= 1
            and 0 <= self.blur_px <= _LARGEST_BLUR_PX
        ):
            msg = (
                f"Expected noise of 0..{_LARGEST_NOISE:.0f} grey levels, a share in 0..1 and blur "
                f"of 0..{_LARGEST_BLUR_PX:.0f} px, but got {self}."
            )
            raise UsageError(msg)

    def record(self, picture: ImageRgb, rng: np.random.Generator) -> ImageRgb:
        """Blur one picture and add its noise."""
        seen = picture
        if self.blur_px > 0:
            import cv2

            seen = np.asarray(cv2.GaussianBlur(picture, (0, 0), self.blur_px))
        if not self.noise_sd:
            return seen
        if not self.shot_share:
            noisy = seen + rng.normal(0, self.noise_sd, seen.shape)
            return np.clip(np.rint(noisy), 0, 255).astype(np.uint8)
        level = np.arange(256, dtype=np.float32) / 128
        variance = self.noise_sd**2 * (1 - self.shot_share + self.shot_share * level)
        noise = rng.standard_normal(seen.shape, np.float32)
        noisy = np.empty_like(seen)
        _add_noise(seen, noise, np.sqrt(variance).astype(np.float32), noisy)
        return noisy


@njit(cache=True, nogil=True)
@typing.no_type_check
def _add_noise(seen, noise, spread, noisy):  # noqa: ANN001, ANN202
    """Fill ``noisy`` with bytes whose noise has the spread that the table gives each level."""
    for row in range(seen.shape[0]):
        for column in range(seen.shape[1]):
            for channel in range(3):
                level = seen[row, column, channel]
                value = noise[row, column, channel] * spread[level] + np.float32(level)
                value += np.float32(0.5)
                noisy[row, column, channel] = np.uint8(
                    min(max(value, np.float32(0.0)), np.float32(255.0))
                )
