"""Forehead, brows and glabella: AU1, AU2 and AU4."""

import numpy as np
from head_bake.actions.surface import Field, Surface, bump, step

_UP = np.array((0.0, 1.0, 0.0))

INNER, OUTER, TAIL = (336, 285), (334, 293), (300, 276)
"""Landmarks of the left brow: inner end, outer half, tail."""

_HAIRLINE_MM = 66.0


def inner_raiser(s: Surface) -> Field:
    """AU1 on both sides: the medial frontalis lifts the inner brows and gathers the forehead."""
    inner = s.mark(*INNER)
    anchors = np.stack([inner, inner * (-1, 1, 1)])
    lifted = 1.1 * s.unit("browInnerUp")
    lifted = lifted + 3.4 * s.along(anchors + np.array((0, 5, 0)), _UP, 32.0)
    return lifted + _gathered_forehead(s, anchors, 1.2, 20.0)


def outer_raiser(s: Surface) -> Field:
    """AU2: the lateral frontalis lifts the outer half of the brow into an arch."""
    outer = s.mark(*OUTER, *TAIL)
    lifted = 0.95 * s.unit("browOuterUpLeft")
    lifted = lifted + 2.4 * s.along(outer + np.array((0, 4, 0)), _UP, 30.0)
    return lifted + _gathered_forehead(s, outer[None], 1.0, 20.0)


def _gathered_forehead(s: Surface, brows: np.ndarray, height: float, half_width: float) -> Field:
    """Bulge between raised brows and the hairline, where the skin has nowhere to go."""
    x, y, z = s.points.T
    beside = np.abs(x[:, None] - brows[None, :, 0]).min(axis=1)
    middle = brows[:, 1].mean() + 17.0
    share = bump(beside / (1.6 * half_width)) * bump(np.abs(y - middle) / 22.0)
    share *= step(z, -30, 0) * step(y, _HAIRLINE_MM + 4, _HAIRLINE_MM - 14)
    share[s.skin.stop :] = 0
    return height * share[:, None] * s.normals


def lowerer(s: Surface) -> Field:
    """AU4: corrugator and depressor pull the brow down and towards its fellow."""
    inner = s.mark(*INNER)
    down = 0.95 * s.unit("browDownLeft")
    pinch = 2.4 * s.along(inner[None] + np.array((2, -1, 0)), np.array((-1.0, -0.25, 0.0)), 24.0)
    glabella = np.array((7.0, inner[1] - 4.0, inner[2]))
    return down + pinch + s.bulge(glabella, 0.9, 13.0)
