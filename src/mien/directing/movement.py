"""One planned movement of the face, rising and falling."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from mien.core.arrays import Times
from mien.core.errors import UsageError
from mien.core.facs import Channel
from mien.core.track import Event, EventKind, UnitPeak


@dataclass(frozen=True)
class PlannedMovement:
    """One movement of some units, rising and falling as half a cosine each."""

    channels: tuple[Channel, ...]
    peak: float
    """Activation at the apex, 0..1."""

    onset_s: float
    apex_s: float
    offset_s: float
    kind: EventKind = EventKind.MICRO
    hold_s: float = 0.0
    """How long the apex is held; it ends before the offset."""

    shares: tuple[float, ...] = ()
    """Part of the peak that each channel reaches, 0..1; empty where all reach it."""

    label: str = ""
    """Emotion that it was drawn for; empty where it was drawn for none."""

    def __post_init__(self) -> None:
        """Refuse a movement that cannot be."""
        if not 0 <= self.peak <= 1:  # NaN is refused too
            msg = f"Expected a peak in 0..1, but got {self.peak}."
            raise UsageError(msg)
        if self.shares and not (
            len(self.shares) == len(self.channels)
            and 0 <= min(self.shares) <= max(self.shares) <= 1
        ):
            msg = f"Expected a share in 0..1 for each channel, but got {self.shares}."
            raise UsageError(msg)
        if not self.onset_s < self.apex_s <= self.apex_s + self.hold_s < self.offset_s:
            msg = (
                "Expected onset < apex and apex + hold < offset, but got onset "
                f"{self.onset_s}, apex {self.apex_s}, hold {self.hold_s}, offset {self.offset_s} s."
            )
            raise UsageError(msg)

    def course(self, times_s: Times) -> Float[np.ndarray, " frame"]:
        """Activation over time.

        >>> from mien.core.facs import channels_of
        >>> move = PlannedMovement(channels_of(4), 0.4, 1.0, 1.1, 1.3)
        >>> move.course(np.array([0.9, 1.05, 1.1, 1.2, 1.3])).round(2).tolist()
        [0.0, 0.2, 0.4, 0.2, 0.0]
        """
        down_s = self.apex_s + self.hold_s
        rise = np.clip((times_s - self.onset_s) / (self.apex_s - self.onset_s), 0, 1)
        fall = np.clip((self.offset_s - times_s) / (self.offset_s - down_s), 0, 1)
        shape: Float[np.ndarray, " frame"] = 0.5 - 0.5 * np.cos(np.pi * np.minimum(rise, fall))
        return self.peak * shape

    def peak_of(self, channel: Channel) -> float:
        """Activation of one channel at the apex.

        Raises:
            UsageError: the movement has no such channel.
        """
        if channel not in self.channels:
            msg = f"Expected one of {', '.join(map(str, self.channels))}, but got {channel}."
            raise UsageError(msg)
        share = self.shares[self.channels.index(channel)] if self.shares else 1.0
        return self.peak * share

    @property
    def event(self) -> Event:
        """The movement as an event of a track."""
        return Event(
            kind=self.kind,
            onset_s=self.onset_s,
            apex_s=self.apex_s,
            offset_s=self.offset_s,
            units=tuple(UnitPeak(channel, self.peak_of(channel), 1.0) for channel in self.channels),
            confidence=1.0,
            reference="known truth",
        )
