"""The texture of one person, and where every vertex lies on it."""

import zlib
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32, Float64
from scipy.ndimage import gaussian_filter

from mien.head import Person, Strands
from mien.head.looks import hair_tone
from mien.head.srgb import linear_from_srgb
from mien.render.atlas import Atlas, atlas_for, skin_texels
from mien.render.body import Body
from mien.render.brows import draw_brows
from mien.render.eyeball import paint_eye
from mien.render.material import EYE, SHIRT, SKIN, TONGUE
from mien.render.scalp import hair_cover
from mien.render.skin import paint_skin
from mien.render.teeth import paint_teeth, teeth_texels
from mien.render.wrinkles import paint_folds

_NOSE_TIP, _FOREHEAD = 4, 151  # landmarks
_BLUR_TEXELS = 3.0


@dataclass(frozen=True)
class Paint:
    """A texture and its coordinates.

    Channels of the texture: linear red, green, blue; relief and wrinkles in metres; the colours
    again, blurred, for skin that is seen from the side and falls together into few pixels.
    """

    atlas: Atlas
    texture: Float32[np.ndarray, "row column 8"]
    texels: Float64[np.ndarray, "vertex 2"]
    """Place of every vertex of head and eyes, in texels."""

    tint: Float64[np.ndarray, "vertex 3"]
    """Linear colour by which the texture is multiplied."""

    occlusion: Float64[np.ndarray, " vertex"]
    """Share of the sky that each vertex sees, 0..1."""

    gloss: Float64[np.ndarray, " vertex"]
    """Strength of the mirrored light; 1 is a dry cheek."""


def paint_person(
    person: Person, body: Body, brows: Strands, *, texels_per_m: float, seed: int
) -> Paint:
    """Paint one person at a resolution; person and seed decide every spot."""
    rng = np.random.default_rng((seed, zlib.crc32(person.name.encode())))
    atlas = atlas_for(texels_per_m)
    texture = atlas.blank()
    middle = body.eyes_m.mean(axis=0)
    landmarks = body.landmarks_m - middle
    covered = skin_texels(
        atlas, body.unrolled_m, body.triangles[body.material == SKIN], body.masks, body.eyes_m
    )
    skin = paint_skin(covered, person, landmarks, rng)
    texture[: atlas.skin_height, :, :3] = np.median(skin.albedo, axis=0)
    hair = hair_cover(covered, person, body, rng)
    colour = hair_tone(person.appearance) * 0.7
    albedo = skin.albedo * (1 - hair[:, None]) + colour * hair[:, None]
    texture[covered.row, covered.column, :3] = albedo
    texture[covered.row, covered.column, 3] = skin.height_m
    texture[covered.row, covered.column, 4] = paint_folds(covered.position_m, landmarks, rng)
    draw_brows(texture, atlas, body, brows, person, rng)
    for channel in range(3):
        texture[: atlas.skin_height, :, 5 + channel] = gaussian_filter(
            texture[: atlas.skin_height, :, channel], _BLUR_TEXELS
        )
    eye = paint_eye(person.appearance["iris_rgb"], rng)  # type: ignore[arg-type]
    _put(texture, eye, atlas.eye_corner)
    for upper in (True, False):
        _put(texture, paint_teeth(upper=upper, rng=rng), atlas.teeth_corner(upper=upper))
    return Paint(
        atlas=atlas,
        texture=texture,
        texels=_texels(atlas, body),
        tint=_tint(person, body),
        occlusion=_occlusion(body),
        gloss=_gloss(body),
    )


def _put(
    texture: Float32[np.ndarray, "row column 8"],
    picture: Float32[np.ndarray, "y x 3"],
    corner: tuple[int, int],
) -> None:
    row, column = corner
    texture[row : row + picture.shape[0], column : column + picture.shape[1], :3] = picture


def _texels(atlas: Atlas, body: Body) -> Float64[np.ndarray, "vertex 2"]:
    kinds = body.material_of_vertex
    place = np.tile(np.array(atlas.white_texel), (len(kinds), 1))
    skin = np.flatnonzero(kinds[: len(body.rest_m)] == SKIN)
    place[skin] = atlas.skin_texels(body.unrolled_m[skin], body.eyes_m)
    for part, upper in (("teeth_upper", True), ("teeth_lower", False)):
        band = body.parts[part]
        row, column = atlas.teeth_corner(upper=upper)
        place[band] = teeth_texels(body.rest_m[band], upper=upper) + np.array((column, row))
    ball = atlas.eye_texels(body.eye.vertices_m)
    place[len(body.rest_m) :] = np.vstack((ball, ball))
    return place


def _tint(person: Person, body: Body) -> Float64[np.ndarray, "vertex 3"]:
    kinds = body.material_of_vertex
    tint = np.ones((len(kinds), 3))
    tint[kinds == SHIRT] = linear_from_srgb(np.array(person.appearance["shirt_rgb"]))
    tint[kinds == TONGUE] = (0.42, 0.15, 0.13)
    inside = body.masks["inside_mouth"][:, None]
    skin = (kinds[: len(inside)] == SKIN)[:, None]
    flesh = np.array([0.55, 0.25, 0.24])
    tint[: len(inside)] *= np.where(skin, 1 - inside * (1 - flesh), 1.0)
    return tint


def _occlusion(body: Body) -> Float64[np.ndarray, " vertex"]:
    kinds = body.material_of_vertex
    occlusion = np.ones(len(kinds))
    count = len(body.rest_m)
    inside = np.where(kinds[:count] == SKIN, body.masks["inside_mouth"], 1.0)
    inside[kinds[:count] == SHIRT] = 0.0
    occlusion[:count] = np.clip(
        body.masks["occlusion"] * (1 - inside) + body.mouth_light * inside, 0, 1
    )
    occlusion[kinds == EYE] = 0.8
    return occlusion


def _gloss(body: Body) -> Float64[np.ndarray, " vertex"]:
    gloss = np.ones(len(body.weld))
    count = len(body.rest_m)
    nose = np.exp(-(((body.rest_m - body.landmarks_m[_NOSE_TIP]) / 0.016) ** 2).sum(axis=1))
    forehead = np.exp(-(((body.rest_m - body.landmarks_m[_FOREHEAD]) / 0.03) ** 2).sum(axis=1))
    wet = body.masks["lips"] + 2.0 * body.masks["inside_mouth"]
    gloss[:count] = 0.8 + 0.5 * nose + 0.3 * forehead + 0.7 * wet
    gloss[:count] *= 1 - np.minimum(1.6 * body.masks["scalp"], 0.95)
    gloss[:count] *= 1 - 0.7 * body.masks["ears"]
    return gloss
