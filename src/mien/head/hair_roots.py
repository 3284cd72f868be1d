"""Where the hairs of a head leave the skin."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float64, Int
from scipy.spatial import cKDTree

from mien.head.ground import Appearance, Ground
from mien.head.hair_guides import HEAVY
from mien.head.hair_styles import HairStyle
from mien.head.hair_surface import HairSurface
from mien.head.hairline import scalp_cover
from mien.head.noise import smoothstep
from mien.head.normals import vertex_normals

_AHEAD = 1.2
"""How much denser long hair stands beside the face."""


@dataclass(frozen=True)
class Roots:
    """Roots on the triangles of the skin."""

    triangle: Int[np.ndarray, " root"]
    share: Float64[np.ndarray, "root 3"]
    place_m: Float64[np.ndarray, "root 3"]
    normal: Float64[np.ndarray, "root 3"]
    cover: Float64[np.ndarray, " root"]

    def few(self, chosen: Int[np.ndarray, " few"] | Bool[np.ndarray, " root"]) -> "Roots":
        """Choose some, by number or by mask."""
        return Roots(
            self.triangle[chosen],
            self.share[chosen],
            self.place_m[chosen],
            self.normal[chosen],
            self.cover[chosen],
        )


def strewn_roots(
    ground: Ground,
    surface: HairSurface,
    appearance: Appearance,
    style: HairStyle,
    count: int,
    rng: np.random.Generator,
) -> Roots:
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
    normal /= np.linalg.norm(normal, axis=1, keepdims=True) + 1e-12
    return Roots(triangle[kept], share[kept], place[kept], normal, here[kept])


def no_roots() -> Roots:
    """Nobody's hair."""
    none = np.zeros((0, 3))
    return Roots(np.zeros(0, np.intp), none, none, none, np.zeros(0))


def with_more(
    ground: Ground,
    surface: HairSurface,
    roots: Roots,
    extra: Float64[np.ndarray, "strand point 3"],
) -> Roots:
    """Bind the hairs of the tie to the skin nearest to where they begin."""
    skin = ground.part_triangles("skin")
    centres = ground.mean_m[skin].astype(np.float64).mean(axis=1)
    _, triangle = cKDTree(centres).query(extra[:, 0])
    third = np.full((len(extra), 3), 1 / 3)
    _, out = surface.distance(extra[:, 0])
    return Roots(
        np.concatenate([roots.triangle, triangle]),
        np.concatenate([roots.share, third]),
        np.concatenate([roots.place_m, extra[:, 0]]),
        np.concatenate([roots.normal, out]),
        np.concatenate([roots.cover, np.ones(len(extra))]),
    )
