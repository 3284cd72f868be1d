"""How lashes grow out of the lids, along the lash cards of the source."""

import numpy as np
from jaxtyping import Float, Float64, Int

from mien.head.barycentric import barycentric
from mien.head.ground import Ground
from mien.head.strands import Strands

UPPER_LASHES, LOWER_LASHES = 130, 60
"""Lashes of one lid."""

_RADIUS_M = 0.00012  # at the root; some lie together
_POINTS = 5


def grow_lashes(ground: Ground, rng: np.random.Generator) -> Strands:
    """Grow the lashes of both eyes, denser on the upper lids; every point lies on its card."""
    triangles, weights, radii = [], [], []
    for name, card in ground.lash_rows.items():
        upper = name.startswith("upper")
        count = UPPER_LASHES if upper else LOWER_LASHES
        place = (np.arange(count) + 0.5 + rng.uniform(-0.35, 0.35, count)) / count
        place = 0.03 + 0.94 * place
        length = rng.uniform(0.55, 1.0, count) * (0.85 if upper else 0.7)
        lean = rng.normal(0, 0.012, count)
        step = np.linspace(0, 1, _POINTS)
        along = np.clip(place[:, None] + lean[:, None] * step**2, 0, 1)
        across = length[:, None] * step
        cells = np.stack((along, across), axis=2) * (np.array(card.shape) - 1)
        triangle, weight = _on_card(ground, card, cells.reshape(-1, 2))
        triangles.append(triangle.reshape(along.shape))
        weights.append(weight.reshape(*along.shape, 3))
        thick = rng.uniform(0.7, 1.2, count)[:, None] * (1 - 0.75 * step)
        radii.append(_RADIUS_M * thick * (1.0 if upper else 0.75))
    every = np.concatenate(weights).astype(np.float32)
    return Strands(
        triangle=np.concatenate(triangles),
        barycentric=every,
        local_m=np.zeros_like(every),
        radius_m=np.concatenate(radii).astype(np.float32),
    )


def _on_card(
    ground: Ground, card: Int[np.ndarray, "column row"], cells: Float[np.ndarray, "point 2"]
) -> tuple[Int[np.ndarray, " point"], Float64[np.ndarray, "point 3"]]:
    """Find the triangle under each place of a card (column, row), and the weights on it."""
    place = np.full((len(ground.mean_m), 2), np.nan)
    place[card.ravel()] = np.argwhere(np.ones(card.shape))
    span = ground.part_quads["lashes"]
    corners = place[ground.triangles[2 * span.start : 2 * span.stop]]
    own = np.flatnonzero(np.isfinite(corners).all(axis=(1, 2)))
    # Each cell has two triangles; a place lies in the one in which no weight is below 0.
    cell = corners[own].min(axis=1).astype(np.intp)
    order = np.lexsort((cell[:, 1], cell[:, 0]))
    pair = own[order].reshape(card.shape[0] - 1, card.shape[1] - 1, 2)
    column, row = np.minimum(cells.astype(np.intp), np.array(card.shape) - 2).T
    either = pair[column, row]
    both = np.stack([barycentric(cells, corners[either[:, k]]) for k in range(2)], axis=1)
    best = both.min(axis=2).argmax(axis=1)
    point = np.arange(len(cells))
    return either[point, best] + 2 * span.start, np.clip(both[point, best], 0, 1)
