"""Breathing, as far as the head shows it."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from mien.core.arrays import Times
from mien.core.errors import UsageError

_FEWEST, _MOST = 4.0, 60.0


@dataclass(frozen=True)
class Breathing:
    """How a person breathes at rest.

    All defaults are design values. Those of time are in the range that Niérat et al. 2019 report
    for healthy people who sit and are measured without contact (median, quartiles).
    """

    rate_per_minute: float = 16.6
    """Reported: 15.7 (13.3 to 17.4)."""

    in_share: float = 0.42
    """Share of a breath that goes in. Reported: 1.7 of 4.0 s."""

    spread: float = 0.08
    """Standard deviation of the logarithm of a breath's length. Reported: .11 (.08 to .15)."""

    nod_deg: float = 0.2
    """How far the head tips back from out to in; an assumption."""

    rise_m: float = 0.0008
    """How far the head rises from out to in; an assumption."""

    def __post_init__(self) -> None:
        """Refuse a breath that is none."""
        if not (
            _FEWEST <= self.rate_per_minute <= _MOST
            and 0 < self.in_share < 1
            and 0 <= self.spread < 1
            and self.nod_deg >= 0
            and self.rise_m >= 0
        ):
            msg = (
                f"Expected {_FEWEST:.0f} to {_MOST:.0f} breaths a minute and shares in 0..1, "
                f"but got {self}."
            )
            raise UsageError(msg)


def breath_course(
    times_s: Times, settings: Breathing, *, rng: np.random.Generator
) -> Float[np.ndarray, " frame"]:
    """Filling of the lungs over time, 0 (out) to 1 (in)."""
    mean_s = 60.0 / settings.rate_per_minute
    start_s = float(times_s[0]) - rng.uniform() * mean_s
    course = np.zeros(len(times_s))
    while start_s <= times_s[-1]:
        length_s = mean_s * float(np.exp(settings.spread * rng.standard_normal()))
        part = (times_s - start_s) / length_s
        inside = (part >= 0) & (part < 1)
        filling = np.where(
            part < settings.in_share,
            0.5 * part / settings.in_share,
            0.5 + 0.5 * (part - settings.in_share) / (1 - settings.in_share),
        )
        course[inside] = 0.5 - 0.5 * np.cos(2 * np.pi * filling[inside])
        start_s += length_s
    return course


def breath_motion(
    times_s: Times, settings: Breathing, *, rng: np.random.Generator
) -> tuple[Float[np.ndarray, "frame 3"], Float[np.ndarray, "frame 3"]]:
    """Rotation in radians and shift in metres that a breath adds: the head rises and tips back."""
    course = breath_course(times_s, settings, rng=rng) - 0.5
    rotation, shift = np.zeros((2, len(times_s), 3))
    rotation[:, 0] = -np.radians(settings.nod_deg) * course
    shift[:, 1] = settings.rise_m * course
    return rotation, shift
