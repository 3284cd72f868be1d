"""What every source of frames can do, and time stamps that always go forward."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from pathlib import Path

from mien.store.digest import sha256_of_path
from mien.video.frame import Frame, VideoInfo


class VideoSource(ABC):
    """A video that can be read as often as wanted; every reading starts anew.

    Reading is lazy and holds a few frames at a time. What was wrong but bearable is told in
    :attr:`warnings`, complete once a reading has reached its end.
    """

    def __init__(self, path: Path, info: VideoInfo, warnings: tuple[str, ...]) -> None:
        self._path = path
        self._info = info
        self._opening_warnings = warnings
        self._reading_warnings: tuple[str, ...] = ()

    @property
    def info(self) -> VideoInfo:
        """What the source says of itself."""
        return self._info

    @property
    def path(self) -> Path:
        """The file or folder."""
        return self._path

    @property
    def warnings(self) -> tuple[str, ...]:
        """One sentence for each fault found by opening and by the latest reading."""
        return self._opening_warnings + self._reading_warnings

    def sha256(self) -> str:
        """Give the sha256 in hexadecimal of what the pictures are read from, times not included.

        Raises:
            OSError: something cannot be read.
        """
        return sha256_of_path(self.path)

    @abstractmethod
    def frames(self, start_s: float | None = None) -> Iterator[Frame]:
        """Decode the frames in the order of time, from ``start_s`` on where it is given.

        The first frame given out is the first with a time of at least ``start_s`` seconds;
        indices count from the beginning of the source all the same.

        Raises:
            VideoError: nothing can be decoded.
        """


class ForwardClock:
    """Lets only stamps through that are later than all before, and counts the others.

    A frame whose time repeats or goes back has no place on a time line; it is left out rather
    than moved.
    """

    def __init__(self) -> None:
        self._latest_s = float("-inf")
        self.refused = 0

    def accepts(self, time_s: float) -> bool:
        """Whether ``time_s`` in seconds is later than every accepted time before it."""
        if time_s > self._latest_s:
            self._latest_s = time_s
            return True
        self.refused += 1
        return False

    def warnings(self) -> tuple[str, ...]:
        """One sentence when frames were refused, else nothing."""
        if not self.refused:
            return ()
        noun = "frame was" if self.refused == 1 else "frames were"
        return (f"{self.refused} {noun} left out: the time stamp repeats or goes back.",)
