"""The three sets of clips on which the first recogniser is measured: easy, degraded, weak."""

from dataclasses import replace
from fractions import Fraction

import numpy as np

from mien.core.errors import UsageError
from mien.core.facs import Channel, channels_of
from mien.directing import PlannedMovement
from mien.synth.clip_plan import ClipPlan, HeadMotion

SETS = {
    "A": "100 fps, peaks .2-.4, sway 1-3 px, sensor noise 2",
    "D": "as A, at 25 fps, H.264 at CRF 26, eyes 61 px apart",
    "W": "100 fps, peaks .03-.12, double mismatch of the shapes, turns of 3 degrees, slow drift",
}
"""What is in each set."""

PLANTED: tuple[tuple[int, ...], ...] = ((1, 2), (4,), (9,), (15,), (17,), (6, 12))
"""Units that are planted: those that the basis can tell apart, 6 and 12 as one family."""

DEGRADED_CRF = 26


def plan_clip(name: str, number: int, people: tuple[str, ...], *, seed: int = 0) -> ClipPlan:
    """Plan one clip of a set: three seconds, one blink, two planted micro-expressions.

    Args:
        name: ``A``, ``D`` or ``W``.
        number: number of the clip; units and people take turns over the numbers.
        people: names of heads that are not in the recogniser's basis.
        seed: another seed gives other clips, to fix thresholds on.

    Raises:
        UsageError: an unknown set.
    """
    if name not in SETS:
        msg = f"Expected one of the sets {', '.join(SETS)}, but got {name!r}."
        raise UsageError(msg)
    rng = np.random.default_rng([seed, number, sorted(SETS).index(name)])
    weak = name == "W"
    first = rng.uniform(0.45, 0.65)
    starts = (first, rng.uniform(1.95, 2.15))
    movements = []
    for turn, start_s in enumerate(starts):
        units = PLANTED[(2 * number + turn) % len(PLANTED)]
        duration_s = rng.uniform(0.2, 0.3)
        apex_s = start_s + duration_s * rng.uniform(0.38, 0.5)
        peak = rng.uniform(0.03, 0.12) if weak else rng.uniform(0.2, 0.4)
        movements.append(
            PlannedMovement(_channels(units), peak, start_s, apex_s, start_s + duration_s)
        )
    blink_s = rng.uniform(1.3, 1.5)
    low = name == "D"
    return ClipPlan(
        person=people[number % len(people)],
        rate=Fraction(25 if low else 100),
        duration_s=3.0,
        movements=tuple(movements),
        blinks_s=(float(blink_s),),
        head=HeadMotion(
            sway_px=rng.uniform(1, 3),
            drift_px=6.0 if weak else 0.0,
            turn_deg=3.0 if weak else 0.0,
            seed=int(rng.integers(2**31)),
        ),
        noise_sd=2.0,
        size_px=240 if low else 352,
        gain_sd=0.5 if weak else 0.25,
        turn_deg=24.0 if weak else 12.0,
        seed=int(rng.integers(2**31)),
    )


def _channels(units: tuple[int, ...]) -> tuple[Channel, ...]:
    return tuple(channel for au in units for channel in channels_of(au))


def without_events(plan: ClipPlan) -> ClipPlan:
    """Empty the clip of planted movements; blink, sway and noise stay."""
    return replace(plan, movements=())
