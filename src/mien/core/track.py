"""The waist of mien: action units over time, with the events found or directed in them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
from jaxtyping import Float

from mien.core.arrays import Activations
from mien.core.errors import UsageError
from mien.core.facs import EMOTIONS, Channel
from mien.core.provenance import Provenance
from mien.core.time import TimeBase


class EventKind(StrEnum):
    """What an event is."""

    MICRO = "micro"
    """A facial movement of at most half a second."""

    MACRO = "macro"
    """A longer facial movement."""

    BLINK = "blink"


@dataclass(frozen=True)
class UnitPeak:
    """One channel's part in an event."""

    channel: Channel
    activation: float
    """Activation at the apex, 0..1; NaN where only the name could be read."""

    confidence: float
    """0..1."""

    family: str = ""
    """Name of the units that could not be told apart from this one, such as "mouth corner"."""


@dataclass(frozen=True)
class EmotionPosterior:
    """Probabilities over the emotion labels, with how they were obtained."""

    probabilities: Mapping[str, float]
    """Probability for every label of :data:`mien.core.facs.EMOTIONS`; they sum to 1."""

    prior: str
    """Name of the label statistics used, such as ``emfacs+dfme``."""

    method: str
    """One phrase: how the posterior was computed."""

    undecided: str = ""
    """Why no label is to be named, such as two that are as probable; empty where one stands out."""

    def __post_init__(self) -> None:
        """Refuse a posterior that is none."""
        if set(self.probabilities) != set(EMOTIONS):
            msg = f"Expected one probability per label {EMOTIONS}, got {set(self.probabilities)}."
            raise UsageError(msg)
        low = min(self.probabilities.values())
        if low < 0:
            msg = f"Expected probabilities of at least 0, but one is {low:.4g}."
            raise UsageError(msg)
        total = sum(self.probabilities.values())
        if not abs(total - 1.0) <= 1e-6:  # noqa: PLR2004 - rounding of ten summands
            msg = f"Expected probabilities that sum to 1, but they sum to {total:.6g}."
            raise UsageError(msg)

    @property
    def best(self) -> str:
        """The most probable label."""
        return max(self.probabilities, key=lambda label: self.probabilities[label])


@dataclass(frozen=True)
class Opinion:
    """What one recogniser says of an event by itself."""

    source: str
    """Its name, such as ``flow image``."""

    units: Mapping[int, float]
    """Calibrated probability 0..1 by FACS number, of every unit that it can see."""

    emotion: Mapping[str, float] = field(default_factory=dict)
    """Probability by label; empty where it says nothing of emotions."""

    def __post_init__(self) -> None:
        """Refuse what is no probability."""
        for what, value in (*self.units.items(), *self.emotion.items()):
            if not 0 <= value <= 1:
                name = f"AU{what}" if isinstance(what, int) else what
                msg = f"Expected a probability of {self.source} for {name}, but got {value}."
                raise UsageError(msg)


@dataclass(frozen=True)
class Event:
    """One facial movement with its beginning, peak and end.

    All three times are seconds on the clock of the source and inclusive: the movement is visible
    at onset and at offset.
    """

    kind: EventKind
    onset_s: float
    apex_s: float
    offset_s: float
    units: tuple[UnitPeak, ...] = ()
    """The units that moved, strongest evidence first."""

    confidence: float = float("nan")
    """0..1; NaN where the source gives none."""

    emotion: EmotionPosterior | None = None
    reference: str = ""
    """What the change is measured against, in words."""

    evidence: Mapping[str, float] = field(default_factory=dict)
    """The numbers behind the claim, named with their units."""

    opinions: tuple[Opinion, ...] = ()
    """What each recogniser said by itself; empty where there was one alone."""

    def __post_init__(self) -> None:
        """Refuse times out of order."""
        if not self.onset_s <= self.apex_s <= self.offset_s:
            msg = (
                "Expected onset <= apex <= offset, but got "
                f"{self.onset_s:.4f}, {self.apex_s:.4f}, {self.offset_s:.4f} s."
            )
            raise UsageError(msg)

    @property
    def duration_s(self) -> float:
        """Seconds from onset to offset."""
        return self.offset_s - self.onset_s


@dataclass(frozen=True)
class ActionUnitTrack:
    """Action units of one face on a uniform time base.

    An activation of 1.0 is the unit's full shape on the built-in head (FACS E). NaN means not
    seen; :attr:`unseen` then says why.
    """

    time: TimeBase
    channels: tuple[Channel, ...]
    activation: Activations
    """0..1 or NaN, shape (frame, channel)."""

    confidence: Activations
    """0..1, same shape."""

    head_rotation_rad: Float[np.ndarray, "frame 3"]
    """Pitch (nod, positive down), yaw (positive to the subject's left), roll (positive towards the
    subject's left shoulder); NaN where not seen."""

    gaze_rad: Float[np.ndarray, "frame 2 2"]
    """(left eye, right eye) x (pitch positive down, yaw positive to the subject's left), relative
    to the head; NaN where not measured."""

    events: tuple[Event, ...] = ()
    unseen: Mapping[int, str] = field(default_factory=dict)
    """Reason by frame index, for frames whose activations are NaN."""

    provenance: Provenance = field(default_factory=Provenance)

    def __post_init__(self) -> None:
        """Check what the shapes alone cannot say."""
        frames, channels = self.time.count, len(self.channels)
        if len(set(self.channels)) != channels:
            msg = f"Expected every channel once, but got {[str(c) for c in self.channels]}."
            raise UsageError(msg)
        for name, expected in (
            ("activation", (frames, channels)),
            ("confidence", (frames, channels)),
            ("head_rotation_rad", (frames, 3)),
            ("gaze_rad", (frames, 2, 2)),
        ):
            shape = getattr(self, name).shape
            if shape != expected:
                msg = f"Expected {name} of shape {expected}, but got {shape}."
                raise UsageError(msg)
        for name, values in (("activation", self.activation), ("confidence", self.confidence)):
            low, high = np.nanmin(values, initial=0), np.nanmax(values, initial=0)
            if low < 0 or high > 1:
                msg = f"Expected {name} in 0..1, but it spans {low:.4g}..{high:.4g}."
                raise UsageError(msg)
        for frame in self.unseen:
            if not 0 <= frame < frames:
                msg = f"Expected reasons for the frames 0 to {frames - 1}, but got one for {frame}."
                raise UsageError(msg)

    def column(self, channel: Channel) -> Float[np.ndarray, " frame"]:
        """Activation of one channel over time.

        Raises:
            UsageError: the track has no such channel.
        """
        if channel not in self.channels:
            known = ", ".join(map(str, self.channels))
            msg = f"Expected one of the channels {known}, but got {channel}."
            raise UsageError(msg)
        return self.activation[:, self.channels.index(channel)]

    def of_kind(self, kind: EventKind) -> tuple[Event, ...]:
        """Return the events of one kind, in time order."""
        return tuple(event for event in self.events if event.kind is kind)
