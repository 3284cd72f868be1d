"""A decoded frame of any pixel format -> 8-bit RGB of full range, turned upright."""

import cv2
import numpy as np
from av.video.frame import VideoFrame
from av.video.reformatter import ColorRange, Colorspace, Interpolation
from jaxtyping import UInt8

from mien.core.arrays import ImageRgb

_HD_HEIGHT_PX = 720
"""From this height on, colour without a tag is BT.709, below it BT.601 (the broadcast custom)."""

_KNOWN_RANGES = frozenset({int(ColorRange.MPEG), int(ColorRange.JPEG)})
_UNTAGGED_MATRIX = 2


def frame_to_rgb(frame: VideoFrame, rotation_deg: int) -> ImageRgb:
    """Convert to 8-bit RGB and apply the turn of ``rotation_deg`` (counter-clockwise).

    Depths above 8 bit are rounded; limited range is stretched to 0..255; grey becomes three equal
    channels. The matrix is the tagged one.
    """
    matrix = int(frame.colorspace)
    if matrix == _UNTAGGED_MATRIX:
        matrix = int(Colorspace.ITU709 if frame.height >= _HD_HEIGHT_PX else Colorspace.ITU601)
    ranged = int(frame.color_range) in _KNOWN_RANGES and not frame.format.name.startswith("gray")
    converted = frame.reformat(
        format="rgb24",
        src_colorspace=matrix,
        interpolation=Interpolation.BICUBIC,
        src_color_range=int(frame.color_range) if ranged else None,
        dst_color_range=int(ColorRange.JPEG) if ranged else None,
        threads=1,
    )
    return turn(converted.to_ndarray(), rotation_deg)


def turn(image: ImageRgb, rotation_deg: int) -> UInt8[np.ndarray, "turned_height turned_width 3"]:
    """Turn counter-clockwise by 0, 90, 180 or 270 degrees."""
    quarter = {
        90: cv2.ROTATE_90_COUNTERCLOCKWISE,
        180: cv2.ROTATE_180,
        270: cv2.ROTATE_90_CLOCKWISE,
    }
    code = quarter.get(rotation_deg % 360)
    return image if code is None else np.asarray(cv2.rotate(image, code))
