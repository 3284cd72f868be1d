"""Mouth motion as in speech: syllables of lips and jaw that mean nothing."""

from dataclasses import dataclass

import numpy as np

from mien.core.errors import UsageError
from mien.core.facs import Channel, channels_of
from mien.core.track import EventKind
from mien.directing import PlannedMovement

# Opening, and one thing that the lips do in a syllable.
_OPENING = (*channels_of(25), *channels_of(26))
_LIPS: tuple[tuple[Channel, ...], ...] = (
    channels_of(18),
    channels_of(20),
    channels_of(10),
    channels_of(16),
    channels_of(24),
    (),
)


@dataclass(frozen=True)
class Speech:
    """A stretch of speech.

    Mouths open and close 2 to 7 times a second (Chandrasekaran et al. 2009, PLoS Comput Biol 5);
    how wide they open is a design value.
    """

    start_s: float
    end_s: float
    syllables_per_s: float = 4.5
    opening: float = 0.22
    lips: float = 0.25

    def __post_init__(self) -> None:
        """Refuse what no mouth does."""
        if not (
            self.end_s > self.start_s
            and 1 <= self.syllables_per_s <= 8  # noqa: PLR2004 - as the sentence says
            and 0 <= self.opening <= 1
            and 0 <= self.lips <= 1
        ):
            msg = (
                "Expected a stretch of time, 1 to 8 syllables a second, and opening and lips in "
                f"0..1, but got {self}."
            )
            raise UsageError(msg)

    def syllables(self, rng: np.random.Generator) -> tuple[PlannedMovement, ...]:
        """Draw the movements of which the speech consists; every one ends within it."""
        moves: list[PlannedMovement] = []
        time_s = self.start_s
        while True:
            length_s = float(np.exp(0.25 * rng.standard_normal())) / self.syllables_per_s
            size = rng.uniform(0.3, 1.0)
            lips = _LIPS[int(rng.integers(len(_LIPS)))]
            strength = self.lips * rng.uniform(0.3, 1.0)
            rise = rng.uniform(0.35, 0.55) * length_s
            # Neighbouring syllables run into each other.
            end_s = time_s + 1.15 * length_s
            if end_s > self.end_s:
                return tuple(moves)
            apex_s = time_s + rise
            kind = EventKind.MACRO
            moves.append(
                PlannedMovement(_OPENING, self.opening * size, time_s, apex_s, end_s, kind)
            )
            if lips:
                moves.append(PlannedMovement(lips, strength, time_s, apex_s, end_s, kind))
            time_s += length_s
