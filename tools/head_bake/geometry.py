"""From the source's full body to our mesh: which faces stay, how vertices are split at seams.

All cuts are made on the average person, so every identity has the same topology.
"""

# ruff: noqa: PLR2004 - valences and planes are explained where they stand

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import scipy.sparse as sp

PARTS = ("skin", "shirt", "teeth_upper", "teeth_lower", "tongue", "lashes")

GROUPS = {
    "skin": ("body",),
    "shirt": ("helper-tights",),
    "teeth_upper": ("helper-upper-teeth",),
    "teeth_lower": ("helper-lower-teeth",),
    "tongue": ("helper-tongue",),
    "lashes": (
        "helper-l-eyelashes-1",
        "helper-l-eyelashes-2",
        "helper-r-eyelashes-1",
        "helper-r-eyelashes-2",
    ),
}

COLLAR_FRONT_M, COLLAR_BACK_M = (-0.168, -0.03), (-0.112, -0.16)
"""(y, z) of the shirt's opening at throat and nape, eye centres at the origin."""

BUST_LOW_M, BUST_HALF_WIDTH_M = -0.42, 0.30
SKIN_UNDER_SHIRT_M = 0.030


@dataclass(frozen=True)
class BodyMesh:
    """The source's mesh file: texture coordinates and faces by group."""

    uv: np.ndarray
    faces: dict[str, np.ndarray]
    """(quad, 4, 2): vertex and texture index of each corner."""


@dataclass(frozen=True)
class Mesh:
    """Our mesh as a choice of source vertices."""

    source: np.ndarray
    """Index of the source vertex of each of our vertices."""

    uv: np.ndarray
    quads: np.ndarray
    weld: np.ndarray
    part_vertices: np.ndarray
    part_quads: np.ndarray
    smoothing: sp.csr_array
    """Our vertices from the chosen source vertices: identity but for the smooth collar."""

    def of(self, body_vertices: np.ndarray) -> np.ndarray:
        """Positions or displacements of our vertices, shape (vertex, 3)."""
        return self.smoothing @ body_vertices[self.source]


def read_body(path: Path) -> BodyMesh:
    """Read texture coordinates and quads of the source's Wavefront file."""
    uv: list[tuple[float, float]] = []
    faces: dict[str, list[list[tuple[int, int]]]] = {}
    group = ""
    for line in path.read_text(encoding="utf-8").splitlines():
        kind, *fields = line.split() or [""]
        if kind == "vt":
            uv.append((float(fields[0]), float(fields[1])))
        elif kind == "g":
            group = fields[0]
        elif kind == "f":
            corners = [
                tuple(int(number) - 1 for number in corner.split("/")[:2]) for corner in fields
            ]
            faces.setdefault(group, []).append(corners)  # type: ignore[arg-type]
    return BodyMesh(uv=np.array(uv), faces={name: np.array(quads) for name, quads in faces.items()})


def crop(body: BodyMesh, average: np.ndarray) -> Mesh:
    """Keep head, neck and shirt of the full body and split vertices at texture seams."""
    sources, uvs, quads, welds, vertex_ends, quad_ends = [], [], [], [], [0], [0]
    for part in PARTS:
        corners = np.concatenate([body.faces[group] for group in GROUPS[part]])
        corners = corners[_kept(part, corners[..., 0], average)]
        if part == "skin":
            corners = _largest_piece(corners)
        pairs, inverse = np.unique(corners.reshape(-1, 2), axis=0, return_inverse=True)
        start = vertex_ends[-1]
        first = {}
        for index, vertex in enumerate(pairs[:, 0]):
            first.setdefault(int(vertex), start + index)
        sources.append(pairs[:, 0])
        uvs.append(body.uv[pairs[:, 1]])
        welds.append(np.array([first[int(vertex)] for vertex in pairs[:, 0]]))
        quads.append(inverse.reshape(-1, 4) + start)
        vertex_ends.append(start + len(pairs))
        quad_ends.append(quad_ends[-1] + len(corners))
    weld, all_quads = np.concatenate(welds), np.concatenate(quads)
    shirt = all_quads[quad_ends[1] : quad_ends[2]]
    return Mesh(
        source=np.concatenate(sources),
        uv=np.concatenate(uvs),
        quads=all_quads,
        weld=weld,
        part_vertices=np.array(vertex_ends),
        part_quads=np.array(quad_ends),
        smoothing=_smooth_boundary(shirt, weld, vertex_ends[-1]),
    )


def _collar_height(z: np.ndarray) -> np.ndarray:
    (y0, z0), (y1, z1) = COLLAR_FRONT_M, COLLAR_BACK_M
    return y0 + (y1 - y0) * (z - z0) / (z1 - z0)


def _kept(part: str, quads: np.ndarray, average: np.ndarray) -> np.ndarray:
    centre = average[quads].mean(axis=1)
    x, y, z = np.abs(centre[:, 0]), centre[:, 1], centre[:, 2]
    if part == "skin":
        return (y > _collar_height(z) - SKIN_UNDER_SHIRT_M) & (x < 0.13)
    if part == "shirt":
        return (y < _collar_height(z)) & (y > BUST_LOW_M) & (x < BUST_HALF_WIDTH_M)
    return np.ones(len(quads), dtype=bool)


