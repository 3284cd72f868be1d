"""Pictures inside files: PNG, without loss."""

from mien.core.arrays import ImageRgb


def png_bytes(picture: ImageRgb) -> bytes:
    """Encode a picture.

    >>> import numpy as np
    >>> png_bytes(np.zeros((2, 2, 3), np.uint8))[1:4]
    b'PNG'
    """
    import cv2

    _, data = cv2.imencode(".png", cv2.cvtColor(picture, cv2.COLOR_RGB2BGR))
    return data.tobytes()
