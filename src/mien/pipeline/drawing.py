"""Pictures of poses, in whatever quality and over however many processes."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Float64

import mien
from mien.core.arrays import ImageRgb
from mien.head import Person, load_head
from mien.pipeline.cinema import cinema_pictures
from mien.pipeline.posing import Poses
from mien.pipeline.render_settings import RenderSettings
from mien.render import Portrait
from mien.render.cinema import find_blender
from mien.render.focus import focus_of
from mien.render.gl import check_driver, driver_name
from mien.work import Progress, Silent, map_in_order, usable_cores

_WORTH_PROCESSES = {"fast": 400, "portrait": 40}
"""Pictures from which on the start of more processes pays; a graphics card is there once."""


def chosen_person(name: str | None) -> Person:
    """Look a person up; None gives that of the demo.

    Raises:
        UsageError: nobody of that name; near names are offered.
    """
    head = load_head()
    if name is None:
        return next(one for one in head.people.values() if one.role == "shown")
    return head.person(name)


@dataclass(frozen=True)
class DrawFrame:
    """Draws one of several poses; travels to other processes before its portrait is made."""

    poses: Poses
    settings: RenderSettings
    threads: int = 1

    @cached_property
    def portrait(self) -> Portrait:
        """The person before the camera, painted at the first picture."""
        settings, head = self.settings, load_head()
        return Portrait(
            head,
            chosen_person(settings.person),
            width_px=settings.width_px,
            height_px=settings.height_px,
            quality=settings.quality,
            unit_deltas_m=self.poses.deltas_m(head),
            seed=settings.seed,
            threads=self.threads,
            view=settings.view,
            staging=settings.staging,
        )

    def __call__(self, frame: int) -> ImageRgb:
        """Draw one picture."""
        pitch, yaw, roll = (float(angle) for angle in self.poses.head_rotation_rad[frame])
        gaze: Float64[np.ndarray, "2 2"] = self.poses.gaze_rad[frame]
        return self.portrait.frame(
            self.poses.weights[frame], head_rotation_rad=(pitch, yaw, roll), gaze_rad=gaze
        )


def check_renderable(settings: RenderSettings) -> None:
    """Refuse early what could not be drawn whatever the input.

    Raises:
        UsageError: a person, lens or place of the camera that does not exist.
        MissingError: a renderer that is not here.
    """
    eyes_m = np.asarray(chosen_person(settings.person).eye_centre_m, np.float64)
    camera = settings.camera(eyes_m)
    if settings.staging.f_stop is not None:
        focus_of(camera, settings.staging.f_stop, sharp_m=camera.distance_m, behind_m=0.1)
    if settings.quality == "cinema":
        find_blender(settings.blender)
    if settings.quality == "gpu":
        check_driver()


def renderer(settings: RenderSettings) -> str:
    """Name the program that draws, with its version.

    Raises:
        MissingError: it is not here.
    """
    if settings.quality == "cinema":
        return f"Blender {find_blender(settings.blender).version}"
    if settings.quality == "gpu":
        return f"mien {mien.__version__}, {driver_name()}"
    return f"mien {mien.__version__}"


def draw_poses(
    poses: Poses, settings: RenderSettings, progress: Progress | None = None
) -> Iterator[ImageRgb]:
    """Give one picture for each pose; the same bytes for any number of workers.

    Raises:
        UsageError: a person, size or staging that does not fit.
        MissingError: a renderer that is not here.
    """
    check_renderable(settings)
    if settings.quality == "cinema":
        person = chosen_person(settings.person)
        return cinema_pictures(poses, person, settings, progress or Silent())
    frames = range(len(poses))
    workers = settings.workers
    if workers is None:
        worth = _WORTH_PROCESSES.get(settings.quality)
        many = worth is not None and len(poses) >= worth
        workers = usable_cores() if many else 1
        threads = usable_cores() if workers == 1 and settings.quality == "portrait" else 1
    else:
        threads = 1
    return map_in_order(DrawFrame(poses, settings, threads), frames, workers=workers)
