"""Lips that touch at rest stay in touch under units that do not part them."""

import numpy as np
from head_bake.actions.surface import Field, Surface, bump

UPPER = (308, 415, 310, 311, 312, 13, 82, 81, 80, 191, 78)
LOWER = (308, 324, 318, 402, 317, 14, 87, 178, 88, 95, 78)
"""Landmarks of the inner rims, from the left corner to the right; pairs touch at rest."""

_REACH_MM = 7.0
_OVERLAP_MM = 0.25
_ROUNDS = 4


def sealed(s: Surface, field: Field) -> Field:
    """Close the gap that a field opens between the lips, half from each lip."""
    moved = field.copy()
    upper, lower = s.marks[list(UPPER)], s.marks[list(LOWER)]
    to_upper, to_lower = s.away(upper), s.away(lower)
    nearer = np.where(to_upper < to_lower, 1.0, -1.0)
    share = bump(np.minimum(to_upper, to_lower) / _REACH_MM)
    share[s.skin.stop :] = 0
    marks = s.head.landmarks
    order = np.argsort(upper[:, 0])
    for _ in range(_ROUNDS):
        shift = marks.points(moved)
        opened = (shift[list(UPPER), 1] - shift[list(LOWER), 1])[order]
        gap = np.maximum(opened + _OVERLAP_MM * (np.abs(opened) > 0.1), 0)  # noqa: PLR2004
        gap[[0, -1]] = 0
        along = np.interp(s.points[:, 0], upper[order, 0], gap)
        moved[:, 1] -= 0.5 * nearer * share * along
    return moved
