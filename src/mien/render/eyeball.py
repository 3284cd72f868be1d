"""The picture that is painted on an eyeball."""

import numpy as np
from jaxtyping import Float32

from mien.head.eye import LIMBUS, PUPIL
from mien.head.noise import smoothstep, value_noise
from mien.head.srgb import linear_from_srgb
from mien.render.atlas import EYE_REACH_RAD, EYE_TEXELS

_PUPIL_SHARE = PUPIL / LIMBUS


def paint_eye(
    iris_rgb: tuple[float, float, float], rng: np.random.Generator
) -> Float32[np.ndarray, "row column 3"]:
    """Paint sclera, iris and pupil over the polar angle, in linear colours."""
    middle = (EYE_TEXELS - 1) / 2
    row, column = np.mgrid[:EYE_TEXELS, :EYE_TEXELS]
    x, y = column - middle, middle - row
    polar = np.hypot(x, y) / (EYE_TEXELS / 2 - 1) * EYE_REACH_RAD
    turn = np.arctan2(y, x)
    share = (polar / np.arcsin(LIMBUS)).ravel()
    around = np.column_stack((np.cos(turn.ravel()), np.sin(turn.ravel()), 0.06 * share))
    fibres = value_noise(around, 0.075, rng) * 0.6 + value_noise(around, 0.03, rng) * 0.4
    iris = linear_from_srgb(np.array(iris_rgb))
    ring = smoothstep(0.62, 0.48, share)[:, None]  # a warmer ring around the pupil
    colour = iris * (1 + 0.28 * fibres[:, None]) * (1 - 0.25 * ring)
    colour += ring * iris * np.array([0.55, 0.32, 0.1])
    colour *= (1 - 0.72 * smoothstep(0.80, 1.0, share))[:, None]
    pupil = smoothstep(_PUPIL_SHARE + 0.03, _PUPIL_SHARE - 0.03, share)[:, None]
    colour = colour * (1 - pupil) + 0.003 * pupil
    grain = value_noise(np.column_stack((x.ravel(), y.ravel(), share)), 14.0, rng)
    far = smoothstep(1.2, 3.6, share)
    sclera = np.array([0.52, 0.485, 0.455]) * (1 - far[:, None] * np.array([0.12, 0.34, 0.36]))
    sclera *= 1 - 0.02 * grain[:, None]
    veins = np.abs(value_noise(np.column_stack((x.ravel(), 2.2 * y.ravel(), share)), 11.0, rng))
    sclera *= 1 - (smoothstep(0.16, 0.02, veins) * far * 0.3)[:, None] * np.array([0.1, 0.8, 0.7])
    limbus = smoothstep(0.93, 1.07, share)[:, None]
    colour = colour * (1 - limbus) + sclera * limbus
    painted: Float32[np.ndarray, "row column 3"] = (
        np.clip(colour, 0.002, 1).reshape(EYE_TEXELS, EYE_TEXELS, 3).astype(np.float32)
    )
    return painted
