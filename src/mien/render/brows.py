"""Eyebrows on the texture: the head's hairs, laid onto the unrolled skin."""

import numpy as np
from jaxtyping import Float32

from mien.head import Person, Strands, strand_points
from mien.head.srgb import linear_from_srgb
from mien.render.atlas import Atlas
from mien.render.body import Body
from mien.render.strokes import draw_strokes

_OPACITY = 0.82


def draw_brows(
    texture: Float32[np.ndarray, "row column 9"],
    atlas: Atlas,
    body: Body,
    hairs: Strands,
    person: Person,
    rng: np.random.Generator,
) -> None:
    """Draw both brows into the texture of the skin."""
    points_m = strand_points(hairs, body.unrolled_m, body.baked).astype(np.float64)
    count, steps = points_m.shape[:2]
    place = atlas.skin_texels(points_m.reshape(-1, 3), body.eyes_m).reshape(count, steps, 2)
    points = np.concatenate((place, np.ones((count, steps, 1))), axis=2)
    colour = linear_from_srgb(np.array(person.appearance["brow_rgb"])) * 0.55
    darkness = rng.random((count, 1, 1))
    colours = colour * (1.0 - 0.5 * darkness) * np.ones((1, steps, 1))
    picture = texture[: atlas.skin_height]
    clear = np.zeros(picture.shape[:2], np.float32)  # nothing hides a hair
    half_width = hairs.radius_m.astype(np.float64) * atlas.texels_per_m
    strokes = (points, half_width, colours, np.full(count, _OPACITY))
    draw_strokes(strokes, np.array([0, len(picture)]), (clear, clear), 1.0, picture)
