"""Frames -> an FFV1 file in Matroska that gives every byte back."""

from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.container import OutputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from mien.core.arrays import ImageRgb
from mien.core.errors import MissingError, OutputError

_CODEC = "ffv1"
_OPTIONS = {"level": "3", "g": "1", "slices": "4", "slicecrc": "1", "threads": "1"}
"""Version 3 with a checksum for each slice, every frame by itself: the archivists' settings."""


class LosslessEncoder:
    """An open FFV1 file that takes pictures in the order of time."""

    def __init__(self, container: OutputContainer, stream: VideoStream, tick: Fraction) -> None:
        self._container = container
        self._stream = stream
        self._tick = tick

    def write(self, picture: ImageRgb, stamp: int) -> None:
        """Encode one picture to be shown at ``stamp`` frames from the start."""
        frame = VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="rgb24").reformat(
            format="bgr0"
        )
        frame.pts, frame.time_base = stamp, self._tick
        self._container.mux(self._stream.encode(frame))


@contextmanager
def lossless_encoder(
    path: Path, like: ImageRgb, rate: Fraction, *, comment: str = ""
) -> Iterator[LosslessEncoder]:
    """Open a lossless encoder for pictures like ``like``: RGB, 8 bit, full range.

    The same pictures give the same bytes. Matroska keeps times to the millisecond. ``comment`` is
    kept in the file's metadata.

    Raises:
        MissingError: this build of PyAV has no FFV1 encoder.
        OutputError: the file cannot be written.
    """
    if _CODEC not in av.codecs_available:
        msg = (
            f"Expected the encoder {_CODEC}, but this build of PyAV has none. "
            "Install PyAV from its wheel: pip install --force-reinstall --only-binary=:all: av"
        )
        raise MissingError(msg)
    height, width = like.shape[:2]
    try:
        # Otherwise Matroska numbers its parts at random.
        exact = {"fflags": "+bitexact"}
        with av.open(str(path), "w", format="matroska", options=exact) as container:
            if comment:
                container.metadata["comment"] = comment
            stream = container.add_stream(_CODEC, rate=rate)
            if not isinstance(stream, VideoStream):
                msg = f"Expected a video stream from {_CODEC}, but got {type(stream).__name__}."
                raise OutputError(msg)
            stream.width, stream.height, stream.pix_fmt = width, height, "bgr0"
            stream.time_base = 1 / rate
            stream.options = dict(_OPTIONS)
            yield LosslessEncoder(container, stream, 1 / rate)
            container.mux(stream.encode(None))
    except OSError:
        raise  # the disk, not the pictures; whoever knows the file's true name says so
    except (av.FFmpegError, ValueError) as error:
        msg = f"Cannot encode {path.name}: {error}."
        raise OutputError(msg) from error
