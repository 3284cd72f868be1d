"""A video file -> frames with the time stamps of its container."""

from bisect import bisect_left
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from mien.core.errors import VideoError
from mien.video.frame import Frame, VideoInfo
from mien.video.pixels import frame_to_rgb
from mien.video.source import ForwardClock, VideoSource
from mien.video.stamps import StampScan, measure_rate, scan_stamps

SCANNED_PACKETS = 2000
"""Packets whose stamps are looked at by opening: ten seconds at 200/s, cheap in a long file."""

_REPEATED_SHARE = 0.1
"""More stamps than this share on top of each other are no time line."""


class ContainerSource(VideoSource):
    """The first video stream of a file."""

    def frames(self, start_s: float | None = None) -> Iterator[Frame]:
        """Decode the frames; see :meth:`VideoSource.frames`.

        A decoding error ends the reading with a warning that says how far it came.

        Raises:
            VideoError: nothing can be decoded, or the file went away.
        """
        self._reading_warnings = ()
        with _open(self.path) as container:
            yield from self._read(container, start_s)

    def _read(self, container: InputContainer, start_s: float | None) -> Iterator[Frame]:
        stream = _video_stream(container, self.path)
        stream.thread_type = "AUTO"
        tick_s = _tick_s(stream, self.path)
        ordered = self._stamps_in_order(stream) if _stamps_are_of_decoding(container) else None
        first_index = self._seek(container, stream, start_s)
        clock, faults = ForwardClock(), _Faults()
        index, count, latest_s = first_index, 0, float("nan")
        for position, decoded in enumerate(faults.watch(_decode(container, stream))):
            if self._size_changed(decoded):
                faults.stop(f"the picture size changes to {decoded.width}x{decoded.height}")
                break
            ticks = decoded.pts if ordered is None else ordered[min(position, len(ordered) - 1)]
            if ticks is None or not clock.accepts(time_s := float(ticks * tick_s)):
                continue
            latest_s = time_s
            if start_s is None or time_s >= start_s - 1e-9:
                count += 1
                rgb = frame_to_rgb(decoded, self.info.rotation_deg)
                yield Frame(index, time_s, rgb, bool(decoded.key_frame))
                index += 1
            elif first_index == 0:
                index += 1
        if count == 0 and start_s is None:
            raise VideoError(_nothing_decodes(self.path, faults.reason))
        self._reading_warnings = (*clock.warnings(), *faults.warnings(latest_s))
        if start_s is None and not faults.reason:
            self._reading_warnings += self._missing_frames(index, latest_s)

    def _seek(self, container: InputContainer, stream: VideoStream, start_s: float | None) -> int:
        """Go to the key frame before ``start_s``; give the index of its first frame from there."""
        if start_s is None or _stamps_are_of_decoding(container):
            return 0
        tick_s = _tick_s(stream, self.path)
        times_s = [float(tick * tick_s) for tick in self._stamps_in_order(stream)]
        index = bisect_left(times_s, start_s - 1e-9)
        if index > 0:
            container.seek(int(start_s / tick_s), stream=stream, backward=True)
        return index

    def _stamps_in_order(self, stream: VideoStream) -> tuple[int, ...]:
        with _open(self.path) as container:
            return scan_stamps(container, container.streams.video[stream.index], None).ticks

    def _size_changed(self, decoded: VideoFrame) -> bool:
        size = (decoded.width, decoded.height)
        if self.info.rotation_deg in {90, 270}:
            size = size[::-1]
        return size != (self.info.width_px, self.info.height_px)

    def _missing_frames(self, count: int, latest_s: float) -> tuple[str, ...]:
        announced = self.info.frame_count
        if announced is None or count >= announced - 1:
            return ()
        return (f"Only {count} of {announced} frames could be read, up to {latest_s:.3f} s.",)


class _Faults:
    """Ends a decoder's output quietly at its first error, and remembers why."""

    def __init__(self) -> None:
        self.reason = ""
        self._damaged = 0

    def watch(self, frames: Iterator[VideoFrame]) -> Iterator[VideoFrame]:
        while True:
            try:
                decoded = next(frames)
            except StopIteration:
                return
            except (av.FFmpegError, OSError) as error:
                self.reason = error.strerror or str(error)
                return
            if decoded.is_corrupt:
                self._damaged += 1
            else:
                yield decoded

    def stop(self, reason: str) -> None:
        self.reason = reason

    def warnings(self, latest_s: float) -> tuple[str, ...]:
        told: tuple[str, ...] = ()
        if self.reason:
            told += (f"Reading stopped after {latest_s:.3f} s: {self.reason}.",)
        if self._damaged:
            noun = "frame was" if self._damaged == 1 else "frames were"
            told += (f"{self._damaged} damaged {noun} left out.",)
        return told


