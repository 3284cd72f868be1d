"""Frames -> an H.264 file that a browser plays and that keeps quarter-pixel motion."""

import platform
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from fractions import Fraction
from itertools import chain
from pathlib import Path

import av
import cv2
import numpy as np
from av.container import OutputContainer
from av.video.frame import VideoFrame
from av.video.reformatter import ColorPrimaries, ColorRange, Colorspace, ColorTrc, Interpolation
from av.video.stream import VideoStream

from mien.core.arrays import ImageRgb
from mien.core.errors import MissingError, OutputError, UsageError
from mien.store.atomic import atomic_path

_CODEC = "libx264"
_PRESET = "medium"
"""The ultrafast preset loses a fifth of a quarter-pixel movement at CRF 23; it is not offered."""

_KEEP_FAINT_CHANGE = "deadzone-inter=6:deadzone-intra=6:trellis=0:no-dct-decimate=1"
"""By default the encoder drops what changes by less than a quantiser step: a tenth of a movement of
0.25 px on a face at CRF 12. With these a twentieth is lost, for a third more bytes."""

_KEY_FRAME_STEPS = 30

_SAME_BYTES = ":asm=SSE4" if platform.machine().lower() in {"x86_64", "amd64"} else ""
"""The encoder's AVX-512 code shares out bits (its macroblock tree) by memory that nobody has set,
where a row is no multiple of 128 px wide, so that the same pictures give another file each time.
SSE4 is in every processor of this kind since 2011, takes as long, and gives the same bytes on all.
"""

_BT709 = 1


def write_video(
    path: Path,
    frames: Iterable[ImageRgb],
    *,
    rate: Fraction,
    crf: int = 12,
    pixel_format: str = "yuv420p",
    comment: str = "",
) -> None:
    """Write RGB frames (8 bit, full range) at ``rate`` per second, whole or not at all.

    H.264, BT.709, limited range, a key frame at least every 30 frames with closed groups, index
    at the front. Odd sizes are extended to even ones by repeating the last row or column where
    the pixel format shares chroma. The same pictures give the same bytes, as long as the number of
    processor cores is the same. At CRF 12 a sudden shift of 0.25 px keeps .94 to .97 of its
    change in the picture where there is texture, and .6 on very smooth skin; at CRF 23 as little
    as a tenth. ``comment`` is kept in the file's metadata.

    Raises:
        UsageError: no frame, frames of different size, or a rate that is not above 0.
        MissingError: this build of PyAV has no H.264 encoder.
        OutputError: the file cannot be written.
    """
    if rate <= 0:
        msg = f"Expected a rate above 0 frames per second, but got {rate}."
        raise UsageError(msg)
    pictures = iter(frames)
    first = next(pictures, None)
    if first is None:
        msg = f"Expected at least 1 frame for {path.name}, but got none."
        raise UsageError(msg)
    with (
        atomic_path(path) as temporary,
        encoder(temporary, first, rate, crf, pixel_format, comment=comment) as sink,
    ):
        for index, picture in enumerate(chain((first,), pictures)):
            if picture.shape != first.shape:
                msg = f"Expected frames of {first.shape}, but frame {index} is {picture.shape}."
                raise UsageError(msg)
            sink.write(picture, index)


class Encoder:
    """An open H.264 file that takes pictures with their stamps."""

    def __init__(
        self, container: OutputContainer, stream: VideoStream, time_base: Fraction
    ) -> None:
        self._container = container
        self._stream = stream
        self._time_base = time_base

    def write(self, picture: ImageRgb, stamp: int) -> None:
        """Encode one picture to be shown at ``stamp`` ticks of the time base."""
        pad_y = self._stream.height - picture.shape[0]
        pad_x = self._stream.width - picture.shape[1]
        if pad_x or pad_y:
            picture = np.asarray(
                cv2.copyMakeBorder(picture, 0, pad_y, 0, pad_x, cv2.BORDER_REPLICATE)
            )
        frame = VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="rgb24").reformat(
            format=self._stream.pix_fmt,
            dst_colorspace=Colorspace.ITU709,
            src_color_range=ColorRange.JPEG,
            dst_color_range=ColorRange.MPEG,
            interpolation=Interpolation.BICUBIC,
            threads=1,
        )
        frame.pts = stamp
        frame.time_base = self._time_base
        self._container.mux(self._stream.encode(frame))

    def finish(self) -> None:
        """Encode what the encoder still holds back."""
        self._container.mux(self._stream.encode(None))


@contextmanager
def encoder(
    path: Path,
    like: ImageRgb,
    rate: Fraction,
    crf: int = 12,
    pixel_format: str = "yuv420p",
    time_base: Fraction | None = None,
    comment: str = "",
) -> Iterator[Encoder]:
    """Open an encoder for pictures like ``like``; ``time_base`` in seconds, default 1 / rate.

    ``comment`` is kept in the file's metadata.

    Raises:
        MissingError: this build of PyAV has no H.264 encoder.
        OutputError: the file cannot be written.
    """
    if _CODEC not in av.codecs_available:
        msg = (
            f"Expected the encoder {_CODEC}, but this build of PyAV has none. "
            "Install PyAV from its wheel: pip install --force-reinstall --only-binary=:all: av"
        )
        raise MissingError(msg)
    height, width = like.shape[:2]
    even = 2 if pixel_format.startswith("yuv42") else 1
    tick = time_base or 1 / rate
    try:
        with av.open(str(path), "w", format="mp4", options={"movflags": "+faststart"}) as container:
            if comment:
                container.metadata["comment"] = comment
            stream = container.add_stream(_CODEC, rate=rate)
            if not isinstance(stream, VideoStream):
                msg = f"Expected a video stream from {_CODEC}, but got {type(stream).__name__}."
                raise OutputError(msg)
            stream.width, stream.height = -(-width // even) * even, -(-height // even) * even
            stream.pix_fmt = pixel_format
            stream.time_base = tick
            _tag_bt709(stream)
            stream.options = {
                "crf": str(crf),
                "preset": _PRESET,
                "x264-params": (
                    f"keyint={_KEY_FRAME_STEPS}:open-gop=0:{_KEEP_FAINT_CHANGE}{_SAME_BYTES}"
                ),
            }
            sink = Encoder(container, stream, tick)
            yield sink
            sink.finish()
    except OSError:
        raise  # the disk, not the pictures; whoever knows the file's true name says so
    except (av.FFmpegError, ValueError) as error:
        msg = f"Cannot encode {path.name}: {error}. Check the picture size and pixel format."
        raise OutputError(msg) from error


def _tag_bt709(stream: VideoStream) -> None:
    context = stream.codec_context
    context.color_range = int(ColorRange.MPEG)
    context.colorspace = _BT709
    context.color_primaries = int(ColorPrimaries.BT709)
    context.color_trc = int(ColorTrc.BT709)
