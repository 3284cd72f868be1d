"""How alike the motion of two action units looks from the front."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float

from mien.core.errors import UsageError
from mien.head import Head, Person
from mien.head.barycentric import barycentric
from mien.head.zbuffer import front_triangles

CELLS = 28
"""Side of the crop in cells, as of the flow images that circulate in the literature."""

SAME_MOTION = ({43, 45}, {43, 46}, {45, 46}, {26, 27})
"""Pairs that differ in time or size only."""

_EYES_APART = 0.34
_EYE_LINE = 0.33
_SAMPLES = 4
_HALF = 0.5


def motion_likeness(
    head: Head,
    people: Sequence[Person],
    deltas_m: Float[np.ndarray, "unit vertex 3"],
) -> Float[np.ndarray, "unit unit"]:
    """Cosines of the motion of several shapes, seen from the front, mean over people.

    Each face is laid into the crop by its eyes (their distance .34 of the side, their line .33
    from the top) and cut into 28 x 28 cells; a field is the mean motion of the face's skin that is
    seen in each cell.

    Args:
        head: the built-in head.
        people: whose faces.
        deltas_m: displacement of every vertex by shape.

    Raises:
        UsageError: nobody, or a shape whose motion cannot be seen.
    """
    if not people:
        msg = "Expected at least one person, but got none."
        raise UsageError(msg)
    total = np.zeros((len(deltas_m), len(deltas_m)))
    for person in people:
        fields = crop_fields(head, person, deltas_m).reshape(len(deltas_m), -1)
        length = np.linalg.norm(fields, axis=1)
        if not (length > 0).all():
            still = np.flatnonzero(length == 0).tolist()
            msg = f"Expected shapes that move the face, but number {still} cannot be seen."
            raise UsageError(msg)
        unit = fields / length[:, None]
        total += unit @ unit.T / len(people)
    return total


def crop_fields(
    head: Head, person: Person, deltas_m: Float[np.ndarray, "unit vertex 3"]
) -> Float[np.ndarray, "unit row column 2"]:
    """Mean motion in each cell of the crop, in cells, x to the right and y down."""
    vertices = person.vertices_m.astype(np.float64)
    eyes = np.asarray(person.eye_centre_m, np.float64)
    scale = _EYES_APART * CELLS / abs(eyes[0, 0] - eyes[1, 0])
    middle = eyes.mean(axis=0)
    seen = np.stack(
        [
            (vertices[:, 0] - middle[0]) * scale + CELLS / 2,
            (middle[1] - vertices[:, 1]) * scale + CELLS * _EYE_LINE,
        ],
        axis=1,
    )
    fine = seen * _SAMPLES - _HALF
    triangles = head.part_triangles("skin")
    side = CELLS * _SAMPLES
    front, _ = front_triangles(fine, -vertices[:, 2], triangles, width_px=side, height_px=side)
    face = head.masks["face"][triangles].mean(axis=1)
    hit = (front >= 0) & (face[np.maximum(front, 0)] > _HALF)
    row, column = np.nonzero(hit)
    corners = triangles[front[row, column]]
    share = barycentric(np.column_stack((column, row)), fine[corners])
    moved = np.einsum("pc,upcd->upd", share, deltas_m[:, corners, :2]) * scale * (1.0, -1.0)
    # The mean over all samples of a cell that show the face.
    cell = (row // _SAMPLES) * CELLS + column // _SAMPLES
    count = np.maximum(np.bincount(cell, minlength=CELLS * CELLS), 1)
    fields = np.zeros((len(deltas_m), CELLS * CELLS, 2))
    for axis in range(2):
        for unit in range(len(deltas_m)):
            fields[unit, :, axis] = np.bincount(cell, moved[unit, :, axis], minlength=CELLS * CELLS)
    fields /= count[:, None]
    return fields.reshape(len(deltas_m), CELLS, CELLS, 2)
