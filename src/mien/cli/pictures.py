"""A picture -> a file."""

from pathlib import Path

import cv2

from mien.core.arrays import ImageRgb
from mien.core.errors import OutputError
from mien.store.atomic import write_bytes_atomic


def write_picture(path: Path, picture: ImageRgb) -> None:
    """Write a picture in the format that the suffix of its name says.

    Raises:
        OutputError: a format that cannot be written, or a folder that cannot.
    """
    done, data = cv2.imencode(path.suffix.lower(), cv2.cvtColor(picture, cv2.COLOR_RGB2BGR))
    if not done:
        msg = f"Cannot encode a picture as {path.suffix}. Choose .png."
        raise OutputError(msg)
    write_bytes_atomic(path, data.tobytes())
