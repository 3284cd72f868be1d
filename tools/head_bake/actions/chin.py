"""The chin: AU17."""

import numpy as np
from head_bake.actions.seal import sealed
from head_bake.actions.surface import Field, Surface

_UP = np.array((0.0, 1.0, 0.0))
BOSS = 199


def raiser(s: Surface) -> Field:
    """AU17 on both sides: mentalis lifts the boss, and the boss the lower lip."""
    boss = s.marks[BOSS] * (0, 1, 1)
    lip = 0.8 * s.unit("mouthShrugLower") + 0.3 * s.unit("mouthShrugUpper")
    anchors = np.stack([boss + np.array((6, -2, 0)), boss + np.array((-6, -2, 0))])
    lifted = 5.0 * s.along(anchors, _UP, 24.0)
    corners = s.marks[291] + np.array((1, -3, 0))
    curved = s.along(np.stack([corners, corners * (-1, 1, 1)]), np.array((0.0, -1.3, 0.0)), 17.0)
    return sealed(s, lip + lifted + curved + s.bulge(boss + np.array((0, 2, 0)), 1.4, 14.0))
