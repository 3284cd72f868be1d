"""Rendered clips show what their plan says."""

from fractions import Fraction

import numpy as np

from mien.core.facs import channels_of
from mien.directing import PlannedMovement
from mien.synth.clip_plan import ClipPlan, HeadMotion
from mien.synth.footage import render_clip

PLAN = ClipPlan(
    person="Nina",
    rate=Fraction(20),
    duration_s=0.5,
    movements=(PlannedMovement(channels_of(12), 0.8, 0.1, 0.25, 0.4),),
    head=HeadMotion(sway_px=0.0),
    noise_sd=0.0,
    size_px=128,
)


def test_the_face_moves_when_it_should_and_only_then() -> None:
    frames = [frame.astype(float) for frame in render_clip(PLAN)]
    assert len(frames) == 10
    still = np.abs(frames[1] - frames[0]).mean()
    moved = np.abs(frames[5] - frames[0]).mean()
    assert moved > 5 * still + 0.1


def test_the_same_plan_gives_the_same_pictures() -> None:
    first, second = (np.stack(list(render_clip(PLAN))) for _ in range(2))
    assert (first == second).all()
