"""Portrait shading: every pixel is lit by itself, each material in its way."""

import typing

import numpy as np
from numba import njit

from mien.render.gather import MATERIALS, begin_pixel
from mien.render.material import EYE, TEETH, TONGUE
from mien.render.shade_eye import shade_eye
from mien.render.shade_skin import ATTRIBUTES, shade_skin
from mien.render.shade_wet import shade_wet


@njit(cache=True, nogil=True, inline="always")
@typing.no_type_check
def shade_pixel(mesh, paint, samples, pixel, seen, scene, eyes, canvas, sums, out):  # noqa: ANN001, ANN201, PLR0913, PLR0917
    """Shade one pixel, once per material that it shows; sums and out are scratch."""
    linear = canvas[1]
    texture = paint[0]
    row, column = pixel
    begin_pixel(mesh, seen, samples, pixel, sums, canvas)
    for kind in range(MATERIALS):
        share = sums[kind, ATTRIBUTES]
        if share == 0.0:
            continue
        if kind == EYE:
            shade_eye(sums[kind], texture, scene, eyes, out)
        elif kind in (TEETH, TONGUE):
            shade_wet(kind, sums[kind], paint, scene, out)
        else:
            shade_skin(kind, sums[kind], paint, scene, out)
        for channel in range(3):
            linear[row, column, channel] += share * out[channel]


@njit(cache=True, nogil=True)
@typing.no_type_check
def shade_portrait_rows(mesh, paint, samples, rows, seen, scene, eyes, canvas):  # noqa: ANN001, ANN201, PLR0913, PLR0917
    """Shade picture rows rows[0] <= row < rows[1]; once per pixel and material.

    mesh, seen: as :func:`mien.render.gather.gather` takes them. paint: texture, texels per metre,
    look of the skin. scene: place of the camera, the head's up, lights (6, 3), room (2, 3), shadow
    map and its frame. eyes: as :func:`mien.render.shade_eye.shade_eye` takes them. canvas:
    background, linear light, depth and cover, the last three to be filled.
    """
    linear = canvas[1]
    sums = np.zeros((MATERIALS, ATTRIBUTES + 1))
    out = np.zeros(3)
    for row in range(rows[0], rows[1]):
        for column in range(linear.shape[1]):
            shade_pixel(mesh, paint, samples, (row, column), seen, scene, eyes, canvas, sums, out)
