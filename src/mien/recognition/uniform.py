"""Signals with true time stamps, brought onto a uniform time base."""

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from jaxtyping import Float

from mien.core.arrays import Times
from mien.core.errors import UsageError
from mien.core.time import TimeBase

_GAP_STEPS = 2.0


@dataclass(frozen=True)
class Resampling:
    """Where each sample of a uniform time base lies between the frames of a video."""

    time: TimeBase
    left: np.ndarray
    right: np.ndarray
    share: Float[np.ndarray, " sample"]
    gap: np.ndarray
    """Samples that lie in a gap of more than two usual steps."""

    def __call__(self, values: Float[np.ndarray, "frame ..."]) -> Float[np.ndarray, "sample ..."]:
        """Interpolate linearly; NaN beside a sample and gaps give NaN."""
        share = self.share.reshape(-1, *[1] * (values.ndim - 1)).astype(values.dtype)
        # A share of exactly 0 or 1 must not be spoilt by NaN on the side that has no part in it.
        blended = np.where(
            share == 0,
            values[self.left],
            np.where(
                share == 1,
                values[self.right],
                values[self.left] * (1 - share) + values[self.right] * share,
            ),
        )
        blended[self.gap] = np.nan
        result: Float[np.ndarray, "sample ..."] = blended
        return result

    @property
    def nearest(self) -> np.ndarray:
        """Number of the frame nearest each sample."""
        return np.where(self.share < 0.5, self.left, self.right)  # noqa: PLR2004 - the middle


def rate_of_stamps(times_s: Times) -> Fraction:
    """Frames per second by the median step, as a fraction with a denominator of at most 1001.

    >>> rate_of_stamps(np.array([0.0, 0.04, 0.08, 0.2]))
    Fraction(25, 1)
    """
    return Fraction(1 / float(np.median(np.diff(times_s)))).limit_denominator(1001)


def uniform_time(times_s: Times, rate: Fraction) -> Resampling:
    """Lay a uniform time base of the given rate over the frames' time stamps.

    Args:
        times_s: strictly increasing time stamps.
        rate: samples per second; a video's own nominal rate keeps every frame as it is.

    Raises:
        UsageError: fewer than two frames, or stamps out of order.
    """
    if len(times_s) < 2:  # noqa: PLR2004 - two ends
        msg = f"Expected at least 2 frames to lay a time base over, but got {len(times_s)}."
        raise UsageError(msg)
    steps = np.diff(times_s)
    if not (steps > 0).all():
        where = int(np.flatnonzero(steps <= 0)[0])
        msg = f"Expected time stamps that increase, but frame {where + 1} is not after {where}."
        raise UsageError(msg)
    step_s = rate.denominator / rate.numerator
    count = int(np.floor((times_s[-1] - times_s[0]) / step_s + 0.5)) + 1
    time = TimeBase(rate, count, float(times_s[0]))
    wanted = np.clip(time.times_s, times_s[0], times_s[-1])
    right = np.clip(np.searchsorted(times_s, wanted), 1, len(times_s) - 1)
    left = right - 1
    share = (wanted - times_s[left]) / (times_s[right] - times_s[left])
    # Stamps are rounded by the container; a sample within 2 % of a step is the frame itself.
    share = np.where(np.abs(share - np.round(share)) < 0.02, np.round(share), share)  # noqa: PLR2004
    gap = (times_s[right] - times_s[left] > _GAP_STEPS * max(float(np.median(steps)), step_s)) & (
        (share > 0) & (share < 1)
    )
    return Resampling(time, left, right, share, gap)
