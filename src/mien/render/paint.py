"""The texture of one person, and where every vertex lies on it."""

import zlib
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32, Float64

from mien.head import Person
from mien.render.atlas import Atlas, atlas_for, skin_texels
from mien.render.body import EYE, SHIRT, SKIN, TEETH, TONGUE, Body
from mien.render.brows import draw_brows
from mien.render.eyeball import paint_eye
from mien.render.skin import hair_cover, paint_skin
from mien.render.tone import linear_from_srgb


@dataclass(frozen=True)
class Paint:
    """A texture (linear red, green, blue, relief in metres) and its coordinates."""

    atlas: Atlas
    texture: Float32[np.ndarray, "row column 4"]
    texels: Float64[np.ndarray, "vertex 2"]
    """Place of every vertex of head and eyes, in texels."""

    tint: Float64[np.ndarray, "vertex 3"]
    """Linear colour by which the texture is multiplied."""

    occlusion: Float64[np.ndarray, " vertex"]
    """Share of the sky that each vertex sees, 0..1."""


def paint_person(
    person: Person, body: Body, *, texels_per_m: float, seed: int
) -> Paint:
    """Paint one person at a resolution; person and seed decide every spot."""
    rng = np.random.default_rng((seed, zlib.crc32(person.name.encode())))
    atlas = atlas_for(texels_per_m)
    texture = atlas.blank()
    middle = body.eyes_m.mean(axis=0)
    landmarks = body.landmarks_m - middle
    covered = skin_texels(
        atlas, body.rest_m, body.triangles[body.material == SKIN], body.masks, body.eyes_m
    )
    skin = paint_skin(covered, person, landmarks, rng)
    texture[: atlas.skin_height, :, :3] = np.median(skin.albedo, axis=0)
    hair = hair_cover(covered, person, rng)
    colour = linear_from_srgb(np.array(person.appearance["hair_rgb"])) * 0.7
    albedo = skin.albedo * (1 - hair[:, None]) + colour * hair[:, None]
    texture[covered.row, covered.column, :3] = albedo
    texture[covered.row, covered.column, 3] = skin.height_m
    draw_brows(texture, atlas, landmarks, person, rng)
    row, column = atlas.skin_height, 0
    eye = paint_eye(body.eye.radius.min(), person.appearance["iris_rgb"], rng)  # type: ignore[arg-type]
    side = len(eye)
    texture[row + 4 : row + 4 + side, column + 4 : column + 4 + side, :3] = eye
    return Paint(
        atlas=atlas,
        texture=texture,
        texels=_texels(atlas, body),
        tint=_tint(person, body),
        occlusion=_occlusion(body),
    )


def _texels(atlas: Atlas, body: Body) -> Float64[np.ndarray, "vertex 2"]:
    kinds = body.material_of_vertex
    place = np.tile(np.array(atlas.white_texel), (len(kinds), 1))
    skin = np.flatnonzero(kinds[: len(body.rest_m)] == SKIN)
    place[skin] = atlas.skin_texels(body.rest_m[skin], body.eyes_m)
    ball = atlas.eye_texels(body.eye.directions)
    place[len(body.rest_m) :] = np.vstack((ball, ball))
    return place


def _tint(person: Person, body: Body) -> Float64[np.ndarray, "vertex 3"]:
    kinds = body.material_of_vertex
    tint = np.ones((len(kinds), 3))
    tint[kinds == SHIRT] = linear_from_srgb(np.array(person.appearance["shirt_rgb"]))
    tint[kinds == TEETH] = (0.64, 0.58, 0.47)
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
