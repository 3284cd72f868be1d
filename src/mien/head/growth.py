"""How brows, lashes and hair grow: roots, directions and lengths from a look and a seed."""

import numpy as np

from mien.head.brows import brow_coordinates, grow_brows
from mien.head.ground import Appearance, Ground
from mien.head.hair import grow_hair
from mien.head.lashes import grow_lashes
from mien.head.strands import StrandKind, Strands

__all__ = ["brow_coordinates", "grown"]


def grown(
    ground: Ground, appearance: Appearance, kind: StrandKind, *, seed: int = 0, most: int = 0
) -> Strands:
    """Grow one kind of hair.

    Args:
        ground: The average head; for hair the head of the person.
        appearance: Density, width and style of one person's hair.
        kind: ``brow``, ``lash`` or ``hair``.
        seed: Another seed places other hairs of the same look.
        most: Largest number of hairs on the scalp; fewer are wider. 0: as many as the style has.
    """
    rng = np.random.default_rng([seed, ("brow", "lash", "hair").index(kind)])
    if kind == "brow":
        return grow_brows(ground, appearance, rng)
    if kind == "lash":
        return grow_lashes(ground, rng)
    return grow_hair(ground, appearance, rng, most=most)
