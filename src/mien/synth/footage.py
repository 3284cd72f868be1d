"""A clip plan, rendered: pictures of a face whose every movement is known."""

from collections.abc import Iterator
from functools import lru_cache

import numpy as np

from mien.core.arrays import ImageRgb
from mien.directing import Directed
from mien.head import load_head
from mien.head.pose import HeadPose
from mien.render import Light
from mien.synth.clip_plan import ClipPlan
from mien.synth.footage_plan import FootagePlan
from mien.synth.sensor import Sensor
from mien.synth.shapes import shape_deltas, shape_units, shape_weights
from mien.synth.stage import Stage, disturbed_shapes, stage_for

MISMATCH = (0.25, 12.0)
"""Spread of gain (logarithm) and turn (degrees) of a person's shapes against the head's own."""


Poses = list[tuple[np.ndarray, HeadPose, np.ndarray]]
"""Weights, pose and gaze of every frame."""


def pictures(
    stage: Stage,
    poses: Poses,
    *,
    light: Light,
    sensor: Sensor,
    rng: np.random.Generator,
) -> Iterator[ImageRgb]:
    """Draw frames as a sensor records them."""
    for weights, pose, gaze in poses:
        yield sensor.record(stage.picture(weights, pose, gaze, light), rng)


def poses_of(plan: FootagePlan, directed: Directed) -> Poses:
    """Say how the head is held and what moves, frame by frame."""
    track = directed.track
    weights = shape_weights(track.channels, track.activation)
    rotation = track.head_rotation_rad + np.radians(plan.pose_deg)
    return [
        (weights[frame], _pose(rotation[frame], directed.head_translation_m[frame]), gaze)
        for frame, gaze in enumerate(track.gaze_rad)
    ]


@lru_cache(maxsize=2)
def stage_of_person(
    person: str, size_px: int, quality: str, person_seed: int, *, mismatch: bool
) -> Stage:
    """Build a person's stage; clips of one person follow each other and share it."""
    head = load_head()
    gain_sd, turn_deg = MISMATCH if mismatch else (0.0, 0.0)
    deltas = disturbed_shapes(
        head,
        person,
        shape_units(),
        shape_deltas(head),
        seed=person_seed,
        gain_sd=gain_sd,
        turn_deg=turn_deg,
    )
    return stage_for(
        head, person, deltas, size_px=size_px, quality=quality, seed=person_seed % 2**16
    )


def render_footage(plan: FootagePlan, stage: Stage, poses: Poses) -> Iterator[ImageRgb]:
    """Render a planned clip frame by frame; the same plan gives the same pictures."""
    rng = np.random.default_rng((plan.seed, 5))
    return pictures(stage, poses, light=plan.light, sensor=plan.sensor, rng=rng)


def render_clip(plan: ClipPlan) -> Iterator[ImageRgb]:
    """Render a plan of the measuring sets frame by frame, with the sensor's noise.

    The same plan gives the same pictures. The truth is :meth:`ClipPlan.truth`.
    """
    head = load_head()
    truth = plan.truth()
    weights = shape_weights(truth.channels, truth.activation)
    moving = np.flatnonzero(weights.any(axis=0))
    deltas = disturbed_shapes(
        head,
        plan.person,
        tuple(shape_units()[shape] for shape in moving),
        shape_deltas(head)[moving],
        seed=plan.seed + 1,
        gain_sd=plan.gain_sd,
        turn_deg=plan.turn_deg,
    )
    stage = stage_for(
        head, plan.person, deltas, size_px=plan.size_px, quality="fast", seed=plan.seed
    )
    shift_px, rotation = plan.head.at(truth.time.times_s)
    shift_m = np.column_stack((shift_px * (1, -1) / stage.camera.px_per_m, np.zeros(len(shift_px))))
    poses = [
        (weights[frame, moving], _pose(rotation[frame], shift_m[frame]), np.zeros((2, 2)))
        for frame in range(truth.time.count)
    ]
    return pictures(
        stage,
        poses,
        light=Light(),
        sensor=Sensor(noise_sd=plan.noise_sd),
        rng=np.random.default_rng(plan.seed),
    )


def _pose(rotation_rad: np.ndarray, translation_m: np.ndarray) -> HeadPose:
    pitch, yaw, roll = (float(one) for one in rotation_rad)
    x, y, z = (float(one) for one in translation_m)
    return HeadPose((pitch, yaw, roll), (x, y, z))
