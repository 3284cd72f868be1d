"""A person's paint as pictures for other programs, and where the vertices lie on them."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Float32

from mien.core.arrays import ImageRgb
from mien.core.errors import UsageError
from mien.head import Head, Person
from mien.head.srgb import srgb_from_linear
from mien.head.unrolled import RADIUS_M
from mien.render.atlas import FIRST_FOLDS, HALF_TURN_RAD, RELIEF, SECOND_FOLDS
from mien.render.body import body_of
from mien.render.paint import paint_person

MAP_WIDTHS_PX = (512, 4096)
"""Narrowest and widest pictures."""


@dataclass(frozen=True, eq=False)
class PaintedMaps:
    """Pictures of one width, and coordinates 0..1 on them: u to the right, v down."""

    head_uv: Float[np.ndarray, "vertex 2"]
    """Of the head's vertices."""

    eye_uv: Float[np.ndarray, "eye_vertex 2"]
    tint: Float[np.ndarray, "vertex 3"]
    """Linear colour by which the picture is multiplied: flesh inside the mouth, cloth."""

    colour: ImageRgb
    """sRGB."""

    normal: ImageRgb
    """Normals in tangent space, green up."""

    folds: ImageRgb
    """Normals of all folds at full depth but those that cross others."""

    crossing_folds: ImageRgb
    """Normals of the folds that cross others (:data:`mien.head.folds.CROSSING`)."""


def painted_maps(
    head: Head,
    person: Person,
    eye_directions: Float[np.ndarray, "eye_vertex 3"],
    *,
    width_px: int = 2048,
    seed: int = 0,
) -> PaintedMaps:
    """Paint a person for export.

    Args:
        head: the built-in head.
        person: who is painted.
        eye_directions: vertices of an eyeball that looks along z, from its centre.
        width_px: width of the pictures, about; the skin fills most of it.
        seed: the grain of the skin.

    Raises:
        UsageError: a width that is too small or too large.
    """
    low, high = MAP_WIDTHS_PX
    if not low <= width_px <= high:
        msg = f"Expected maps {low} to {high} pixels wide, but got {width_px}."
        raise UsageError(msg)
    texels_per_m = width_px / (2 * HALF_TURN_RAD * RADIUS_M)
    body = body_of(head, person, level=0)
    brows = head.strands(person, "brow", seed=seed)
    paint = paint_person(person, body, brows, texels_per_m=texels_per_m, seed=seed)
    texture = paint.texture
    height, width = texture.shape[:2]
    relief = texture[..., [RELIEF, FIRST_FOLDS, SECOND_FOLDS]]
    relief[paint.atlas.skin_height :] = 0.0  # teeth and tongue hold slopes there
    size = np.array([width, height])
    count = len(person.vertices_m)
    return PaintedMaps(
        head_uv=(paint.texels[:count] + 0.5) / size,
        eye_uv=(paint.atlas.eye_texels(eye_directions) + 0.5) / size,
        tint=paint.tint[:count],
        colour=np.rint(255 * srgb_from_linear(texture[..., :3].astype(np.float64))).astype(
            np.uint8
        ),
        normal=normal_map(relief[..., 0], texels_per_m),
        folds=normal_map(relief[..., 1], texels_per_m),
        crossing_folds=normal_map(relief[..., 2], texels_per_m),
    )


def normal_map(height_m: Float32[np.ndarray, "row column"], texels_per_m: float) -> ImageRgb:
    """Turn a relief into normals in tangent space, green up.

    >>> flat = normal_map(np.zeros((2, 2), np.float32), 1000.0)
    >>> flat[0, 0].tolist()
    [128, 128, 255]
    """
    down, right = np.gradient(height_m.astype(np.float64) * texels_per_m)
    normal = np.stack([-right, down, np.ones_like(right)], axis=-1)
    normal /= np.linalg.norm(normal, axis=-1, keepdims=True)
    picture: ImageRgb = np.rint(127.5 * (normal + 1)).astype(np.uint8)
    return picture
