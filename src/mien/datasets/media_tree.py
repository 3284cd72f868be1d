"""The folders of a corpus on disk: patterns -> folders of pictures and videos, their numbers."""

import os
import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

VIDEO_SUFFIXES = frozenset({".avi", ".mp4", ".mkv", ".mov", ".wmv", ".m4v", ".webm"})
PICTURE_SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".bmp", ".tif", ".tiff", ".webp", ".pgm"})
HERE = "."
"""First folder of a pattern that begins at the root itself."""

_RUN = re.compile(r"\d+")


@dataclass(frozen=True)
class Pictures:
    """The numbered pictures of one folder."""

    numbers: tuple[int, ...]
    """Rising."""

    strays: tuple[str, ...]
    """Other files, and pictures whose number is there twice."""

    def has(self, number: int) -> bool:
        """Whether there is a picture of a number."""
        at = bisect_left(self.numbers, number)
        return at < len(self.numbers) and self.numbers[at] == number


@dataclass(frozen=True)
class Place:
    """A folder or video file that a pattern led to."""

    path: Path
    as_asked: bool
    """Whether every name is spelled as the pattern has it."""


class MediaTree:
    """Looks folders and videos up below a root, each of them once."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._listings: dict[Path, tuple[os.DirEntry[str], ...]] = {}
        self._bases: dict[str, tuple[Path, ...]] = {}
        self._pictures: dict[tuple[Path, tuple[str, ...]], Pictures] = {}
        self._videos: dict[Path, int | None] = {}

    def bases(self, name: str) -> tuple[Path, ...]:
        """Find the folders of a name, whatever its case: the root, and two levels below it."""
        if name == HERE:
            return (self._root,)
        if name not in self._bases:
            self._bases[name] = tuple(self._search_base(name.casefold()))
        return self._bases[name]

    def find(self, pattern: str) -> tuple[Place, ...]:
        """Find what a filled-in pattern names: folders, or video files as the last part.

        Names may differ in case and in leading zeros. Several places mean that a ``*`` or such a
        difference left it open.
        """
        first, *steps = pattern.split("/")
        for base in self.bases(first):
            found = [Place(base, as_asked=True)]
            for count, step in enumerate(steps, start=1):
                last = count == len(steps)
                found = [one for place in found for one in self._step(place, step, files=last)]
            if found:
                exact = [place for place in found if place.as_asked]
                return tuple(exact or found)
        return ()

    def pictures(self, folder: Path, patterns: Sequence[str]) -> Pictures:
        """List the pictures of a folder by the first pattern that fits any of them."""
        key = (folder, tuple(patterns))
        if key not in self._pictures:
            self._pictures[key] = self._list_pictures(folder, patterns)
        return self._pictures[key]

    def frame_count(self, file: Path) -> int | None:
        """Count the frames of a video file by its time stamps, once.

        Returns:
            the number; None where only decoding would tell.

        Raises:
            VideoError: it cannot be opened, or holds nothing that decodes.
        """
        if file not in self._videos:
            # PyAV is not needed to read a corpus of pictures.
            from mien.video.opening import open_video  # noqa: PLC0415

            self._videos[file] = open_video(file).info.frame_count
        return self._videos[file]

    def _entries(self, folder: Path) -> tuple[os.DirEntry[str], ...]:
        if folder not in self._listings:
            try:
                with os.scandir(folder) as entries:
                    listed = sorted(entries, key=lambda entry: entry.name)
            except OSError:
                listed = []
            self._listings[folder] = tuple(one for one in listed if not one.name.startswith("."))
        return self._listings[folder]

    def _search_base(self, name: str) -> Iterator[Path]:
        folders = [self._root]
        if self._root.resolve().name.casefold() == name:
            yield from self._inside_itself(self._root, name)
        for _ in range(2):
            below = [
                Path(entry.path)
                for folder in folders
                for entry in self._entries(folder)
                if entry.is_dir()
            ]
            for folder in below:
                if folder.name.casefold() == name:
                    yield from self._inside_itself(folder, name)
            folders = below

    def _inside_itself(self, folder: Path, name: str) -> Iterator[Path]:
        """Give a folder, and first one of its own name in it, as unpacking leaves them."""
        for entry in self._entries(folder):
            if entry.name.casefold() == name and entry.is_dir():
                yield Path(entry.path)
        yield folder

    def _step(self, place: Place, step: str, *, files: bool) -> Iterator[Place]:
        entries = [
            entry
            for entry in self._entries(place.path)
            if entry.is_dir()
            or (files and Path(entry.name).suffix.lower() in VIDEO_SUFFIXES and entry.is_file())
        ]
        alike: list[Place] = []
        for entry in entries:
            name = entry.name if entry.is_dir() else Path(entry.name).stem
            if "*" in step:
                if fnmatchcase(name.casefold(), step.casefold()):
                    yield Place(Path(entry.path), place.as_asked)
            elif name == step:
                yield Place(Path(entry.path), place.as_asked)
                return
            elif plain_name(name) == plain_name(step):
                alike.append(Place(Path(entry.path), as_asked=False))
        yield from alike

    def _list_pictures(self, folder: Path, patterns: Sequence[str]) -> Pictures:
        # Names alone: a corpus of long videos has a million of them.
        found = os.listdir(folder)  # noqa: PTH208 - a Path for each would take most of the time
        names = sorted(name for name in found if not name.startswith("."))
        for pattern in patterns:
            expression = picture_expression(pattern)
            by_number: dict[int, str] = {}
            strays = []
            for name in names:
                match = expression.fullmatch(name.strip())
                if match is None or int(match[1]) in by_number:
                    strays.append(name)
                else:
                    by_number[int(match[1])] = name
            if by_number:
                return Pictures(tuple(sorted(by_number)), tuple(strays))
        return Pictures((), tuple(names))


def plain_name(name: str) -> str:
    """Bring a name to lower case without leading zeros.

    >>> plain_name("EP01_02") == plain_name("ep1_2")
    True
    """
    return _RUN.sub(lambda run: str(int(run[0])), name.strip().casefold())


def picture_expression(pattern: str) -> re.Pattern[str]:
    """Turn the pattern of a picture's name into an expression with the number as its group.

    >>> picture_expression("*_{number}").fullmatch("006_1_00046.jpg")[1]
    '00046'
    """
    before, _, after = pattern.partition("{number}")
    suffixes = "|".join(suffix[1:] for suffix in sorted(PICTURE_SUFFIXES))
    parts = [re.escape(part).replace(r"\*", ".*?") for part in (before, after)]
    alone = r"(?<!\d)" if before.endswith("*") else ""
    return re.compile(rf"{parts[0]}{alone}(\d+){parts[1]}\s*\.(?:{suffixes})", re.IGNORECASE)


def fill_pattern(pattern: str, fields: Mapping[str, str | int]) -> str | None:
    """Fill a pattern in; None where a part of it is not known.

    >>> fill_pattern("SAMM/{number:03d}", {"number": 6}), fill_pattern("a/{code}", {})
    ('SAMM/006', None)
    """
    try:
        return pattern.format_map(fields)
    except (KeyError, ValueError):
        return None
