"""The ring around the mouth: AU16, AU18, AU22 to AU25 and AU28, and the jaw, AU26 and AU27."""

import numpy as np
from head_bake.actions.seal import sealed
from head_bake.actions.surface import Field, Surface, step

_UP, _DOWN = np.array((0.0, 1.0, 0.0)), np.array((0.0, -1.0, 0.0))

CORNER = 291
UPPER_BORDER = (0, 267, 269, 270, 409)
LOWER_BORDER = (17, 314, 405, 321, 375)
CREASE = (13, 312, 311, 310, 415, 308)
BOSS = 199


def mirrored_marks(s: Surface, numbers: tuple[int, ...]) -> np.ndarray:
    """Landmarks of the left half with their mirror images."""
    left = s.marks[list(numbers)]
    return np.concatenate([left, left * (-1, 1, 1)])


def both(s: Surface, left: Field) -> Field:
    """A field of the left with its mirror image."""
    return left + s.mirrored(left)


def lower_lip_depressor(s: Surface) -> Field:
    """AU16: depressor labii draws the side of the lower lip down and outward."""
    lip = 1.05 * s.unit("mouthLowerDownLeft")
    side = s.mark(321, 405)
    drawn = 3.2 * s.along(side[None] + np.array((2, -5, 0)), np.array((1.0, -0.45, 0.0)), 19.0)
    flat = 1.2 * s.along(
        s.mark(BOSS)[None] + np.array((10, 4, -1)), np.array((1.0, -0.1, 0.0)), 18.0
    )
    return lip + drawn + flat


def pucker(s: Surface) -> Field:
    """AU18: the incisive muscles draw the lips together and forward."""
    return s.unit("mouthPucker")


def funneler(s: Surface) -> Field:
    """AU22: the lips turn out like a funnel and show their inner red."""
    return s.unit("mouthFunnel")


def tightener(s: Surface) -> Field:
    """AU23: the ring tightens; the red narrows and rolls in, the corners come closer."""
    rolled = 0.30 * s.unit("mouthRollUpper") + 0.46 * s.unit("mouthRollLower")
    corner = s.marks[CORNER]
    medial = 4.4 * s.along(corner[None] + np.array((1, 0, 0)), np.array((-1.0, 0.0, 0.25)), 24.0)
    sides = 1.4 * s.along(s.mark(270, 321, CORNER)[None], np.array((-1.0, 0.0, 0.0)), 18.0)
    return sealed(s, rolled + both(s, medial + sides))


def presser(s: Surface) -> Field:
    """AU24: the lips are pressed against each other; upper down a little, lower up."""
    upper = mirrored_marks(s, UPPER_BORDER[:4])
    lower = mirrored_marks(s, LOWER_BORDER[:4])
    press = 1.6 * s.along(upper, _DOWN, 13.0) + 2.8 * s.along(lower, _UP, 15.0)
    boss = mirrored_marks(s, (BOSS,))
    chin = 1.0 * s.along(boss + np.array((0, 5, 0)), _UP, 20.0)
    rolled = 0.2 * s.unit("mouthRollLower") + 0.16 * s.unit("mouthRollUpper")
    above = s.bulge(s.mark(0) + np.array((0, 6, 0)), 0.8, 14.0)
    below = s.bulge(s.mark(17) + np.array((0, -5, 0)), 0.8, 14.0)
    return sealed(s, press + chin + rolled + above + below)


def part(s: Surface) -> Field:
    """AU25: the lips part, the jaw stays; most in the middle."""
    down = 0.36 * (s.unit("mouthLowerDownLeft") + s.unit("mouthLowerDownRight"))
    up = 0.30 * (s.unit("mouthUpperUpLeft") + s.unit("mouthUpperUpRight"))
    return down + up


def jaw_drop(s: Surface) -> Field:
    """AU26: the jaw falls by its own weight."""
    return 0.7 * s.unit("jawOpen")


def mouth_stretch(s: Surface) -> Field:
    """AU27: the jaw is pulled down as far as it goes."""
    return s.unit("jawOpen")


def suck(s: Surface) -> Field:
    """AU28: the red and the skin beside it are drawn over the teeth, which stand apart."""
    rolled = 0.8 * s.unit("mouthRollUpper") + 1.1 * s.unit("mouthRollLower")
    # The corners are bound to the cheeks and follow in part.
    corners = mirrored_marks(s, (CORNER,))
    rolled = rolled * (0.35 + 0.65 * step(s.away(corners), 2.0, 12.0))[:, None]
    return sealed(s, rolled + 0.14 * (s.unit("jawOpen") + s.unit("mouthClose")))
