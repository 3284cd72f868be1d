"""What happens in a synthetic clip: person, movements, head, camera. All of it is the truth."""

from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np
from jaxtyping import Float

from mien.core.arrays import Times
from mien.core.errors import UsageError
from mien.core.facs import Channel, channels_of
from mien.core.time import TimeBase
from mien.core.track import ActionUnitTrack, EventKind
from mien.directing import PlannedMovement

BLINK_CLOSE_S, BLINK_OPEN_S = 0.08, 0.14


@dataclass(frozen=True)
class HeadMotion:
    """Sway, slow drift and turns of the head."""

    sway_px: float = 2.0
    """Amplitude of the sideways sway in the picture; the other axes follow from it."""

    drift_px: float = 0.0
    """Slow shift over the whole clip."""

    turn_deg: float = 0.0
    """Amplitude of slow yaw; pitch has half of it."""

    seed: int = 0

    def at(
        self, times_s: Times
    ) -> tuple[Float[np.ndarray, "frame 2"], Float[np.ndarray, "frame 3"]]:
        """Shift in pixels (x right, y down) and rotation in radians (pitch, yaw, roll)."""
        rng = np.random.default_rng(self.seed)
        phase = rng.uniform(0, 2 * np.pi, 6)
        rate = rng.uniform(0.25, 0.55, 6)  # cycles per second, as heads sway
        wave = np.sin(2 * np.pi * np.multiply.outer(times_s, rate) + phase)
        length_s = max(float(times_s[-1] - times_s[0]), 1e-9)
        slow = (times_s - times_s[0]) / length_s - 0.5
        shift = np.stack(
            [
                self.sway_px * wave[:, 0] + self.drift_px * slow,
                0.6 * self.sway_px * wave[:, 1] + 0.5 * self.drift_px * slow,
            ],
            axis=1,
        )
        turn = np.radians(self.turn_deg)
        rotation = np.stack(
            [0.5 * turn * wave[:, 3], turn * wave[:, 4], np.radians(0.3) * wave[:, 5]], axis=1
        )
        return shift, rotation


@dataclass(frozen=True)
class ClipPlan:
    """A whole clip, from which both the pictures and the truth are made."""

    person: str
    rate: Fraction
    duration_s: float
    movements: tuple[PlannedMovement, ...] = ()
    blinks_s: tuple[float, ...] = ()
    """Times at which the eyes are fully closed."""

    head: HeadMotion = field(default_factory=HeadMotion)
    noise_sd: float = 2.0
    """Standard deviation of the sensor noise in grey levels."""

    size_px: int = 512
    """Width and height of the picture."""

    gain_sd: float = 0.25
    turn_deg: float = 12.0
    """How far the shapes differ from the basis, see :mod:`mien.synth.disturbance`."""

    seed: int = 0

    def __post_init__(self) -> None:
        """Refuse movements that the clip does not hold."""
        for movement in self.movements:
            if not 0 <= movement.onset_s < movement.apex_s < movement.offset_s <= self.duration_s:
                msg = (
                    f"Expected 0 <= onset < apex < offset <= {self.duration_s} s, but got "
                    f"{movement.onset_s}, {movement.apex_s}, {movement.offset_s}."
                )
                raise UsageError(msg)

    @property
    def time(self) -> TimeBase:
        """The clip's time base, from 0."""
        return TimeBase(self.rate, round(self.duration_s * self.rate))

    @property
    def channels(self) -> tuple[Channel, ...]:
        """All channels that move, with the eyelids, in order."""
        moving = {channel for movement in self.movements for channel in movement.channels}
        return tuple(sorted(moving | set(channels_of(45))))

    def truth(self) -> ActionUnitTrack:
        """Exactly what the clip shows."""
        time = self.time
        times_s = time.times_s
        channels = self.channels
        activation = np.zeros((time.count, len(channels)))
        events = []
        for movement in self.movements:
            course = movement.course(times_s)
            for channel in movement.channels:
                column = channels.index(channel)
                activation[:, column] = np.minimum(activation[:, column] + course, 1)
            events.append(movement.event)
        for closed_s in self.blinks_s:
            blink = PlannedMovement(
                channels_of(45),
                1.0,
                closed_s - BLINK_CLOSE_S,
                closed_s,
                closed_s + BLINK_OPEN_S,
                EventKind.BLINK,
            )
            for channel in blink.channels:
                column = channels.index(channel)
                activation[:, column] = np.maximum(activation[:, column], blink.course(times_s))
            events.append(blink.event)
        _, rotation = self.head.at(times_s)
        return ActionUnitTrack(
            time=time,
            channels=channels,
            activation=activation,
            confidence=np.ones_like(activation),
            head_rotation_rad=rotation,
            gaze_rad=np.zeros((time.count, 2, 2)),
            events=tuple(sorted(events, key=lambda event: event.apex_s)),
        )
