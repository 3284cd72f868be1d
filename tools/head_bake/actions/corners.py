"""What draws the corner of the mouth: AU12, AU13, AU14, AU15 and AU20."""

import numpy as np
from head_bake.actions.seal import sealed
from head_bake.actions.surface import Field, Surface, step

CORNER = 291
CHEEK = 280


def puller(s: Surface) -> Field:
    """AU12: zygomaticus major draws the corner up and back, the cheek rises over it."""
    cheek = s.mark(CHEEK, 425)
    smile = s.unit("mouthSmileLeft") * (1.2, 0.8, 1.0)
    return smile + s.bulge(cheek + np.array((0, -4, 0)), 1.2, 26.0)


def sharp_puller(s: Surface) -> Field:
    """AU13: levator anguli oris draws the corner sharply up and puffs the cheek above it."""
    corner = s.marks[CORNER]
    smile = s.unit("mouthSmileLeft")
    near = step(s.away(corner[None]), 30.0, 13.0)
    up = near[:, None] * smile * (0.0, 0.72, 0.35)
    tight = 1.6 * s.along(corner[None] + np.array((2, 0, 0)), np.array((-1.0, 0.2, 0.0)), 14.0)
    puff = s.bulge(corner + np.array((12, 22, 0)), 3.4, 21.0)
    lift = 1.6 * s.along(corner[None] + np.array((9, 16, 0)), np.array((-0.15, 1.0, 0.0)), 22.0)
    return sealed(s, up + tight + puff + lift)


def dimpler(s: Surface) -> Field:
    """AU14: buccinator tightens the corner against the teeth; the skin around is drawn to it."""
    corner = s.marks[CORNER]
    dimple = corner + np.array((5.0, -0.5, -2.5))
    sink = s.gathered(dimple, 5.2, 30.0)
    inward = s.bulge(dimple, -4.6, 11.0)
    boss = 1.0 * s.along(s.mark(199)[None] + np.array((12, 2, -2)), np.array((0.5, 0.8, 0.0)), 20.0)
    return sealed(s, sink + inward + boss)


def depressor(s: Surface) -> Field:
    """AU15: depressor anguli oris draws the corner down and flattens the chin beside it."""
    corner = s.marks[CORNER]
    down = 1.15 * s.unit("mouthFrownLeft")
    beside = 3.0 * s.along(corner[None] + np.array((0, -13, -1)), np.array((0.15, -1.0, 0.0)), 22.0)
    boss = 1.3 * s.along(
        s.mark(199)[None] + np.array((12, 3, -2)), np.array((0.9, -0.45, 0.0)), 20.0
    )
    bulge = s.bulge(corner + np.array((3, -9, 0)), 1.0, 10.0)
    return sealed(s, down + beside + boss + bulge)


def stretcher(s: Surface) -> Field:
    """AU20: risorius draws the corner straight back; the lips flatten and thin."""
    corner = s.marks[CORNER]
    back = s.unit("mouthStretchLeft") * (1.15, 0.55, 1.0)
    cheek = 2.6 * s.along(corner[None] + np.array((13, -3, -6)), np.array((1.0, -0.12, -0.4)), 30.0)
    return sealed(s, back + cheek)
