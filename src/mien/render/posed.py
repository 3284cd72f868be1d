"""A posed mesh as the shaders of the portrait want it."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float64

from mien.head.normals import sum_normals
from mien.head.pose import HeadPose
from mien.head.view import head_rotation
from mien.render.body import Body
from mien.render.camera import Camera
from mien.render.paint import Paint
from mien.render.shade_skin import (
    ATTRIBUTES,
    FOLDS,
    GLOSS,
    NORMAL,
    OPEN,
    POSITION,
    TEXEL,
    THIN,
    TINT,
)

_SHADOWED_FROM_EYES_M = (0.0, -0.04, -0.03)


@dataclass(frozen=True)
class PosedEyes:
    """What the shader of the eyes asks for."""

    frames: Float64[np.ndarray, "2 4 3"]
    """Centre and axes of each eyeball."""

    radius_m: float
    maps: Float64[np.ndarray, "2 2"]
    """First row and column of the maps of eye and iris."""

    head: Float64[np.ndarray, "2 3"]
    """Axes of the head to its left and up."""

    heights: Float64[np.ndarray, "eye lid sample"]
    ends: Float64[np.ndarray, "eye end"]
    """Of the lids' curves."""

    pixel_m: float

    def table(self) -> tuple[object, ...]:
        """Give all of it as :func:`mien.render.shade_eye.shade_eye` takes it."""
        return (
            self.frames,
            self.radius_m,
            self.maps,
            self.head,
            self.heights,
            self.ends,
            self.pixel_m,
        )


@dataclass(frozen=True)
class PosedMesh:
    """One mesh before one camera."""

    screen: Float64[np.ndarray, "vertex 3"]
    """Picture x, y in pixels, and inverse depth in 1/m."""

    attributes: Float64[np.ndarray, "vertex attribute"]
    """In the columns that :mod:`mien.render.shade_skin` names."""

    eyes: PosedEyes
    up: Float64[np.ndarray, "3"]
    """The head's."""

    shadow_centre_m: Float64[np.ndarray, "3"]
    """What the key light is aimed at."""


def posed_mesh(
    body: Body,
    paint: Paint,
    camera: Camera,
    vertices: Float64[np.ndarray, "vertex 3"],
    pose: HeadPose,
    folds: Float64[np.ndarray, "head_vertex 2"] | None,
) -> PosedMesh:
    """Prepare one posed mesh, with folds 0..1 deep."""
    sums, normals = np.zeros_like(vertices), np.zeros_like(vertices)
    sum_normals(vertices, body.surface, body.weld, sums, normals)
    attributes = np.zeros((len(vertices), ATTRIBUTES))
    attributes[:, NORMAL : NORMAL + 3] = normals
    attributes[:, POSITION : POSITION + 3] = vertices
    attributes[:, TEXEL : TEXEL + 2] = paint.texels
    attributes[:, GLOSS] = paint.gloss
    attributes[:, THIN] = paint.thin
    attributes[:, OPEN], attributes[:, TINT : TINT + 3] = paint.lit(body, vertices)
    if folds is not None:
        attributes[: len(folds), FOLDS : FOLDS + 2] = folds
    turn = head_rotation(*pose.rotation_rad)
    curves = body.lids.curves(vertices, turn)
    middle = body.neck.turn_points(body.eyes_m.mean(axis=0)[None], pose)[0]
    return PosedMesh(
        screen=camera.screen(vertices),
        attributes=attributes,
        eyes=PosedEyes(
            frames=body.eye_frames(vertices),
            radius_m=body.eye_radius_m,
            maps=np.array((paint.atlas.eye_corner, paint.atlas.iris_corner), np.float64),
            head=np.ascontiguousarray(turn[:, :2].T),
            heights=curves.heights,
            ends=curves.ends,
            pixel_m=1.0 / camera.px_per_m,
        ),
        up=np.ascontiguousarray(turn[:, 1]),
        shadow_centre_m=middle + np.array(_SHADOWED_FROM_EYES_M),
    )
