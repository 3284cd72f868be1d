"""How much of a face stands exactly still from frame to frame: what a camera never records."""

import numpy as np
from jaxtyping import Float, UInt8

from mien.core.arrays import Times

_BLOCK_PX = 8
_MIN_BLOCKS = 4

HELD_BACK = 0.067
"""From here on the motion of a face counts as removed, see :func:`held_back`: most movements at .4
are lost, and on rendered faces wrong units are named from .08 on."""

_STEP = 3.0
"""How many times more a picture must change at a key frame than between them."""


class Stillness:
    """Compares each frame with the one before, within the box of a face."""

    def __init__(self) -> None:
        self._before: UInt8[np.ndarray, "y x"] | None = None

    def add(
        self, grey: UInt8[np.ndarray, "y x"], box_px: tuple[int, int, int, int] | None
    ) -> tuple[float, float]:
        """Take the next frame.

        Args:
            grey: the frame as the file gives it, neither turned nor aligned.
            box_px: left, top, right, bottom of the face; None where there is none.

        Returns:
            the share of blocks of 8 px in which no pixel changed, and the mean change in grey
            levels; NaN without a face, or for the first frame.
        """
        before, self._before = self._before, grey
        if before is None or box_px is None or before.shape != grey.shape:
            return float("nan"), float("nan")
        height, width = grey.shape
        left, top = (max(0, -(-edge // _BLOCK_PX)) for edge in box_px[:2])
        right, bottom = (
            min(box_px[2], width) // _BLOCK_PX,
            min(box_px[3], height) // _BLOCK_PX,
        )
        rows, columns = bottom - top, right - left
        if rows < 1 or columns < 1 or rows * columns < _MIN_BLOCKS:
            return float("nan"), float("nan")
        part = np.s_[
            top * _BLOCK_PX : bottom * _BLOCK_PX,
            left * _BLOCK_PX : right * _BLOCK_PX,
        ]
        now, then = grey[part], before[part]
        difference = np.maximum(now, then) - np.minimum(now, then)
        blocks = difference.reshape(rows, _BLOCK_PX, columns, _BLOCK_PX).max(axis=(1, 3))
        return float((blocks == 0).mean()), float(difference.mean())


def held_back(
    times_s: Times,
    still: Float[np.ndarray, " frame"],
    change: Float[np.ndarray, " frame"],
    grey: Float[np.ndarray, "frame row column"],
    steps_s: tuple[float, ...],
) -> float:
    """Say how much of the change in a face a strong compression holds back until a key frame.

    Between key frames the encoder keeps blocks exactly as they are, and at key frames it draws
    them anew: the share of blocks that stand still, times the jump at a key frame as a part of the
    face's contrast. A drawn face at rest is as still, but does not jump. Where the file tells of
    no key frame but the first, nothing can be said, and it is 0.

    Args:
        times_s: time of each frame.
        still: share of exactly still blocks, see :class:`Stillness`.
        change: mean change in grey levels.
        grey: mean grey of the face's cells.
        steps_s: times of the key frames but the first.
    """
    known = np.isfinite(still) & np.isfinite(grey).all(axis=(1, 2))
    keys = np.isin(times_s, steps_s) & known
    between = known & ~keys
    if not keys.any() or not between.any():
        return 0.0
    usual, jump = float(np.median(change[between])), float(np.median(change[keys]))
    if jump < _STEP * usual:
        return 0.0
    contrast = float(np.median(grey[known], axis=0).std())
    return float(np.median(still[between])) * jump / max(contrast, 1.0)
