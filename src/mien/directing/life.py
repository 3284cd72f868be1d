"""Everything that a living face does by itself, in one place, with one switch."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from jaxtyping import Float

from mien.core.errors import UsageError
from mien.core.nearest import unknown_name
from mien.core.time import TimeBase
from mien.directing.asymmetry import Asymmetry, SideDifference, side_differences
from mien.directing.blinks import Blink, Blinks, plan_blinks
from mien.directing.breathing import Breathing, breath_motion
from mien.directing.head_drift import HeadDrift, head_drift
from mien.directing.saccades import Saccades, gaze_course, plan_fixations

LAYERS = ("blinks", "saccades", "head", "breathing", "asymmetry")
"""Names of the layers, as :meth:`Life.without` takes them."""


@dataclass(frozen=True)
class Life:
    """The layers of life; None leaves a layer out.

    >>> Life.off() == Life().without(*LAYERS)
    True
    """

    blinks: Blinks | None = field(default_factory=Blinks)
    saccades: Saccades | None = field(default_factory=Saccades)
    head: HeadDrift | None = field(default_factory=HeadDrift)
    breathing: Breathing | None = field(default_factory=Breathing)
    asymmetry: Asymmetry | None = field(default_factory=Asymmetry)

    @classmethod
    def off(cls) -> "Life":
        """Nothing moves by itself, and both sides are alike."""
        return cls(None, None, None, None, None)

    def without(self, *layers: str) -> "Life":
        """Leave some layers out.

        Raises:
            UsageError: a layer that does not exist.
        """
        for layer in layers:
            if layer not in LAYERS:
                raise UsageError(unknown_name("a layer of life", layer, LAYERS))
        return replace(self, **dict.fromkeys(layers))


@dataclass(frozen=True)
class LifeCourse:
    """What life adds to a stretch of time."""

    blinks: tuple[Blink, ...]
    gaze_rad: Float[np.ndarray, "frame eye angle"]
    """(left, right) x (pitch positive down, yaw positive to the subject's left)."""

    head_rotation_rad: Float[np.ndarray, "frame 3"]
    """Pitch, yaw, roll."""

    head_translation_m: Float[np.ndarray, "frame 3"]
    """To the subject's left, up, to the camera."""

    sides: Mapping[int, SideDifference] | None
    """How the sides differ, by unit; None where they do not."""


def live(
    time: TimeBase,
    life: Life,
    *,
    seed: int,
    person_seed: int = 0,
    keep_out: tuple[tuple[float, float], ...] = (),
) -> LifeCourse:
    """Draw what life adds.

    Every layer has a random source of its own, so that leaving one out changes no other.

    Args:
        time: when.
        life: which layers, and how.
        seed: of all that changes from clip to clip.
        person_seed: of what belongs to the person: the asymmetry.
        keep_out: times, inclusive, in which no blink is under way.
    """
    times_s = time.times_s
    start_s, end_s = time.start_s, time.start_s + time.duration_s

    def source(layer: str) -> np.random.Generator:
        return np.random.default_rng((seed, LAYERS.index(layer)))

    blinks: tuple[Blink, ...] = ()
    if life.blinks is not None:
        blinks = plan_blinks(start_s, end_s, life.blinks, rng=source("blinks"), keep_out=keep_out)
    gaze = np.zeros((time.count, 2, 2))
    if life.saccades is not None:
        fixations = plan_fixations(start_s, end_s, life.saccades, rng=source("saccades"))
        gaze = gaze_course(times_s, fixations)
    rotation, shift = np.zeros((2, time.count, 3))
    if life.head is not None:
        turned, moved = head_drift(times_s, life.head, rng=source("head"))
        rotation, shift = rotation + turned, shift + moved
    if life.breathing is not None:
        turned, moved = breath_motion(times_s, life.breathing, rng=source("breathing"))
        rotation, shift = rotation + turned, shift + moved
    sides = None
    if life.asymmetry is not None:
        rng = np.random.default_rng((person_seed, LAYERS.index("asymmetry")))
        sides = side_differences(life.asymmetry, rng=rng)
    return LifeCourse(blinks, gaze, rotation, shift, sides)
