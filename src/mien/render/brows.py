"""Eyebrows: hairs that rise at the nose, lean outward in the middle and lie flat at the tail."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Float32, Float64

from mien.core.arrays import Points2
from mien.head import Person
from mien.head.srgb import linear_from_srgb
from mien.render.atlas import Atlas
from mien.render.noise import smoothstep
from mien.render.strands import draw_strands

_UPPER = {"left": (336, 296, 334, 293, 300), "right": (107, 66, 105, 63, 70)}
_LOWER = {"left": (285, 295, 282, 283, 276), "right": (55, 65, 52, 53, 46)}
_HAIRS = 900
_POINTS = 5
_HAIR_M = 0.00008  # half the width of a drawn hair; some lie together


@dataclass(frozen=True)
class BrowHairs:
    """Hairs of both brows on the unrolled skin, in metres of it (x along, y down)."""

    points_m: Float64[np.ndarray, "hair point 2"]
    half_width_m: Float64[np.ndarray, "hair point"]
    darkness: Float64[np.ndarray, " hair"]
    """0..1, how far from the brow's colour towards black."""

    opacity: Float64[np.ndarray, " hair"]
    """Weaker towards the nose, where brows thin out."""


def _line(points: Points2, share: Float[np.ndarray, " hair"]) -> Float64[np.ndarray, "hair 2"]:
    """Follow a row of points as a smooth curve (a cubic fit over the share of the way)."""
    knots = np.linspace(0, 1, len(points))
    fit = np.polynomial.polynomial.polyfit(knots, points, 3)
    result: Float64[np.ndarray, "hair 2"] = np.polynomial.polynomial.polyval(share, fit).T
    return result


def brow_hairs(
    unrolled_m: Float[np.ndarray, "landmark 2"], person: Person, rng: np.random.Generator
) -> BrowHairs:
    """Grow both brows from the landmarks on the unrolled skin."""
    look = person.appearance
    width, density = float(look["brow_width_m"]), float(look["brow_density"])  # type: ignore[arg-type]
    count = int(_HAIRS * (0.55 + 0.45 * density))
    every, widths, dark, opacity = [], [], [], []
    for side, outward in (("left", 1.0), ("right", -1.0)):
        upper = unrolled_m[list(_UPPER[side])]
        lower = unrolled_m[list(_LOWER[side])]
        share = -0.06 + 1.06 * rng.random(count) ** 1.3
        middle = 0.5 * (_line(upper, share) + _line(lower, share))
        ahead = 0.5 * (_line(upper, share + 0.02) + _line(lower, share + 0.02)) - middle
        ahead /= np.linalg.norm(ahead, axis=1, keepdims=True)
        across = np.column_stack((ahead[:, 1], -ahead[:, 0])) * outward  # towards the forehead
        thick = (
            width
            * (0.62 + 0.38 * smoothstep(0.0, 0.2, share))
            * (1 - 0.78 * smoothstep(0.45, 1.0, share))
        )
        offset = np.clip(rng.normal(-0.16, 0.24, count), -0.55, 0.45)
        root = middle + across * (offset * thick)[:, None]
        lean = 1.25 - 0.95 * smoothstep(0.0, 0.45, share) - 0.30 * smoothstep(0.5, 1.0, share)
        lean = lean - 0.75 * (offset + 0.1) * smoothstep(0.1, 0.4, share)
        lean += rng.normal(0, 0.13, count)
        length = (0.0045 + 0.003 * smoothstep(0.0, 0.3, share)) * (0.8 + 0.4 * rng.random(count))
        length *= 1 - 0.35 * smoothstep(0.7, 1.0, share)
        bend = rng.normal(-0.25, 0.12, count)
        step = np.linspace(0, 1, _POINTS)
        turn = lean[:, None] + bend[:, None] * step
        moves = (
            np.cos(turn)[..., None] * ahead[:, None] + np.sin(turn)[..., None] * across[:, None]
        ) * (length[:, None, None] / (_POINTS - 1))
        points = root[:, None] + np.cumsum(moves, axis=1) - moves[:, :1]
        every.append(points)
        widths.append(_HAIR_M * (0.8 + 0.4 * rng.random(count))[:, None] * (1 - 0.75 * step**2))
        dark.append(rng.random(count))
        opacity.append(0.22 + 0.6 * smoothstep(-0.06, 0.22, share))
    return BrowHairs(
        np.concatenate(every),
        np.concatenate(widths),
        np.concatenate(dark),
        np.concatenate(opacity),
    )


def draw_brows(
    texture: Float32[np.ndarray, "row column 8"],
    atlas: Atlas,
    landmarks: Float[np.ndarray, "landmark 3"],
    person: Person,
    rng: np.random.Generator,
) -> None:
    """Draw both brows into the texture of the skin."""
    place = atlas.skin_texels(landmarks, np.zeros((2, 3))) / atlas.texels_per_m
    hairs = brow_hairs(place, person, rng)
    colour = linear_from_srgb(np.array(person.appearance["brow_rgb"])) * 0.55
    colours = colour * (1.0 - 0.5 * hairs.darkness[:, None, None]) * np.ones((1, _POINTS, 1))
    points = np.concatenate(
        (hairs.points_m * atlas.texels_per_m, np.ones((*hairs.points_m.shape[:2], 1))), axis=2
    )
    picture = texture[: atlas.skin_height]
    clear = np.zeros(picture.shape[:2], np.float32)  # nothing hides a hair
    strands = (points, hairs.half_width_m * atlas.texels_per_m, colours, hairs.opacity)
    draw_strands(strands, np.array([0, len(picture)]), (clear, clear), 1.0, picture)