def _largest_piece(corners: np.ndarray) -> np.ndarray:
    """Drop islands that the planes cut off, such as the top of a shoulder."""
    quads = corners[..., 0]
    size = int(quads.max()) + 1
    a, b = quads[:, [0, 1, 2]].ravel(), quads[:, [1, 2, 3]].ravel()
    graph = sp.coo_array((np.ones(len(a)), (a, b)), shape=(size, size))
    _, label = sp.csgraph.connected_components(graph, directed=False)
    piece = label[quads[:, 0]]
    return corners[piece == np.bincount(piece).argmax()]


def _smooth_boundary(shirt: np.ndarray, weld: np.ndarray, count: int) -> sp.csr_array:
    """Operator that smooths the open edges of the shirt along themselves (Taubin 1995).

    Linear in the vertices, so that the collar is smooth on every person and keeps its topology.
    """
    welded = weld[shirt]
    edges = np.concatenate([welded[:, [k, (k + 1) % 4]] for k in range(4)])
    edges = np.sort(edges, axis=1)
    unique, uses = np.unique(edges, axis=0, return_counts=True)
    border = unique[uses == 1]
    a, b = np.concatenate([border, border[:, ::-1]]).T
    degree = np.bincount(a, minlength=count)
    # Only vertices with exactly two border edges have a place between their neighbours.
    regular = degree[a] == 2
    neighbours = sp.coo_array(
        (np.full(regular.sum(), 0.5), (a[regular], b[regular])), shape=(count, count)
    )
    fixed = sp.dia_array(((degree == 2).astype(float)[None], [0]), shape=(count, count))
    pull = (neighbours - fixed).tocsr()
    # Taubin's pair of steps: smooth, then back out, so that the collar keeps its girth.
    one = sp.eye_array(count, format="csr")
    pair = (one - 0.53 * pull) @ (one + 0.50 * pull)
    total = one
    for _ in range(25):
        total = pair @ total
    return total[weld].tocsr()


def lash_grids(mesh: Mesh, positions: np.ndarray) -> dict[str, np.ndarray]:
    """Lash cards as grids of vertices: (side left/right, column from the nose outward, row).

    Each card is a regular strip of quads, five vertices from root to tip; the root row is the long
    border that lies nearer to the eye's centre line, deeper in the head.
    """
    start, stop = mesh.part_quads[5], mesh.part_quads[6]
    quads = mesh.quads[start:stop]
    size = int(quads.max()) + 1
    graph = sp.coo_array(
        (np.ones(quads.size), (quads.ravel(), np.roll(quads, -1, axis=1).ravel())),
        shape=(size, size),
    )
    _, label = sp.csgraph.connected_components(graph, directed=False)
    cards = [quads[label[quads[:, 0]] == piece] for piece in np.unique(label[quads])]
    grids: dict[tuple[str, bool], np.ndarray] = {}
    for card in cards:
        centre = positions[np.unique(card)].mean(axis=0)
        lid = "upper" if len(card) == 48 else "lower"  # 12 x 4 quads above, 11 x 4 below
        grids[lid, bool(centre[0] < 0)] = _grid(card, positions)
    return {
        f"lash_{lid}": np.stack([grids[lid, False], grids[lid, True]]).astype(np.uint16)
        for lid in ("upper", "lower")
    }


def _grid(card: np.ndarray, positions: np.ndarray) -> np.ndarray:
    """Order the vertices of a strip, from the corner of its root row next to the nose."""
    sides = {
        tuple(sorted((int(a), int(b))))
        for q in card
        for a, b in zip(q, np.roll(q, -1), strict=True)
    }
    neighbours: dict[int, set[int]] = {}
    for a, b in sides:
        neighbours.setdefault(a, set()).add(b)
        neighbours.setdefault(b, set()).add(a)
    corners = [vertex for vertex, near in neighbours.items() if len(near) == 2]
    inner = sorted(corners, key=lambda vertex: abs(positions[vertex, 0]))[:2]
    candidates = []
    for first in inner:
        for second in neighbours[first]:
            border = _walk(neighbours, first, second)
            if len(border) > 6:
                candidates.append(border)
    root = min(candidates, key=lambda border: positions[border, 2].mean())
    rows = [root]
    taken = set(root)
    for _ in range(4):
        following = [next(n for n in sorted(neighbours[v] - taken)) for v in rows[-1]]
        rows.append(following)
        taken.update(following)
    return np.array(rows).T


def _walk(neighbours: dict[int, set[int]], first: int, second: int) -> list[int]:
    """Follow the border from a corner to the next corner."""
    path = [first, second]
    while len(neighbours[path[-1]]) == 3:
        path.append(
            next(
                v for v in sorted(neighbours[path[-1]]) if v not in path and len(neighbours[v]) < 4
            )
        )
    return path
