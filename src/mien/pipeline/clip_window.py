"""One coded clip -> the pictures that are prepared, on an even time line with the coded moments."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

from mien.core.arrays import ImageRgb
from mien.core.errors import InputError, VideoError
from mien.datasets.coded_clip import CodedClip
from mien.store.digest import sha256_of_bytes
from mien.video import Frame, VideoSource, image_numbers, open_image_folder, open_video

WIDEST_GAP_S = 0.1
"""Pictures missing for longer could have shown a movement of their own, so none are put there."""

WHOLE_VIDEO_S = 10.0
"""A video file without coded times that is longer is no clip."""

_SEEK_EARLIER_S = 1.0
_RATES_DIFFER = 0.05
_SHOWN_GAPS = 5


@dataclass(frozen=True)
class ClipWindow:
    """The pictures of one clip that are prepared, and where the coded moments lie among them."""

    source: VideoSource
    name: str
    rate: Fraction
    """Places a second."""

    places: tuple[int, ...]
    """Of each picture on the time line of the window, from 0; pictures that are missing have left
    their places free."""

    onset: int | None
    """Place on that line; None where not coded. So are apex and offset."""

    apex: int | None
    offset: int | None

    @property
    def length(self) -> int:
        """Places of the time line."""
        return self.places[-1] + 1

    @property
    def missing(self) -> tuple[int, ...]:
        """Free places."""
        return tuple(sorted(set(range(self.length)) - set(self.places)))

    def pictures(self) -> list[ImageRgb]:
        """Decode the picture of every place.

        Raises:
            VideoError: one cannot be read; the sentence names its file.
        """
        before = self.source.warnings
        pictures = [frame.rgb for frame in self.source.frames()]
        if len(pictures) != len(self.places):
            told = [one for one in self.source.warnings if one not in before]
            faults = " ".join(told) or f"{len(pictures)} of {len(self.places)} are there."
            kind = "folder" if self.source.path.is_dir() else "file"
            msg = (
                f"Expected every picture of {self.name} from a little before the onset to a little "
                f"after the offset, but {faults} Copy the {kind} {self.source.path.name} again."
            )
            raise VideoError(msg)
        return pictures


def open_window(clip: CodedClip, margin_s: float) -> ClipWindow:
    """Open the pictures of a clip from a little before the onset to a little after the offset.

    Args:
        clip: with a folder of numbered pictures or a video file.
        margin_s: how much before and after is wanted, where it exists.

    Raises:
        InputError: no pictures or no rate.
        VideoError: the pictures cannot be opened, are not those that were coded, or too many in a
            row are missing.
    """
    if clip.frames is None:
        msg = f"Expected pictures of {clip.key}, but none are known. Complete the corpus."
        raise InputError(msg)
    if clip.frames.is_dir():
        return _of_folder(clip, clip.frames, margin_s)
    return _of_video(clip, clip.frames, margin_s)


def _of_folder(clip: CodedClip, folder: Path, margin_s: float) -> ClipWindow:
    if clip.rate is None:
        msg = (
            f"Expected the frame rate of {clip.key}, but it is not known. "
            "Write it into the table, in frames a second."
        )
        raise InputError(msg)
    numbers = image_numbers(folder)
    chosen = _chosen(clip, folder, numbers, round(margin_s * clip.rate))
    steps = {later - one for one, later in pairwise(numbers)}
    # As the reader of folders has it: where all numbers are apart alike, they are neighbours.
    step = steps.pop() if len(steps) == 1 else 1
    _refuse_wide_gap(folder, chosen, step, clip.rate)
    source = open_image_folder(folder, clip.rate, numbers=(chosen[0], chosen[-1]))
    return _placed(clip, source, clip.rate, chosen, step)


def _of_video(clip: CodedClip, file: Path, margin_s: float) -> ClipWindow:
    whole = open_video(file)
    rate = whole.info.rate
    if clip.rate is not None and abs(clip.rate / rate - 1) > _RATES_DIFFER:
        msg = (
            f"{file.name} says that it has {float(rate):.4g} frames a second, but the table says "
            f"{float(clip.rate):.4g}. Leave the rate out, or write the video anew with true times."
        )
        raise VideoError(msg)
    length_s = whole.info.duration_s
    if None in {clip.onset, clip.offset} and (length_s is None or length_s > WHOLE_VIDEO_S):
        msg = (
            f"Expected the onset and the offset of a clip in {file.name}, which is no single clip "
            f"(longer than {WHOLE_VIDEO_S:.0f} s), but they are not coded. Fill both in, as frame "
            "numbers from 1."
        )
        raise VideoError(msg)
    count = whole.info.frame_count or sum(1 for _ in whole.frames())
    chosen = _chosen(clip, file, range(1, count + 1), round(margin_s * rate))
    return _placed(clip, VideoExcerpt(whole, chosen[0], chosen[-1]), rate, chosen, 1)


def _chosen(clip: CodedClip, path: Path, numbers: Sequence[int], margin: int) -> Sequence[int]:
    """Give the numbers of the window; moments outside those there are, are refused."""
    if not numbers:
        msg = f"Expected numbered pictures in {path.name}, but it holds none. Copy it again."
        raise VideoError(msg)
    moments = [one for one in (clip.onset, clip.apex, clip.offset) if one is not None]
    if moments and not numbers[0] <= min(moments) <= max(moments) <= numbers[-1]:
        msg = (
            f"Expected the coded frames {min(moments)} to {max(moments)} in {path.name}, but its "
            f"pictures are {numbers[0]} to {numbers[-1]}. Correct the table, or copy the pictures "
            "again."
        )
        raise VideoError(msg)
    low = numbers[0] if clip.onset is None else clip.onset - margin
    high = numbers[-1] if clip.offset is None else clip.offset + margin
    chosen = [number for number in numbers if low <= number <= high]
    if not chosen:
        msg = f"No picture from {low} to {high} is in {path.name}. Copy the pictures again."
        raise VideoError(msg)
    return chosen


def _refuse_wide_gap(folder: Path, numbers: Sequence[int], step: int, rate: Fraction) -> None:
    gaps = [(one, later) for one, later in pairwise(numbers) if later - one > step]
    if not gaps or max((later - one - 1) / rate for one, later in gaps) <= WIDEST_GAP_S:
        return
    names = [f"{a + 1}-{b - 1}" if b - a > 2 else f"{a + 1}" for a, b in gaps]  # noqa: PLR2004 - a single number is no range
    more = ", ..." if len(names) > _SHOWN_GAPS else ""
    msg = (
        f"Expected at most {WIDEST_GAP_S} s without a picture in {folder.name}, but the numbers "
        f"{', '.join(names[:_SHOWN_GAPS])}{more} are missing. Copy the folder again."
    )
    raise VideoError(msg)


def _placed(
    clip: CodedClip, source: VideoSource, rate: Fraction, numbers: Sequence[int], step: int
) -> ClipWindow:
    def place(number: int | None) -> int | None:
        return None if number is None else round(Fraction(number - numbers[0], step))

    return ClipWindow(
        source,
        clip.key,
        rate,
        tuple((number - numbers[0]) // step for number in numbers),
        *(place(one) for one in (clip.onset, clip.apex, clip.offset)),
    )


class VideoExcerpt(VideoSource):
    """The frames of a video from one number to another, counted from 1, both inclusive."""

    def __init__(self, whole: VideoSource, first: int, last: int) -> None:
        count = last - first + 1
        length_s = float(count / whole.info.rate)
        info = replace(whole.info, frame_count=count, duration_s=length_s)
        super().__init__(whole.path, info, whole.warnings)
        self._whole, self._first, self._last = whole, first - 1, last - 1

    def sha256(self) -> str:
        """Give the sha256 over the video and the numbers; see the base class."""
        return sha256_of_bytes(f"{self._whole.sha256()} {self._first} {self._last}".encode())

    def frames(self, start_s: float | None = None) -> Iterator[Frame]:
        """Decode the frames; see :meth:`VideoSource.frames`.

        Raises:
            VideoError: nothing can be decoded, or a number has no certain time, because the frames
                are not evenly spaced.
        """
        rate = float(self.info.rate)
        begin_s = next(self._whole.frames()).time_s
        near_s = begin_s + self._first / rate - _SEEK_EARLIER_S
        for frame in self._whole.frames(near_s if near_s > begin_s else None):
            if frame.index > self._last:
                break
            if frame.index < self._first or (start_s is not None and frame.time_s < start_s - 1e-9):
                continue
            due_s = begin_s + frame.index / rate
            if abs(frame.time_s - due_s) * rate > 0.5:  # noqa: PLR2004 - half a frame
                msg = (
                    f"Expected evenly spaced frames in {self.path.name}, but frame "
                    f"{frame.index + 1} is at {frame.time_s:.3f} s, not at {due_s:.3f} s, so coded "
                    "numbers have no certain time. Write the video anew with an even rate."
                )
                raise VideoError(msg)
            yield replace(frame, index=frame.index - self._first)
