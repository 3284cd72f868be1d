"""Hair in footage: strands that the head hides are neither lit nor drawn."""

import typing

import numpy as np
from jaxtyping import Float32
from numba import njit

from mien.head.pose import HeadPose
from mien.head.view import head_rotation
from mien.render.body import Body
from mien.render.camera import Camera
from mien.render.hair import OPACITY, Hair
from mien.render.lashes import SOFT_M
from mien.render.light import Light
from mien.render.shade_hair import light_hair
from mien.render.strokes import all_hidden, draw_hair, line_box


def lay_hair(
    hair: Hair,
    body: Body,
    pose: HeadPose,
    light: Light,
    camera: Camera,
    behind_them: tuple[Float32[np.ndarray, "height width"], Float32[np.ndarray, "height width"]],
    linear: Float32[np.ndarray, "height width 3"],
) -> None:
    """Draw hair over a picture, in place, to the bit as if every strand were drawn.

    ``behind_them`` holds depth and cover of what is drawn already.
    """
    shape = hair.points_m.shape
    points = body.neck.turn_points(hair.points_m.reshape(-1, 3), pose)
    screen = camera.screen(points).reshape(shape)
    half_width = hair.half_width_m * (screen[..., 2] * camera.focal_px)
    rows = np.array([0, camera.height_px])
    shown = shown_strands(screen, half_width, rows, behind_them, SOFT_M)
    lit = np.empty((len(shown), *shape[1:]))
    light_hair(
        (
            points.reshape(shape)[shown],
            hair.colour[shown],
            hair.outward[shown],
            hair.open_sky[shown],
        ),
        head_rotation(*pose.rotation_rad),
        light.table(),
        light.room(),
        np.array(camera.centre_m),
        lit,
    )
    strokes = (screen[shown], half_width[shown], lit, np.full(len(shown), OPACITY))
    layer = np.empty((camera.height_px, camera.width_px, 4), np.float32)
    draw_hair(strokes, rows, behind_them, SOFT_M, layer, linear)


@njit(cache=True, nogil=True)
@typing.no_type_check
def shown_strands(points, half_width, rows, behind_them, soft_m):  # noqa: ANN001, ANN201
    """List the strands of which :func:`mien.render.strokes.draw_hair` draws anything, rising."""
    depth, cover = behind_them
    shown = np.zeros(points.shape[0], np.bool_)
    for stroke in range(points.shape[0]):
        for segment in range(points.shape[1] - 1):
            ax, ay, dx, dy, length, _, top, bottom, left, right = line_box(
                points, half_width, stroke, segment, rows, depth.shape[1]
            )
            if length == 0.0 or top > bottom or left > right:
                continue
            near_a = points[stroke, segment, 2]
            near_b = points[stroke, segment + 1, 2]
            if not all_hidden(depth, cover, ax, ay, dx, dy, length, near_a, near_b, soft_m):
                shown[stroke] = True
                break
    return np.flatnonzero(shown)
