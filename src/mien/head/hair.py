"""The hair of the head: thousands of strands between guide hairs, in locks, curls and a tie."""

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float, Float64, Int
from scipy.spatial import cKDTree

from mien.head.ground import Appearance, Ground, number, optional_number
from mien.head.hair_guides import HEAVY, free_of_face, guide_hairs, resampled
from mien.head.hair_styles import HairStyle, hair_style
from mien.head.hair_surface import HairSurface
from mien.head.hair_tied import tied_hairs
from mien.head.hairline import scalp_cover
from mien.head.noise import smoothstep
from mien.head.normals import vertex_normals
from mien.head.strands import Strands, frames_at

_GUIDES, _FEW_GUIDES = 600, 220
_STEPS, _FEW_STEPS = 22, 10
_FEW_POINTS = 7
_LEAST_M = 0.0008
_COARSE = 4.0
_AHEAD = 1.2
_WIDEST = 30.0
"""By what factor a hair may stand for others."""


@dataclass(frozen=True)
class _Roots:
    triangle: Int[np.ndarray, " root"]
    share: Float64[np.ndarray, "root 3"]
    place_m: Float64[np.ndarray, "root 3"]
    normal: Float64[np.ndarray, "root 3"]
    cover: Float64[np.ndarray, " root"]

    def few(self, chosen: np.ndarray) -> "_Roots":
        return _Roots(
            self.triangle[chosen],
            self.share[chosen],
            self.place_m[chosen],
            self.normal[chosen],
            self.cover[chosen],
        )


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
        return _bound(ground, _Roots(*_nothing()), np.zeros((0, style.points, 3)), style, 1.0, rng)
    surface = HairSurface.of(ground)
    roots = _roots(ground, surface, appearance, style, count, rng)
    guides = roots.few(_spread(len(roots.triangle), _FEW_GUIDES if few else _GUIDES, rng))
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
    strands = _between(roots, guides, curves, points)
    strands = _filled(surface, style, strands, rng)
    strands = _shaped(style, roots, strands, rng, few=few)
    clear = free_of_face(surface, style, strands)
    roots, strands = roots.few(clear), strands[clear]
    wider = min((full / count) ** 0.85, _WIDEST)
    if style.tied:
        extra = tied_hairs(surface, style, max(count // 4, 40), points, rng)
        strands = np.concatenate([strands, extra])
        roots = _with_tied(ground, surface, roots, extra)
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


def _nothing() -> tuple[np.ndarray, ...]:
    return np.zeros(0, np.intp), np.zeros((0, 3)), np.zeros((0, 3)), np.zeros((0, 3)), np.zeros(0)


def _roots(  # noqa: PLR0913 - what grows, where and how
    ground: Ground,
    surface: HairSurface,
    appearance: Appearance,
    style: HairStyle,
    count: int,
    rng: np.random.Generator,
) -> _Roots:
    """Strew roots over the scalp: evenly by area, thinner towards its edge."""
    skin = ground.part_triangles("skin")
    vertices = ground.mean_m.astype(np.float64)
    corners = vertices[skin]
    cross = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    cover = scalp_cover(surface.size.average(vertices), ground.masks["ears"], appearance)
    chance = np.linalg.norm(cross, axis=1) * (cover[skin].max(axis=1) > 0)
    if style.weight > HEAVY:  # hair beside the face hangs over more skin than it grows on
        ahead = surface.size.average(corners.mean(axis=1))
        chance *= 1 + _AHEAD * smoothstep(-0.085, -0.035, ahead[:, 2])
    tried = 3 * count
    triangle = rng.choice(len(skin), tried, p=chance / chance.sum())
    share = rng.dirichlet((1.0, 1.0, 1.0), tried)
    place = np.einsum("sc,scd->sd", share, corners[triangle])
    ears = np.einsum("sc,sc->s", share, ground.masks["ears"][skin[triangle]].astype(np.float64))
    here = scalp_cover(surface.size.average(place), ears, appearance)
    kept = np.flatnonzero(rng.random(tried) < smoothstep(0.02, 0.75, here))[:count]
    normals = vertex_normals(vertices, skin, ground.weld)
    normal = np.einsum("sc,scd->sd", share[kept], normals[skin[triangle[kept]]])
    normal /= np.linalg.norm(normal, axis=1, keepdims=True)
    return _Roots(triangle[kept], share[kept], place[kept], normal, here[kept])


def _spread(count: int, wanted: int, rng: np.random.Generator) -> Int[np.ndarray, " chosen"]:
    return np.sort(rng.permutation(count)[:wanted])


def _between(
    roots: _Roots,
    guides: _Roots,
    curves: Float64[np.ndarray, "guide step 3"],
    points: int,
) -> Float64[np.ndarray, "strand point 3"]:
    """Blend the guides around each root, those aside that end elsewhere (beyond a parting)."""
    even = resampled(curves, points) if curves.shape[1] != points else curves
    offset = even - even[:, :1]
    near = min(3, len(even))
    away, which = cKDTree(guides.place_m).query(roots.place_m, k=near)
    away, which = away.reshape(-1, near), which.reshape(-1, near)
    ends = offset[which, -1]
    apart = np.linalg.norm(ends - ends[:, :1], axis=2)
    length = np.linalg.norm(ends[:, :1], axis=2)
    weight = 1.0 / (away + 1e-3) ** 2 * (apart < 0.012 + 0.35 * length)
    weight /= weight.sum(axis=1, keepdims=True)
    strands = np.zeros((len(roots.place_m), points, 3))
    for k in range(near):
        strands += weight[:, k, None, None] * offset[which[:, k]]
    return strands + roots.place_m[:, None]


def _filled(
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


def _shaped(
    style: HairStyle,
    roots: _Roots,
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
    together = style.clump * (0.35 if few else 1.0) * (along**1.3)[None, :, None] * rng.uniform(0.5, 1.0, (count, 1, 1))
    near = np.linalg.norm(centre[:, -1] - strands[:, -1], axis=1) < 0.035
    shaped = strands + together * near[:, None, None] * (centre - strands)
    length = np.linalg.norm(np.diff(strands, axis=1), axis=2).sum(axis=1)
    curl_m, wave_m = style.curl_m, style.curl_wave_m
    if few and curl_m > 0:  # few points cannot follow narrow curls
        curl_m = max(curl_m, 0.12 * float(np.median(length))) if style.flow == "out" else curl_m
        wave_m = max(wave_m, 0.55 * float(np.median(length)))
    if curl_m > 0:
        first, second = _across(shaped)
        phase = rng.uniform(0, 2 * np.pi, len(seeds))[lock] + rng.normal(0, 2.0 if few else 0.35, count)
        wave = wave_m * rng.uniform(0.85, 1.2, len(seeds))[lock]
        angle = phase[:, None] + 2 * np.pi * along * (length / wave)[:, None]
        grow = np.minimum(along * length[:, None] / (0.8 * wave_m), 1.0)
        radius = curl_m * rng.uniform(0.7, 1.2, count)[:, None] * grow
        shaped = shaped + radius[..., None] * (
            np.cos(angle)[..., None] * first + np.sin(angle)[..., None] * second
        )
    stray = rng.normal(0, 1, (count, 1, 3)) * np.where(rng.random(count) < 0.05, 2.2, 1.0)[:, None, None]
    bend = rng.normal(0, 1, (count, 1, 3))
    reach = style.fly * np.minimum(length, 0.08)[:, None, None] * (0.5 if few else 1.0)
    spread = stray * along[None, :, None] + bend * np.sin(np.pi * along)[None, :, None] * 0.5
    shaped = shaped + 0.35 * reach * spread * along[None, :, None] ** 0.5
    # Lengths differ between neighbours, so that edges do not look cut with a ruler.
    shorter = 1 - (0.08 if style.flow == "out" else 0.22) * rng.random(count)
    root = shaped[:, :1]
    return root + (shaped - root) * shorter[:, None, None] if style.weight < 0.3 else shaped


def _across(
    strands: Float64[np.ndarray, "strand point 3"],
) -> tuple[Float64[np.ndarray, "strand point 3"], Float64[np.ndarray, "strand point 3"]]:
    """Two directions at right angles to each strand."""
    heading = np.gradient(strands, axis=1)
    heading /= np.linalg.norm(heading, axis=2, keepdims=True) + 1e-12
    first = np.cross(heading, (0.31, 0.12, 0.94))
    first /= np.linalg.norm(first, axis=2, keepdims=True) + 1e-12
    return first, np.cross(heading, first)


def _with_tied(
    ground: Ground,
    surface: HairSurface,
    roots: _Roots,
    extra: Float64[np.ndarray, "strand point 3"],
) -> _Roots:
    """Bind the hairs of the tie to the skin nearest to where they begin."""
    skin = ground.part_triangles("skin")
    centres = ground.mean_m[skin].astype(np.float64).mean(axis=1)
    _, triangle = cKDTree(centres).query(extra[:, 0])
    third = np.full((len(extra), 3), 1 / 3)
    _, out = surface.distance(extra[:, 0])
    return _Roots(
        np.concatenate([roots.triangle, triangle]),
        np.concatenate([roots.share, third]),
        np.concatenate([roots.place_m, extra[:, 0]]),
        np.concatenate([roots.normal, out]),
        np.concatenate([roots.cover, np.ones(len(extra))]),
    )


def _bound(
    ground: Ground,
    roots: _Roots,
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
