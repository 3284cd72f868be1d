"""Pictures in cinema quality: Blender draws each pose that differs from the one before."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from mien.core.arrays import ImageRgb
from mien.head import Person, load_head
from mien.pipeline.posing import Poses
from mien.pipeline.render_settings import RenderSettings
from mien.render import light_named
from mien.render.cinema import CinemaScene, find_blender, shoot
from mien.work import Progress

FLICKER_LIMIT = 0.3
"""Grey levels (root mean square) by which pictures of a still face may differ."""

_STILL_RAD = 1e-4
_STILL_WEIGHT = 1e-4
"""Poses that differ by no more look the same."""


def cinema_pictures(
    poses: Poses, person: Person, settings: RenderSettings, progress: Progress
) -> Iterator[ImageRgb]:
    """Give one picture for each pose.

    A pose that is exactly that of the frame before is not drawn again. Where the face moves so
    little that nothing may be seen to move, the pictures are compared, and flicker is told.

    Args:
        poses: one for each picture.
        person: whose face.
        settings: the user's choices.
        progress: told of flicker.

    Raises:
        MissingError: no Blender that fits is here.
        MienError: Blender ended before it was done.
    """
    blender = find_blender(settings.blender)
    head = load_head()
    scene = CinemaScene.of(
        head,
        person,
        settings.camera(np.asarray(person.eye_centre_m, np.float64)),
        light_named(settings.staging.light),
        view=settings.view,
        # Blender's own camera sees to the depth of field.
        staging=replace(settings.staging, f_stop=None),
        f_stop=settings.staging.f_stop,
        seed=settings.seed,
        unit_deltas_m=poses.deltas_m(head),
    )
    fresh = [frame for frame in range(len(poses)) if frame == 0 or _change(poses, frame) > 0]
    threads = settings.workers or 0
    facts = scene.facts(samples=settings.samples, frames=len(fresh), threads=threads)
    rows = (
        scene.frame(
            poses.weights[frame],
            tuple(float(angle) for angle in poses.head_rotation_rad[frame]),  # type: ignore[arg-type]
            poses.gaze_rad[frame],
        )
        for frame in fresh
    )
    drawn = shoot(blender, facts, scene.arrays(), rows)
    picture: ImageRgb | None = None
    for frame in range(len(poses)):
        before = picture
        if picture is None or _change(poses, frame) > 0:
            picture = scene.develop(next(drawn))
            if before is not None and _change(poses, frame) < 1:
                _tell_flicker(frame, before, picture, progress)
        yield picture
    drawn.close()  # type: ignore[attr-defined]  # a generator; it takes its folder away


def _change(poses: Poses, frame: int) -> float:
    """Tell how much a pose differs from the one before; below 1 nothing is seen to move."""
    steps = (
        np.abs(poses.weights[frame] - poses.weights[frame - 1]).max() / _STILL_WEIGHT,
        np.abs(poses.head_rotation_rad[frame] - poses.head_rotation_rad[frame - 1]).max()
        / _STILL_RAD,
        np.abs(poses.gaze_rad[frame] - poses.gaze_rad[frame - 1]).max() / _STILL_RAD,
    )
    return float(max(steps))


def flicker(before: ImageRgb, picture: ImageRgb) -> float:
    """Give the root mean square difference of two pictures in grey levels."""
    difference = before.astype(np.float64).mean(axis=2) - picture.astype(np.float64).mean(axis=2)
    return float(np.sqrt((difference**2).mean()))


def _tell_flicker(frame: int, before: ImageRgb, picture: ImageRgb, progress: Progress) -> None:
    found = flicker(before, picture)
    if found > FLICKER_LIMIT:
        progress.warn(
            f"The still face flickers by {found:.2f} grey levels between frames {frame - 1} and "
            f"{frame}; at most {FLICKER_LIMIT} are expected. Give more --samples."
        )
