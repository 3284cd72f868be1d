"""Quarters of a face that something covers."""

import numpy as np
from jaxtyping import Bool, Float, Float32, Int

from mien.core.arrays import Times
from mien.recognition.visibility import QUARTERS

UNLIKE = 0.6
"""A cell whose structure is unlike the usual by so much shows something else."""

COVERED_SHARE = 0.15
"""A quarter with so many such cells is covered. Hands before drawn and real mouths reach .18 and
.36; open smiles, raised brows and turns of twenty degrees stay below .12."""


def covered_quarters(
    times_s: Times,
    looks_s: Float[np.ndarray, " look"],
    strangeness: Float32[np.ndarray, "look row column"],
    quarter: Int[np.ndarray, "row column"],
    seen: Bool[np.ndarray, "row column"],
) -> Bool[np.ndarray, "frame quarter"]:
    """Say in which frames something lies before a quarter of the face.

    Args:
        times_s: time of each frame.
        looks_s: times at which the face's look was compared, in order.
        strangeness: how unlike the usual look each cell was then, see
            :meth:`mien.motion.Album.strangeness`.
        quarter: quarter of every cell.
        seen: cells that show skin of the face.
    """
    if not len(looks_s):
        return np.zeros((len(times_s), len(QUARTERS)), dtype=bool)
    unlike = strangeness > UNLIKE
    share = [unlike[:, (quarter == one) & seen].mean(axis=1) for one in range(len(QUARTERS))]
    covered = np.stack(share, axis=1) >= COVERED_SHARE
    # Between two looks the worse one counts.
    after = np.clip(np.searchsorted(looks_s, times_s), 0, len(looks_s) - 1)
    before = np.maximum(after - 1, 0)
    found: Bool[np.ndarray, "frame quarter"] = covered[after] | covered[before]
    return found