def open_container(path: Path) -> ContainerSource:
    """Open a file, look at its stamps and at one frame.

    Raises:
        VideoError: not a video, no picture in it, or no time stamps.
    """
    with _open(path) as container:
        stream = _video_stream(container, path)
        tick_s = _tick_s(stream, path)
        scan = scan_stamps(container, stream, SCANNED_PACKETS)
    _check_stamps(path, scan)
    with _open(path) as container:
        stream = _video_stream(container, path)
        faults = _Faults()
        first = next(faults.watch(_decode(container, stream)), None)
        if first is None:
            raise VideoError(_nothing_decodes(path, faults.reason))
        times_s = np.array(scan.ticks, np.float64) * float(tick_s)
        rate, variable = measure_rate(times_s, float(tick_s), stream.average_rate)
        info = _describe(path, first, stream, scan, rate, variable=variable)
        announced = stream.frames - scan.discarded
    return ContainerSource(path, info, _opening_warnings(info, scan, announced))


def _describe(
    path: Path,
    first: VideoFrame,
    stream: VideoStream,
    scan: StampScan,
    rate: Fraction,
    *,
    variable: bool,
) -> VideoInfo:
    turn_deg = round(first.rotation / 90) * 90 % 360
    width_px, height_px = first.width, first.height
    if turn_deg in {90, 270}:
        width_px, height_px = height_px, width_px
    tick_s = _tick_s(stream, path)
    count = len(scan.ticks) if scan.complete else stream.frames or None
    duration_s = None
    if scan.complete:
        duration_s = float((scan.ticks[-1] - scan.ticks[0]) * tick_s + 1 / rate)
    elif stream.duration is not None:
        duration_s = float(stream.duration * tick_s)
    return VideoInfo(
        name=path.name,
        width_px=width_px,
        height_px=height_px,
        rate=rate,
        variable_rate=variable,
        frame_count=count,
        duration_s=duration_s,
        rotation_deg=turn_deg,
        pixel_format=first.format.name,
        source=str(path),
    )


def _opening_warnings(info: VideoInfo, scan: StampScan, announced: int) -> tuple[str, ...]:
    told: tuple[str, ...] = ()
    found = len(scan.ticks) + scan.repeated + scan.unstamped
    if scan.complete and found < announced - 1:
        told += (f"The file announces {announced} frames but holds {found}; it is cut short.",)
    if info.variable_rate:
        told += ("The frame rate varies; times are those of the file, frame by frame.",)
    if scan.unstamped:
        told += (f"{scan.unstamped} packets have no time stamp; their frames are left out.",)
    return told


def _check_stamps(path: Path, scan: StampScan) -> None:
    if not scan.ticks and scan.unstamped:
        msg = (
            f"{path.name} has no time stamps (a raw stream, most likely). "
            "Put it into a container with its true rate, such as mp4, and read that."
        )
        raise VideoError(msg)
    if scan.repeated > _REPEATED_SHARE * (len(scan.ticks) + scan.repeated):
        msg = (
            f"{scan.repeated} of the first {len(scan.ticks) + scan.repeated} frames of "
            f"{path.name} have the time stamp of another. Write the file anew with true times."
        )
        raise VideoError(msg)


def _stamps_are_of_decoding(container: InputContainer) -> bool:
    """AVI numbers its frames in the order of decoding and knows no other stamp.

    Its frames are evenly numbered, so the n-th frame shown has the n-th smallest number.
    """
    return container.format.name == "avi"


def _open(path: Path) -> InputContainer:
    try:
        return av.open(str(path), metadata_errors="replace")
    except OSError as error:  # also what FFmpeg says of the system: no permission, say
        reason = (error.strerror or str(error)).lower()
        msg = f"Cannot open {path}: {reason}. Check the path and who may read it."
        raise VideoError(msg) from error
    except EOFError as error:
        raise VideoError(_nothing_decodes(path, "")) from error
    except av.FFmpegError as error:
        msg = (
            f"Expected a video, but {path.name} cannot be read as one "
            f"({(error.strerror or str(error)).lower()}). "
            "If it is cut short or damaged, copy it again from where it was recorded."
        )
        raise VideoError(msg) from error


def _video_stream(container: InputContainer, path: Path) -> VideoStream:
    if not container.streams.video:
        kinds = sorted({str(stream.type) for stream in container.streams})
        if not kinds:
            raise VideoError(_nothing_decodes(path, ""))
        msg = (
            f"Expected a picture stream, but {path.name} holds only {', '.join(kinds)}. "
            "Give a file that holds video."
        )
        raise VideoError(msg)
    return container.streams.video[0]


def _decode(container: InputContainer, stream: VideoStream) -> Iterator[VideoFrame]:
    yield from container.decode(stream)


def _tick_s(stream: VideoStream, path: Path) -> Fraction:
    if stream.time_base is None:
        msg = f"{path.name} has no clock for its pictures. Put it into a container such as mp4."
        raise VideoError(msg)
    return stream.time_base


def _nothing_decodes(path: Path, reason: str) -> str:
    why = f" ({reason.lower()})" if reason else ""
    return (
        f"Expected frames, but {path.name} holds not one that can be decoded{why}. "
        "The recording was never finished, or the file is cut short or damaged: "
        "copy or record it again."
    )
