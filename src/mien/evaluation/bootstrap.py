"""Intervals by resampling subjects: how far a figure would move with other people of the same kind.

Clips of one person are alike, so whole subjects are drawn, not clips. A statistic gets how often
each clip was drawn instead of the clips themselves, so that all resamples are one matrix product.

Source: Efron & Tibshirani, *An Introduction to the Bootstrap*, 1993, chapter 13 (percentile
interval) and section 8.4 (units that are drawn whole).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from mien.core.errors import UsageError

RESAMPLES = 2000
LEVEL = 0.95

Statistic = Callable[[Float[np.ndarray, "resample item"]], Float[np.ndarray, "resample figure"]]
"""Figures from how often each item counts; a row of ones gives them of the sample itself."""

_AT_ONCE = 250  # resamples; a matrix of them and of 10,000 clips has 20 MB


@dataclass(frozen=True)
class Interval:
    """A figure of the sample with a percentile interval."""

    value: float
    """NaN where it is not defined."""

    low: float
    """NaN where it is not defined, or all clips are of one subject."""

    high: float
    level: float = LEVEL
    defined: float = 1.0
    """Share of the resamples in which the figure is defined; the others are left out."""


def resampled_weights(
    subjects: Sequence[str], resamples: int, rng: np.random.Generator
) -> Float[np.ndarray, "resample item"]:
    """Draw as many subjects as there are, with replacement, and tell how often each item counts."""
    people, whose = np.unique(np.array(subjects), return_inverse=True)
    drawn = rng.multinomial(len(people), np.full(len(people), 1 / len(people)), size=resamples)
    return drawn[:, whose].astype(np.float64)


def subject_bootstrap(
    statistic: Statistic,
    subjects: Sequence[str],
    *,
    resamples: int = RESAMPLES,
    level: float = LEVEL,
    seed: int = 0,
) -> tuple[Interval, ...]:
    """Give every figure of a statistic with its percentile interval over subjects.

    Args:
        statistic: figures from how often each item counts, NaN where undefined.
        subjects: subject of each item.
        resamples: number of draws.
        level: share of the resampled figures inside the interval.
        seed: of the draws.

    Raises:
        UsageError: no items, or settings that give no interval.
    """
    if not len(subjects) or resamples < 1 or not 0 < level < 1:
        msg = (
            "Expected at least one item, one resample and a level between 0 and 1, but got "
            f"{len(subjects)}, {resamples} and {level}."
        )
        raise UsageError(msg)
    own = statistic(np.ones((1, len(subjects))))[0]
    rng = np.random.default_rng(seed)
    parts = [
        statistic(resampled_weights(subjects, min(_AT_ONCE, resamples - done), rng))
        for done in range(0, resamples, _AT_ONCE)
    ]
    drawn = np.concatenate(parts)
    alone = len(set(subjects)) == 1
    tail = (1 - level) / 2
    intervals = []
    for value, column in zip(own.tolist(), drawn.T, strict=True):
        defined = column[np.isfinite(column)]
        told = not alone and len(defined) > 0
        low, high = np.quantile(defined, (tail, 1 - tail)) if told else (np.nan, np.nan)
        intervals.append(
            Interval(value, float(low), float(high), level, len(defined) / len(column))
        )
    return tuple(intervals)
