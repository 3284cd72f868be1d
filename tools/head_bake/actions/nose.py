"""Nose and the triangle below the eye: AU9, AU10, AU11, AU38 and AU39."""

import numpy as np
from head_bake.actions.surface import Field, Surface, step

_UP = np.array((0.0, 1.0, 0.0))

WING = 358
UPPER_LIP_SIDE = (269, 270, 267)
FOLD_MIDDLE = 423
"""Landmark in the middle of the left nasolabial fold."""


def wrinkler(s: Surface) -> Field:
    """AU9: the levator of lip and wing draws the skin of the nose up to its root."""
    wing, root = s.marks[WING], s.mark(168, 6)
    sneer = s.unit("noseSneerLeft")
    flank = np.stack([wing + np.array((2, 9, -1)), wing + np.array((-4, 16, 3))])
    up = 2.6 * s.along(flank, np.array((-0.15, 1.0, 0.0)), 20.0)
    triangle = 1.6 * s.along(wing[None] + np.array((11, 4, -3)), np.array((-0.25, 1.0, 0.0)), 24.0)
    lip = 1.6 * s.along(s.mark(0, 267)[None], _UP, 18.0)
    flare = 0.8 * s.along(wing[None], np.array((1.0, 0.4, 0.0)), 10.0)
    return sneer + up + triangle + lip + flare + s.bulge(root + np.array((5, -6, 0)), 0.9, 12.0)


def upper_lip_raiser(s: Surface) -> Field:
    """AU10: the levator of the lip lifts its side most and pushes the triangle up."""
    lip = 1.0 * s.unit("mouthUpperUpLeft")
    side = 1.4 * s.along(s.marks[list(UPPER_LIP_SIDE)], _UP, 17.0)
    triangle = s.mark(FOLD_MIDDLE) + np.array((5, 9, 0))
    pushed = 3.0 * s.along(triangle[None], np.array((0.2, 1.0, 0.0)), 28.0)
    return lip + side + pushed + s.bulge(triangle + np.array((2, 8, 0)), 1.6, 20.0)


def furrow_deepener(s: Surface) -> Field:
    """AU11: zygomaticus minor draws the middle of the furrow up and outward, not the corner."""
    fold = s.marks[FOLD_MIDDLE]
    drawn = 6.2 * s.along(fold[None] + np.array((2, -3, 0)), np.array((0.85, 0.65, 0.0)), 22.0)
    lip = 1.6 * s.along(s.mark(270, 409)[None], np.array((0.6, 0.8, 0.0)), 13.0)
    puff = s.bulge(fold + np.array((9, 6, -1)), 3.2, 18.0)
    return drawn + lip + puff


def nostril_dilator(s: Surface) -> Field:
    """AU38: the alar part of nasalis widens the wing."""
    wing = s.marks[WING]
    wide = 4.8 * s.along(wing[None] + np.array((-1, 0, 0)), np.array((1.0, 0.15, 0.0)), 12.0)
    rim = 2.0 * s.along(wing[None] + np.array((-3, -3, 1)), np.array((0.5, 0.8, 0.0)), 9.0)
    return _no_lip(s, wide + rim)


def nostril_compressor(s: Surface) -> Field:
    """AU39: the transverse part of nasalis narrows the wing and draws it down."""
    wing = s.marks[WING]
    narrow = 3.8 * s.along(wing[None] + np.array((-1, 1, 0)), np.array((-1.0, -0.55, 0.0)), 13.0)
    tip = 1.2 * s.along(s.mark(1)[None] + np.array((3, 0, 0)), np.array((0.0, -1.0, -0.2)), 13.0)
    return _no_lip(s, narrow + tip)


def _no_lip(s: Surface, field: Field) -> Field:
    """Leave the lip below the nose alone."""
    lip = s.mark(0)
    return step(s.points[:, 1], lip[1] + 2.0, lip[1] + 9.0)[:, None] * field
