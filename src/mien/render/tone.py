"""From linear light to the bytes of a picture: a soft shoulder, then the sRGB curve."""

import typing

import numpy as np
from jaxtyping import Float32
from numba import njit

from mien.core.arrays import ImageRgb
from mien.head.srgb import srgb_from_linear

_STEPS = 4096
WHITE = 4.0
"""Linear light that the end of the table stands for."""


def tone_table() -> Float32[np.ndarray, " step"]:
    """Bytes (as numbers 0..255) over the square root of linear light."""
    root = np.linspace(0, np.sqrt(WHITE), _STEPS)
    light = root**2
    knee = 0.55
    bent = knee + (1 - knee) * (1 - np.exp(-(light - knee) / (1 - knee)))
    return (255 * srgb_from_linear(np.where(light > knee, bent, light))).astype(np.float32)


@njit(cache=True, nogil=True, inline="always")
@typing.no_type_check
def developed(light, table, white):  # noqa: ANN001, ANN201
    """Look the byte (as a number) of linear light up."""
    last = table.shape[0] - 1
    place = np.sqrt(max(light, 0.0)) * (last / np.sqrt(white))
    step = min(int(place), last - 1)
    part = min(place - step, 1.0)
    return table[step] + part * (table[step + 1] - table[step])


@njit(cache=True, nogil=True)
@typing.no_type_check
def develop_rows(linear, table, white, rows, picture):  # noqa: ANN001, ANN201
    """Write rows[0] <= row < rows[1] of the byte picture."""
    for row in range(rows[0], rows[1]):
        for column in range(linear.shape[1]):
            for channel in range(3):
                value = developed(linear[row, column, channel], table, white)
                picture[row, column, channel] = np.uint8(value + 0.5)


def develop(linear: Float32[np.ndarray, "height width 3"]) -> ImageRgb:
    """Turn linear light into an sRGB picture."""
    picture = np.zeros(linear.shape, np.uint8)
    develop_rows(linear, tone_table(), WHITE, np.array([0, len(linear)]), picture)
    return picture
