"""Brows, lashes and hair: soft lines whose weight in a pixel is the share of it that they cover.

A line thinner than a pixel is drawn a pixel and a half wide and fainter in proportion, so that it
neither breaks up nor shimmers when it moves by a fraction of a pixel.
"""

import typing

import numpy as np
from jaxtyping import Float64
from numba import njit

from mien.render.camera import Camera

EDGE = 0.9
"""Pixels by which a line is widened to each side."""

_AREA = 16.0 / 15.0  # of the profile (1 - x^2)^2 over -1..1
_SPENT = 0.015
"""Light that is left below this share is not worth another hair."""

_CHECKED_PX = 4.0


@njit(cache=True, nogil=True, inline="always")
@typing.no_type_check
def line_box(points, half_width, stroke, segment, rows, columns):  # noqa: ANN001, ANN201
    """Give start, way and length of a segment, its reach, and the rows and columns of its box."""
    ax = points[stroke, segment, 0]
    ay = points[stroke, segment, 1]
    dx = points[stroke, segment + 1, 0] - ax
    dy = points[stroke, segment + 1, 1] - ay
    reach = max(half_width[stroke, segment], half_width[stroke, segment + 1]) + EDGE
    top = max(rows[0], int(np.ceil(min(ay, ay + dy) - reach)))
    bottom = min(rows[1] - 1, int(np.floor(max(ay, ay + dy) + reach)))
    left = max(0, int(np.ceil(min(ax, ax + dx) - reach)))
    right = min(columns - 1, int(np.floor(max(ax, ax + dx) + reach)))
    return ax, ay, dx, dy, np.sqrt(dx * dx + dy * dy), reach, top, bottom, left, right


@njit(cache=True, nogil=True, inline="always")
@typing.no_type_check
def near_columns(row, ax, ay, dx, dy, length, reach, left, right):  # noqa: ANN001, ANN201, PLR0913, PLR0917 - numbers stay in registers
    """Give the columns of a row within reach of the line's axis, few of its box if it slants."""
    if abs(dy) < 1e-6 * length:
        return left, right
    middle = ax + (row - ay) * dx / dy
    around = reach * length / abs(dy)
    return max(left, int(np.ceil(middle - around))), min(right, int(np.floor(middle + around)))


@njit(cache=True, nogil=True, inline="always")
@typing.no_type_check
def line_weight(px, py, dx, dy, per_length, half_a, half_b):  # noqa: ANN001, ANN201
    """Give the place 0..1 along a segment that is nearest to a pixel, and the share covered.

    px, py: the pixel from the segment's start. per_length: 1 over the segment's length.
    """
    along = (px * dx + py * dy) * per_length
    # The share of the pixel's length that lies within the segment, so that neighbouring segments
    # share a pixel between them.
    before = min(max(along + 0.5, 0.0), 1.0)
    after = min(max(1.0 / per_length - along + 0.5, 0.0), 1.0)
    inside = before + after - 1.0
    t = min(max(along * per_length, 0.0), 1.0)
    if inside <= 0.0:
        return t, 0.0
    half = half_a * (1 - t) + half_b * t
    per_width = 1.0 / (half + EDGE)
    x = (px * dy - py * dx) * per_length * per_width
    profile = 1.0 - x * x
    if profile <= 0.0:
        return t, 0.0
    weight = 2.0 / _AREA * half * per_width
    return t, min(weight * profile * profile, 1.0) * inside


@njit(cache=True, nogil=True, inline="always")
@typing.no_type_check
def shown_share(near, depth, cover, soft_m):  # noqa: ANN001, ANN201
    """Share of a line that is not hidden; near: its inverse depth, depth: of what is drawn."""
    behind = 1.0 / near - depth
    return 1.0 - min(max(behind / soft_m, 0.0), 1.0) * cover


@njit(cache=True, nogil=True)
@typing.no_type_check
def draw_strokes(strokes, rows, behind_them, soft_m, picture):  # noqa: ANN001, ANN201
    """Blend lines over ``picture`` in their order, within rows[0] <= row < rows[1].

    strokes: points, half_width, colour, opacity; behind_them: depth, cover.
    points: (stroke, point, 3) picture x, y in pixels and inverse depth in 1/m.
    half_width: (stroke, point) in pixels. colour: (stroke, point, 3). opacity: (stroke,).
    depth, cover: (row, column), depth in m of what is drawn already and how much of the pixel it
    covers. soft_m: how far behind that a line fades.
    """
    points, half_width, colour, opacity = strokes
    depth, cover = behind_them
    for stroke in range(points.shape[0]):
        for segment in range(points.shape[1] - 1):
            ax, ay, dx, dy, length, reach, top, bottom, left, right = line_box(
                points, half_width, stroke, segment, rows, picture.shape[1]
            )
            if length == 0.0:
                continue
            per_length = 1.0 / length
            near_a = points[stroke, segment, 2]
            near_b = points[stroke, segment + 1, 2]
            for row in range(top, bottom + 1):
                first, final = near_columns(row, ax, ay, dx, dy, length, reach, left, right)
                for column in range(first, final + 1):
                    t, alpha = line_weight(
                        column - ax,
                        row - ay,
                        dx,
                        dy,
                        per_length,
                        half_width[stroke, segment],
                        half_width[stroke, segment + 1],
                    )
                    if alpha == 0.0:
                        continue
                    near = near_a + (near_b - near_a) * t
                    alpha *= opacity[stroke] * shown_share(
                        near, depth[row, column], cover[row, column], soft_m
                    )
                    for channel in range(3):
                        new = colour[stroke, segment, channel] * (1 - t)
                        new += colour[stroke, segment + 1, channel] * t
                        picture[row, column, channel] += alpha * (
                            new - picture[row, column, channel]
                        )


