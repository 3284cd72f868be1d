"""One picture from a file, and into a PNG file that says how it came to be."""

import zlib
from collections.abc import Mapping
from pathlib import Path

import cv2
import numpy as np

from mien.core.arrays import ImageRgb
from mien.core.errors import UsageError, VideoError
from mien.store.atomic import write_bytes_atomic

_HEADER_BYTES = 8 + 25  # the signature and the chunk with the size


def png_bytes(picture: ImageRgb, text: Mapping[str, str]) -> bytes:
    """Encode a picture as PNG, with texts under their keywords (tEXt, Latin-1).

    Raises:
        UsageError: a keyword or text that tEXt cannot hold.
    """
    done, data = cv2.imencode(".png", np.ascontiguousarray(picture[..., ::-1]))
    if not done:
        msg = f"Expected a picture that PNG can hold, but got {picture.shape}."
        raise UsageError(msg)
    encoded = data.tobytes()
    chunks = b"".join(_text_chunk(key, value) for key, value in text.items())
    return encoded[:_HEADER_BYTES] + chunks + encoded[_HEADER_BYTES:]


def _text_chunk(key: str, value: str) -> bytes:
    try:
        content = key.encode("latin-1") + b"\0" + value.encode("latin-1")
    except UnicodeEncodeError as error:
        msg = f"Expected Latin-1 text under {key!r}, but {error.object[error.start]!r} is none."
        raise UsageError(msg) from error
    body = b"tEXt" + content
    return len(content).to_bytes(4, "big") + body + zlib.crc32(body).to_bytes(4, "big")


def write_still(path: Path, picture: ImageRgb, text: Mapping[str, str]) -> None:
    """Write a PNG file whole or not at all.

    Raises:
        UsageError: a keyword or text that tEXt cannot hold.
        OutputError: the file cannot be written.
    """
    write_bytes_atomic(path, png_bytes(picture, text))


def read_still(path: Path) -> ImageRgb:
    """Read one picture as 8-bit RGB.

    Raises:
        VideoError: the file is no picture that can be read.
    """
    # Through numpy, because OpenCV's own reader cannot open every path on Windows.
    try:
        data = np.fromfile(path, np.uint8)
    except OSError:
        data = np.zeros(0, np.uint8)
    image = cv2.imdecode(data, cv2.IMREAD_COLOR) if data.size else None
    if image is None:
        msg = f"Expected a picture, but {path.name} cannot be read as one."
        raise VideoError(msg)
    return np.asarray(cv2.cvtColor(image, cv2.COLOR_BGR2RGB))
