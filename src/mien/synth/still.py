"""A photograph before a camera: footage of a face on which nothing happens."""

from collections.abc import Iterator
from fractions import Fraction

import numpy as np

from mien.core.arrays import ImageRgb
from mien.core.errors import UsageError
from mien.synth.clip_plan import HeadMotion

_ROLL_DEG = 0.5
_ROLL_RATE = 0.31  # turns there and back per second


def sway_photograph(
    photograph: ImageRgb,
    *,
    rate: Fraction,
    duration_s: float,
    head: HeadMotion,
    noise_sd: float = 2.0,
    seed: int = 0,
) -> Iterator[ImageRgb]:
    """Move a photograph as a head sways, with the noise of a sensor.

    Every frame is the photograph shifted and turned as one, so no facial movement is in it:
    whatever a reader finds there is false.

    Args:
        photograph: any picture with a face.
        rate: frames per second.
        duration_s: length of the footage.
        head: shifts in pixels; its turns out of the plane are left out.
        noise_sd: standard deviation of the noise in grey levels.
        seed: of the noise.

    Raises:
        UsageError: less than one frame.
    """
    import cv2

    count = round(duration_s * rate)
    if count < 1:
        msg = f"Expected at least one frame, but {duration_s} s at {rate} per second hold none."
        raise UsageError(msg)
    times_s = np.arange(count) / float(rate)
    shift_px, _ = head.at(times_s)
    roll = np.radians(_ROLL_DEG) * np.sin(2 * np.pi * _ROLL_RATE * times_s)
    rng = np.random.default_rng(seed)
    height, width = photograph.shape[:2]
    middle = np.array([width / 2, height / 2])
    for (x, y), angle in zip(shift_px, roll, strict=True):
        turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        move = np.column_stack([turn, middle - turn @ middle + (x, y)])
        moved = cv2.warpAffine(
            photograph,
            move,
            (width, height),
            flags=cv2.INTER_LANCZOS4,
            borderMode=cv2.BORDER_REFLECT,
        )
        noisy = moved + rng.normal(0, noise_sd, photograph.shape)
        yield np.clip(np.rint(noisy), 0, 255).astype(np.uint8)
