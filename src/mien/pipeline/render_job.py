"""`mien render`: a performance goes in, pictures of a digital human come out."""

import json
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float64

import mien
from mien.core.arrays import ImageRgb
from mien.core.errors import UsageError
from mien.head import load_head
from mien.pipeline.drawing import chosen_person, draw_poses, renderer
from mien.pipeline.playable import Playable, read_playable
from mien.pipeline.posing import poses_at
from mien.pipeline.render_note import RENDER_DOCUMENT
from mien.pipeline.render_settings import RenderSettings
from mien.pipeline.result import RunResult
from mien.store.atomic import atomic_path, write_text_atomic
from mien.store.digest import sha256_of_path
from mien.video import encoder, lossless_encoder, write_still
from mien.work import Progress

VIDEO, MASTER, NOTE = "digital_human.mp4", "digital_human.mkv", "digital_human.json"
CRF = 12


def render_playable(
    source: Path, out: Path, settings: RenderSettings, progress: Progress
) -> RunResult:
    """Draw a performance or a track.

    Writes ``digital_human.mp4`` (H.264, CRF 12), with ``master`` ``digital_human.mkv`` (FFV1), or
    a PNG file for each still; and ``digital_human.json``, which says how they came to be and holds
    their sha256. The same words stand in each file's own metadata.

    Args:
        source: a performance, a track, a folder of results, or ``-`` for standard input.
        out: folder for the results.
        settings: the user's choices.
        progress: told how far the drawing is.

    Raises:
        MienError: as the stages do; nothing half-written stays behind.
    """
    playable = read_playable(source)
    person = chosen_person(settings.person)
    times_s = _times(playable, settings)
    relative = settings.pose == "relative" or (settings.pose == "auto" and playable.is_recorded)
    poses = poses_at(playable.performance, load_head(), times_s, usual_pose_is_rest=relative)
    facts = _facts(playable, settings, person.name, relative=relative)
    comment = json.dumps(facts, sort_keys=True)
    progress.start("rendering", len(times_s))
    pictures = _counted(draw_poses(poses, settings, progress), progress)
    if settings.stills_s:
        files = _write_stills(pictures, out, settings, comment)
    else:
        files = _write_videos(pictures, out, settings, comment)
    progress.finish()
    hashes = {file.name: sha256_of_path(file) for file in files}
    note = {**facts, "frames": len(times_s), "sha256": hashes}
    write_text_atomic(out / NOTE, RENDER_DOCUMENT.text(note) + "\n")
    size = f"{settings.width_px}x{settings.height_px}"
    line = f"{person.name}, {size}, {settings.quality}, {len(times_s)} pictures"
    if not settings.stills_s:
        line += f", {settings.rate} per second"
    return RunResult(
        out=out,
        files=(*files, out / NOTE),
        lines=(f"{line}.",),
        warnings=playable.performance.warnings,
        data=note,
    )


def _times(playable: Playable, settings: RenderSettings) -> Float64[np.ndarray, " frame"]:
    """Give the times of the pictures, on the clock of the curves."""
    end_s = playable.performance.end_s
    if settings.stills_s:
        late = [time for time in settings.stills_s if not 0 <= time <= end_s + 1e-6]
        if late:
            msg = f"Expected stills within 0 to {end_s:.3f} s, but got {late[0]:g} s."
            raise UsageError(msg)
        return np.array(settings.stills_s, np.float64)
    count = max(1, int(np.floor(end_s * settings.rate + 1e-6)) + 1)
    first, stop = settings.frames or (0, count)
    if stop > count:
        msg = (
            f"Expected frames within 0:{count}, which is all of {playable.name} at "
            f"{settings.rate} per second, but got {first}:{stop}."
        )
        raise UsageError(msg)
    return np.arange(first, stop) / float(settings.rate)


def _counted(pictures: Iterator[ImageRgb], progress: Progress) -> Iterator[ImageRgb]:
    for index, picture in enumerate(pictures):
        progress.update(index + 1)
        yield picture


def _write_stills(
    pictures: Iterator[ImageRgb], out: Path, settings: RenderSettings, comment: str
) -> list[Path]:
    text = {"Software": f"mien {mien.__version__}", "Comment": comment}
    files = []
    for time_s, picture in zip(settings.stills_s, pictures, strict=True):
        path = out / f"still_{time_s:07.3f}s.png"
        write_still(path, picture, text)
        files.append(path)
    return files


def _write_videos(
    pictures: Iterator[ImageRgb], out: Path, settings: RenderSettings, comment: str
) -> list[Path]:
    first = next(pictures)
    rate = settings.rate
    files = [out / VIDEO]
    with ExitStack() as stack:
        lossy = stack.enter_context(
            encoder(stack.enter_context(atomic_path(files[0])), first, rate, CRF, comment=comment)
        )
        sinks: list[Any] = [lossy]
        if settings.master:
            files.append(out / MASTER)
            whole = stack.enter_context(atomic_path(files[1]))
            sinks.append(stack.enter_context(lossless_encoder(whole, first, rate, comment=comment)))
        picture: ImageRgb | None = first
        stamp = 0
        while picture is not None:
            for sink in sinks:
                sink.write(picture, stamp)
            picture, stamp = next(pictures, None), stamp + 1
    return files


def _facts(
    playable: Playable, settings: RenderSettings, person: str, *, relative: bool
) -> dict[str, object]:
    """Say what decides the pictures, in plain words and numbers."""
    chosen: Mapping[str, Any] = asdict(settings)
    left_out = {"workers", "blender", "person", "pose", "seed"}
    plain = {
        name: str(value) if name == "rate" else value
        for name, value in chosen.items()
        if name not in left_out
    }
    return {
        "renderer": renderer(settings),
        "source": playable.name,
        "source_sha256": playable.sha256,
        "person": person,
        "pose": "relative" if relative else "absolute",
        "seed": settings.seed,
        "settings": plain,
    }
