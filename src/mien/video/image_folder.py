"""A folder of numbered images -> frames, evenly spaced at a rate that must be given."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np

from mien.core.arrays import ImageRgb
from mien.core.errors import UsageError, VideoError
from mien.store.digest import sha256_of_files
from mien.video.frame import Frame, VideoInfo
from mien.video.source import VideoSource

IMAGE_SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".bmp", ".tif", ".tiff", ".webp", ".pgm"})
"""File names that end so are taken for images."""

_LAST_NUMBER = re.compile(r"(\d+)\D*$")
_SHOWN_GAPS = 5
_WIDEST_GAP = 1000
_WIDEST_GAP_SHARE = 10
"""A gap of more than 1000 images, and of more than ten times as many as there are, is none."""


@dataclass(frozen=True)
class _NumberedImage:
    number: int
    path: Path


class ImageFolderSource(VideoSource):
    """Numbered images; a missing number is a gap in time, not a shift."""

    def __init__(
        self, path: Path, info: VideoInfo, warnings: tuple[str, ...], images: "_Images"
    ) -> None:
        super().__init__(path, info, warnings)
        self._images = images

    def sha256(self) -> str:
        """Give the sha256 over names and contents of the images; see the base class."""
        return sha256_of_files([image.path for image in self._images.images])

    def frames(self, start_s: float | None = None) -> Iterator[Frame]:
        """Read the images; see :meth:`VideoSource.frames`.

        An image that cannot be read, or is of another size, is left out with a warning.

        Raises:
            VideoError: that is so for most images.
        """
        self._reading_warnings = ()
        size = (self.info.height_px, self.info.width_px)
        unread: list[str] = []
        for index, image in enumerate(self._images.images):
            time_s = self._images.time_s(image, self.info.rate)
            if start_s is not None and time_s < start_s - 1e-9:
                continue
            rgb = _read_rgb(image.path)
            if rgb is None or rgb.shape[:2] != size:
                unread.append(image.path.name)
                self._reading_warnings = (_unread_warning(unread, self._images, size),)
                continue
            yield Frame(index - len(unread), time_s, rgb)
        if len(unread) > len(self._images.images) / 2:
            raise VideoError(_mostly_unread(self.info.name, len(unread), self._images, size))


@dataclass(frozen=True)
class _Images:
    images: tuple[_NumberedImage, ...]
    step: int
    """Difference between the numbers of neighbours."""

    def time_s(self, image: _NumberedImage, rate: Fraction) -> float:
        steps = Fraction(image.number - self.images[0].number, self.step)
        return float(steps / rate)


def open_image_folder(
    path: Path, rate: Fraction | None, *, numbers: tuple[int, int] | None = None
) -> ImageFolderSource:
    """Open the numbered images in ``path``, sorted by the last number in each name.

    Other files are ignored. When all numbers are apart by the same number above 1, the images
    count as neighbours. ``numbers`` takes those from one number to another alone, both inclusive.

    Raises:
        VideoError: no numbered image, one number twice, or a number far from all others.
        UsageError: no rate.
    """
    images, unnumbered = _numbered_images(path)
    if numbers is not None:
        images = tuple(one for one in images if numbers[0] <= one.number <= numbers[1])
    if not images:
        msg = (
            f"Expected numbered images (such as img1.jpg) in the folder {path.name}, found none. "
            "Give the folder that holds the images themselves."
        )
        raise VideoError(msg)
    if rate is None or rate <= 0:
        msg = (
            f"The folder {path.name} holds images without a time. "
            "Give the rate at which they were taken, such as --fps 200 (rate=200 in Python)."
        )
        raise UsageError(msg)
    first = _read_rgb(images[0].path)
    if first is None:
        msg = f"Cannot read {images[0].path.name} in {path.name} as an image. Copy it again."
        raise VideoError(msg)
    sequence = _Images(images, _common_step(images))
    _refuse_stray(path, sequence)
    last_s = sequence.time_s(images[-1], rate)
    gaps = _gap_warning(sequence)
    info = VideoInfo(
        name=path.name,
        width_px=first.shape[1],
        height_px=first.shape[0],
        rate=rate,
        variable_rate=bool(gaps),
        frame_count=len(images),
        duration_s=last_s + float(1 / rate),
        rotation_deg=0,
        pixel_format="rgb24",
        source=str(path),
    )
    return ImageFolderSource(path, info, (*_unnumbered_warning(unnumbered), *gaps), sequence)


def image_numbers(path: Path) -> tuple[int, ...]:
    """Numbers of the images in a folder, rising.

    Raises:
        VideoError: one number twice.
    """
    images, _ = _numbered_images(path)
    return tuple(one.number for one in images)


def _numbered_images(path: Path) -> tuple[tuple[_NumberedImage, ...], int]:
    by_number: dict[int, Path] = {}
    unnumbered = 0
    for file in sorted(path.iterdir()):
        if file.suffix.lower() not in IMAGE_SUFFIXES or file.name.startswith("."):
            continue
        if file.is_dir():
            continue
        match = _LAST_NUMBER.search(file.stem)
        if match is None:
            unnumbered += 1
            continue
        number = int(match.group(1))
        if number in by_number:
            msg = (
                f"{by_number[number].name} and {file.name} in {path.name} have the same number. "
                "Leave one sequence of images in the folder."
            )
            raise VideoError(msg)
        by_number[number] = file
    images = tuple(_NumberedImage(number, by_number[number]) for number in sorted(by_number))
    return images, unnumbered


def _common_step(images: tuple[_NumberedImage, ...]) -> int:
    steps = {b.number - a.number for a, b in pairwise(images)}
    return steps.pop() if len(steps) == 1 else 1


def _refuse_stray(path: Path, sequence: _Images) -> None:
    """Refuse a gap that no recording has, such as before a picture that is named by its date."""
    images = sequence.images
    widest = max(_WIDEST_GAP, _WIDEST_GAP_SHARE * len(images)) * sequence.step
    for one, other in pairwise(images):
        if other.number - one.number > widest:
            msg = (
                f"Between {one.path.name} and {other.path.name} in {path.name} "
                f"{other.number - one.number - 1} images are missing, so they are hardly one "
                "recording. Leave one sequence of images in the folder."
            )
            raise VideoError(msg)


def _gap_warning(sequence: _Images) -> tuple[str, ...]:
    images = sequence.images
    told: tuple[str, ...] = ()
    if sequence.step > 1:
        told = (f"The image numbers step by {sequence.step}; they are taken as neighbours.",)
    missing = [
        f"{a.number + 1}-{b.number - 1}" if b.number - a.number > 2 else f"{a.number + 1}"  # noqa: PLR2004 - a single number is no range
        for a, b in pairwise(images)
        if b.number - a.number > sequence.step
    ]
    if not missing:
        return told
    shown = ", ".join(missing[:_SHOWN_GAPS]) + (", ..." if len(missing) > _SHOWN_GAPS else "")
    return (*told, f"Image numbers are missing: {shown}. They are gaps in time.")


def _unnumbered_warning(count: int) -> tuple[str, ...]:
    if not count:
        return ()
    noun = "image has" if count == 1 else "images have"
    return (f"{count} {noun} no number in the name and cannot be placed in time; left out.",)


def _mostly_unread(name: str, count: int, images: _Images, size: tuple[int, int]) -> str:
    first = f"{images.images[0].path.name} ({size[1]}x{size[0]})"
    return (
        f"Expected images of one size in the folder {name}, but {count} of {len(images.images)} "
        f"cannot be read or are of another size than the first, {first}. "
        "Take the odd ones out, or copy the folder again."
    )


def _unread_warning(names: list[str], images: _Images, size: tuple[int, int]) -> str:
    shown = ", ".join(names[:_SHOWN_GAPS]) + (", ..." if len(names) > _SHOWN_GAPS else "")
    noun = "image cannot be read or is" if len(names) == 1 else "images cannot be read or are"
    first = f"{images.images[0].path.name} ({size[1]}x{size[0]})"
    return f"{len(names)} {noun} of another size than {first}, left out: {shown}."


def _read_rgb(path: Path) -> ImageRgb | None:
    """Read one image as 8-bit RGB, or None."""
    # Through numpy, because OpenCV's own reader cannot open every path on Windows.
    try:
        data = np.fromfile(path, np.uint8)
    except OSError:
        return None
    image = cv2.imdecode(data, cv2.IMREAD_COLOR) if data.size else None
    return None if image is None else np.asarray(cv2.cvtColor(image, cv2.COLOR_BGR2RGB))
