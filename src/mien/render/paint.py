"""The texture of one person, and where every vertex lies on it."""

import zlib
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32, Float64
from scipy.ndimage import gaussian_filter

from mien.head import Person, Strands
from mien.head.eye import LIMBUS
from mien.head.fold_relief import fold_layers
from mien.head.looks import hair_tone
from mien.head.noise import smoothstep
from mien.head.srgb import linear_from_srgb
from mien.render.atlas import (
    BLURRED,
    EYE_REACH_RAD,
    EYE_TEXELS,
    FIRST_FOLDS,
    IRIS_REACH,
    IRIS_TEXELS,
    RELIEF,
    SECOND_FOLDS,
    Atlas,
    atlas_for,
    skin_texels,
)
from mien.render.body import Body
from mien.render.brows import draw_brows
from mien.render.eyeball import paint_eye, paint_iris
from mien.render.material import EYE, SHIRT, SKIN
from mien.render.scalp import hair_cover
from mien.render.skin import paint_skin
from mien.render.teeth import paint_teeth, teeth_texels
from mien.render.tongue import paint_tongue, tongue_texels

_NOSE_TIP, _FOREHEAD, _CHIN = 4, 151, 152  # landmarks
_NOSTRILS = (358, 129)
_BLUR_TEXELS = 3.0
_SEEN_TEXELS = 0.35  # of the skin's, by which the maps of the eyes are blurred
_BARE_LID = 0.82  # share of the sky that the skin of a closed lid sees


@dataclass(frozen=True)
class Paint:
    """A texture and its coordinates.

    Channels of the texture: those of :data:`mien.render.atlas.CHANNELS`. The blurred colours are
    for skin that is seen from the side and falls together into few pixels. Teeth and tongue hold
    the slopes of their relief (to the left, down) in the place of relief and folds.
    """

    atlas: Atlas
    texture: Float32[np.ndarray, "row column 9"]
    texels: Float64[np.ndarray, "vertex 2"]
    """Place of every vertex of head and eyes, in texels."""

    tint: Float64[np.ndarray, "vertex 3"]
    """Linear colour by which the texture is multiplied."""

    occlusion: Float64[np.ndarray, " vertex"]
    """Share of the sky that each vertex sees, 0..1."""

    gloss: Float64[np.ndarray, " vertex"]
    """Strength of the mirrored light; 1 is a dry cheek, from 1.4 on it is wet."""

    thin: Float64[np.ndarray, " vertex"]
    """0..1 where flesh lets light through: ears, wings of the nose."""

    look: Float64[np.ndarray, "3"]
    """Of the skin: share of the light that scatters, strength of its sheen, of its fine hair."""

    def lit(
        self, body: Body, vertices: Float64[np.ndarray, "vertex 3"]
    ) -> tuple[Float64[np.ndarray, " vertex"], Float64[np.ndarray, "vertex 3"]]:
        """Give occlusion and tint of a posed mesh: open mouths, closed lids."""
        occlusion, tint = self.occlusion.copy(), self.tint.copy()
        mouth = body.mouth_light
        light, colour = mouth.at(vertices)
        occlusion[mouth.vertex] += mouth.share * (light - occlusion[mouth.vertex])
        tint[mouth.vertex] *= colour
        for lid, margins in zip(body.contact, body.lids.points(vertices), strict=True):
            bare = lid.bared(margins)
            occlusion[lid.skin] += bare * np.maximum(_BARE_LID - occlusion[lid.skin], 0.0)
        return occlusion, tint


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
    skin = paint_skin(covered, person, landmarks, rng, texel_m=1 / texels_per_m)
    texture[: atlas.skin_height, :, :3] = np.median(skin.albedo, axis=0)
    hair = hair_cover(covered, person, body, rng)
    colour = hair_tone(person.appearance) * 0.7
    albedo = skin.albedo * (1 - hair[:, None]) + colour * hair[:, None]
    texture[covered.row, covered.column, :3] = albedo
    texture[covered.row, covered.column, RELIEF] = skin.height_m
    layers = fold_layers(covered.position_m, landmarks, rng)
    texture[covered.row, covered.column, FIRST_FOLDS] = layers[:, 0]
    texture[covered.row, covered.column, SECOND_FOLDS] = layers[:, 1]
    draw_brows(texture, atlas, body, brows, person, rng)
    for channel in range(3):
        texture[: atlas.skin_height, :, BLURRED + channel] = gaussian_filter(
            texture[: atlas.skin_height, :, channel], _BLUR_TEXELS
        )
    iris, age = person.appearance["iris_rgb"], float(person.age_years)
    ball = paint_eye(iris, age, rng)  # type: ignore[arg-type]
    front = paint_iris(iris, age, rng)  # type: ignore[arg-type]
    # Small pictures see a few of their texels only, and must not see them by chance.
    eye_m = body.eye_radius_m
    ball = _blurred(ball, _SEEN_TEXELS * EYE_TEXELS / (2 * EYE_REACH_RAD * eye_m * texels_per_m))
    wide_m = 2 * IRIS_REACH * LIMBUS * eye_m
    front = _blurred(front, _SEEN_TEXELS * IRIS_TEXELS / (wide_m * texels_per_m))
    _put(texture, ball, atlas.eye_corner)
    _put(texture, front, atlas.iris_corner)
    for upper in (True, False):
        teeth = paint_teeth(upper=upper, rng=rng, age_years=age)
        _put(texture, teeth, atlas.teeth_corner(upper=upper))
    _put(texture, paint_tongue(rng), atlas.tongue_corner)
    return Paint(
        atlas=atlas,
        texture=texture,
        texels=_texels(atlas, body),
        tint=_tint(person, body),
        occlusion=_occlusion(body),
        gloss=_gloss(body),
        thin=_thin(body),
        look=_look(person),
    )


