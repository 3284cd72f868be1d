"""A camera -> its frames as they come, or a file with the times at which they came."""

import sys
from collections.abc import Generator
from fractions import Fraction
from pathlib import Path

import av
from av.container import InputContainer
from av.video.frame import VideoFrame

from mien.core.errors import UsageError, VideoError
from mien.store.atomic import atomic_path
from mien.video.frame import Frame
from mien.video.pixels import frame_to_rgb
from mien.video.source import ForwardClock
from mien.video.writer import encoder

_TICK = Fraction(1, 90_000)
"""Fine enough for every camera clock, and the usual clock of video."""

_FORMATS = {"linux": "v4l2", "darwin": "avfoundation", "win32": "dshow"}


def record_camera(
    index: int, path: Path, *, duration_s: float, rate: Fraction | None = None
) -> None:
    """Record the camera ``index`` for ``duration_s`` seconds into ``path`` (mp4, CRF 12).

    Stamps are those of the driver, so a camera that changes its rate is recorded truly. ``rate``
    is asked of the driver; it may give another.

    Raises:
        VideoError: no such camera, or it gives no picture.
        UsageError: a duration that is not above 0.
        OutputError: the file cannot be written.
    """
    if not duration_s > 0:
        msg = f"Expected a duration above 0 s, but got {duration_s}."
        raise UsageError(msg)
    with _open_camera(index, rate) as camera:
        record_stream(camera, path, duration_s=duration_s)


def record_stream(camera: InputContainer, path: Path, *, duration_s: float) -> None:
    """Record an open input for ``duration_s`` seconds of its own clock.

    Raises:
        VideoError: the input gives no picture.
    """
    stream = camera.streams.video[0]
    frames = camera.decode(stream)
    try:
        first = next(frames)
    except (StopIteration, av.FFmpegError, OSError) as error:
        msg = "The camera is open but gives no picture. Close other programs that use it."
        raise VideoError(msg) from error
    rate = stream.average_rate or Fraction(30)
    start = _time_of(first)
    rotation_deg = round(first.rotation / 90) * 90 % 360
    picture = frame_to_rgb(first, rotation_deg)
    with atomic_path(path) as temporary, encoder(temporary, picture, rate, time_base=_TICK) as sink:
        sink.write(picture, 0)
        latest = 0
        for frame in frames:
            elapsed = _time_of(frame) - start
            if elapsed >= duration_s:
                break
            stamp = int(elapsed / _TICK)
            if stamp > latest:
                sink.write(frame_to_rgb(frame, rotation_deg), stamp)
                latest = stamp


def camera_frames(index: int, rate: Fraction | None = None) -> Generator[Frame]:
    """Give the pictures of the camera ``index`` as they come, with the times of the driver.

    The first is at 0 s. ``rate`` is asked of the driver; it may give another. The camera is closed
    with the generator.

    Raises:
        VideoError: no such camera, or it gives no picture.
    """
    with _open_camera(index, rate) as camera:
        yield from stream_frames(camera)


def stream_frames(camera: InputContainer) -> Generator[Frame]:
    """Give the pictures of an open input as they come; one whose time does not advance is left out.

    Raises:
        VideoError: the input gives no picture.
    """
    stream = camera.streams.video[0]
    start: Fraction | None = None
    clock = ForwardClock()
    count = 0
    try:
        for frame in camera.decode(stream):
            start = _time_of(frame) if start is None else start
            time_s = float(_time_of(frame) - start)
            if clock.accepts(time_s):
                rotation_deg = round(frame.rotation / 90) * 90 % 360
                rgb = frame_to_rgb(frame, rotation_deg)
                yield Frame(count, time_s, rgb, bool(frame.key_frame))
                count += 1
    except (av.FFmpegError, OSError) as error:
        msg = f"The camera stopped after {count} pictures: {error}. Check that it is connected."
        raise VideoError(msg) from error
    if count == 0:
        msg = "The camera is open but gives no picture. Close other programs that use it."
        raise VideoError(msg)


def _time_of(frame: VideoFrame) -> Fraction:
    if frame.pts is None or frame.time_base is None:
        msg = "The camera gives no times with its pictures. Record with another program."
        raise VideoError(msg)
    return frame.pts * frame.time_base


def _open_camera(index: int, rate: Fraction | None) -> InputContainer:
    kind = _FORMATS.get(sys.platform, "v4l2")
    options = {} if rate is None else {"framerate": str(float(rate))}
    name = ""
    try:
        name = _device_name(kind, index)
        return av.open(name, format=kind, options=options)
    except (av.FFmpegError, OSError, ValueError, LookupError) as error:
        reason = (getattr(error, "strerror", None) or str(error)).lower()
        device = f" ({name})" if name else ""
        msg = (
            f"Cannot open camera {index}{device}: {reason}. "
            "Check that one is connected, that this user may use it, or give a video file."
        )
        raise VideoError(msg) from error


def _device_name(kind: str, index: int) -> str:
    if kind == "v4l2":
        return f"/dev/video{index}"
    if kind == "avfoundation":
        return f"{index}:none"
    cameras = [device for device in av.enumerate_input_devices(kind) if "video" in str(device)]
    return f"video={cameras[index].name}"
