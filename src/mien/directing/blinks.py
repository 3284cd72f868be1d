"""Blinks: when the eyes close by themselves, how far, and how fast."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from mien.core.arrays import Times
from mien.core.errors import UsageError
from mien.core.facs import channels_of
from mien.core.track import Event, EventKind, UnitPeak

_LONGEST_S = 0.5
_MOST_PER_MINUTE = 60.0
_REST_S = 0.4  # between two blinks
_COMPLETE = 1.0


@dataclass(frozen=True)
class Blinks:
    """How a person blinks.

    Each default says where it is from. The intervals between blinks are skewed to the long side
    (Garcia et al. 2011).
    """

    rate_per_minute: float = 10.0
    """10.3 +- 3.1 in young adults who look ahead in silence (Doughty 2002)."""

    partial_share: float = 0.53
    """In healthy people who watch a video (Ousler et al. 2014, PMC4015796)."""

    partial_closing: tuple[float, float] = (0.55, 0.95)
    """Range of the closing of partial blinks, a design value; complete ones reach 1."""

    close_s: float = 0.066
    """Of spontaneous blinks (Baker, Abou-Jaoude & Napier 2005)."""

    shut_s: float = 0.008
    """Of spontaneous blinks (Baker, Abou-Jaoude & Napier 2005)."""

    open_s: float = 0.19
    """Design value. Lids open more slowly than they close (Sforza et al. 2008,
    Trutoiu et al. 2011); nine tenths of the way take 124 ms here, and the rest is a slow tail."""

    spread: float = 0.15
    """Standard deviation of the logarithm of both times from blink to blink, a design value."""

    def __post_init__(self) -> None:
        """Refuse blinks that no eye makes."""
        low, high = self.partial_closing
        if not (
            0 <= self.rate_per_minute <= _MOST_PER_MINUTE
            and 0 <= self.partial_share <= 1
            and 0 < low <= high <= 1
            and 0 < self.close_s < self.open_s < _LONGEST_S
            and 0 <= self.shut_s < _LONGEST_S
            and 0 <= self.spread < 1
        ):
            msg = (
                f"Expected 0 to {_MOST_PER_MINUTE:.0f} blinks a minute, shares and closing in "
                f"0..1, and closing faster than opening within {_LONGEST_S} s, but got {self}."
            )
            raise UsageError(msg)


@dataclass(frozen=True)
class Blink:
    """One blink."""

    start_s: float
    close_s: float
    shut_s: float
    open_s: float
    closing: float
    """Largest closing, 0..1."""

    @property
    def apex_s(self) -> float:
        """When the lids are first at their lowest."""
        return self.start_s + self.close_s

    @property
    def end_s(self) -> float:
        """When the eyes are open again."""
        return self.start_s + self.close_s + self.shut_s + self.open_s

    def course(self, times_s: Times) -> Float[np.ndarray, " frame"]:
        """Closing of the lids over time: half a cosine down, a fast start and a slow tail up.

        >>> blink = Blink(1.0, 0.07, 0.01, 0.2, 1.0)
        >>> blink.course(np.array([1.0, 1.035, 1.075, 1.14, 1.29])).round(2).tolist()
        [0.0, 0.5, 1.0, 0.63, 0.0]
        """
        down = np.clip((times_s - self.start_s) / self.close_s, 0, 1)
        up = np.clip((times_s - self.apex_s - self.shut_s) / self.open_s, 0, 1)
        falling = 0.5 - 0.5 * np.cos(np.pi * down)
        # Half open after a third of the way; level at both ends.
        rising = 0.5 + 0.5 * np.cos(np.pi * (1 - (1 - up) ** 1.5))
        course: Float[np.ndarray, " frame"] = self.closing * np.minimum(falling, rising)
        return course

    @property
    def event(self) -> Event:
        """The blink as an event of a track."""
        return Event(
            kind=EventKind.BLINK,
            onset_s=self.start_s,
            apex_s=self.apex_s,
            offset_s=self.end_s,
            units=tuple(UnitPeak(channel, self.closing, 1.0) for channel in channels_of(45)),
            confidence=1.0,
            reference="known truth",
        )


def plan_blinks(
    start_s: float,
    end_s: float,
    settings: Blinks,
    *,
    rng: np.random.Generator,
    keep_out: Sequence[tuple[float, float]] = (),
) -> tuple[Blink, ...]:
    """Draw the blinks of a stretch of time.

    Args:
        start_s: begin of the stretch.
        end_s: its end; every blink ends before it.
        settings: how the person blinks.
        rng: source of everything random.
        keep_out: times, inclusive, in which no blink starts and none is under way, such as
            onset to apex of a movement of the lids. The blink then waits until just after.
    """
    if not settings.rate_per_minute:
        return ()
    mean_s = 60.0 / settings.rate_per_minute
    free_s = max(mean_s - _REST_S - settings.close_s - settings.open_s, 0.05)
    blinks: list[Blink] = []
    time_s = start_s + rng.uniform() * mean_s
    while True:
        close, open_ = np.exp(settings.spread * rng.standard_normal(2))
        partial = rng.uniform() < settings.partial_share
        closing = rng.uniform(*settings.partial_closing) if partial else _COMPLETE
        blink = Blink(
            start_s=time_s,
            close_s=settings.close_s * float(close),
            shut_s=settings.shut_s,
            open_s=settings.open_s * float(open_),
            closing=float(closing),
        )
        blink = _after(blink, keep_out)
        if blink.end_s >= end_s:
            return tuple(blinks)
        blinks.append(blink)
        # Gamma of shape 2: skewed to the long side as the measured intervals are.
        time_s = blink.end_s + _REST_S + float(rng.gamma(2.0, free_s / 2.0))


def _after(blink: Blink, keep_out: Sequence[tuple[float, float]]) -> Blink:
    """Put the blink off until no kept-out time is touched."""
    for first_s, last_s in sorted(keep_out):
        if blink.start_s <= last_s and blink.end_s >= first_s:
            blink = Blink(
                np.nextafter(last_s, np.inf) + 0.01,
                blink.close_s,
                blink.shut_s,
                blink.open_s,
                blink.closing,
            )
    return blink
