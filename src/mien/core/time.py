"""A uniform time base whose rate is a fraction, because 23.976 is not a number."""

from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from mien.core.arrays import Times
from mien.core.errors import UsageError


@dataclass(frozen=True)
class TimeBase:
    """``count`` samples at ``rate`` per second, the first at ``start_s``.

    >>> base = TimeBase(rate=Fraction(100), count=3, start_s=0.5)
    >>> base.times_s.tolist()
    [0.5, 0.51, 0.52]
    >>> base.nearest(0.512)
    1
    """

    rate: Fraction
    """Samples per second."""

    count: int
    """Number of samples, at least 1."""

    start_s: float = 0.0
    """Time of the first sample in seconds, on the clock of the source."""

    def __post_init__(self) -> None:
        """Refuse a rate or count that no time line can have."""
        if self.rate <= 0:
            msg = f"Expected a rate above 0 samples per second, but got {self.rate}."
            raise UsageError(msg)
        if self.count < 1:
            msg = f"Expected at least 1 sample, but got {self.count}."
            raise UsageError(msg)

    @property
    def times_s(self) -> Times:
        """Time of every sample in seconds."""
        steps = np.arange(self.count, dtype=np.float64)
        return self.start_s + steps * self.rate.denominator / self.rate.numerator

    @property
    def step_s(self) -> float:
        """Seconds from one sample to the next."""
        return self.rate.denominator / self.rate.numerator

    @property
    def end_inclusive_s(self) -> float:
        """Time of the last sample in seconds."""
        return self.start_s + (self.count - 1) * self.step_s

    @property
    def duration_s(self) -> float:
        """Seconds covered when every sample stands for one step."""
        return self.count * self.step_s

    def nearest(self, time_s: float) -> int:
        """Index of the sample nearest to ``time_s``, kept inside the base."""
        index = round((time_s - self.start_s) / self.step_s)
        return min(max(index, 0), self.count - 1)
