"""Faults of the source that are mended in the bake, on every person alike.

- The teeth meet edge to edge just behind the gap of the lips, so a slightly open mouth shows a
  black slit between them. The upper row comes down and forward over the lower one, as in people.
- The lips of most neutral faces stand half a millimetre apart. They are closed with a small share
  of the lip units, backwards.
- The shirt lies on the skin. It is lifted off, and its open edges are smoothed.
"""

import numpy as np
import scipy.sparse as sp

from head_bake.geometry import Mesh
from head_bake.occlusion import vertex_normals
from mien.head.subdivision import catmull_clark

UPPER_TEETH_M = np.array((0.0, -0.0020, 0.0020))
LOWER_TEETH_M = np.array((0.0, -0.0006, 0.0002))
SHIRT_LIFT_M = 0.0045
LIP_OVERLAP_M = 0.00015
"""Closed lips overlap by this much, so that no ray passes between them."""

OPENERS = ("mouthLowerDownLeft", "mouthLowerDownRight", "mouthUpperUpLeft", "mouthUpperUpRight")


def part(mesh: Mesh, index: int) -> slice:
    """Range of vertices of the part with this number."""
    return slice(int(mesh.part_vertices[index]), int(mesh.part_vertices[index + 1]))


def overbite(mesh: Mesh, vertices: np.ndarray) -> np.ndarray:
    """Move the upper teeth over the lower ones."""
    moved = vertices.copy()
    moved[part(mesh, 2)] += UPPER_TEETH_M
    moved[part(mesh, 3)] += LOWER_TEETH_M
    return moved


def lifted_shirt(mesh: Mesh, vertices: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    """Lift the shirt off the skin along its normals."""
    shirt = part(mesh, 1)
    moved = vertices.copy()
    moved[shirt] += SHIRT_LIFT_M * vertex_normals(vertices, triangles, mesh.weld)[shirt]
    return moved


class LipSeal:
    """Closes the lips of a neutral face, measured on the refined mesh that is drawn."""

    def __init__(self, mesh: Mesh, units: dict[str, np.ndarray], lips: np.ndarray) -> None:
        skin = part(mesh, 0)
        quads = mesh.quads[: mesh.part_quads[1]]
        fine: sp.csr_array = catmull_clark(quads, mesh.weld[skin])[0]
        jaw = fine @ units["jawOpen"][skin]
        on_lips = fine @ lips[skin] > 0.3
        self._lower = fine[np.flatnonzero(on_lips & (jaw[:, 1] < -0.012))]
        self._upper = fine[np.flatnonzero(on_lips & (jaw[:, 1] > -0.006))]
        self._skin = skin
        self._opening = sum(units[name] for name in OPENERS)

    def gap(self, vertices: np.ndarray) -> float:
        """Width of the gap in metres, the third quartile over the middle of the mouth."""
        lower, upper = self._lower @ vertices[self._skin], self._upper @ vertices[self._skin]
        middle = upper[:, 0].mean()
        gaps = []
        for x in middle + np.linspace(-0.014, 0.014, 9):
            below = lower[np.abs(lower[:, 0] - x) < 0.0018, 1]
            above = upper[np.abs(upper[:, 0] - x) < 0.0018, 1]
            if len(below) and len(above):
                gaps.append(above.min() - below.max())
        return float(np.quantile(gaps, 0.75))

    def closed(self, vertices: np.ndarray) -> np.ndarray:
        """Return the face with its lips just closed; an already closed mouth stays."""
        low, high = 0.0, 0.4
        if self.gap(vertices) <= -LIP_OVERLAP_M:
            return vertices
        for _ in range(24):  # bisection
            middle = (low + high) / 2
            shut = self.gap(vertices - middle * self._opening) <= -LIP_OVERLAP_M
            low, high = (low, middle) if shut else (middle, high)
        return vertices - high * self._opening
