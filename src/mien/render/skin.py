"""Skin painted in rest space: it sticks to the face, whatever the face does.

Colour follows the two pigments of skin: melanin darkens blue most, blood darkens green most. Every
region adds to one of them, so that no region looks painted on.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Float64

from mien.core.arrays import Points3
from mien.head import Person
from mien.head.ground import optional_number
from mien.head.looks import hair_tone
from mien.head.noise import smoothstep, value_noise
from mien.head.srgb import linear_from_srgb
from mien.render.atlas import SkinTexels
from mien.render.pores import pore_shares, skin_relief
from mien.render.spots import scatter_spots

_MELANIN = np.array([0.42, 0.72, 1.05])
_BLOOD = np.array([0.16, 0.62, 0.46])

# MediaPipe indices
_CHEEKS = (50, 280)
_NOSE_TIP = 4
_WINGS = (129, 358)
_CHIN = 152
_MOUTH = 13
_LOWER_LIDS = (119, 348)
_FOREHEAD = 151

_FINEST_M = 0.0005  # grain of pores and fine lines

_FULL_BEARD_M = 0.008
"""Length from which a beard hides the skin."""


@dataclass(frozen=True)
class SkinPaint:
    """Colour and relief of the skin, one row per texel."""

    albedo: Float64[np.ndarray, "texel 3"]
    """Linear red, green, blue."""

    height_m: Float64[np.ndarray, " texel"]
    """Relief of pores and fine lines, outward."""


def _around(
    points: Points3, centre: Float[np.ndarray, "3"], reach_m: tuple[float, float]
) -> Float64[np.ndarray, " point"]:
    """Give a soft spot: 1 at the centre, falling over ``reach_m`` across and up."""
    away = points - centre
    square = (away[:, 0] / reach_m[0]) ** 2 + (away[:, 1] / reach_m[1]) ** 2
    behind = (away[:, 2] / (2 * max(reach_m))) ** 2
    result: Float64[np.ndarray, " point"] = np.exp(-square - behind)
    return result


def _beard(
    points: Points3, landmarks: Float[np.ndarray, "landmark 3"]
) -> Float64[np.ndarray, " point"]:
    mouth, chin = landmarks[_MOUTH], landmarks[_CHIN]
    x, y, z = points.T
    # From the corner of the mouth the edge rises to the sideburn.
    edge = mouth[1] - 0.004 + 0.055 * smoothstep(0.042, 0.074, np.abs(x))
    below = smoothstep(0.015, -0.011, y - edge)
    lip = _around(points, mouth + np.array((0, 0.012, 0)), (0.03, 0.008))
    neck = smoothstep(chin[1] - 0.055, chin[1] - 0.015, y)
    front = smoothstep(-0.085, -0.06, z)
    result: Float64[np.ndarray, " point"] = np.clip(np.maximum(below, lip), 0, 1) * neck * front
    return result


def paint_skin(
    texels: SkinTexels,
    person: Person,
    landmarks: Float[np.ndarray, "landmark 3"],
    rng: np.random.Generator,
    *,
    texel_m: float = 0.0003,
) -> SkinPaint:
    """Paint one person's skin.

    Args:
        texels: where the skin is.
        person: whose colours.
        landmarks: the 468 points at rest, from the midpoint of the eyes.
        rng: the grain of this skin.
        texel_m: width of a texel; what is finer fades out, because it would flicker.
    """
    shown = min(1.0, (_FINEST_M / texel_m) ** 2)
    points = texels.position_m
    look = person.appearance
    melanin_share = float(look["melanin"])  # type: ignore[arg-type]
    redness = float(look["redness"])  # type: ignore[arg-type]
    age = float(np.clip((person.age_years - 30) / 45, 0, 1))
    mask = texels.masks
    noise = {grain: value_noise(points, grain * 1e-3, rng) for grain in (24, 9, 3.2, 1.3)}
    lips = smoothstep(0.20, 0.80, mask["lips"] + 0.10 * noise[1.3] * mask["lips"])
    thin = 1 - 0.6 * melanin_share  # blood shows less through dark skin

    blood = 0.045 * noise[24] + 0.030 * noise[9] + 0.034 * noise[3.2] + 0.020 * noise[1.3]
    veined = value_noise(points * (1.0, 0.7, 1.0), 0.0021, rng)
    flush = np.zeros(len(points))
    for index in _CHEEKS:
        centre = landmarks[index] + (0, -0.006, 0)
        flush += (0.03 + 0.20 * redness) * _around(points, centre, (0.021, 0.017))
    flush += (0.10 + 0.22 * redness) * _around(points, landmarks[_NOSE_TIP], (0.011, 0.011))
    for index in _WINGS:
        flush += (0.14 + 0.25 * redness) * _around(points, landmarks[index], (0.0055, 0.0065))
    flush += 0.08 * redness * _around(points, landmarks[_CHIN] + (0, 0.012, 0), (0.014, 0.009))
    blood += flush * (1 + 0.22 * noise[3.2] + 0.18 * noise[9])
    # Small vessels come to the surface on old cheeks and noses.
    blood += 0.9 * age * flush * smoothstep(0.16, 0.0, np.abs(veined))
    blood += 0.14 * mask["ears"] + 0.10 * mask["eyelids"] + 0.45 * _lid_edge(mask["eyelids"], lips)

    melanin = 0.030 * noise[24] + 0.020 * noise[9] + 0.012 * noise[3.2] + 0.008 * noise[1.3]
    melanin *= 1 + 0.8 * melanin_share
    for index in _LOWER_LIDS:
        under = _around(points, landmarks[index] + (0, 0.002, 0), (0.013, 0.0055))
        melanin += (0.10 + 0.12 * age) * under
        blood += (0.08 + 0.08 * age) * under
    melanin += (0.08 + 0.06 * age) * mask["eyelids"]
    spots = scatter_spots(points, float(person.age_years), rng)
    # Fair skin freckles; how much differs between people.
    freckling = max(0.0, 1 - 2.2 * melanin_share) * rng.uniform(0.25, 1.0)
    melanin += 0.42 * freckling * spots.freckles + 0.8 * spots.moles + 0.5 * spots.age_spots

    base = linear_from_srgb(np.array(look["skin_rgb"])) * 0.92
    albedo = base * np.exp(-thin * blood[:, None] * _BLOOD - melanin[:, None] * _MELANIN)
    oily = np.clip(
        sum(_around(points, landmarks[index], (0.016, 0.020)) for index in (*_CHEEKS, _NOSE_TIP))
        + 0.45 * _around(points, landmarks[_FOREHEAD], (0.03, 0.02)),
        0,
        1,
    )
    pores = pore_shares(points, oily, rng)
    albedo *= (1 - 0.15 * shown * pores * (1 - lips))[:, None]

    if person.sex == "male":
        beard = _beard(points, landmarks) * (1 - lips)
        stubble = 0.55 + 0.45 * smoothstep(0.2, 1.4, value_noise(points, 0.00062, rng))
        grown = min(optional_number(look, "beard_length_m") / _FULL_BEARD_M, 1.0)
        shade = base * np.array([0.42, 0.46, 0.52])
        shade = (1 - grown) * shade + grown * (0.3 * base + 0.45 * hair_tone(look))
        strength = max(0.62 * optional_number(look, "stubble"), 0.92 * grown)
        share = (strength * np.minimum(beard * (1 + 0.5 * grown), 1) * stubble)[:, None]
        albedo = albedo * (1 - share) + shade * share
    fresh = (0.78 if person.sex == "female" else 0.58) * (1 - 0.35 * age)
    albedo = _lips(albedo, lips, base, fresh, points, rng)
    relief = skin_relief(points, pores, lips, float(person.age_years), rng)
    return SkinPaint(np.clip(albedo, 0.004, 0.95), shown * relief)


def _lid_edge(
    eyelids: Float[np.ndarray, " texel"], lips: Float[np.ndarray, " texel"]
) -> Float64[np.ndarray, " texel"]:
    """Redden the edges of the lids, where the mask is full."""
    result: Float64[np.ndarray, " texel"] = smoothstep(0.93, 1.0, eyelids) * (1 - lips)
    return result


def _lips(
    albedo: Float[np.ndarray, "texel 3"],
    lips: Float[np.ndarray, " texel"],
    base: Float[np.ndarray, "3"],
    fresh: float,
    points: Points3,
    rng: np.random.Generator,
) -> Float64[np.ndarray, "texel 3"]:
    """Colour the lips: blood under a thin skin, paler in places, in fine upright folds."""
    folds = value_noise(points * (1.0, 0.22, 0.5), 0.0012, rng)
    patches = value_noise(points, 0.0045, rng)
    blood = fresh * (0.88 + 0.10 * patches + 0.07 * folds)
    colour = base * np.exp(-blood[:, None] * _BLOOD * (1.0, 1.06, 1.0) - 0.26 * _MELANIN)
    colour *= (1 + 0.05 * folds)[:, None]
    share = (0.82 * lips)[:, None]
    result: Float64[np.ndarray, "texel 3"] = albedo * (1 - share) + colour * share
    return result
