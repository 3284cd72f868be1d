"""A picture or an array of optical flow, as it circulates in place of clips -> its values."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32, Shaped

from mien.core.errors import FormatError
from mien.datasets.coded_clip import FlowPicture
from mien.datasets.inputs import FLOW_IMAGE_PX
from mien.motion import with_strain

_CHANNELS = ("u", "v", "strain")
_BRIGHTEST = {"uint8": 255, "uint16": 65535}
_ARRAY = ".npy"
_FEWEST_CELLS = 8


@dataclass(frozen=True)
class FlowValues:
    """Channels of one picture in the order u, v and, if there is one, strain; 28 x 28."""

    values: Float32[np.ndarray, "28 28 channel"]
    stretched: bool
    """Whether each channel has a zero and a scale of its own; else it is in pixels."""


def read_flow_values(picture: FlowPicture) -> FlowValues:
    """Read a flow picture of any size, whatever its values mean.

    Raises:
        FormatError: the file cannot be read, has other channels than are told, or holds what its
            scaling does not allow.
    """
    name = picture.path.name
    raw = _read_array(picture) if picture.path.suffix.lower() == _ARRAY else _read_picture(picture)
    rows, columns, channels = raw.shape
    if channels != len(picture.channels):
        msg = (
            f"Expected the {len(picture.channels)} channels {', '.join(picture.channels)} in "
            f"{name}, but it has {channels}. Say in the column channels what they hold; a picture "
            "is RGB without transparency."
        )
        raise FormatError(msg)
    if min(rows, columns) < _FEWEST_CELLS:
        msg = (
            f"Expected flow of at least {_FEWEST_CELLS} x {_FEWEST_CELLS} cells, but {name} has "
            f"{rows} x {columns}."
        )
        raise FormatError(msg)
    if not np.isfinite(raw).all():
        msg = f"Expected only numbers in {name}, but some are NaN or infinite. Write it anew."
        raise FormatError(msg)
    values = _in_pixels(picture, raw)
    stretched = picture.ranges is None and not picture.pixels
    bare = [one.removeprefix("-") for one in picture.channels]
    senses = [-1 if one.startswith("-") else 1 for one in picture.channels]
    places = [bare.index(one) for one in _CHANNELS if one in bare]
    ordered = (values * np.asarray(senses, np.float32))[..., places]
    if not stretched and rows != columns:
        # Cells of the square that it becomes are narrower on the longer side.
        ordered[..., 0] *= max(rows, columns) / columns
        ordered[..., 1] *= max(rows, columns) / rows
    return FlowValues(_resized(ordered), stretched)


def read_flow_picture(picture: FlowPicture) -> Float32[np.ndarray, "grid grid 3"]:
    """Give u, v (px of a 256 px face) and strain (px a cell), 28 x 28.

    Value = low + grey / brightest * (high - low) of its channel. In a picture of another size u and
    v are averaged down, and the strain is computed from them: that of other cells means something
    else; so it is where the file has none.

    Raises:
        FormatError: the picture cannot be read, has not three channels, or was stretched, so that
            its scale is lost.
    """
    if picture.ranges is None and not picture.pixels:
        msg = (
            f"The flow picture {picture.path.name} is stretched, each channel to its own range, so "
            "its values in px are lost. `mien evaluate flow` reads such pictures. If the range is "
            "known, write it into the column scaling, such as -8:8, or one for each channel."
        )
        raise FormatError(msg)
    read = read_flow_values(picture)
    same = _size_of(picture) == (FLOW_IMAGE_PX, FLOW_IMAGE_PX)
    if same and read.values.shape[2] == len(_CHANNELS):
        return read.values
    image: Float32[np.ndarray, "grid grid 3"] = with_strain(read.values[None, ..., :2])[0]
    return image


def _size_of(picture: FlowPicture) -> tuple[int, int]:
    array = picture.path.suffix.lower() == _ARRAY
    shape = (_read_array(picture) if array else _read_picture(picture)).shape
    return shape[0], shape[1]


def _read_picture(picture: FlowPicture) -> Shaped[np.ndarray, "row column channel"]:
    """Read a picture, red first."""
    import cv2

    name = picture.path.name
    # Through numpy, because OpenCV's own reader cannot open every path on Windows.
    data = np.fromfile(picture.path, np.uint8)
    grey = cv2.imdecode(data, cv2.IMREAD_UNCHANGED) if data.size else None
    if grey is None:
        msg = f"Cannot read the flow picture {name} as an image. Copy it again."
        raise FormatError(msg)
    if grey.ndim == 2:  # noqa: PLR2004 - rows and columns alone
        single: Shaped[np.ndarray, "row column channel"] = grey[..., None]
        return single
    opaque = grey.shape[2] == 4 and grey[..., 3].min() == grey[..., 3].max()  # noqa: PLR2004
    colours = grey[..., :3] if opaque else grey
    red_first: Shaped[np.ndarray, "row column channel"] = colours[..., ::-1]
    return red_first


def _read_array(picture: FlowPicture) -> Shaped[np.ndarray, "row column channel"]:
    """Read an array; channels may come first, and one picture may stand alone in a batch."""
    name = picture.path.name
    try:
        found: np.ndarray = np.load(picture.path, allow_pickle=False)
    except (ValueError, EOFError) as error:
        msg = f"Cannot read {name} as an array of numbers ({error}). Save it with numpy.save."
        raise FormatError(msg) from error
    shape = found.shape
    if found.ndim == 4 and shape[0] == 1:  # noqa: PLR2004 - a batch of one
        found = found[0]
    count = len(picture.channels)
    if found.ndim == 3 and found.shape[2] != count and found.shape[0] == count:  # noqa: PLR2004
        found = np.moveaxis(found, 0, 2)
    if found.ndim != 3 or found.dtype.kind not in "fiu":  # noqa: PLR2004 - rows, columns, channels
        msg = (
            f"Expected an array of rows x columns x channels of numbers in {name}, but got "
            f"{' x '.join(map(str, shape)) or 'a single value'} of {found.dtype}."
        )
        raise FormatError(msg)
    return found


def _in_pixels(
    picture: FlowPicture, raw: Shaped[np.ndarray, "row column channel"]
) -> Float32[np.ndarray, "row column channel"]:
    """Apply the ranges; what was stretched stays as it is."""
    values = raw.astype(np.float32)
    kind = raw.dtype.name
    array = picture.path.suffix.lower() == _ARRAY
    if picture.pixels and kind in _BRIGHTEST:
        msg = (
            f"Expected pixels as numbers with a point in {picture.path.name}, but it holds {kind}. "
            "Write minmax8 into the column scaling, or the values in px of its darkest and "
            "brightest grey, such as -8:8."
        )
        raise FormatError(msg)
    if not array and not picture.pixels and kind not in _BRIGHTEST:
        msg = (
            f"Expected 8 or 16 bit in the flow picture {picture.path.name}, but got {kind}. "
            "Write it anew as PNG."
        )
        raise FormatError(msg)
    if picture.ranges is None:
        return values
    if kind not in _BRIGHTEST:
        msg = (
            f"Expected grey values of 8 or 16 bit in {picture.path.name}, since the column scaling "
            f"gives their range, but it holds {kind}. Write pixels there if that is what it holds."
        )
        raise FormatError(msg)
    low, high = np.array(picture.ranges, np.float32).T
    scaled: Float32[np.ndarray, "row column channel"] = low + values / _BRIGHTEST[kind] * (
        high - low
    )
    return scaled


def _resized(
    values: Float32[np.ndarray, "row column channel"],
) -> Float32[np.ndarray, "28 28 channel"]:
    """Bring flow to 28 x 28 by the mean over cells."""
    import cv2

    if values.shape[:2] == (FLOW_IMAGE_PX, FLOW_IMAGE_PX):
        return np.ascontiguousarray(values, np.float32)
    shrinks = min(values.shape[:2]) >= FLOW_IMAGE_PX
    resized: Float32[np.ndarray, "28 28 channel"] = cv2.resize(
        np.ascontiguousarray(values, np.float32),
        (FLOW_IMAGE_PX, FLOW_IMAGE_PX),
        interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR,
    )
    return resized
