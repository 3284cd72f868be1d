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

_MELANIN = np.array([0.42, 0.72, 1.05])
_BLOOD = np.array([0.16, 0.62, 0.46])

# MediaPipe indices
_CHEEKS = (50, 280)
_NOSE_TIP = 4
_WINGS = (129, 358)
_CHIN = 152
_MOUTH = 13
_LOWER_LIDS = (119, 348)
_FOREHEAD_TOP = 10

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


def _spots(
    points: Points3, rng: np.random.Generator, density: Float[np.ndarray, " point"], count: int
) -> Float64[np.ndarray, " point"]:
    """Scatter freckles: small soft discs of differing size and strength."""
    spots = np.zeros(len(points))
    chance = density / density.sum()
    order = np.argsort(points[:, 1], kind="stable")
    sorted_y = points[order, 1]
    for centre in points[rng.choice(len(points), count, p=chance)]:
        radius = 0.00035 + 0.0006 * rng.random() ** 2
        strength = 0.25 + 0.5 * rng.random()
        first, last = np.searchsorted(sorted_y, (centre[1] - 3 * radius, centre[1] + 3 * radius))
        near = order[first:last]
        square = ((points[near] - centre) ** 2).sum(axis=1)
        spots[near] += strength * np.exp(-((square / radius**2) ** 2))
    return np.minimum(spots, 1.0)


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
) -> SkinPaint:
    """Paint one person's skin.

    Args:
        texels: where the skin is.
        person: whose colours.
        landmarks: the 468 points at rest, from the midpoint of the eyes.
        rng: the grain of this skin.
    """
    points = texels.position_m
    look = person.appearance
    melanin_share = float(look["melanin"])  # type: ignore[arg-type]
    redness = float(look["redness"])  # type: ignore[arg-type]
    mask = texels.masks
    noise = {grain: value_noise(points, grain * 1e-3, rng) for grain in (22, 7, 2.6, 1.1, 0.62)}
    lips = smoothstep(0.25, 0.75, mask["lips"])
    thin = 1 - 0.6 * melanin_share  # blood shows less through dark skin

    blood = 0.035 * noise[22] + 0.035 * noise[7] + 0.050 * noise[2.6] + 0.035 * noise[1.1]
    for index in _CHEEKS:
        centre = landmarks[index] + (0, -0.006, 0)
        blood += (0.08 + 0.30 * redness) * _around(points, centre, (0.017, 0.014))
    blood += (0.12 + 0.28 * redness) * _around(points, landmarks[_NOSE_TIP], (0.011, 0.011))
    for index in _WINGS:
        blood += (0.12 + 0.25 * redness) * _around(points, landmarks[index], (0.006, 0.007))
    blood += 0.12 * redness * _around(points, landmarks[_CHIN] + (0, 0.012, 0), (0.014, 0.009))
    blood += 0.16 * mask["ears"] + 0.10 * mask["eyelids"]

    melanin = 0.025 * noise[22] + 0.025 * noise[7] + 0.030 * noise[2.6] + 0.028 * noise[1.1]
    for index in _LOWER_LIDS:
        under = _around(points, landmarks[index] + (0, 0.002, 0), (0.013, 0.0055))
        melanin += 0.16 * under
        blood += 0.10 * under
    melanin += 0.10 * mask["eyelids"]
    freckled = np.exp(-((points[:, 1] + 0.02) ** 2) / 0.03**2) * smoothstep(0.0, 0.03, points[:, 2])
    freckles = _spots(points, rng, 0.06 + freckled, 320)
    melanin += freckles * (0.30 - 0.12 * melanin_share)

    base = linear_from_srgb(np.array(look["skin_rgb"])) * 0.92
    albedo = base * np.exp(-thin * blood[:, None] * _BLOOD - melanin[:, None] * _MELANIN)
    pores = smoothstep(0.5, 2.0, noise[0.62])
    albedo *= (1 - 0.07 * pores * (1 - lips))[:, None]

    if person.sex == "male":
        beard = _beard(points, landmarks) * (1 - lips)
        stubble = 0.62 + 0.38 * smoothstep(-0.5, 1.2, noise[0.62])
        grown = min(optional_number(look, "beard_length_m") / _FULL_BEARD_M, 1.0)
        shade = base * np.array([0.42, 0.46, 0.52])
        shade = (1 - grown) * shade + grown * (0.3 * base + 0.45 * hair_tone(look))
        strength = max(0.62 * optional_number(look, "stubble"), 0.92 * grown)
        share = (strength * np.minimum(beard * (1 + 0.5 * grown), 1) * stubble)[:, None]
        albedo = albedo * (1 - share) + shade * share
    albedo = _lips(albedo, lips, base, points, rng)
    relief = -5e-5 * pores * (1 - 0.7 * lips) + 2.2e-5 * noise[1.1] + 1.2e-5 * noise[0.62]
    return SkinPaint(np.clip(albedo, 0.004, 0.95), relief)


def _lips(
    albedo: Float[np.ndarray, "texel 3"],
    lips: Float[np.ndarray, " texel"],
    base: Float[np.ndarray, "3"],
    points: Points3,
    rng: np.random.Generator,
) -> Float64[np.ndarray, "texel 3"]:
    """Colour the lips: blood under a thin skin, in fine upright folds."""
    folds = value_noise(points * (1.0, 0.28, 0.5), 0.0011, rng)
    colour = base * np.exp(-0.78 * _BLOOD - 0.12 * _MELANIN) * (1 + 0.07 * folds[:, None])
    share = (0.86 * lips)[:, None]
    return albedo * (1 - share) + colour * share
