"""Eyelashes: hairs that grow out of the lids, laid along the lash cards of the head."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Float64, Int

from mien.head import Head
from mien.render.camera import Camera
from mien.render.strands import StrandSet, seen_strands

SOFT_M = 0.0025
"""Depth behind the skin over which a strand fades out."""

_POINTS = 5
_LASH_RGB = (0.012, 0.009, 0.008)
_UPPER_HAIRS, _LOWER_HAIRS = 130, 60
_HALF_WIDTH_M = 0.00012


@dataclass(frozen=True)
class Lashes:
    """Hairs whose points are means of four vertices each, so that they follow the lids."""

    corners: Int[np.ndarray, "hair point 4"]
    """Vertices of the lash cards as baked, counted from their first."""

    weights: Float64[np.ndarray, "hair point 4"]
    half_width_m: Float64[np.ndarray, "hair point"]

    def points(self, cards: Float64[np.ndarray, "vertex 3"]) -> Float64[np.ndarray, "hair point 3"]:
        """Follow the posed lash cards."""
        followed: Float64[np.ndarray, "hair point 3"] = np.einsum(
            "hpc,hpcd->hpd", self.weights, cards[self.corners]
        )
        return followed


def grow_lashes(
    head: Head,
    rest_m: Float[np.ndarray, "vertex 3"],
    eyes_m: Float[np.ndarray, "2 3"],
    rng: np.random.Generator,
) -> Lashes:
    """Grow the lashes of both eyes, denser on the upper lids."""
    corners, weights, widths = [], [], []
    for card in lash_cards(head):
        eye = eyes_m[np.argmin(np.linalg.norm(eyes_m - rest_m[card].mean(axis=(0, 1)), axis=1))]
        away = np.linalg.norm(rest_m[card] - eye, axis=2)
        rooted = card if away[0].mean() < away[-1].mean() else card[::-1]
        upper = float(rest_m[card][..., 1].mean() - eye[1]) > -0.004  # noqa: PLR2004 - m
        count = _UPPER_HAIRS if upper else _LOWER_HAIRS
        place = (np.arange(count) + 0.5 + rng.uniform(-0.35, 0.35, count)) / count
        place = 0.03 + 0.94 * place
        length = rng.uniform(0.55, 1.0, count) * (0.85 if upper else 0.7)
        lean = rng.normal(0, 0.012, count)
        step = np.linspace(0, 1, _POINTS)
        along = np.clip(place[:, None] + lean[:, None] * step**2, 0, 1)
        across = length[:, None] * step
        index, weight = _within(rooted, along, across)
        corners.append(index)
        weights.append(weight)
        thick = rng.uniform(0.7, 1.2, count)[:, None] * (1 - 0.75 * step)
        widths.append(_HALF_WIDTH_M * thick * (1.0 if upper else 0.75))
    first = head.parts["lashes"].start
    return Lashes(np.concatenate(corners) - first, np.concatenate(weights), np.concatenate(widths))


def lash_strands(
    lashes: Lashes, cards: Float64[np.ndarray, "vertex 3"], camera: Camera
) -> StrandSet:
    """Bring the lashes of a posed mesh into the picture."""
    points = lashes.points(cards)
    colour = np.broadcast_to(_LASH_RGB, points.shape)
    return seen_strands(points, lashes.half_width_m, colour, 0.9, camera)


def _within(
    card: Int[np.ndarray, "across along"],
    along: Float[np.ndarray, "hair point"],
    across: Float[np.ndarray, "hair point"],
) -> tuple[Int[np.ndarray, "hair point 4"], Float64[np.ndarray, "hair point 4"]]:
    """Find the cell of a card at shares of its two sides, and the weights of its corners."""
    v, u = across * (card.shape[0] - 1), along * (card.shape[1] - 1)
    row = np.minimum(v.astype(np.int64), card.shape[0] - 2)
    column = np.minimum(u.astype(np.int64), card.shape[1] - 2)
    fv, fu = v - row, u - column
    index = np.stack(
        (
            card[row, column],
            card[row, column + 1],
            card[row + 1, column],
            card[row + 1, column + 1],
        ),
        axis=-1,
    )
    weight = np.stack(((1 - fu) * (1 - fv), fu * (1 - fv), (1 - fu) * fv, fu * fv), axis=-1)
    return index, weight


def lash_cards(head: Head) -> Iterator[Int[np.ndarray, "across along"]]:
    """Read the four lash cards as grids of vertices, the longer side along the lid."""
    quads = head.quads[head.part_quads["lashes"]].astype(np.int64)
    left = set(range(len(quads)))
    beside = _neighbours(quads)
    used = np.bincount(quads.ravel())
    while left:
        start = next(q for q in sorted(left) if (used[quads[q]] == 1).any())
        first = [int(v) for v in quads[start]]
        turn = next(k for k in range(4) if used[first[k]] == 1)
        near, far, passed = _strip(quads, beside, start, first[turn], first[turn - 1])
        rows = [near, far]
        left -= set(passed)
        while (below := _other(beside, (far[0], far[1]), passed[0])) is not None:
            end = _opposite(quads[below], far[0], far[1])
            _, far, passed = _strip(quads, beside, below, far[0], end)
            rows.append(far)
            left -= set(passed)
        grid = np.array(rows)
        yield grid if grid.shape[0] <= grid.shape[1] else grid.T


def _neighbours(quads: Int[np.ndarray, "quad 4"]) -> dict[tuple[int, int], list[int]]:
    beside: dict[tuple[int, int], list[int]] = {}
    for number, quad in enumerate(quads.tolist()):
        for k in range(4):
            edge = (min(quad[k], quad[k - 1]), max(quad[k], quad[k - 1]))
            beside.setdefault(edge, []).append(number)
    return beside


def _other(
    beside: dict[tuple[int, int], list[int]], edge: tuple[int, int], quad: int
) -> int | None:
    """Name the quad on the other side of an edge."""
    found = [q for q in beside[(min(edge), max(edge))] if q != quad]
    return found[0] if found else None


def _opposite(quad: Int[np.ndarray, "4"], vertex: int, beside: int) -> int:
    """Name the neighbour of a vertex in a quad that is not the given one."""
    corners = [int(v) for v in quad]
    at = corners.index(vertex)
    after, before = corners[(at + 1) % 4], corners[at - 1]
    return before if after == beside else after


def _strip(
    quads: Int[np.ndarray, "quad 4"],
    beside: dict[tuple[int, int], list[int]],
    quad: int,
    low: int,
    high: int,
) -> tuple[list[int], list[int], list[int]]:
    """Follow quads along one row: its near vertices, its far vertices, its quads."""
    near, far, passed = [low], [high], list[int]()
    current: int | None = quad
    while current is not None:
        near.append(_opposite(quads[current], near[-1], far[-1]))
        far.append(_opposite(quads[current], far[-1], near[-2]))
        passed.append(current)
        current = _other(beside, (near[-1], far[-1]), current)
    return near, far, passed
