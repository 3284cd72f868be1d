"""Saccades: the eyes jump from one point to another and rest there."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from mien.core.arrays import Times
from mien.core.errors import UsageError

_WIDEST_DEG = 30.0
_VERTICAL = 0.55  # people look around more than up and down; design value


@dataclass(frozen=True)
class Saccades:
    """How a person looks around.

    A jump is drawn from a Weibull distribution; it is shorter up and down, and ends within the
    limit. The default scale and shape give 53 % of the jumps below 5 and 83 % below 15 degrees, as
    of people free to move who look at near targets (Malinov et al. 2000). Limit, fixations and
    returns are design values.
    """

    scale_deg: float = 7.2
    shape: float = 0.78
    limit_deg: float = 12.0
    """The eyes keep within this angle of straight ahead; the head would turn for more."""

    shortest_fixation_s: float = 0.2
    mean_fixation_s: float = 1.2
    return_share: float = 0.5
    """Share of the jumps from elsewhere that go back to the camera, as of one who is spoken to."""

    def __post_init__(self) -> None:
        """Refuse a gaze that no eye has."""
        if not (
            0 < self.scale_deg <= _WIDEST_DEG
            and self.shape > 0
            and 0 <= self.limit_deg <= _WIDEST_DEG
            and 0 < self.shortest_fixation_s < self.mean_fixation_s
            and 0 <= self.return_share <= 1
        ):
            msg = (
                f"Expected sizes and limit up to {_WIDEST_DEG:.0f} degrees, a mean fixation above "
                f"the shortest, and a share in 0..1, but got {self}."
            )
            raise UsageError(msg)


@dataclass(frozen=True)
class Fixation:
    """One jump of the eyes, and the rest after it."""

    start_s: float
    """When the jump begins."""

    jump_s: float
    pitch_deg: float
    """Where the eyes then rest: positive down."""

    yaw_deg: float
    """Positive to the subject's left."""


def plan_fixations(
    start_s: float, end_s: float, settings: Saccades, *, rng: np.random.Generator
) -> tuple[Fixation, ...]:
    """Draw where a person looks, from straight ahead at ``start_s``."""
    place = np.zeros(2)
    free_s = settings.mean_fixation_s - settings.shortest_fixation_s
    time_s = start_s + float(rng.exponential(settings.mean_fixation_s))
    fixations: list[Fixation] = []
    while time_s < end_s:
        size = settings.scale_deg * float(rng.weibull(settings.shape))
        angle = rng.uniform(0, 2 * np.pi)
        away = bool(place.any())
        target = place + size * np.array([_VERTICAL * np.sin(angle), np.cos(angle)])
        if rng.uniform() < settings.return_share and away:
            target = np.zeros(2)
        far = float(np.hypot(*target))
        if far > settings.limit_deg:
            target = target * (settings.limit_deg / far)
        jump_s = saccade_duration_s(float(np.hypot(*(target - place))))
        fixations.append(Fixation(time_s, jump_s, float(target[0]), float(target[1])))
        place = target
        time_s += jump_s + settings.shortest_fixation_s + float(rng.exponential(free_s))
    return tuple(fixations)


def saccade_duration_s(size_deg: float) -> float:
    """How long a jump takes: 21 ms + 2.2 ms/degree (Carpenter 1988).

    >>> round(saccade_duration_s(10.0), 3)
    0.043
    """
    return 0.021 + 0.0022 * size_deg


def gaze_course(
    times_s: Times, fixations: tuple[Fixation, ...]
) -> Float[np.ndarray, "frame eye angle"]:
    """Gaze in radians, (left, right) x (pitch, yaw): both eyes alike, straight ahead at first.

    Every jump has the speed of least jerk (Hogan 1984, for limbs). Saccades are likened to it, but
    differ when measured closely (Harwood, Mezey & Harris 1999).
    """
    gaze = np.zeros((len(times_s), 2))
    before = np.zeros(2)
    for fixation in fixations:
        target = np.radians([fixation.pitch_deg, fixation.yaw_deg])
        part = np.clip((times_s - fixation.start_s) / fixation.jump_s, 0, 1)
        eased = part**3 * (10 - 15 * part + 6 * part**2)
        gaze += eased[:, None] * (target - before)
        before = target
    both: Float[np.ndarray, "frame eye angle"] = np.stack((gaze, gaze), axis=1)
    return both
