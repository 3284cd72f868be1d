"""Faults of the source that are mended in the bake, on every person alike.

- The teeth meet edge to edge just behind the gap of the lips, so a slightly open mouth shows a
  black slit between them. The upper row comes down and forward over the lower one, as in people.
- The tongue fills the mouth up to the palate and hides the teeth. It is lowered, and lower
  still with ``jawOpen``; ``tongueOut`` takes it back up.
- ``mouthShrugLower`` moves the lip and hardly the boss of the chin. The boss is raised with it.
- The lips of most neutral faces stand half a millimetre apart. They are closed towards the crease
  between them, until nothing of the inside is seen from the front.
- The shirt lies on the skin. It is lifted off, and its open edges are smoothed.
"""

# ruff: noqa: PLR2004 - thresholds are explained where they stand

import numpy as np
from head_bake.geometry import Mesh
from head_bake.occlusion import vertex_normals
from scipy.ndimage import gaussian_filter1d

from mien.head.subdivision import catmull_clark
from mien.head.zbuffer import front_triangles

UPPER_TEETH_M = np.array((0.0, -0.0038, 0.0020))
TEETH_NARROWER = 0.94
"""The rows reach the corners of the mouth; real ones leave a gap there."""

TEETH_FORWARD_HALF_WIDTH_M = 0.018
"""Only the front teeth come forward."""

LOWER_TEETH_M = np.array((0.0, -0.0014, -0.0004))
TONGUE_OPEN_M = np.array((0.0, -0.0070, -0.0030))
TONGUE_M = np.array((0.0, -0.0065, -0.0040))
CHIN_BOSS_Y_M = -0.099
CHIN_RAISE_M = np.array((0.0, 0.0028, 0.0008))
SHIRT_LIFT_M = 0.0045
LIP_OVERLAP_M = 0.0005
"""Closed lips overlap by this much, so that no ray passes between them."""

LIP_REACH_M = 0.0045
"""Distance from the crease over which the closing fades."""

PIXEL_M = 0.0001


def part(mesh: Mesh, index: int) -> slice:
    """Range of vertices of the part with this number."""
    return slice(int(mesh.part_vertices[index]), int(mesh.part_vertices[index + 1]))


def overbite(mesh: Mesh, vertices: np.ndarray) -> np.ndarray:
    """Move the upper teeth over the lower ones."""
    moved = vertices.copy()
    for index, shift in ((2, UPPER_TEETH_M), (3, LOWER_TEETH_M)):
        row = moved[part(mesh, index)]
        side = row[:, 0] - row[:, 0].mean()
        forward = np.clip(1 - (side / TEETH_FORWARD_HALF_WIDTH_M) ** 2, -0.5, 1)
        row += np.stack([(TEETH_NARROWER - 1) * side, 0 * side + shift[1], forward * shift[2]], 1)
    moved[part(mesh, 4)] += TONGUE_M
    return moved


def raised_tongue(mesh: Mesh, tongue_out: np.ndarray) -> np.ndarray:
    """Let ``tongueOut`` make up for the lowered tongue."""
    moved = tongue_out.copy()
    moved[part(mesh, 4)] -= 0.8 * TONGUE_M
    return moved


def dropped_tongue(mesh: Mesh, jaw_open: np.ndarray) -> np.ndarray:
    """Let the tongue sink with the jaw, so that the open mouth is a cavity."""
    moved = jaw_open.copy()
    moved[part(mesh, 4)] += TONGUE_OPEN_M
    return moved


def raised_chin(mesh: Mesh, shrug: np.ndarray, mean: np.ndarray) -> np.ndarray:
    """Let ``mouthShrugLower`` raise the boss of the chin, as the mentalis muscle does."""
    skin = part(mesh, 0)
    x, y, z = mean[skin].T
    reach = np.exp(-((x / 0.014) ** 2) - ((y - CHIN_BOSS_Y_M) / 0.010) ** 2) * (z > 0)
    moved = shrug.copy()
    moved[skin] += reach[:, None] * CHIN_RAISE_M
    return moved


def lifted_shirt(mesh: Mesh, vertices: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    """Lift the shirt off the skin along its normals."""
    shirt = part(mesh, 1)
    moved = vertices.copy()
    moved[shirt] += SHIRT_LIFT_M * vertex_normals(vertices, triangles, mesh.weld)[shirt]
    return moved


class LipSeal:
    """Closes the lips of a neutral face, measured on the refined mesh that is drawn."""

    def __init__(self, mesh: Mesh, lips: np.ndarray, inside: np.ndarray) -> None:
        self._skin = part(mesh, 0)
        quads = mesh.quads[: mesh.part_quads[1]]
        self._fine, _, fine_quads, _ = catmull_clark(quads, mesh.weld[self._skin])
        self._triangles = fine_quads[:, [0, 1, 2, 0, 2, 3]].reshape(-1, 3)
        self._lips = (self._fine @ lips[self._skin] > 0.3)[self._triangles].any(axis=1)
        self._inside = (self._fine @ inside[self._skin] > 0.5)[self._triangles].all(axis=1)
        self._near = (lips + inside)[self._skin] > 0.05

    def gap(self, vertices: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Look at the closed mouth from the front.

        Returns:
            x of every pixel column across the lips, height of the crease between the lips there,
            and width of the gap through which the inside is seen; all in metres.
        """
        fine = self._fine @ vertices[self._skin]
        lips = fine[np.unique(self._triangles[self._lips & ~self._inside])]
        low, high = lips[:, :2].min(axis=0) - 0.001, lips[:, :2].max(axis=0) + 0.001
        width, height = np.ceil((high - low) / PIXEL_M).astype(int)
        image = np.stack([fine[:, 0] - low[0], high[1] - fine[:, 1]], axis=1) / PIXEL_M
        front, depth = front_triangles(
            image, -fine[:, 2], self._triangles, width_px=int(width), height_px=int(height)
        )
        on_mouth = (front >= 0) & (self._lips | self._inside)[front]
        columns = np.flatnonzero(on_mouth.sum(axis=0) > 20)
        seen = on_mouth[:, columns]
        crease = np.where(seen, depth[:, columns], -np.inf).argmax(axis=0)
        open_px = (seen & self._inside[front[:, columns]]).sum(axis=0)
        return low[0] + columns * PIXEL_M, high[1] - crease * PIXEL_M, open_px * PIXEL_M

    def closed(self, vertices: np.ndarray) -> np.ndarray:
        """Return the face with its lips just closed."""
        moved = vertices.copy()
        for _ in range(7):  # the refined lips follow the coarse ones only in part
            x, crease, gap = self.gap(moved)
            crease, gap = gaussian_filter1d(crease, 12), gaussian_filter1d(gap, 10)
            skin = moved[self._skin]
            line = np.interp(skin[:, 0], x, crease)
            close = np.interp(skin[:, 0], x, gap + LIP_OVERLAP_M * (gap > PIXEL_M), left=0, right=0)
            beside = skin[:, 1] - line
            reach = np.exp(-((beside / LIP_REACH_M) ** 2)) * self._near
            skin[:, 1] -= 0.6 * close * reach * np.tanh(beside / 0.0005)
        return moved
