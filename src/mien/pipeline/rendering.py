"""A performance shown on the built-in digital human, alone and beside its source."""

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import numpy as np

from mien.core.arrays import ImageRgb
from mien.core.track import ActionUnitTrack
from mien.head import load_head
from mien.pipeline.drawing import draw_poses
from mien.pipeline.posing import poses_at
from mien.pipeline.render_settings import RenderSettings
from mien.pipeline.settings import RunSettings
from mien.render.compose import ResultComposer
from mien.rig import Performance
from mien.video import VideoSource, open_video, write_video
from mien.work import Progress

RENDER_RATE = Fraction(60)
RENDER_CRF = 12
_LEVEL_FRAMES = 31


def render_times(performance: Performance) -> np.ndarray:
    """Times of the pictures at 60 per second, on the clock of the curves."""
    count = max(1, int(np.floor(performance.end_s * float(RENDER_RATE) + 1e-6)) + 1)
    return np.arange(count) / float(RENDER_RATE)


def digital_human(performance: Performance, settings: RunSettings) -> Iterator[ImageRgb]:
    """Draw the digital human at every time of :func:`render_times`.

    The head turns by the difference from its usual pose: a camera that looks up at a person does
    not make the digital human look up.
    """
    times = render_times(performance)
    poses = poses_at(performance, load_head(), times, usual_pose_is_rest=True)
    chosen = RenderSettings(
        quality=settings.quality,
        width_px=settings.render_size_px,
        height_px=settings.render_size_px,
        seed=settings.seed,
        workers=1,
    )
    return draw_poses(poses, chosen)


def render_performance(
    performance: Performance,
    track: ActionUnitTrack,
    source: VideoSource,
    out: Path,
    settings: RunSettings,
    progress: Progress,
) -> tuple[Path, Path]:
    """Write ``digital_human.mp4`` and ``render.mp4``, the source with its action units beside it.

    Raises:
        OutputError: a file cannot be written.
    """
    alone, beside = out / "digital_human.mp4", out / "render.mp4"
    times = render_times(performance)
    progress.start("rendering", len(times))

    def counted() -> Iterator[ImageRgb]:
        for index, picture in enumerate(digital_human(performance, settings)):
            progress.update(index + 1)
            yield picture

    write_video(alone, counted(), rate=RENDER_RATE, crf=RENDER_CRF)
    progress.finish()
    progress.start("composing", len(times))
    write_video(
        beside,
        _composed(performance, track, source, alone, progress),
        rate=RENDER_RATE,
        crf=RENDER_CRF,
    )
    progress.finish()
    return alone, beside


def _composed(
    performance: Performance,
    track: ActionUnitTrack,
    source: VideoSource,
    alone: Path,
    progress: Progress,
) -> Iterator[ImageRgb]:
    frames = source.frames()
    held = next(frames)
    start_s = held.time_s
    upcoming = next(frames, None)
    layout = ResultComposer(track)
    digital = open_video(alone).frames()
    for index, (time_s, picture) in enumerate(
        zip(render_times(performance), digital, strict=False)
    ):
        while upcoming is not None and upcoming.time_s - start_s <= time_s + 1e-6:
            held, upcoming = upcoming, next(frames, None)
        progress.update(index + 1)
        yield layout.frame(held.rgb, picture.rgb, float(time_s) + track.time.start_s)
