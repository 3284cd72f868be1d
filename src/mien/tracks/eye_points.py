"""The 56 eye points of OpenFace among the 478 points of the face mesh."""

import numpy as np
from jaxtyping import Float

from mien.core.errors import UsageError

LIDS_FROM_MESH: tuple[tuple[int, ...], ...] = (
    (33, 161, 160, 159, 158, 157, 133, 154, 153, 145, 144, 163),
    (362, 384, 385, 386, 387, 388, 263, 390, 373, 374, 380, 381),
)
"""Mesh points of the lids of the subject's right, then left eye: from the corner at the left of
the picture over the upper lid to the other corner, and back along the lower lid."""

_IRISES = ((468, (471, 470, 469, 472)), (473, (476, 475, 474, 477)))
"""Centre of each iris, and its points at the left, top, right and bottom of the picture."""

_MESH_POINTS, _POINTS_WITH_IRIS = 468, 478
IRIS, LIDS, PUPIL = slice(0, 8), slice(8, 20), slice(20, 28)
"""Where the parts of one eye stand among its 28 points."""

POINTS_OF_EYE = 28


def eye56_points(mesh: Float[np.ndarray, "frame point axis"]) -> Float[np.ndarray, "frame 56 axis"]:
    """Take OpenFace's eye points out of the mesh, in any unit and 2 or 3 axes.

    Each eye, the leftmost in the picture first, has 8 points around the iris (clockwise from the
    left), 12 along the lids (clockwise from the left corner) and 8 around the pupil. The mesh has
    every other point of the iris; those between lie on the ellipse through them. The rim of the
    pupil is not measured and stays NaN, and so does the iris of a mesh of 468 points.

    Raises:
        UsageError: fewer than 468 points.
    """
    points = mesh.shape[1]
    if points < _MESH_POINTS:
        msg = f"Expected the 468 or 478 points of the face mesh, but got {points}."
        raise UsageError(msg)
    eyes = np.full((len(mesh), 2, POINTS_OF_EYE, mesh.shape[2]), np.nan)
    for eye, lids in enumerate(LIDS_FROM_MESH):
        eyes[:, eye, LIDS] = mesh[:, list(lids)]
        if points >= _POINTS_WITH_IRIS:
            centre, rim = _IRISES[eye]
            eyes[:, eye, IRIS] = _ellipse(mesh[:, centre], mesh[:, list(rim)])
    return eyes.reshape(len(mesh), 2 * POINTS_OF_EYE, mesh.shape[2])


def _ellipse(
    centre: Float[np.ndarray, "frame axis"], rim: Float[np.ndarray, "frame 4 axis"]
) -> Float[np.ndarray, "frame 8 axis"]:
    """Give the four points of the rim and, after each, the one half-way to the next.

    Two neighbouring radii of a circle seen from aside are conjugate, and the radius between them
    is their sum by the root of 2.
    """
    radii = rim - centre[:, None]
    between = (radii + np.roll(radii, -1, axis=1)) / np.sqrt(2)
    return np.asarray(
        np.stack([rim, centre[:, None] + between], axis=2).reshape(len(rim), 8, rim.shape[2])
    )
