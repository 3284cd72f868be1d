"""A picture of optical flow, as it circulates in place of clips -> the flow in pixels."""

import numpy as np
from jaxtyping import Float32

from mien.core.errors import FormatError
from mien.datasets.coded_clip import FlowPicture
from mien.datasets.inputs import FLOW_IMAGE_PX
from mien.motion import with_strain

_CHANNELS = ("u", "v", "strain")
_BRIGHTEST = {"uint8": 255, "uint16": 65535}


def read_flow_picture(picture: FlowPicture) -> Float32[np.ndarray, "grid grid 3"]:
    """Turn grey values back into u, v (px of a 256 px face) and strain (px a cell), 28 x 28.

    Value = low + grey / brightest * (high - low) of its channel. In a picture of another size u and
    v are averaged down, and the strain is computed from them: that of other cells means something
    else.

    Raises:
        FormatError: the picture cannot be read, has not three channels, or was stretched, so that
            its scale is lost.
    """
    import cv2

    name = picture.path.name
    if picture.ranges is None:
        msg = (
            f"The flow picture {name} is stretched, each channel to its own range, so its values "
            "in px are lost; an estimation of the scale is not built. If the range is known, write "
            "it into the column scaling, such as -8:8, or one for each channel."
        )
        raise FormatError(msg)
    # Through numpy, because OpenCV's own reader cannot open every path on Windows.
    data = np.fromfile(picture.path, np.uint8)
    grey = cv2.imdecode(data, cv2.IMREAD_UNCHANGED) if data.size else None
    if grey is None:
        msg = f"Cannot read the flow picture {name} as an image. Copy it again."
        raise FormatError(msg)
    if grey.ndim != len(_CHANNELS) or grey.shape[2] != len(_CHANNELS):
        channels = 1 if grey.ndim == 2 else grey.shape[2]  # noqa: PLR2004 - rows and columns alone
        msg = (
            f"Expected the three channels {', '.join(picture.channels)} in the flow picture "
            f"{name}, but it has {channels}. Write it anew as RGB without transparency."
        )
        raise FormatError(msg)
    if grey.dtype.name not in _BRIGHTEST:
        msg = (
            f"Expected 8 or 16 bit in the flow picture {name}, but got {grey.dtype.name}. "
            "Write it anew as PNG."
        )
        raise FormatError(msg)
    low, high = np.array(picture.ranges, np.float32).T
    rgb = grey[..., ::-1].astype(np.float32)
    values = low + rgb / _BRIGHTEST[grey.dtype.name] * (high - low)
    ordered = values[..., [picture.channels.index(one) for one in _CHANNELS]]
    if ordered.shape[:2] == (FLOW_IMAGE_PX, FLOW_IMAGE_PX):
        return np.ascontiguousarray(ordered, np.float32)
    shrinks = min(ordered.shape[:2]) >= FLOW_IMAGE_PX
    pooled = cv2.resize(
        np.ascontiguousarray(ordered[..., :2]),
        (FLOW_IMAGE_PX, FLOW_IMAGE_PX),
        interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR,
    )
    image: Float32[np.ndarray, "grid grid 3"] = with_strain(pooled[None])[0]
    return image
