"""A camera, or a file played as fast as it can be read -> live frames, and a track of them."""

from collections.abc import Callable, Generator, Iterator
from fractions import Fraction
from pathlib import Path

import mien
from mien.core.errors import UsageError, VideoError
from mien.core.provenance import Provenance
from mien.core.track import Event, EventKind
from mien.faces import FaceModels, resolve_models
from mien.pipeline.analysis import recogniser_of
from mien.pipeline.live import LiveReader
from mien.pipeline.live_frame import LiveFrame, live_track
from mien.pipeline.result import RunResult
from mien.pipeline.settings import RunSettings
from mien.recognition.live_spotting import LiveJudging
from mien.tracks import (
    events_dictionary,
    openface_dictionary,
    write_dictionary,
    write_events_tsv,
    write_openface_csv,
    write_tracks_parquet,
)
from mien.video import Frame, camera_frames, open_video, prefetched
from mien.video.newest import Newest
from mien.work import Progress

ENDED = "the video has ended"
"""Reason of the last frame, which repeats the time before it and brings what was still waiting."""

OpenCamera = Callable[[int, Fraction | None], Iterator[Frame]]


def read_live(
    source: Path | int,
    settings: RunSettings,
    progress: Progress,
    *,
    camera_s: float | None = None,
    open_camera: OpenCamera = camera_frames,
) -> Generator[LiveFrame]:
    """Read a camera or a file frame by frame, each from its past alone.

    Of a camera always the newest picture is read; those that come while one is read are left out.
    Of a file every frame is read. The last frame given out says :data:`ENDED` and brings the events
    that were waiting for more of their surroundings.

    Args:
        source: a file, a folder of numbered images, or the index of a camera.
        settings: the user's choices.
        progress: told what is found wrong, and how far a file is read.
        camera_s: seconds to read from a camera; None for as long as it gives pictures.
        open_camera: what gives the pictures of a camera.

    Raises:
        UsageError: a neutral face, or the number of a face, is given.
        VideoError: nothing that can be read as video, or a camera that stops or hangs.
        MissingError: no landmark models, and none can be fetched.
    """
    if settings.neutral is not None:
        msg = "Live reading finds the face at rest in what it has seen: leave --neutral out."
        raise UsageError(msg)
    if settings.face is not None:
        msg = "Live reading follows the largest face that comes: leave --face out."
        raise UsageError(msg)
    progress.start("landmark models", None, "files")
    models = resolve_models(settings.face_model, progress=lambda _: progress.update(0))
    progress.finish(models.kind)
    if isinstance(source, int):
        yield from _camera(source, models, settings, progress, camera_s, open_camera)
        return
    video = open_video(source, rate=settings.rate)
    progress.start("live reading", video.info.frame_count)
    with LiveReader(models, judging=_judging(settings)) as reader:
        yield from _read(reader, prefetched(video.frames()), progress)
    progress.finish()
    for sentence in video.warnings:
        progress.warn(sentence)


def _judging(settings: RunSettings) -> LiveJudging:
    return LiveJudging(settings.prior, recogniser_of(settings), settings.confidence)


def _camera(
    index: int,
    models: FaceModels,
    settings: RunSettings,
    progress: Progress,
    camera_s: float | None,
    open_camera: OpenCamera,
) -> Generator[LiveFrame]:
    progress.start("live reading", None)
    newest = Newest(open_camera(index, settings.rate))
    with LiveReader(models, threaded=True, judging=_judging(settings)) as reader:
        yield from _read(reader, _until(newest, camera_s), progress)
    progress.finish(f"{newest.dropped} pictures came too fast and were left out")


def _until(frames: Newest[Frame], end_s: float | None) -> Generator[Frame]:
    for frame in frames:
        if end_s is not None and frame.time_s >= end_s:
            return
        yield frame


def _read(reader: LiveReader, frames: Iterator[Frame], progress: Progress) -> Generator[LiveFrame]:
    count, latest_s = 0, 0.0
    for frame in frames:
        yield reader.read(frame.rgb, frame.time_s)
        count, latest_s = count + 1, frame.time_s
        progress.update(count)
    yield LiveFrame(latest_s, reason=ENDED, events=reader.finish())


def write_live(
    source: Path | int, out: Path, settings: RunSettings, progress: Progress
) -> RunResult:
    """Read live and write the track and the events as tables.

    A camera is read for ``settings.camera_duration_s`` seconds.

    Raises:
        VideoError: as :func:`read_live`, or fewer than two frames.
        OutputError: a file cannot be written.
    """
    reading = read_live(source, settings, progress, camera_s=settings.camera_duration_s)
    *frames, last = list(reading)
    name = f"camera {source}" if isinstance(source, int) else source.name
    if len(frames) < 2:  # noqa: PLR2004 - a track has two ends
        msg = f"{name} gave {len(frames)} frames: too few to be a track. Give a longer one."
        raise VideoError(msg)
    provenance = Provenance(
        source=name,
        software={"mien": mien.__version__},
        settings={
            "prior": settings.prior,
            "confidence": f"{settings.confidence:g}",
            "recogniser": settings.recogniser,
            "live": "true",
        },
        seed=settings.seed,
    )
    track = live_track(frames, last.events, provenance)
    files = {
        name: out / name
        for name in ("tracks.parquet", "tracks.csv", "tracks.json", "events.tsv", "events.json")
    }
    write_tracks_parquet(files["tracks.parquet"], {0: track})
    write_openface_csv(files["tracks.csv"], {0: track})
    write_dictionary(files["tracks.json"], openface_dictionary())
    write_events_tsv(files["events.tsv"], {0: track})
    write_dictionary(files["events.json"], events_dictionary())
    delays = [(frame.time_s, event) for frame in frames for event in frame.events]
    read = sum(not frame.reason for frame in frames)
    line = (
        f"{name}: {len(frames)} frames read live, {read} of them with a face; "
        f"{len(track.of_kind(EventKind.MICRO))} micro-expressions, "
        f"{len(track.of_kind(EventKind.BLINK))} blinks."
    )
    data: dict[str, object] = {
        "frames": len(frames),
        "read": read,
        "events": [_told(event, time_s) for time_s, event in delays]
        + [_told(event, last.time_s) for event in last.events],
    }
    return RunResult(out=out, files=tuple(files.values()), lines=(line,), data=data)


def _told(event: Event, time_s: float) -> dict[str, object]:
    return {
        "kind": event.kind.value,
        "onset_s": event.onset_s,
        "offset_s": event.offset_s,
        "announced_s": time_s,
    }
