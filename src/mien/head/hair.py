"""How cropped hair grows: away from the whorl, in small locks that lean with the scalp."""

import numpy as np
from jaxtyping import Float, Int

from mien.head.ground import Appearance, Ground, number
from mien.head.noise import smoothstep, value_noise
from mien.head.normals import vertex_normals
from mien.head.strands import Strands, frames_at

SCALP_HAIRS = 18000
"""At full density."""

WHORL_M = (0.0, 0.105, -0.125)
"""The crown, from which scalp hair grows away."""

_RADIUS_M = 0.00009  # a strand stands for a few hairs
_POINTS = 5


def grow_hair(ground: Ground, appearance: Appearance, rng: np.random.Generator) -> Strands:
    """Grow hair where the scalp is; none for the bald."""
    count = int(SCALP_HAIRS * number(appearance, "hair_density"))
    triangle, share = _roots(ground, count, rng)
    corners = ground.triangles[triangle]
    root = np.einsum("sc,scd->sd", share, ground.mean_m[corners].astype(np.float64))
    scalp = np.einsum("sc,sc->s", share, ground.masks["scalp"][corners].astype(np.float64))
    smooth = vertex_normals(
        ground.mean_m.astype(np.float64), ground.part_triangles("skin"), ground.weld
    )
    normal = np.einsum("sc,scd->sd", share, smooth[corners])
    normal /= np.linalg.norm(normal, axis=1, keepdims=True)

    flow = root - np.array(WHORL_M)
    flow[:, 0] += 0.02 * value_noise(root, 0.05, rng)
    flow /= np.linalg.norm(flow, axis=1, keepdims=True)
    clump = np.column_stack([value_noise(root, 0.011, rng) for _ in range(3)])
    flow += 0.30 * clump + rng.normal(0, 0.16, root.shape)
    flow -= normal * (flow * normal).sum(axis=1, keepdims=True)
    flow /= np.linalg.norm(flow, axis=1, keepdims=True) + 1e-9
    front = smoothstep(-0.07, 0.0, root[:, 2]) * smoothstep(0.05, 0.09, root[:, 1])
    lift = (0.42 + 0.55 * front)[:, None] + 0.12 * rng.standard_normal((len(root), 1))
    direction = flow + lift * normal
    direction /= np.linalg.norm(direction, axis=1, keepdims=True)
    edge = smoothstep(0.15, 0.9, scalp)
    top = smoothstep(0.035, 0.085, root[:, 1])
    length = number(appearance, "hair_length_m") * (0.45 + 0.55 * edge) * (0.55 + 0.9 * top)
    length = length * rng.uniform(0.7, 1.15, len(root))
    step = np.linspace(0, 1, _POINTS)[:, None]
    bend = 0.35 * flow - 0.15 * normal
    offsets = length[:, None, None] * (direction[:, None] * step + bend[:, None] * step**2)
    radius = rng.uniform(0.7, 1.2, (len(root), 1)) * (1 - 0.8 * step[:, 0] ** 2)
    weight = share.astype(np.float32)
    _, frame = frames_at(ground.mean_m[corners], weight)
    return Strands(
        triangle=np.repeat(triangle[:, None], _POINTS, axis=1),
        barycentric=np.repeat(weight[:, None], _POINTS, axis=1),
        local_m=np.matmul(offsets.astype(np.float32), frame.transpose(0, 2, 1)),
        radius_m=(_RADIUS_M * radius).astype(np.float32),
    )


def _roots(
    ground: Ground, count: int, rng: np.random.Generator
) -> tuple[Int[np.ndarray, " strand"], Float[np.ndarray, "strand 3"]]:
    """Strew roots over the scalp: evenly by area, thinner towards its edge."""
    skin = ground.part_triangles("skin")
    corners = ground.mean_m[skin].astype(np.float64)
    cross = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    scalp = ground.masks["scalp"][skin].astype(np.float64)
    chance = np.linalg.norm(cross, axis=1) * (scalp.max(axis=1) > 0)
    tried = 3 * count
    triangle = rng.choice(len(skin), tried, p=chance / chance.sum())
    share = rng.dirichlet((1.0, 1.0, 1.0), tried)
    cover = np.einsum("sc,sc->s", share, scalp[triangle])
    kept = np.flatnonzero(rng.random(tried) < smoothstep(0.05, 0.6, cover))[:count]
    return triangle[kept], share[kept]
