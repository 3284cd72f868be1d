"""Tied hair: the winding of a bun, or the tail that hangs from a tie."""

import numpy as np
from jaxtyping import Float64

from mien.head.hair_guides import resampled
from mien.head.hair_styles import HairStyle
from mien.head.hair_surface import HairSurface

_BUN_M, _FLAT = 0.033, 0.72
_CLEAR_M = 0.003
_TAIL_M, _TAIL_WIDE_M = 0.26, 0.016


def tied_hairs(
    surface: HairSurface,
    style: HairStyle,
    count: int,
    points: int,
    rng: np.random.Generator,
) -> Float64[np.ndarray, "strand point 3"]:
    """Lay hairs around the tie of a style that has one."""
    if style.tie_m is None:
        return np.zeros((0, points, 3))
    at = surface.size.own(np.array([(0.0, *style.tie_m)]))
    away, out = surface.distance(at)
    centre, out = (at - out * away[:, None])[0], out[0]
    out = np.array((0.0, out[1], out[2])) / np.hypot(out[1], out[2])
    if style.tied == "bun":
        tied = _bun(centre, out, count, points, rng)
    else:
        tied = _tail(surface, centre, out, count, points, rng)
    away, normal = surface.distance(tied.reshape(-1, 3))
    lifted = np.maximum(_CLEAR_M - away, 0)[:, None] * normal
    clear: Float64[np.ndarray, "strand point 3"] = tied + lifted.reshape(tied.shape)
    return clear


def _bun(
    centre: Float64[np.ndarray, "3"],
    out: Float64[np.ndarray, "3"],
    count: int,
    points: int,
    rng: np.random.Generator,
) -> Float64[np.ndarray, "strand point 3"]:
    """Wind hairs about the direction away from the head, over a flattened ball."""
    side = np.array((1.0, 0.0, 0.0))
    up = np.cross(out, side)
    begin = rng.uniform(0, 2 * np.pi, count)
    sweep = rng.uniform(1.6, 3.0, count)
    tilt = rng.normal(0, 0.25, count)
    rise = np.clip(rng.normal(0.25, 0.55, count), -0.6, 1.35)
    along = np.linspace(0, 1, points)
    angle = begin[:, None] + sweep[:, None] * along
    latitude = rise[:, None] + tilt[:, None] * np.sin(angle) + 0.25 * (along - 0.5)
    radius = _BUN_M * rng.uniform(0.90, 1.02, (count, 1))
    ring = radius * np.cos(latitude)
    height = radius * _FLAT * np.sin(latitude) + 0.014
    wound: Float64[np.ndarray, "strand point 3"] = (
        centre
        + (ring * np.cos(angle))[..., None] * side
        + (ring * np.sin(angle))[..., None] * up
        + height[..., None] * out
    )
    return wound


def _tail(
    surface: HairSurface,
    centre: Float64[np.ndarray, "3"],
    out: Float64[np.ndarray, "3"],
    count: int,
    points: int,
    rng: np.random.Generator,
) -> Float64[np.ndarray, "strand point 3"]:
    """Let hairs leave the tie backward and fall."""
    spread = rng.normal(0, 1, (count, 3)) * (0.5, 0.5, 0.3)
    here = centre + 0.006 * out + 0.006 * spread
    heading = np.tile(out + np.array((0, 0.25, 0)), (count, 1)) + 0.12 * spread
    steps = 16
    curves = np.empty((count, steps + 1, 3))
    curves[:, 0] = here
    stride = _TAIL_M * rng.uniform(0.85, 1.05, count)[:, None] / steps
    for step in range(1, steps + 1):
        heading = 0.72 * heading + 0.28 * np.array((0.0, -1.0, -0.12))
        heading /= np.linalg.norm(heading, axis=1, keepdims=True)
        here = here + stride * heading
        away, normal = surface.distance(here)
        here = here + normal * np.maximum(0.008 - away, 0)[:, None]
        wide = _TAIL_WIDE_M * np.sin(np.pi * min(step / steps + 0.12, 1.0)) ** 0.6
        curves[:, step] = here + spread * (wide, 0, wide)
    return resampled(curves, points)
