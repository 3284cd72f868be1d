"""Brows, lashes and hair: soft lines whose weight in a pixel is the share of it that they cover.

A line thinner than a pixel is drawn a pixel and a half wide and fainter in proportion, so that it
neither breaks up nor shimmers when it moves by a fraction of a pixel.
"""

import typing

import numpy as np
from jaxtyping import Float64
from numba import njit

from mien.render.camera import Camera


@njit(cache=True, nogil=True)
@typing.no_type_check
def draw_strokes(strokes, rows, behind_them, soft_m, picture):  # noqa: ANN001, ANN201, C901
    """Blend lines over ``picture`` in their order, within rows[0] <= row < rows[1].

    strokes: points, half_width, colour, opacity; behind_them: depth, cover.
    points: (stroke, point, 3) picture x, y in pixels and inverse depth in 1/m.
    half_width: (stroke, point) in pixels. colour: (stroke, point, 3). opacity: (stroke,).
    depth, cover: (row, column), depth in m of what is drawn already and how much of the pixel it
    covers. soft_m: how far behind that a line fades.
    """
    points, half_width, colour, opacity = strokes
    depth, cover = behind_them
    edge = 0.9  # pixels by which a line is widened to each side
    area = 16.0 / 15.0  # of the profile (1 - x^2)^2 over -1..1
    columns = picture.shape[1]
    for stroke in range(points.shape[0]):
        for segment in range(points.shape[1] - 1):
            ax = points[stroke, segment, 0]
            ay = points[stroke, segment, 1]
            dx = points[stroke, segment + 1, 0] - ax
            dy = points[stroke, segment + 1, 1] - ay
            reach = max(half_width[stroke, segment], half_width[stroke, segment + 1]) + edge
            top = max(rows[0], int(np.ceil(min(ay, ay + dy) - reach)))
            bottom = min(rows[1] - 1, int(np.floor(max(ay, ay + dy) + reach)))
            if top > bottom:
                continue
            left = max(0, int(np.ceil(min(ax, ax + dx) - reach)))
            right = min(columns - 1, int(np.floor(max(ax, ax + dx) + reach)))
            square = dx * dx + dy * dy
            if square == 0.0:
                continue
            length = np.sqrt(square)
            near_a = points[stroke, segment, 2]
            near_b = points[stroke, segment + 1, 2]
            # Columns within reach of the line's axis, which for a slanted line are few of its box.
            slant = dx / dy if abs(dy) > 1e-6 else 0.0
            around = reach * length / abs(dy) if abs(dy) > 1e-6 else 1e9
            for row in range(top, bottom + 1):
                middle = ax + (row - ay) * slant
                first = left
                final = right
                if around < 1e6:
                    first = max(left, int(np.ceil(middle - around)))
                    final = min(right, int(np.floor(middle + around)))
                for column in range(first, final + 1):
                    px = column - ax
                    py = row - ay
                    along = (px * dx + py * dy) / square
                    across = abs(px * dy - py * dx) / length
                    # The share of the pixel's length that lies within the segment, so that
                    # neighbouring segments share a pixel between them.
                    before = min(max(along * length + 0.5, 0.0), 1.0)
                    after = min(max((1.0 - along) * length + 0.5, 0.0), 1.0)
                    inside = before + after - 1.0
                    if inside <= 0.0:
                        continue
                    t = min(max(along, 0.0), 1.0)
                    half = (
                        half_width[stroke, segment] * (1 - t) + half_width[stroke, segment + 1] * t
                    )
                    x = across / (half + edge)
                    if x >= 1.0:
                        continue
                    profile = 1.0 - x * x
                    weight = 2.0 * half / (area * (half + edge))
                    alpha = min(weight * profile * profile, 1.0) * inside * opacity[stroke]
                    behind = 1.0 / (near_a + (near_b - near_a) * t) - depth[row, column]
                    hidden = min(max(behind / soft_m, 0.0), 1.0)
                    alpha *= 1.0 - hidden * cover[row, column]
                    if alpha <= 0.0:
                        continue
                    for channel in range(3):
                        new = colour[stroke, segment, channel] * (1 - t)
                        new += colour[stroke, segment + 1, channel] * t
                        picture[row, column, channel] += alpha * (
                            new - picture[row, column, channel]
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
