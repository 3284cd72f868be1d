"""The 68 points of iBUG 300-W among the 468 points of the face mesh."""

import numpy as np
from jaxtyping import Float

from mien.core.errors import UsageError

IBUG68_FROM_MESH: tuple[int, ...] = (
    # jaw, from the subject's right ear over the chin to the left ear
    *(127, 234, 93, 132, 58, 136, 150, 176, 152, 400, 379, 365, 288, 361, 323, 454, 356),
    # upper edge of the brows: right from outside to inside, left from inside to outside
    *(70, 63, 105, 66, 107),
    *(336, 296, 334, 293, 300),
    # bridge of the nose down to the tip, then the base from right to left
    *(168, 197, 5, 4),
    *(98, 97, 2, 326, 327),
    # right eye: outer corner, upper lid, inner corner, lower lid; left eye: from the inner corner
    *(33, 160, 158, 133, 153, 144),
    *(362, 385, 387, 263, 373, 380),
    # outer edge of the lips: right corner, upper lip, left corner, lower lip; then the inner edge
    *(61, 40, 37, 0, 267, 270, 291, 321, 314, 17, 84, 91),
    *(78, 81, 13, 311, 308, 402, 14, 178),
)
"""Index of the mesh point that stands for each iBUG point.

The mesh has no point with the same definition for most of the jaw; there the choice divides the
mesh's oval into nearly even parts on the mean of the built-in people. Not the points that
OpenFace's model would give.
"""


def ibug68_points(
    mesh: Float[np.ndarray, "frame point axis"],
) -> Float[np.ndarray, "frame 68 axis"]:
    """Take the 68 iBUG points out of 468 or 478 mesh points, in any unit and 2 or 3 axes.

    Raises:
        UsageError: fewer than 468 points.
    """
    points = mesh.shape[1]
    if points < 468:  # noqa: PLR2004 - the size of the face mesh
        msg = f"Expected the 468 or 478 points of the face mesh, but got {points}."
        raise UsageError(msg)
    return mesh[:, list(IBUG68_FROM_MESH)]
