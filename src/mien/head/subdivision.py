"""Catmull-Clark subdivision as one sparse matrix, so that units and people are refined once.

Source: Catmull & Clark, *Recursively generated B-spline surfaces on arbitrary topological meshes*,
1978; open borders follow the cubic B-spline of the border (DeRose, Kass & Truong 1998).
Seams of the texture do not show: positions are refined on the welded surface, texture coordinates
on the split one, by plain averages.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from jaxtyping import Float, Int

from mien.core.arrays import Triangles
from mien.core.errors import UsageError
from mien.head.model import Head, triangulated


@dataclass(frozen=True)
class Subdivided:
    """A refined mesh, as a linear function of the coarse one's vertices."""

    operator: sp.csr_array
    """Sparse (fine vertex, coarse vertex); rows sum to 1."""

    quads: Int[np.ndarray, "quad 4"]
    triangles: Int[np.ndarray, "triangle 3"]
    uv: Float[np.ndarray, "vertex 2"]
    weld: Int[np.ndarray, " vertex"]
    """First fine vertex at the same place of the surface."""

    parts: Mapping[str, slice]
    """Range of fine vertices by part."""

    part_quads: Mapping[str, slice]
    """Range of fine quads by part."""

    coarse: Int[np.ndarray, " coarse"]
    """The fine vertex that each vertex of the head became."""

    def __call__(self, values: Float[np.ndarray, "coarse axis"]) -> Float[np.ndarray, "fine axis"]:
        """Refine positions, displacements or masks given per coarse vertex, one row each."""
        refined: Float[np.ndarray, "fine axis"] = self.operator @ values
        return refined

    def part_triangles(self, *parts: str) -> Triangles:
        """Triangles of some parts."""
        ranges = (self.part_quads[part] for part in parts)
        return np.concatenate([self.triangles[2 * r.start : 2 * r.stop] for r in ranges])


def subdivision(head: Head, level: int = 1) -> Subdivided:
    """Refine the head ``level`` times; each level has about four times as many triangles.

    Args:
        head: The head.
        level: 0 (the mesh itself), 1 or 2.

    Raises:
        UsageError: another level.
    """
    if level not in (0, 1, 2):
        msg = f"Expected subdivision level 0, 1 or 2, but got {level}."
        raise UsageError(msg)
    mesh = Subdivided(
        operator=sp.eye_array(len(head.weld), format="csr", dtype=np.float32),
        quads=head.quads,
        triangles=head.triangles,
        uv=head.uv,
        weld=head.weld,
        parts=head.parts,
        part_quads=head.part_quads,
        coarse=np.arange(len(head.weld)),
    )
    for _ in range(level):
        mesh = _refined(mesh)
    return mesh


def _refined(mesh: Subdivided) -> Subdivided:
    """One level, part by part, so that the parts stay ranges."""
    steps, quads, uvs, welds = [], [], [], []
    vertices, faces, parts, part_quads = 0, 0, {}, {}
    became = np.zeros(len(mesh.weld), np.intp)
    for part, span in mesh.parts.items():
        coarse = mesh.quads[mesh.part_quads[part]] - span.start
        positions, averages, fine, weld = catmull_clark(coarse, mesh.weld[span] - span.start)
        left = sp.csr_array((len(weld), span.start), dtype=np.float64)
        right = sp.csr_array((len(weld), len(mesh.weld) - span.stop), dtype=np.float64)
        steps.append(sp.hstack([left, positions, right], format="csr"))
        quads.append(fine + vertices)
        uvs.append(averages @ mesh.uv[span])
        welds.append(weld + vertices)
        parts[part] = slice(vertices, vertices + len(weld))
        part_quads[part] = slice(faces, faces + len(fine))
        became[span] = vertices + np.arange(span.stop - span.start)  # they come first in a part
        vertices, faces = vertices + len(weld), faces + len(fine)
    step = sp.vstack(steps, format="csr")
    all_quads = np.concatenate(quads).astype(np.int32)
    return Subdivided(
        operator=(step @ mesh.operator).astype(np.float32).tocsr(),
        quads=all_quads,
        triangles=triangulated(all_quads),
        uv=np.concatenate(uvs).astype(np.float32),
        weld=np.concatenate(welds).astype(np.int32),
        parts=parts,
        part_quads=part_quads,
        coarse=became[mesh.coarse],
    )


def catmull_clark(
    quads: Int[np.ndarray, "quad 4"], weld: Int[np.ndarray, " vertex"]
) -> tuple[sp.csr_array, sp.csr_array, Int[np.ndarray, "fine 4"], Int[np.ndarray, " fine_vertex"]]:
    """Refine one mesh of quads once.

    Fine vertices are the coarse ones, then one for each edge, then one for each quad.

    Args:
        quads: Vertex indices; vertices may be split at seams.
        weld: First vertex at the same place, for every vertex.

    Returns:
        Operator for positions, operator for texture coordinates, fine quads, weld of the fine mesh.
    """
    smooth, _, welded_edge = _smooth_rules(weld[quads], weld)
    averages, fine, edge_of = _split_topology(quads, len(weld))
    # Every split edge finds the welded edge that it lies on, through any quad corner it has.
    edge_count = int(edge_of.max()) + 1
    on_edge = np.zeros(edge_count, dtype=np.intp)
    on_edge[edge_of.ravel()] = welded_edge.ravel()
    count, welded_edges = len(weld), int(welded_edge.max()) + 1
    place = np.concatenate(
        [weld, count + on_edge, count + welded_edges + np.arange(len(quads), dtype=np.intp)]
    )
    _, first, inverse = np.unique(place, return_index=True, return_inverse=True)
    return smooth[place].tocsr(), averages, fine, first[inverse]


