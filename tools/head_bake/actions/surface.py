"""The average face as a surface on which fields of displacement are drawn.

Lengths are millimetres, x to the subject's left, y up, z out of the face; the origin lies between
the eyes. Fields are drawn on the left half and mirrored, so both sides are alike to the bit.
"""

from functools import cached_property

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import cKDTree

from mien.head import Head
from mien.head.normals import vertex_normals

Field = np.ndarray
"""Displacement of every vertex, millimetres."""

Share = np.ndarray
"""0..1 for every vertex."""

_PATCH_MM = 12.0


class Surface:
    """Skin of the average person, with distances along it."""

    def __init__(self, head: Head) -> None:
        self.head = head
        self.points = head.mean_m.astype(np.float64) * 1e3
        self.count = len(self.points)
        self.skin = head.parts["skin"]
        self.marks = head.landmarks.points(head.mean_m.astype(np.float64)) * 1e3
        mirrored = cKDTree(self.points).query(self.points * (-1, 1, 1))[1]
        self.mirror_of = mirrored.astype(np.intp)
        skin_tree = cKDTree(self.points[self.skin])
        self._root_of_lash = self._lash_roots(skin_tree)

    def _lash_roots(self, tree: cKDTree) -> dict[int, int]:
        """Skin vertex that carries each lash vertex."""
        roots = {}
        for columns in self.head.lash_rows.values():
            for column in columns:
                root = int(tree.query(self.points[column[0]])[1])
                roots |= {int(vertex): root for vertex in column}
        return roots

    @cached_property
    def normals(self) -> np.ndarray:
        """Unit normals, smoothed so that fields along the skin do not follow every wrinkle."""
        normals = vertex_normals(self.points, self.head.triangles, self.head.weld)
        smooth = self.smoothed(normals, 6)
        length = np.linalg.norm(smooth, axis=1, keepdims=True)
        return smooth / np.maximum(length, 1e-9)

    @cached_property
    def _edges(self) -> tuple[np.ndarray, np.ndarray]:
        quads = self.head.weld[self.head.quads[self.head.part_quads["skin"]]]
        pairs = ((0, 1), (1, 2), (2, 3), (3, 0), (0, 2), (1, 3))
        edges = np.concatenate([quads[:, pair] for pair in pairs])
        return edges[:, 0], edges[:, 1]

    @cached_property
    def _graph(self) -> sparse.csr_array:
        first, second = self._edges
        length = np.linalg.norm(self.points[first] - self.points[second], axis=1)
        kept = length > 0
        shape = (self.count, self.count)
        graph = sparse.coo_array((length[kept], (first[kept], second[kept])), shape=shape)
        graph.sum_duplicates()
        # An edge that two quads share must keep its length, not the sum.
        graph = graph.tocsr()
        rows, columns = graph.nonzero()
        graph.data = np.linalg.norm(self.points[rows] - self.points[columns], axis=1)
        return graph

    @cached_property
    def _smoother(self) -> sparse.csr_array:
        first, second = self._edges
        ones = np.ones(len(first))
        shape = (self.count, self.count)
        beside = sparse.coo_array((ones, (first, second)), shape=shape).tocsr()
        beside = beside + beside.T
        beside.data[:] = 1.0
        degree = np.maximum(beside.sum(axis=1), 1)
        return sparse.diags_array(1 / degree) @ beside

    def smoothed(self, values: np.ndarray, rounds: int) -> np.ndarray:
        """Let each skin vertex take half of its neighbours' mean, some times over."""
        flat = values.reshape(self.count, -1).copy()
        weld = self.head.weld[self.skin]
        for _ in range(rounds):
            mean = self._smoother @ flat
            flat[self.skin] = 0.5 * flat[weld] + 0.5 * mean[weld]
        return flat.reshape(values.shape)

    def mark(self, *numbers: int) -> np.ndarray:
        """Mean of some landmarks."""
        return self.marks[list(numbers)].mean(axis=0)

    def away(self, anchors: np.ndarray) -> np.ndarray:
        """Distance along the skin from the nearest of some points.

        Lips and lids are edges that the path has to go around, so a pull on one lip leaves the
        other alone.
        """
        anchors = np.atleast_2d(anchors)
        found = np.full(self.count, np.inf)
        first = self.skin
        facing = self.points[first, 2] > -60  # noqa: PLR2004 - the back of the head is no anchor
        candidates = np.flatnonzero(facing)
        tree = cKDTree(self.points[candidates])
        for anchor in anchors:
            distance, near = tree.query(anchor, k=3)
            sources = self.head.weld[candidates[near]]
            lengths = dijkstra(self._graph, indices=sources, limit=120.0)
            found = np.minimum(found, (lengths + distance[:, None]).min(axis=0))
        found = found[self.head.weld]
        straight = np.linalg.norm(self.points[:, None] - anchors[None], axis=2).min(axis=1)
        # Paths along edges are up to 8 % too long; near the anchor the straight line is right.
        mixed = np.where(found < 1.35 * straight + 2.0, straight, found)
        mixed[~np.isfinite(mixed)] = 1e3
        return mixed

    def reach(self, anchors: np.ndarray, radius: float) -> Share:
        """1 at some points, falling smoothly to 0 at a distance along the skin."""
        share = bump(self.away(anchors) / radius)
        share[self.skin.stop :] = 0
        share = self.smoothed(share, 2)
        return share / share.max()

    def along(self, anchors: np.ndarray, direction: np.ndarray, radius: float) -> Field:
        """Pull the skin around some points along itself, in a direction, by its length."""
        return self.reach(anchors, radius)[:, None] * self.tangential(direction)

    def tangential(self, direction: np.ndarray, keep: float = 0.25) -> Field:
        """Turn a direction into the skin, keeping a part of what stands out of it."""
        wanted = np.broadcast_to(np.asarray(direction, float), (self.count, 3))
        out = (wanted * self.normals).sum(axis=1, keepdims=True) * self.normals
        return wanted - (1 - keep) * out

    def bulge(self, anchors: np.ndarray, height: float, radius: float) -> Field:
        """Push the skin around some points outward; inward where the height is negative."""
        return height * self.reach(anchors, radius)[:, None] * self.normals

    def gathered(self, place: np.ndarray, pull: float, radius: float) -> Field:
        """Draw the skin around a point towards it: strongest at half the radius."""
        offset = place - self.points
        length = np.linalg.norm(offset, axis=1, keepdims=True)
        ring = length / radius
        strength = pull * 3.0 * ring * self.reach(place, radius)[:, None]
        towards = offset / np.maximum(length, 1e-6)
        out = (towards * self.normals).sum(axis=1, keepdims=True) * self.normals
        return strength * (towards - 0.75 * out)

    def unit(self, name: str) -> Field:
        """An ARKit unit of the head."""
        return self.head.unit_deltas_m[self.head.unit_index(name)].astype(np.float64) * 1e3

    def mirrored(self, field: Field) -> Field:
        """The same on the other side."""
        return field[self.mirror_of] * (-1, 1, 1)

    def halves(self, whole: Field) -> Field:
        """The left half of a field of both sides."""
        return left_share(self.points[:, 0])[:, None] * whole

    def with_lashes(self, field: Field) -> Field:
        """Let the lashes follow the skin that carries them."""
        carried = field.copy()
        for vertex, root in self._root_of_lash.items():
            carried[vertex] = field[root]
        return carried

    def share_with_lashes(self, share: Share) -> Share:
        """Let a share of the skin count for the lashes on it."""
        return self.with_lashes(share[:, None])[:, 0]


def bump(distance: np.ndarray) -> Share:
    """1 at 0, half at 0.45, 0 from 1 on, twice differentiable."""
    q = np.clip(distance, 0, 1)
    return (1 - q * q) ** 3


def step(values: np.ndarray, low: float, high: float) -> Share:
    """0 below, 1 above, smooth between; falls where low is above high."""
    t = np.clip((values - low) / (high - low), 0, 1)
    return t * t * (3 - 2 * t)


HALF_WIDTH_MM = 10.0


def left_share(x: np.ndarray) -> Share:
    """Share of a midline shape that belongs to the left side: a smooth step over 2 cm."""
    return step(x, -HALF_WIDTH_MM, HALF_WIDTH_MM)
