"""The verb `render`: a performance or a track as pictures."""

import math
import re
from fractions import Fraction
from pathlib import Path
from typing import Annotated, Any

import typer

from mien.cli import options
from mien.cli.batch import work_through
from mien.cli.inputs import Job, playable_jobs
from mien.cli.voice import voice_for
from mien.core.errors import UsageError
from mien.pipeline.result import RunResult
from mien.work import Progress

Inputs = Annotated[
    list[Path] | None,
    typer.Argument(
        metavar="[TRACK_OR_PERFORMANCE]...",
        help="Files performance.json, tracks.parquet or a track as JSON, folders that `mien run` "
        "wrote, or - for standard input.",
        show_default=False,
    ),
]
Person = Annotated[
    str | None,
    typer.Option("--person", metavar="NAME", help="Who is drawn; the demo's person without it."),
]
Quality = Annotated[
    str | None,
    typer.Option(
        "--quality",
        metavar="QUALITY",
        help="fast, portrait, gpu (portrait drawn by a graphics card) or cinema (drawn by "
        "Blender); portrait when not given.",
    ),
]
Light = Annotated[
    str | None,
    typer.Option(
        "--light",
        metavar="NAME",
        help="soft, rembrandt, beauty, overcast or side; soft when not given.",
    ),
]
Background = Annotated[
    str | None,
    typer.Option(
        "--background",
        metavar="NAME",
        help="studio, grey, black, white, green or room; studio when not given.",
    ),
]
View = Annotated[
    str | None,
    typer.Option("--view", metavar="VIEW", help="face or bust; face when not given."),
]
Size = Annotated[
    str | None,
    typer.Option(
        "--size",
        metavar="WxH",
        help="Size of the pictures in pixels, such as 512x512, which it is when not given.",
    ),
]
Rate = Annotated[
    str | None,
    typer.Option("--rate", metavar="RATE", help="Frames per second; 60 when not given."),
]
Frames = Annotated[
    str | None,
    typer.Option(
        "--frames", metavar="A:B", help="Only frames A to B, counted from 0, B not included."
    ),
]
Still = Annotated[
    list[float] | None,
    typer.Option(
        "--still",
        metavar="SECONDS",
        help="A single picture (PNG) at this time instead of a video; give it several times.",
    ),
]
Master = Annotated[
    bool, typer.Option("--master", help="Write a lossless video (FFV1, .mkv) as well.")
]
Lens = Annotated[
    float | None,
    typer.Option(
        "--lens", metavar="MM", help="Focal length on a full-frame camera; 85 when not given."
    ),
]
Yaw = Annotated[
    float | None,
    typer.Option(
        "--camera-yaw",
        metavar="DEGREES",
        help="How far the camera stands to the subject's left; 0 when not given.",
    ),
]
Pitch = Annotated[
    float | None,
    typer.Option(
        "--camera-pitch",
        metavar="DEGREES",
        help="How far the camera stands above; 0 when not given.",
    ),
]
FStop = Annotated[
    float | None,
    typer.Option(
        "--f-stop",
        metavar="N",
        help="Opening of the lens, such as 2.8, for depth of field; all is sharp without it.",
    ),
]
Pose = Annotated[
    str | None,
    typer.Option(
        "--pose",
        metavar="POSE",
        help="absolute: head and gaze as the input says; relative: as differences from the usual "
        "pose; auto, which it is when not given: relative where a camera saw the face.",
    ),
]
Workers = Annotated[
    int | None,
    typer.Option(
        "--workers",
        metavar="N",
        min=1,
        help="Processes that draw; without it as many as help. The pictures are the same.",
    ),
]
Blender = Annotated[
    Path | None,
    typer.Option(
        "--blender",
        metavar="PATH",
        help="Blender, or a Python that has bpy, for --quality cinema.",
    ),
]
Samples = Annotated[
    int | None,
    typer.Option(
        "--samples",
        metavar="N",
        help="Light paths per pixel of --quality cinema; 48 when not given.",
    ),
]


def render_verb(  # noqa: PLR0913 - one for each option
    inputs: Inputs = None,
    *,
    out: options.Out = None,
    person: Person = None,
    quality: Quality = None,
    light: Light = None,
    background: Background = None,
    view: View = None,
    size: Size = None,
    rate: Rate = None,
    frames: Frames = None,
    still: Still = None,
    master: Master = False,
    lens: Lens = None,
    camera_yaw: Yaw = None,
    camera_pitch: Pitch = None,
    f_stop: FStop = None,
    pose: Pose = None,
    seed: options.Seed = None,
    workers: Workers = None,
    blender: Blender = None,
    samples: Samples = None,
    as_json: options.AsJson = False,
    debug: options.Debug = False,
) -> int:
    """Draw a performance or a track as a video or as pictures.

    Writes digital_human.mp4 (H.264, CRF 12), with --master digital_human.mkv (lossless), or a PNG
    file for each --still; and digital_human.json, which says how they were made. Each file says so
    in its own metadata too.
    """
    staging: dict[str, Any] = {
        "light": light,
        "background": background,
        "lens_mm": lens,
        "yaw_rad": _radians(camera_yaw),
        "pitch_rad": _radians(camera_pitch),
        "f_stop": f_stop,
    }
    width_px, height_px = (None, None) if size is None else _size_of(size)
    chosen: dict[str, Any] = {
        "person": person,
        "quality": quality,
        "view": view,
        "width_px": width_px,
        "height_px": height_px,
        "rate": None if rate is None else _rate_of(rate),
        "frames": None if frames is None else _frames_of(frames),
        "stills_s": tuple(still) if still else None,
        "master": master or None,
        "pose": pose,
        "seed": seed,
        "workers": workers,
        "blender": blender,
        "samples": samples,
    }
    jobs = playable_jobs(inputs or (), out)
    from mien.pipeline.drawing import check_renderable  # noqa: PLC0415 - keeps `mien --help` quick
    from mien.pipeline.render_job import render_playable  # noqa: PLC0415
    from mien.pipeline.render_settings import RenderSettings  # noqa: PLC0415
    from mien.render import Staging  # noqa: PLC0415

    settings = RenderSettings(staging=Staging(**_given(staging)), **_given(chosen))
    check_renderable(settings)

    def work(job: Job, progress: Progress) -> RunResult:
        source = job.source if isinstance(job.source, Path) else Path(str(job.source))
        return render_playable(source, job.out, settings, progress)

    return work_through(jobs, work, voice_for("render", as_json=as_json), debug=debug)


def _given(chosen: dict[str, Any]) -> dict[str, Any]:
    """Leave out what was not given, which then keeps the settings' own default."""
    return {name: value for name, value in chosen.items() if value is not None}


def _radians(degrees: float | None) -> float | None:
    return None if degrees is None else math.radians(degrees)


def _rate_of(text: str) -> Fraction:
    try:
        return options.rate_of(text)
    except ValueError as error:
        msg = f"In --rate: {error}"
        raise UsageError(msg) from error


def _size_of(text: str) -> tuple[int, int]:
    found = re.fullmatch(r"(\d{1,9})[xX](\d{1,9})", text)
    if found is None:
        msg = f"Expected --size as width x height in pixels, such as 512x512, but got {text!r}."
        raise UsageError(msg)
    return int(found[1]), int(found[2])


def _frames_of(text: str) -> tuple[int, int]:
    found = re.fullmatch(r"(\d{1,9}):(\d{1,9})", text)
    if found is None:
        msg = f"Expected --frames as first:end, such as 0:60, but got {text!r}."
        raise UsageError(msg)
    return int(found[1]), int(found[2])
