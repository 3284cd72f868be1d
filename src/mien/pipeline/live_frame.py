"""What live reading says of one frame, and many of them as a track."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

import numpy as np
from jaxtyping import Float

from mien.core.facs import Channel, channels_of
from mien.core.provenance import Provenance
from mien.core.track import ActionUnitTrack, Event
from mien.recognition.atoms import read_channels
from mien.recognition.uniform import rate_of_stamps, uniform_time


@cache
def live_channels() -> tuple[Channel, ...]:
    """Channels of every live frame: those of the units read by motion, and the lids."""
    return tuple(sorted({*read_channels(), *channels_of(43), *channels_of(45)}))


def _unseen() -> Float[np.ndarray, " channel"]:
    return np.full(len(live_channels()), np.nan)


@dataclass(frozen=True)
class LiveFrame:
    """One face in one frame, read from the past alone."""

    time_s: float
    activation: Float[np.ndarray, " channel"] = field(default_factory=_unseen)
    """0..1 by :func:`live_channels`; NaN where nothing can be said yet or any more."""

    confidence: Float[np.ndarray, " channel"] = field(
        default_factory=lambda: np.zeros(len(live_channels()))
    )
    """0..1."""

    head_rotation_rad: Float[np.ndarray, " 3"] = field(default_factory=lambda: np.full(3, np.nan))
    gaze_rad: Float[np.ndarray, "2 2"] = field(default_factory=lambda: np.full((2, 2), np.nan))
    reason: str = ""
    """Why there are no activations, such as ``warming up``; empty where there are."""

    person: int = 0
    """Number of the person read, from 1; another number is another face."""

    events: tuple[Event, ...] = ()
    """Movements announced with this frame; all ended before it."""


def live_track(
    frames: Sequence[LiveFrame],
    events: Sequence[Event] = (),
    provenance: Provenance | None = None,
) -> ActionUnitTrack:
    """Lay live frames on a uniform time base, as a track with the events announced in them.

    Args:
        frames: at least two, in time order.
        events: further events, announced after the last frame.
        provenance: where the frames came from.

    Raises:
        UsageError: fewer than two frames.
    """
    times_s = np.array([frame.time_s for frame in frames])
    uniform = uniform_time(times_s, rate_of_stamps(times_s))
    activation = uniform(np.stack([frame.activation for frame in frames]))
    known = np.isfinite(activation).all(axis=1)
    confidence = np.nan_to_num(uniform(np.stack([frame.confidence for frame in frames])))
    unseen: Mapping[int, str] = {
        int(sample): frames[int(uniform.nearest[sample])].reason or "no frame came"
        for sample in np.flatnonzero(~known)
    }
    told = [event for frame in frames for event in frame.events]
    return ActionUnitTrack(
        time=uniform.time,
        channels=live_channels(),
        activation=activation,
        confidence=np.where(known[:, None], confidence, 0.0),
        head_rotation_rad=uniform(np.stack([frame.head_rotation_rad for frame in frames])),
        gaze_rad=uniform(np.stack([frame.gaze_rad for frame in frames])),
        events=tuple(sorted((*told, *events), key=lambda event: event.onset_s)),
        unseen=unseen,
        provenance=provenance or Provenance(),
    )
