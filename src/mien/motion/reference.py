"""A denoised picture of the face at rest, against which motion is measured."""

import numpy as np
from jaxtyping import Float, Int, UInt8

SHARE = 0.07
"""Part of a window's frames that the reference is the mean of."""

MIN_FRAMES = 4
"""Frames in a reference at least, where the window holds as many: one picture is too noisy."""


def frames_at_rest(pictures: Float[np.ndarray, "frame row column"]) -> Int[np.ndarray, " chosen"]:
    """Pick the frames nearest the window's median picture, in time order.

    The median over time of each cell is the face as it is most of the window; the frames closest
    to it are at rest without anyone having to say where the movement is.

    Args:
        pictures: cell means of the window's frames, grey levels.
    """
    median = np.median(pictures, axis=0)
    # The mean over the picture is light, not motion: it is taken out before comparing.
    difference = pictures - median
    difference = difference - difference.mean(axis=(1, 2), keepdims=True)
    distance = np.square(difference).mean(axis=(1, 2))
    count = min(len(pictures), max(MIN_FRAMES, round(SHARE * len(pictures))))
    chosen: Int[np.ndarray, " chosen"] = np.sort(np.argsort(distance, kind="stable")[:count])
    return chosen


def reference_picture(frames: UInt8[np.ndarray, "chosen s s"]) -> UInt8[np.ndarray, "s s"]:
    """Mean of the chosen frames, rounded to grey levels."""
    mean: UInt8[np.ndarray, "s s"] = np.rint(frames.mean(axis=0, dtype=np.float32)).astype(np.uint8)
    return mean
