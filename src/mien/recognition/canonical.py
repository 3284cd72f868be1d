"""The canonical face: where recognisers that learned on many faces expect brows, nose and mouth."""

from dataclasses import dataclass
from functools import cache

import numpy as np
from jaxtyping import Float

from mien.core.arrays import Points2
from mien.faces import CROP_SIZE_PX, RIGID_POINTS
from mien.faces.alignment import layout_of, similarity
from mien.faces.warping import apply_transform
from mien.head import load_head
from mien.head.view import View
from mien.recognition.atoms import face_basis
from mien.recognition.basis import Basis

CANONICAL_GRID = 28
"""Cells along each side, as flow images of apex frames are published."""

_DISTANCE_M = 1.2  # of the camera; the usual one of a portrait
_SCALE = 1400.0  # pixels per metre before alignment; it cancels


@cache
def canonical_landmarks_px() -> Points2:
    """Place of the 468 mesh points in the canonical face of 256 px: the mean of eight people."""
    head = load_head()
    placed = []
    for person in head.people_of("basis"):
        camera = View(_SCALE, distance_m=_DISTANCE_M)
        seen = camera.project(head.landmarks.points(person.vertices_m.astype(np.float64)))
        target = layout_of(seen[RIGID_POINTS][None]) * CROP_SIZE_PX
        placed.append(apply_transform(similarity(seen[RIGID_POINTS], target), seen))
    mean: Points2 = np.mean(placed, axis=0)
    return mean


@cache
def canonical_basis() -> Basis:
    """Motion fields of the action units on the canonical face, 28 x 28 cells.

    >>> canonical_basis().fields_px.shape[1:]
    (28, 28, 2)
    """
    head = load_head()
    return face_basis(
        head,
        head.people_of("basis"),
        canonical_landmarks_px(),
        size_px=CROP_SIZE_PX,
        grid=CANONICAL_GRID,
    )


@dataclass(frozen=True)
class Placement:
    """How a face lies in its picture against the canonical one: four numbers.

    A point of the canonical face, in parts of its side and from its middle, is seen in the picture
    at ``stretch * point + shift``, in parts of that picture's side and from its middle.
    """

    stretch: tuple[float, float] = (1.0, 1.0)
    """To the right and down; above 1, the face is larger in its picture."""

    shift: tuple[float, float] = (0.0, 0.0)
    """To the right and down, in parts of the picture's side."""

    def canonical(
        self, flow: Float[np.ndarray, "field row column 2"]
    ) -> Float[np.ndarray, "field 28 28 2"]:
        """Carry square flow fields onto the canonical face; their vectors shrink with the face.

        Between cells the flow is linear; beyond the picture's rim it is that of the rim.
        """
        count, side = len(flow), flow.shape[1]
        weights = _reading(side, self.stretch[0], self.shift[0])
        heights = _reading(side, self.stretch[1], self.shift[1])
        flat = np.einsum("ri,fijd,cj->frcd", heights, flow, weights, optimize=True)
        carried: Float[np.ndarray, "field 28 28 2"] = flat / np.asarray(self.stretch, flow.dtype)
        return carried.reshape(count, CANONICAL_GRID, CANONICAL_GRID, 2)


def placement_of(landmarks_px: Points2, *, size_px: int) -> Placement:
    """Fit a placement to the 468 mesh points of a face at rest, each axis by least squares.

    Args:
        landmarks_px: in the picture of the face, whose side is ``size_px``.
        size_px: side of the picture.
    """
    canonical = (canonical_landmarks_px() + 0.5) / CROP_SIZE_PX - 0.5
    seen = (np.asarray(landmarks_px[: len(canonical)], np.float64) + 0.5) / size_px - 0.5
    stretch, shift = [], []
    for axis in range(2):
        slope, start = np.polyfit(canonical[:, axis], seen[:, axis], 1)
        stretch.append(float(slope))
        shift.append(float(start))
    return Placement((stretch[0], stretch[1]), (shift[0], shift[1]))


def _reading(side: int, stretch: float, shift: float) -> Float[np.ndarray, "cell source"]:
    """Weights by which each canonical cell along one axis reads the picture's cells."""
    centres = (np.arange(CANONICAL_GRID) + 0.5) / CANONICAL_GRID - 0.5
    place = np.clip((stretch * centres + shift + 0.5) * side - 0.5, 0, side - 1)
    low = np.minimum(place.astype(int), side - 2)
    weights = np.zeros((CANONICAL_GRID, side))
    rows = np.arange(CANONICAL_GRID)
    weights[rows, low] = 1 - (place - low)
    weights[rows, low + 1] = place - low
    return weights