def _blurred(picture: Float32[np.ndarray, "y x 3"], texels: float) -> Float32[np.ndarray, "y x 3"]:
    result: Float32[np.ndarray, "y x 3"] = gaussian_filter(picture, (texels, texels, 0.0))
    return result


def _put(
    texture: Float32[np.ndarray, "row column 9"],
    picture: Float32[np.ndarray, "y x channel"],
    corner: tuple[int, int],
) -> None:
    row, column = corner
    height, width, channels = picture.shape
    texture[row : row + height, column : column + width, :channels] = picture


def _texels(atlas: Atlas, body: Body) -> Float64[np.ndarray, "vertex 2"]:
    kinds = body.material_of_vertex
    place = np.tile(np.array(atlas.white_texel), (len(kinds), 1))
    skin = np.flatnonzero(kinds[: len(body.rest_m)] == SKIN)
    place[skin] = atlas.skin_texels(body.unrolled_m[skin], body.eyes_m)
    for part, upper in (("teeth_upper", True), ("teeth_lower", False)):
        band = body.parts[part]
        row, column = atlas.teeth_corner(upper=upper)
        place[band] = teeth_texels(body.rest_m[band], upper=upper) + np.array((column, row))
    band = body.parts["tongue"]
    row, column = atlas.tongue_corner
    place[band] = tongue_texels(body.rest_m[band]) + np.array((column, row))
    ball = atlas.eye_texels(body.eye.vertices_m)
    place[len(body.rest_m) :] = np.vstack((ball, ball))
    return place


def _tint(person: Person, body: Body) -> Float64[np.ndarray, "vertex 3"]:
    kinds = body.material_of_vertex
    tint = np.ones((len(kinds), 3))
    tint[kinds == SHIRT] = linear_from_srgb(np.array(person.appearance["shirt_rgb"]))
    inside = body.masks["inside_mouth"][:, None]
    skin = (kinds[: len(inside)] == SKIN)[:, None]
    flesh = np.array([0.62, 0.24, 0.22])
    tint[: len(inside)] *= np.where(skin, 1 - inside * (1 - flesh), 1.0)
    return tint


def _occlusion(body: Body) -> Float64[np.ndarray, " vertex"]:
    kinds = body.material_of_vertex
    occlusion = np.ones(len(kinds))
    count = len(body.rest_m)
    occlusion[:count] = np.clip(body.masks["occlusion"], 0, 1)
    occlusion[kinds == EYE] = 0.8
    return occlusion


def _gloss(body: Body) -> Float64[np.ndarray, " vertex"]:
    gloss = np.ones(len(body.weld))
    count = len(body.rest_m)
    nose = np.exp(-(((body.rest_m - body.landmarks_m[_NOSE_TIP]) / 0.016) ** 2).sum(axis=1))
    forehead = np.exp(-(((body.rest_m - body.landmarks_m[_FOREHEAD]) / 0.03) ** 2).sum(axis=1))
    gloss[:count] = 0.8 + 0.4 * nose + 0.25 * forehead
    gloss[:count] *= 1 - np.minimum(1.6 * body.masks["scalp"], 0.95)
    gloss[:count] *= 1 - 0.6 * body.masks["ears"]
    below_m = body.landmarks_m[_CHIN, 1] - body.rest_m[:, 1]
    gloss[:count] *= 1 - 0.6 * smoothstep(0.02, 0.07, below_m)  # sweat and oil are the face's
    skin = gloss[body.parts["skin"]]
    lips, inside = (body.masks[name][body.parts["skin"]] for name in ("lips", "inside_mouth"))
    skin += 0.85 * smoothstep(0.3, 0.9, lips) * (1 - inside) + 0.8 * inside
    skin += 1.1 * body.lid_edge[body.parts["skin"]]
    return gloss


def _thin(body: Body) -> Float64[np.ndarray, " vertex"]:
    """Tell where light shines through: the rims of the ears, the wings of the nose."""
    thin = np.zeros(len(body.weld))
    count = len(body.rest_m)
    wings = sum(
        np.exp(-(((body.rest_m - body.landmarks_m[index]) / 0.006) ** 2).sum(axis=1))
        for index in _NOSTRILS
    )
    thin[:count] = np.clip(0.42 * body.masks["ears"] + 0.4 * wings, 0, 1)
    return thin


def _look(person: Person) -> Float64[np.ndarray, "3"]:
    """Dark skin lets less light through and its shine shows more; fine hair shows on light skin."""
    melanin = float(person.appearance["melanin"])  # type: ignore[arg-type]
    age = float(np.clip((person.age_years - 40) / 40, 0, 1))
    return np.array(
        [1.0 - 0.45 * melanin, 1.0 - 0.10 * melanin - 0.18 * age, 0.10 - 0.085 * melanin]
    )
