"""Lids and the ring around the eye: AU5, AU6, AU7 and the closing of the lids."""

import numpy as np
from head_bake.actions import brows
from head_bake.actions.surface import Field, Surface, step

_UP = np.array((0.0, 1.0, 0.0))

UPPER_LID = (398, 384, 385, 386, 387, 388, 466)
LOWER_LID = (382, 381, 380, 374, 373, 390, 249)
OUTER_CORNER, INNER_CORNER = 263, 362
CHEEK = 280


def lid_raiser(s: Surface) -> Field:
    """AU5: the levator draws the upper lid up; the brow follows a little."""
    brow = 0.13 * (s.halves(brows.inner_raiser(s)) + brows.outer_raiser(s))
    return s.unit("eyeWideLeft") + s.with_lashes(brow)


def cheek_raiser(s: Surface) -> Field:
    """AU6: the outer ring draws cheek, temple and brow tail towards the eye."""
    corner = s.marks[OUTER_CORNER]
    cheek = 1.05 * s.unit("cheekSquintLeft") + 0.4 * s.unit("eyeSquintLeft")
    temple = 3.2 * s.along(
        corner[None] + np.array((11, -1, -6)), np.array((-1.0, 0.05, 0.25)), 26.0
    )
    tail = 1.6 * s.along(s.mark(*brows.TAIL)[None], np.array((-0.5, -1.0, 0.0)), 20.0)
    pouch = s.bulge(s.mark(*LOWER_LID) + np.array((6, -13, 0)), 1.0, 18.0)
    return cheek + s.with_lashes(temple + tail + pouch)


def lid_tightener(s: Surface) -> Field:
    """AU7: the inner ring tightens both lids; the lower one rises and moves to the nose."""
    near = s.share_with_lashes(step(s.away(s.marks[list(LOWER_LID)]), 15.0, 7.0))
    lower = 0.95 * near[:, None] * s.unit("eyeSquintLeft")
    lower_lid = s.marks[list(LOWER_LID)] + np.array((0, -3, 0))
    medial = 1.1 * s.along(lower_lid, np.array((-1.0, 0.15, 0.0)), 10.0)
    upper = 0.09 * s.unit("eyeBlinkLeft")
    return lower + upper + s.with_lashes(medial)


def lids_shut(s: Surface) -> Field:
    """AU43, AU45 and AU46: the levator lets go, the upper lid comes down."""
    return s.unit("eyeBlinkLeft")
