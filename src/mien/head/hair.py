"""The hair of the head: thousands of strands between guide hairs, in locks, curls and a tie."""

# ruff: noqa: PLR2004 - places and lengths on the average head

from dataclasses import replace

import numpy as np
from jaxtyping import Float64

from mien.head.ground import Appearance, Ground, number, optional_number
from mien.head.hair_guides import free_of_face, guide_hairs, resampled
from mien.head.hair_roots import Roots, no_roots, strewn_roots, with_more
from mien.head.hair_shape import in_locks_and_curls, spread_in_depth, strands_between
from mien.head.hair_styles import HairStyle, hair_style
from mien.head.hair_surface import HairSurface
from mien.head.hair_tied import tied_hairs
from mien.head.strands import Strands, frames_at

_GUIDES, _FEW_GUIDES = 600, 220
_STEPS, _FEW_STEPS = 22, 10
_FEW_POINTS = 7
_COARSE = 4.0
_ESCAPES = 0.8
_WIDEST = 30.0
"""By what factor a hair may stand for others."""


def grow_hair(
    ground: Ground, appearance: Appearance, rng: np.random.Generator, *, most: int = 0
) -> Strands:
    """Grow hair where the scalp is; none for the bald.

    Args:
        ground: The head of the person, in the place of the average.
        appearance: ``hair_style``, ``hair_density``, ``hair_length_scale`` and the hairline.
        rng: Places the hairs.
        most: Largest number of hairs; fewer hairs are wider. 0: as many as the style has.
    """
    style = hair_style(str(appearance.get("hair_style", "cropped")))
    density = number(appearance, "hair_density")
    full = int(style.hairs * density)
    count = min(full, most) if most else full
    few = count < full
    if not count:
        return _bound(ground, no_roots(), np.zeros((0, style.points, 3)), style, 1.0, rng)
    surface = HairSurface.of(ground)
    roots = strewn_roots(ground, surface, appearance, style, count, rng)
    guides = roots.few(
        np.sort(rng.permutation(len(roots.triangle))[: _FEW_GUIDES if few else _GUIDES])
    )
    scale = optional_number(appearance, "hair_length_scale") or 1.0
    curves = guide_hairs(
        surface,
        _longer(style, scale),
        guides.place_m,
        guides.normal,
        steps=_FEW_STEPS if few else _STEPS,
        rng=rng,
    )
    points = _FEW_POINTS if few else style.points
    strands = strands_between(roots, guides, curves, points)
    strands = spread_in_depth(surface, style, strands, rng)
    strands = in_locks_and_curls(style, roots, strands, rng, few=few)
    clear = free_of_face(surface, style, strands)
    roots, strands = roots.few(clear), strands[clear]
    wider = min((full / count) ** 0.85, _WIDEST)
    if style.tied:
        loose = _loose(surface, style, roots, points, rng)
        extra = tied_hairs(surface, style, max(count // 4, 40), points, rng)
        extra = np.concatenate([extra, loose])
        strands = np.concatenate([strands, extra])
        roots = with_more(ground, surface, roots, extra)
    return _bound(ground, roots, strands, style, wider, rng)


def _longer(style: HairStyle, scale: float) -> HairStyle:
    if scale == 1.0:
        return style
    return replace(
        style,
        top_m=style.top_m * scale,
        front_m=style.front_m * scale,
        side_m=style.side_m * scale,
        back_m=style.back_m * scale,
    )


def _loose(
    surface: HairSurface,
    style: HairStyle,
    roots: Roots,
    points: int,
    rng: np.random.Generator,
) -> Float64[np.ndarray, "strand point 3"]:
    """Let a few hairs at the temples escape the tie."""
    place = surface.size.average(roots.place_m)
    temple = (place[:, 2] > -0.062) & (place[:, 1] > -0.01) & (place[:, 1] < 0.048)
    at = np.flatnonzero(temple & (roots.cover < 0.97))
    at = at[rng.random(len(at)) < _ESCAPES]
    hanging = replace(
        style, flow="part", weight=0.75, volume_m=0.007, tie_m=None, tied="", cut_y_m=-0.045,
        lift=0.4, hug=0.4,
    )  # fmt: skip
    curves = guide_hairs(
        surface, hanging, roots.place_m[at], roots.normal[at], steps=_STEPS, rng=rng
    )
    wave = 0.004 * np.sin(np.linspace(0, 5, curves.shape[1]))
    curves[..., 0] += np.sign(curves[:, :1, 0]) * wave
    loose = resampled(curves, points)
    free: Float64[np.ndarray, "strand point 3"] = loose[free_of_face(surface, hanging, loose)]
    return free


def _bound(
    ground: Ground,
    roots: Roots,
    strands: Float64[np.ndarray, "strand point 3"],
    style: HairStyle,
    wider: float,
    rng: np.random.Generator,
) -> Strands:
    """Keep the strands in the frames of the triangles that they grow on."""
    points = strands.shape[1]
    corners = ground.mean_m[ground.part_triangles("skin")[roots.triangle]]
    weight = roots.share.astype(np.float32)
    origin, frame = frames_at(corners, weight)
    offset = strands.astype(np.float32) - origin[:, None]
    along = np.linspace(0, 1, points)
    taper = 0.8 if wider < _COARSE else 0.45
    thick = rng.uniform(0.7, 1.2, (len(strands), 1)) * (1 - taper * along**2.5)
    return Strands(
        triangle=np.repeat(roots.triangle[:, None], points, axis=1),
        barycentric=np.repeat(weight[:, None], points, axis=1),
        local_m=np.matmul(offset, frame.transpose(0, 2, 1)),
        radius_m=(style.radius_m * wider * thick).astype(np.float32),
    )
