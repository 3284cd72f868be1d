"""One face's movement as the controls of one rig: what every export writes."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Float

from mien.core.errors import UsageError
from mien.core.provenance import Provenance
from mien.core.track import Event
from mien.curves import CubicCurve

HEAD_ANGLES = ("pitch", "yaw", "roll")
GAZE_ANGLES = ("left_pitch", "left_yaw", "right_pitch", "right_yaw")


@dataclass(frozen=True)
class Performance:
    """Curves for every control of a rig, with head, gaze and events, on one clock.

    The clock starts at 0 with the first frame of the track.
    """

    rig: str
    """Name of the rig, such as ``arkit52``."""

    curves: Mapping[str, CubicCurve]
    """A curve in 0..1 for every control, in the rig's order."""

    head_rotation: tuple[CubicCurve, CubicCurve, CubicCurve]
    """Pitch (positive down), yaw (to the subject's left), roll (towards the left shoulder), rad."""

    gaze: tuple[CubicCurve, CubicCurve, CubicCurve, CubicCurve]
    """Left pitch, left yaw, right pitch, right yaw, rad, relative to the head."""

    start_s: float
    end_s: float
    """Time of the last frame, inclusive."""

    events: tuple[Event, ...] = ()
    """Events, their times on the clock of the curves."""

    warnings: tuple[str, ...] = ()
    """What the curves do not show as it was measured, one sentence each."""

    provenance: Provenance = field(default_factory=Provenance)
    source_start_s: float = 0.0
    """Time of the first frame on the source's own clock."""

    def __post_init__(self) -> None:
        """Refuse an end before the start."""
        if not self.start_s <= self.end_s:
            msg = f"Expected start <= end, but got {self.start_s} and {self.end_s} s."
            raise UsageError(msg)

    @property
    def controls(self) -> tuple[str, ...]:
        """Names of the controls, in the rig's order."""
        return tuple(self.curves)

    @property
    def duration_s(self) -> float:
        """Seconds from the first frame to the last."""
        return self.end_s - self.start_s

    def sampled(self, times_s: Float[np.ndarray, " time"]) -> Float[np.ndarray, "time control"]:
        """Value of every control at some times."""
        return np.stack([curve(times_s) for curve in self.curves.values()], axis=1)

    def head_rotation_at(self, times_s: Float[np.ndarray, " time"]) -> Float[np.ndarray, "time 3"]:
        """Pitch, yaw and roll in radians at some times."""
        return np.stack([curve(times_s) for curve in self.head_rotation], axis=1)

    def gaze_at(self, times_s: Float[np.ndarray, " time"]) -> Float[np.ndarray, "time 2 2"]:
        """Gaze in radians at some times: (left, right eye) x (pitch, yaw)."""
        angles = np.stack([curve(times_s) for curve in self.gaze], axis=1)
        return angles.reshape(len(times_s), 2, 2)