def _edges(
    quads: Int[np.ndarray, "quad 4"], count: int
) -> tuple[Int[np.ndarray, "edge 2"], Int[np.ndarray, "quad 4"]]:
    """Edges, and the edge from each corner of each quad to the next corner."""
    ends = np.stack([quads, np.roll(quads, -1, axis=1)], axis=-1).reshape(-1, 2)
    low, high = ends.min(axis=1).astype(np.int64), ends.max(axis=1).astype(np.int64)
    keys, edge_of = np.unique(low * count + high, return_inverse=True)
    return np.stack([keys // count, keys % count], axis=1), edge_of.reshape(-1, 4)


def _split_topology(
    quads: Int[np.ndarray, "quad 4"], count: int
) -> tuple[sp.csr_array, Int[np.ndarray, "fine 4"], Int[np.ndarray, "quad 4"]]:
    edges, edge_of = _edges(quads, count)
    averages = sp.vstack(
        [sp.eye_array(count), _mean_of(edges, count), _mean_of(quads, count)], format="csr"
    )
    on_edge = count + edge_of
    centre = np.broadcast_to((count + len(edges) + np.arange(len(quads)))[:, None], quads.shape)
    fine = np.stack([quads, on_edge, centre, np.roll(on_edge, 1, axis=1)], axis=-1)
    return averages, fine.reshape(-1, 4), edge_of


def _mean_of(rows: Int[np.ndarray, "row corner"], count: int) -> sp.csr_array:
    corners = rows.shape[1]
    index = np.repeat(np.arange(len(rows)), corners)
    weight = np.full(rows.size, 1.0 / corners)
    return sp.coo_array((weight, (index, rows.ravel())), shape=(len(rows), count)).tocsr()


def _smooth_rules(
    quads: Int[np.ndarray, "quad 4"], weld: Int[np.ndarray, " vertex"]
) -> tuple[sp.csr_array, Int[np.ndarray, "edge 2"], Int[np.ndarray, "quad 4"]]:
    """Operator of the welded surface: vertex, edge and quad points, stacked."""
    count = len(weld)
    edges, edge_of = _edges(quads, count)
    uses = np.bincount(edge_of.ravel(), minlength=len(edges))
    midpoint, centre = _mean_of(edges, count), _mean_of(quads, count)
    quad_of = np.repeat(np.arange(len(quads)), 4)
    beside = sp.coo_array(
        (1.0 / uses[edge_of.ravel()], (edge_of.ravel(), quad_of)), shape=(len(edges), len(quads))
    ).tocsr()
    inner = (uses == 2).astype(np.float64)  # noqa: PLR2004 - two quads meet at an inner edge
    edge_point = _scaled(1.0 - 0.5 * inner, midpoint) + _scaled(0.5 * inner, beside @ centre)
    vertex_point = _vertex_rule(quads, edges, uses, midpoint, centre)
    return sp.vstack([vertex_point, edge_point, centre], format="csr"), edges, edge_of


def _vertex_rule(
    quads: Int[np.ndarray, "quad 4"],
    edges: Int[np.ndarray, "edge 2"],
    uses: Int[np.ndarray, " edge"],
    midpoint: sp.csr_array,
    centre: sp.csr_array,
) -> sp.csr_array:
    count = midpoint.shape[1]
    valence = np.bincount(edges.ravel(), minlength=count)
    border = uses != 2  # noqa: PLR2004
    border_edges = np.bincount(edges[border].ravel(), minlength=count)
    is_inner = (border_edges == 0) & (valence > 0)
    # A vertex between exactly two border edges slides along the border; any other stays.
    on_border = border_edges == 2  # noqa: PLR2004
    n = np.maximum(valence, 1).astype(np.float64)
    faces = np.maximum(np.bincount(quads.ravel(), minlength=count), 1).astype(np.float64)

    own = np.where(is_inner, (n - 3) / n, np.where(on_border, 0.5, 1.0))
    around = _incidence(quads, count)
    touching = _incidence(edges, count)
    along = _scaled_columns(touching, border.astype(np.float64))
    rule: sp.csr_array = (
        _scaled(own, sp.eye_array(count, format="csr"))
        + _scaled(np.where(is_inner, 1.0 / (n * faces), 0.0), around @ centre)
        + _scaled(np.where(is_inner, 2.0 / (n * n), 0.0), touching @ midpoint)
        + _scaled(np.where(on_border, 0.25, 0.0), along @ midpoint)
    )
    return rule


def _incidence(rows: Int[np.ndarray, "row corner"], count: int) -> sp.csr_array:
    """Which rows touch each vertex, as ones of shape (vertex, row)."""
    index = np.repeat(np.arange(len(rows)), rows.shape[1])
    return sp.csr_array((np.ones(rows.size), (rows.ravel(), index)), shape=(count, len(rows)))


def _scaled(weights: Float[np.ndarray, " row"], matrix: sp.csr_array) -> sp.csr_array:
    return sp.csr_array(sp.diags_array(weights) @ matrix)


def _scaled_columns(matrix: sp.csr_array, weights: Float[np.ndarray, " column"]) -> sp.csr_array:
    return sp.csr_array(matrix @ sp.diags_array(weights))
