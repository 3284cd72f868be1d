"""Light that flickers: how much, how often, and evened out before motion is measured."""

from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import Float, Float32, UInt8

from mien.core.arrays import Times

_BLUR_CELLS = 2.0
_STEADY = 0.04
"""Light within 4 % of the reference over half of the picture is left as it is."""

_DARKEST = 4.0
_SLOW_S = 0.25
_MIN_FRAMES = 8
_LINE = 0.5
_SLOWEST_HZ = 3.5


@dataclass(frozen=True)
class Flicker:
    """How the light on a face swings from frame to frame."""

    depth: float
    """Amplitude of the swing, as a part of the light, where the face swings most; 0 for none."""

    rate_hz: float
    """How often it swings as the camera sees it: beats of the mains against the frame rate."""

    regular: bool
    """Whether it swings at one rate, as lamps do, and not as moving heads and hands do."""


def even_light(
    reference: UInt8[np.ndarray, "s s"],
    picture: UInt8[np.ndarray, "s s"],
    reference_cells: Float[np.ndarray, "row column"],
    picture_cells: Float[np.ndarray, "row column"],
) -> UInt8[np.ndarray, "s s"]:
    """Give a picture the light of the reference, where it differs over most of the face.

    Lamps on mains light a picture as a whole or, with a rolling shutter, in broad bands. Dense
    flow forgives the first; bands that pass over a face look like motion. The ratio of both
    pictures' broad light is taken out.

    Args:
        reference: the face at rest.
        picture: an aligned face, same size.
        reference_cells: mean grey of the reference's cells.
        picture_cells: mean grey of the picture's cells.
    """
    ratio = _broad(reference_cells) / _broad(picture_cells)
    if float(np.median(np.abs(ratio - 1))) < _STEADY:
        return picture
    gain = cv2.resize(ratio, reference.shape[::-1], interpolation=cv2.INTER_LINEAR)
    evened: UInt8[np.ndarray, "s s"] = np.clip(np.rint(picture * gain), 0, 255).astype(np.uint8)
    return evened


def _broad(cells: Float[np.ndarray, "row column"]) -> Float32[np.ndarray, "row column"]:
    light = np.maximum(cells, _DARKEST).astype(np.float32)
    return np.asarray(cv2.GaussianBlur(light, (0, 0), _BLUR_CELLS), np.float32)


def flicker_of(times_s: Times, grey: Float32[np.ndarray, "frame row column"]) -> Flicker:
    """Measure the swing of the light from the mean grey of an aligned face's cells.

    Rows are looked at one by one, since a rolling shutter lights them at different times. Slow
    change, of a quarter of a second and more, is no flicker.

    Args:
        times_s: time of each frame.
        grey: mean grey of each cell; NaN where there is no face.
    """
    seen = np.isfinite(grey).all(axis=(1, 2))
    if seen.sum() < _MIN_FRAMES:
        return Flicker(0.0, float("nan"), regular=False)
    light = np.log(np.maximum(grey[seen], _DARKEST)).mean(axis=2).astype(np.float64)
    step_s = float(np.median(np.diff(times_s)))
    # A running mean over the longest swing that still counts; what is faster remains.
    width = max(3, 2 * round(_SLOW_S / step_s / 2) + 1)
    kernel = np.ones((width, 1)) / width
    weight = cv2.filter2D(np.ones((len(light), 1)), -1, kernel, borderType=cv2.BORDER_CONSTANT)
    slow = cv2.filter2D(light, -1, kernel, borderType=cv2.BORDER_CONSTANT) / weight
    swing = (light - slow)[width // 2 : len(light) - width // 2]
    if len(swing) < _MIN_FRAMES:
        return Flicker(0.0, float("nan"), regular=False)
    depth = np.sqrt(2 * np.square(swing).mean(axis=0))
    # Bands pass: the quarter of the rows that swings most tells their depth.
    strong = np.argsort(depth)[-max(1, len(depth) // 4) :]
    power = np.square(np.abs(np.fft.rfft(swing[:, strong], axis=0))).sum(axis=1)
    rates_hz = np.fft.rfftfreq(len(swing), step_s)
    peak = int(np.argmax(power))
    line = power[max(0, peak - 1) : peak + 2].sum() / max(float(power.sum()), 1e-12)
    regular = bool(line >= _LINE and rates_hz[peak] >= _SLOWEST_HZ)
    return Flicker(float(np.median(depth[strong])), float(rates_hz[peak]), regular)
