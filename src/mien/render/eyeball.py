"""The eyeball as one closed cap with a bulging cornea, and the picture painted on it."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Float32, Float64, Int

from mien.head.noise import smoothstep, value_noise
from mien.head.srgb import linear_from_srgb
from mien.render.atlas import EYE_REACH_RAD, EYE_TEXELS

_IRIS_M = 0.0059
_PUPIL_SHARE = 0.36
_BULGE_M = 0.0009  # how far the cornea stands out of the sphere
_RINGS, _SPOKES = 26, 44


@dataclass(frozen=True)
class EyeMesh:
    """One eyeball around the origin, its pupil on +z."""

    directions: Float64[np.ndarray, "vertex 3"]
    """Unit vectors from the centre."""

    radius: Float64[np.ndarray, " vertex"]
    """Distance from the centre in metres."""

    triangles: Int[np.ndarray, "triangle 3"]


def iris_angle(radius_m: float) -> float:
    """Give the polar angle of the edge of the iris, in radians."""
    return float(np.arcsin(min(_IRIS_M / radius_m, 0.9)))


def eye_mesh(radius_m: float) -> EyeMesh:
    """Build an eyeball; rings lie closer where the cornea bends."""
    polar = np.linspace(0, 1, _RINGS) ** 1.4 * 1.75
    spoke = np.arange(_SPOKES) * 2 * np.pi / _SPOKES
    angle, turn = np.meshgrid(polar[1:], spoke, indexing="ij")
    directions = np.stack(
        (np.sin(angle) * np.cos(turn), np.sin(angle) * np.sin(turn), np.cos(angle)), axis=-1
    ).reshape(-1, 3)
    directions = np.vstack(([0.0, 0.0, 1.0], directions))
    angles = np.concatenate(([0.0], angle.ravel()))
    edge = iris_angle(radius_m) * 1.15
    bulge = np.clip(1 - (angles / edge) ** 2, 0, 1) ** 1.5
    first = 1 + np.arange(_SPOKES)
    after = np.roll(first, -1)
    fan = np.column_stack((np.zeros(_SPOKES, np.int64), first, after))
    rings = [
        np.vstack(
            (
                np.column_stack((first + low, first + high, after + high)),
                np.column_stack((first + low, after + high, after + low)),
            )
        )
        for low, high in ((k * _SPOKES, (k + 1) * _SPOKES) for k in range(_RINGS - 2))
    ]
    return EyeMesh(directions, radius_m + _BULGE_M * bulge, np.vstack((fan, *rings)))


def paint_eye(
    radius_m: float, iris_rgb: tuple[float, float, float], rng: np.random.Generator
) -> Float32[np.ndarray, "row column 3"]:
    """Paint sclera, iris and pupil over the polar angle, in linear colours."""
    middle = (EYE_TEXELS - 1) / 2
    row, column = np.mgrid[:EYE_TEXELS, :EYE_TEXELS]
    x, y = column - middle, middle - row
    polar = np.hypot(x, y) / (EYE_TEXELS / 2 - 1) * EYE_REACH_RAD
    turn = np.arctan2(y, x)
    edge = iris_angle(radius_m)
    share = (polar / edge).ravel()
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


def place_eye(
    mesh: EyeMesh, centre_m: Float[np.ndarray, "3"], turn: Float[np.ndarray, "3 3"]
) -> Float64[np.ndarray, "vertex 3"]:
    """Turn an eyeball and set it into its place in the head at rest."""
    result: Float64[np.ndarray, "vertex 3"] = (
        mesh.directions * mesh.radius[:, None]
    ) @ turn.T + centre_m
    return result
