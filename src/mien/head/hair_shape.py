"""Strands between guide hairs: spread in depth, drawn together in locks, curled."""

# ruff: noqa: PLR2004 - places and lengths on the average head

import numpy as np
from jaxtyping import Float64
from scipy.spatial import cKDTree

from mien.head.hair_guides import HEAVY, resampled
from mien.head.hair_roots import Roots
from mien.head.hair_styles import HairStyle
from mien.head.hair_surface import HairSurface

_LEAST_M = 0.0008


def strands_between(
    roots: Roots,
    guides: Roots,
    curves: Float64[np.ndarray, "guide step 3"],
    points: int,
) -> Float64[np.ndarray, "strand point 3"]:
    """Blend the guides around each root, those aside that end elsewhere (beyond a parting)."""
    even = resampled(curves, points) if curves.shape[1] != points else curves
    offset = even - even[:, :1]
    near = min(3, len(even))
    away, which = cKDTree(guides.place_m).query(roots.place_m, k=near)
    away, which = np.reshape(away, (-1, near)), np.reshape(which, (-1, near))
    ends = offset[which, -1]
    apart = np.linalg.norm(ends - ends[:, :1], axis=2)
    length: Float64[np.ndarray, "strand one"] = np.linalg.norm(ends[:, :1], axis=2)
    weight = 1.0 / (away + 1e-3) ** 2 * (apart < 0.012 + 0.35 * length)
    weight /= weight.sum(axis=1, keepdims=True)
    strands = np.zeros((len(roots.place_m), points, 3))
    for k in range(near):
        strands += weight[:, k, None, None] * offset[which[:, k]]
    placed: Float64[np.ndarray, "strand point 3"] = strands + roots.place_m[:, None]
    return placed


def spread_in_depth(
    surface: HairSurface,
    style: HairStyle,
    strands: Float64[np.ndarray, "strand point 3"],
    rng: np.random.Generator,
) -> Float64[np.ndarray, "strand point 3"]:
    """Spread the strands between the skin and the guides, and keep them out of the skin."""
    count, points, _ = strands.shape
    away, out = surface.distance(strands.reshape(-1, 3))
    away, out = away.reshape(count, points), out.reshape(strands.shape)
    depth = rng.beta(2.2, 1.0, (count, 1))  # most lie near the outside, where they are seen
    if style.flow in {"crown", "out"}:
        depth = np.ones((count, 1))
    along = np.linspace(0, 1, points)
    least = _LEAST_M + 0.0012 * np.minimum(4 * along, 1)
    wanted = np.maximum(np.minimum(away, 0.05) * (0.35 + 0.65 * depth), least)
    move = np.where(away < 0.05, wanted - away, 0.0)
    move[:, 0] = 0.0
    filled: Float64[np.ndarray, "strand point 3"] = strands + out * move[..., None]
    return filled


def in_locks_and_curls(
    style: HairStyle,
    roots: Roots,
    strands: Float64[np.ndarray, "strand point 3"],
    rng: np.random.Generator,
    *,
    few: bool,
) -> Float64[np.ndarray, "strand point 3"]:
    """Draw tips together in locks, curl them, and let single hairs stray."""
    count, points, _ = strands.shape
    along = np.linspace(0, 1, points)
    # The phases of curls are those of the lock, so that a lock curls as one.
    seeds = np.sort(rng.permutation(count)[: max(count // (6 if few else 22), 1)])
    _, lock = cKDTree(roots.place_m[seeds]).query(roots.place_m)
    centre = strands[seeds][lock]
    # Few wide strands in locks would look like spikes.
    together = (
        style.clump
        * (0.35 if few else 1.0)
        * (along**1.3)[None, :, None]
        * rng.uniform(0.5, 1.0, (count, 1, 1))
    )
    near = np.linalg.norm(centre[:, -1] - strands[:, -1], axis=1) < 0.035
    shaped = strands + together * near[:, None, None] * (centre - strands)
    pieces = np.sqrt((np.diff(strands, axis=1) ** 2).sum(axis=2))
    length: Float64[np.ndarray, " strand"] = np.einsum("sp->s", pieces)
    curl_m, wave_m = style.curl_m, style.curl_wave_m
    if few and curl_m > 0:  # few points cannot follow narrow curls
        curl_m = max(curl_m, 0.12 * float(np.median(length))) if style.flow == "out" else curl_m
        wave_m = max(wave_m, 0.55 * float(np.median(length)))
    if curl_m > 0:
        first, second = _across(shaped)
        phase = rng.uniform(0, 2 * np.pi, len(seeds))[lock] + rng.normal(
            0, 2.0 if few else 0.35, count
        )
        wave = wave_m * rng.uniform(0.85, 1.2, len(seeds))[lock]
        angle = phase[:, None] + 2 * np.pi * along * (length / wave)[:, None]
        grow = np.minimum(along * length[:, None] / (0.8 * wave_m), 1.0)
        radius = curl_m * rng.uniform(0.7, 1.2, (count, 1)) * grow
        shaped = shaped + radius[..., None] * (
            np.cos(angle)[..., None] * first + np.sin(angle)[..., None] * second
        )
    stray = rng.normal(0, 1, (count, 1, 3)) * np.where(rng.random((count, 1, 1)) < 0.05, 2.2, 1.0)
    bend = rng.normal(0, 1, (count, 1, 3))
    far: Float64[np.ndarray, " strand"] = np.minimum(length, 0.08)
    reach = style.fly * far[:, None, None] * (0.5 if few else 1.0)
    spread = stray * along[None, :, None] + bend * np.sin(np.pi * along)[None, :, None] * 0.5
    shaped = shaped + 0.35 * reach * spread * along[None, :, None] ** 0.5
    # Lengths differ between neighbours, so that edges do not look cut with a ruler.
    shorter = 1 - (0.08 if style.flow == "out" else 0.22) * rng.random((count,))
    return _trimmed(shaped, shorter) if style.weight < HEAVY and not style.tied else shaped


def _trimmed(
    strands: Float64[np.ndarray, "strand point 3"], share: Float64[np.ndarray, " strand"]
) -> Float64[np.ndarray, "strand point 3"]:
    """Keep a share of each strand from its root, with as many points."""
    last = strands.shape[1] - 1
    place = share[:, None] * np.arange(last + 1)
    before = np.minimum(place.astype(np.intp), last - 1)
    part = (place - before)[..., None]
    row = np.arange(len(strands))[:, None]
    trimmed: Float64[np.ndarray, "strand point 3"] = (
        strands[row, before] * (1 - part) + strands[row, before + 1] * part
    )
    return trimmed


def _across(
    strands: Float64[np.ndarray, "strand point 3"],
) -> tuple[Float64[np.ndarray, "strand point 3"], Float64[np.ndarray, "strand point 3"]]:
    """Two directions at right angles to each strand."""
    heading = np.gradient(strands, axis=1)
    heading /= np.linalg.norm(heading, axis=2, keepdims=True) + 1e-12
    first = np.cross(heading, (0.31, 0.12, 0.94))
    first /= np.linalg.norm(first, axis=2, keepdims=True) + 1e-12
    return first, np.cross(heading, first)
