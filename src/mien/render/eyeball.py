"""The pictures that are painted on an eyeball: the whole ball, and the iris by itself."""

import numpy as np
from jaxtyping import Float, Float32, Float64

from mien.head.eye import LIMBUS, PUPIL
from mien.head.noise import smoothstep, value_noise
from mien.head.srgb import linear_from_srgb
from mien.render.atlas import EYE_REACH_RAD, EYE_TEXELS, IRIS_REACH, IRIS_TEXELS

_PUPIL_SHARE = PUPIL / LIMBUS
_GREY_OF_BLUE = 0.5
_COLLARETTE = 0.52  # where the inner zone of the iris ends, as a share of its radius
_YELLOWED_AGE, _YELLOWING_YEARS = 35.0, 55.0


def paint_iris(
    iris_rgb: tuple[float, float, float], age_years: float, rng: np.random.Generator
) -> Float32[np.ndarray, "row column 3"]:
    """Paint the iris seen straight on, its middle in the middle, in linear colours."""
    middle = (IRIS_TEXELS - 1) / 2
    row, column = np.mgrid[:IRIS_TEXELS, :IRIS_TEXELS]
    x, y = (column - middle).ravel(), (middle - row).ravel()
    share = np.hypot(x, y) / (IRIS_TEXELS / 2 - 1) * IRIS_REACH
    colour = _iris_colour(share, np.arctan2(y, x), iris_rgb, age_years, rng)
    painted: Float32[np.ndarray, "row column 3"] = colour.reshape(
        IRIS_TEXELS, IRIS_TEXELS, 3
    ).astype(np.float32)
    return painted


def paint_eye(
    iris_rgb: tuple[float, float, float], age_years: float, rng: np.random.Generator
) -> Float32[np.ndarray, "row column 3"]:
    """Paint sclera, iris and pupil over the polar angle, in linear colours."""
    middle = (EYE_TEXELS - 1) / 2
    row, column = np.mgrid[:EYE_TEXELS, :EYE_TEXELS]
    x, y = (column - middle).ravel(), (middle - row).ravel()
    polar = np.hypot(x, y) / (EYE_TEXELS / 2 - 1) * EYE_REACH_RAD
    share = np.sin(np.minimum(polar, np.pi / 2)) / LIMBUS
    turn = np.arctan2(y, x)
    colour = _iris_colour(share, turn, iris_rgb, age_years, rng)
    sclera = _sclera_colour(share, turn, age_years, rng)
    limbus = smoothstep(0.93, 1.08, share)[:, None]
    colour = colour * (1 - limbus) + sclera * limbus
    painted: Float32[np.ndarray, "row column 3"] = (
        np.clip(colour, 0.002, 1).reshape(EYE_TEXELS, EYE_TEXELS, 3).astype(np.float32)
    )
    return painted


def _iris_colour(
    share: Float[np.ndarray, " texel"],
    turn: Float[np.ndarray, " texel"],
    iris_rgb: tuple[float, float, float],
    age_years: float,
    rng: np.random.Generator,
) -> Float64[np.ndarray, "texel 3"]:
    """Colour an iris: spokes, a wavy inner zone, dark pits and a ring at the limbus."""
    around = np.column_stack((np.cos(turn), np.sin(turn), 0.10 * share))
    bent = np.column_stack((np.cos(turn), np.sin(turn), 0.9 * share))
    wave = 0.05 * value_noise(bent, 0.35, rng)
    fibres = 0.55 * value_noise(around, 0.075, rng) + 0.45 * value_noise(around, 0.028, rng)
    pits = smoothstep(0.9, 2.2, value_noise(bent, 0.16, rng)) * smoothstep(0.9, 0.6, share)
    iris = linear_from_srgb(np.array(iris_rgb))
    if iris[2] > iris[0]:  # blue is grey stroma before a dark ground, never a pigment
        iris += _GREY_OF_BLUE * (iris.mean() - iris)
    inner = smoothstep(_COLLARETTE + 0.10, _COLLARETTE - 0.06, share + wave)[:, None]
    bright = 1 + 0.42 * fibres[:, None] * smoothstep(0.25, 0.5, share)[:, None]
    colour = iris * np.clip(bright, 0.25, 2.0)
    colour = colour * (1 + 0.30 * np.exp(-(((share + wave - _COLLARETTE) / 0.05) ** 2)))[:, None]
    colour = colour * (1 - 0.28 * inner) + inner * iris * np.array([0.42, 0.24, 0.06])
    colour *= (1 - 0.45 * pits)[:, None]
    ring = smoothstep(0.74, 0.97, share + 0.4 * wave)[:, None]
    colour *= 1 - ring * np.array([0.80, 0.74, 0.66])
    # Old eyes have a grey ring where the cornea ends (arcus).
    arcus = np.clip((age_years - 55) / 40, 0, 0.5) * np.exp(-(((share - 0.97) / 0.05) ** 2))
    colour = colour * (1 - arcus[:, None]) + 0.32 * arcus[:, None]
    ruff = np.exp(-(((share - _PUPIL_SHARE - 0.03) / 0.022) ** 2))[:, None]
    colour = colour * (1 - 0.7 * ruff) + 0.7 * ruff * np.array([0.02, 0.011, 0.006])
    pupil = smoothstep(_PUPIL_SHARE + 0.025, _PUPIL_SHARE - 0.025, share)[:, None]
    result: Float64[np.ndarray, "texel 3"] = np.clip(colour * (1 - pupil) + 0.002 * pupil, 0.001, 1)
    return result


def _sclera_colour(
    share: Float[np.ndarray, " texel"],
    turn: Float[np.ndarray, " texel"],
    age_years: float,
    rng: np.random.Generator,
) -> Float64[np.ndarray, "texel 3"]:
    """Colour the white of the eye, which is grey, with veins that run in from the corners."""
    age = float(np.clip((age_years - _YELLOWED_AGE) / _YELLOWING_YEARS, 0, 1))
    base = np.array([0.40, 0.375, 0.355]) * (1 - age * np.array([0.02, 0.05, 0.16]))
    far = smoothstep(1.15, 2.4, share)
    colour = base * (1 - far[:, None] * np.array([0.08, 0.17, 0.19]))
    # A breath of blue next to the iris, where the sclera is thin.
    colour *= 1 - smoothstep(1.35, 1.0, share)[:, None] * np.array([0.26, 0.20, 0.14])
    x, y = share * np.cos(turn), share * np.sin(turn)
    place = np.column_stack((0.55 * x, y, 0 * x))
    place = place + 0.10 * np.column_stack([value_noise(place, 0.5, rng) for _ in range(3)])
    veins = np.zeros(len(share))
    for grain, width, weight in ((0.9, 0.05, 1.0), (0.45, 0.06, 0.6), (0.22, 0.09, 0.35)):
        ridge = smoothstep(width, 0.0, np.abs(value_noise(place, grain, rng)))
        veins = np.maximum(veins, weight * ridge)
    patchy = np.clip(0.6 + 0.4 * value_noise(place, 0.8, rng), 0, 1)
    veins *= smoothstep(1.2, 2.3, share) * patchy * (0.8 + 0.5 * age)
    colour *= 1 - np.minimum(veins, 1)[:, None] * np.array([0.10, 0.48, 0.46])
    result: Float64[np.ndarray, "texel 3"] = colour
    return result
