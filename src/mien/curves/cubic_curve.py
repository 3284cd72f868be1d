"""The one curve of mien: cubic pieces between keys, as engines keep them."""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from jaxtyping import Float

from mien.core.errors import UsageError

Keys: TypeAlias = Float[np.ndarray, " key"]
"""One number for each key of a curve."""


@dataclass(frozen=True, eq=False)
class CubicCurve:
    """A curve of cubic Hermite pieces; before the first and after the last key it is constant.

    The piece between two keys is the polynomial that FRichCurve (unweighted), glTF's CUBICSPLINE
    and Unity's curves share: with s = (t - t0) / D, D = t1 - t0,
    ``(2s^3-3s^2+1) v0 + D (s^3-2s^2+s) leave0 + (3s^2-2s^3) v1 + D (s^3-s^2) arrive1``.

    >>> flat = np.zeros(2)
    >>> rise = CubicCurve(np.array([0.0, 1.0]), np.array([0.0, 1.0]), arrive=flat, leave=flat)
    >>> rise(np.array([-1.0, 0.5, 2.0])).tolist()
    [0.0, 0.5, 1.0]
    """

    times_s: Keys
    """Time of each key in seconds, strictly increasing; at least one key."""

    values: Keys

    arrive: Keys
    """Slope just before each key, in units of the value per second."""

    leave: Keys
    """Slope just after each key, in units of the value per second."""

    def __post_init__(self) -> None:
        """Refuse what is no curve."""
        count = len(self.times_s)
        for name in ("times_s", "values", "arrive", "leave"):
            row = getattr(self, name)
            if row.shape != (count,) or count == 0:
                msg = f"Expected one {name} per key, at least one key; got shape {row.shape}."
                raise UsageError(msg)
            if not np.isfinite(row).all():
                first = int(np.flatnonzero(~np.isfinite(row))[0])
                msg = f"Expected finite {name}, but key {first} has {row[first]}."
                raise UsageError(msg)
        if count > 1 and not (np.diff(self.times_s) > 0).all():
            first = int(np.flatnonzero(np.diff(self.times_s) <= 0)[0]) + 1
            msg = (
                f"Expected key times that increase, but key {first} at {self.times_s[first]} s "
                f"follows {self.times_s[first - 1]} s."
            )
            raise UsageError(msg)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, CubicCurve):
            return NotImplemented
        return all(
            np.array_equal(getattr(self, name), getattr(other, name))
            for name in ("times_s", "values", "arrive", "leave")
        )

    __hash__ = None  # type: ignore[assignment] # arrays have no hash

    @classmethod
    def constant(cls, value: float, time_s: float = 0.0) -> "CubicCurve":
        """Give the curve that has one value at all times."""
        zero = np.zeros(1)
        return cls(np.array([time_s]), np.array([value], dtype=np.float64), zero, zero.copy())

    @property
    def is_constant(self) -> bool:
        """Whether the curve has one value at all times."""
        flat = self.values[0]
        slopes = bool((self.leave[:-1] == 0).all() and (self.arrive[1:] == 0).all())
        return slopes and bool((self.values == flat).all())

    def __call__(self, times_s: Float[np.ndarray, "*time"]) -> Float[np.ndarray, "*time"]:
        """Values at the given times in seconds."""
        if len(self.times_s) == 1:
            return np.full(np.shape(times_s), self.values[0], dtype=np.float64)
        piece, share, width = self._locate(times_s)
        first, last = self.values[piece], self.values[piece + 1]
        rest = 1.0 - share
        eased = share * share * (3.0 - 2.0 * share)
        bent = rest * self.leave[piece] - share * self.arrive[piece + 1]
        # Written around the first value, so that a flat piece gives exactly its value.
        values: Float[np.ndarray, "*time"] = (
            first + (last - first) * eased + width * share * rest * bent
        )
        return values

    def slope(self, times_s: Float[np.ndarray, "*time"]) -> Float[np.ndarray, "*time"]:
        """Slopes per second just after the given times; 0 outside the keys."""
        if len(self.times_s) == 1:
            return np.zeros(np.shape(times_s))
        piece, share, width = self._locate(times_s)
        first, last = self.values[piece], self.values[piece + 1]
        leave, arrive = self.leave[piece], self.arrive[piece + 1]
        chord = 6.0 * share * (1.0 - share) * (last - first) / width
        slopes = (
            chord
            + (1.0 - share) * (1.0 - 3.0 * share) * leave
            + share * (3.0 * share - 2.0) * arrive
        )
        outside = (times_s < self.times_s[0]) | (times_s >= self.times_s[-1])
        return np.where(outside, 0.0, slopes)

    def _locate(
        self, times_s: Float[np.ndarray, "*time"]
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Give the piece of each time, the share of it that has passed, and its width."""
        piece = np.searchsorted(self.times_s, times_s, side="right") - 1
        piece = np.clip(piece, 0, len(self.times_s) - 2)
        width = self.times_s[piece + 1] - self.times_s[piece]
        share = np.clip((times_s - self.times_s[piece]) / width, 0.0, 1.0)
        return piece, share, width

    def with_keys_at(self, times_s: Float[np.ndarray, " time"]) -> "CubicCurve":
        """Add keys at the given times without changing the curve.

        Each new key takes the value and slope that the curve has there; a cubic restricted to a
        part of its piece is the same cubic, so nothing is lost. Times that have a key stay.
        """
        new = np.setdiff1d(times_s, self.times_s)
        if len(new) == 0:
            return self
        arrive, leave = self.arrive.copy(), self.leave.copy()
        if new[0] < self.times_s[0]:
            arrive[0] = 0.0
        if new[-1] > self.times_s[-1]:
            leave[-1] = 0.0
        slopes = self.slope(new)
        times = np.concatenate([self.times_s, new])
        order = np.argsort(times, kind="stable")
        return CubicCurve(
            times[order],
            np.concatenate([self.values, self(new)])[order],
            np.concatenate([arrive, slopes])[order],
            np.concatenate([leave, slopes])[order],
        )

    def scaled(self, factor: float) -> "CubicCurve":
        """Multiply the curve by a number: values and slopes alike."""
        return CubicCurve(
            self.times_s, self.values * factor, self.arrive * factor, self.leave * factor
        )

    def shifted(self, seconds: float) -> "CubicCurve":
        """Move the curve along time."""
        return CubicCurve(self.times_s + seconds, self.values, self.arrive, self.leave)
