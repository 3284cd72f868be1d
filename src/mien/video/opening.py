"""One door for every kind of source."""

from fractions import Fraction
from pathlib import Path

from mien.core.errors import UsageError, VideoError
from mien.video.camera import record_camera
from mien.video.container import open_container
from mien.video.image_folder import IMAGE_SUFFIXES, open_image_folder
from mien.video.source import VideoSource


def open_video(
    source: Path | int,
    *,
    rate: Fraction | None = None,
    record_to: Path | None = None,
    record_s: float | None = None,
) -> VideoSource:
    """Open a video file, a folder of numbered images, or a camera by its index.

    Opening is cheap: it reads time stamps and one frame. ``rate`` (frames per second) is needed
    for a folder and refused for a file, whose own stamps are the truth. A camera is first
    recorded for ``record_s`` seconds into the file ``record_to``, which is then opened.

    Raises:
        VideoError: nothing there that can be read as video; the sentence says what to do.
        UsageError: a setting that does not go with this kind of source.
    """
    if isinstance(source, int):
        if record_to is None or record_s is None:
            msg = "A camera needs a file to record to and a duration: give record_to and record_s."
            raise UsageError(msg)
        record_camera(source, record_to, duration_s=record_s, rate=rate)
        return open_container(record_to)
    if source.is_dir():
        return open_image_folder(source, rate)
    if not source.exists():
        msg = f"There is no file or folder {source}. Check the path."
        raise VideoError(msg)
    if not source.is_file():
        msg = (
            f"{source} is a pipe or a device, which cannot be read twice. "
            "Write the video into a file first."
        )
        raise VideoError(msg)
    if source.suffix.lower() in IMAGE_SUFFIXES:
        msg = (
            f"Expected a video, but {source.name} is a single picture. "
            "Give the folder of numbered pictures with --fps RATE, or a video file."
        )
        raise VideoError(msg)
    if rate is not None:
        msg = f"{source.name} is a file with its own time stamps: leave --fps (rate=) out."
        raise UsageError(msg)
    if source.stat().st_size == 0:
        msg = f"{source.name} is empty (0 bytes). Copy it again from where it was recorded."
        raise VideoError(msg)
    return open_container(source)