@njit(cache=True, nogil=True, inline="always")
@typing.no_type_check
def all_hidden(depth, cover, ax, ay, dx, dy, length, near_a, near_b, soft_m):  # noqa: ANN001, ANN201, PLR0913, PLR0917
    """Tell whether a segment lies well behind what is drawn, looked at every few pixels."""
    steps = int(length / _CHECKED_PX) + 1
    for step in range(steps + 1):
        t = step / steps
        row = int(ay + t * dy + 0.5)
        column = int(ax + t * dx + 0.5)
        if row < 0 or column < 0 or row >= depth.shape[0] or column >= depth.shape[1]:
            return False
        if cover[row, column] < 1.0:
            return False
        if 1.0 / (near_a + (near_b - near_a) * t) - depth[row, column] < 2.0 * soft_m:
            return False
    return True


@njit(cache=True, nogil=True)
@typing.no_type_check
def draw_hair(strokes, rows, behind_them, soft_m, layer, picture):  # noqa: ANN001, ANN201, C901, PLR0912
    """Blend very many lines, the last one in front, as :func:`draw_strokes` does.

    The frontmost are laid first, and a pixel takes no more when nothing shines through, which
    spares most of the work. layer: (row, column, 4), what is laid and the light that is left; its
    rows are cleared here.
    """
    points, half_width, colour, opacity = strokes
    depth, cover = behind_them
    layer[rows[0] : rows[1], :, :3] = 0.0
    layer[rows[0] : rows[1], :, 3] = 1.0
    for back in range(points.shape[0]):
        stroke = points.shape[0] - 1 - back
        for segment in range(points.shape[1] - 1):
            ax, ay, dx, dy, length, reach, top, bottom, left, right = line_box(
                points, half_width, stroke, segment, rows, picture.shape[1]
            )
            if length == 0.0 or top > bottom or left > right:
                continue
            near_a = points[stroke, segment, 2]
            near_b = points[stroke, segment + 1, 2]
            if all_hidden(depth, cover, ax, ay, dx, dy, length, near_a, near_b, soft_m):
                continue
            per_length = 1.0 / length
            for row in range(top, bottom + 1):
                first, final = near_columns(row, ax, ay, dx, dy, length, reach, left, right)
                for column in range(first, final + 1):
                    shines = layer[row, column, 3]
                    if shines < _SPENT:
                        continue
                    t, alpha = line_weight(
                        column - ax,
                        row - ay,
                        dx,
                        dy,
                        per_length,
                        half_width[stroke, segment],
                        half_width[stroke, segment + 1],
                    )
                    if alpha == 0.0:
                        continue
                    near = near_a + (near_b - near_a) * t
                    alpha *= opacity[stroke] * shown_share(
                        near, depth[row, column], cover[row, column], soft_m
                    )
                    for channel in range(3):
                        new = colour[stroke, segment, channel] * (1 - t)
                        new += colour[stroke, segment + 1, channel] * t
                        layer[row, column, channel] += shines * alpha * new
                    layer[row, column, 3] = shines * (1.0 - alpha)
    for row in range(rows[0], rows[1]):
        for column in range(picture.shape[1]):
            shines = layer[row, column, 3]
            if shines < _SPENT:  # the hairs that were spared would have looked like those laid
                for channel in range(3):
                    picture[row, column, channel] = layer[row, column, channel] / (1.0 - shines)
            elif shines < 1.0:
                for channel in range(3):
                    picture[row, column, channel] = (
                        shines * picture[row, column, channel] + layer[row, column, channel]
                    )


StrokeSet = tuple[
    Float64[np.ndarray, "stroke point 3"],
    Float64[np.ndarray, "stroke point"],
    Float64[np.ndarray, "stroke point 3"],
    Float64[np.ndarray, " stroke"],
]
"""What :func:`draw_strokes` takes first: places in the picture, half widths, colours, opacity."""


def seen_strokes(
    points_m: Float64[np.ndarray, "stroke point 3"],
    half_width_m: Float64[np.ndarray, "stroke point"],
    colour: Float64[np.ndarray, "stroke point 3"],
    opacity: float,
    camera: Camera,
) -> StrokeSet:
    """Bring hairs from space into the picture."""
    screen = camera.screen(points_m.reshape(-1, 3)).reshape(points_m.shape)
    half_width = half_width_m * (screen[..., 2] * camera.focal_px)
    return screen, half_width, np.ascontiguousarray(colour), np.full(len(points_m), opacity)
