"""Faces are not alike on both sides: one moves a little more, and a little earlier."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from mien.core.errors import UsageError
from mien.core.facs import ACTION_UNITS, Side

_LONGEST_S = 0.1


@dataclass(frozen=True)
class Asymmetry:
    """How far the sides of a face differ.

    The ratio of the sides is normal around 1 and cut off at ``1 +- limit``, the lag even between
    0 and ``lag_s``. The defaults are assumptions, chosen small for movements this brief.
    """

    ratio_sd: float = 0.08
    limit: float = 0.2
    lag_s: float = 0.015

    def __post_init__(self) -> None:
        """Refuse sides that do not belong to one face."""
        if not (0 <= self.ratio_sd < 1 and 0 <= self.limit < 1 and 0 <= self.lag_s <= _LONGEST_S):
            msg = (
                f"Expected spread and limit in 0..1 and a lag up to {_LONGEST_S} s, but got {self}."
            )
            raise UsageError(msg)


@dataclass(frozen=True)
class SideDifference:
    """How the sides of one unit differ in one person."""

    gain: Mapping[Side, float]
    """Factor of each side; the stronger one has 1."""

    lag_s: Mapping[Side, float]
    """Delay of each side; the earlier one has 0."""


def side_differences(
    settings: Asymmetry, *, rng: np.random.Generator
) -> Mapping[int, SideDifference]:
    """Draw how the sides of every unit differ in one person, by FACS number.

    Half of the ratio belongs to the person and half to the unit, an assumption. Eyes close
    together: the lag of AU43 and AU45 is a tenth.
    """
    own = rng.standard_normal()
    differences = {}
    for unit in ACTION_UNITS:
        mixed = (own + rng.standard_normal()) / np.sqrt(2)
        ratio = 1 + float(np.clip(settings.ratio_sd * mixed, -settings.limit, settings.limit))
        lag = settings.lag_s * rng.uniform() * (0.1 if unit.number in {43, 45} else 1.0)
        left_first = bool(rng.uniform() < 0.5)  # noqa: PLR2004 - a coin
        both = min(ratio, 1 / ratio)
        differences[unit.number] = SideDifference(
            gain={
                Side.LEFT: 1.0 if ratio >= 1 else both,
                Side.RIGHT: both if ratio >= 1 else 1.0,
                Side.BOTH: 1.0,
            },
            lag_s={
                Side.LEFT: 0.0 if left_first else lag,
                Side.RIGHT: lag if left_first else 0.0,
                Side.BOTH: 0.0,
            },
        )
    return differences
