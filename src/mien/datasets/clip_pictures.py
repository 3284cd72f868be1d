"""Where the pictures of one clip are: its own folder, the whole recording, or faces cut out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from mien.core.errors import VideoError
from mien.datasets.coded_times import CodedTimes, Issue
from mien.datasets.definition import TableDefinition
from mien.datasets.finding import Level
from mien.datasets.media_tree import MediaTree, Place, fill_pattern

_SHOWN = 3


@dataclass(frozen=True)
class FoundPictures:
    """The pictures of one clip, as far as they are on disk."""

    frames: Path | None
    """Folder or video file."""

    numbers: Sequence[int]
    """Of the pictures, rising, or of the frames of a video file, from 1; empty where not known."""

    uncut: Path | None
    issues: tuple[Issue, ...]


class ClipPictures:
    """Finds the pictures of the clips of one table."""

    def __init__(self, table: TableDefinition, tree: MediaTree) -> None:
        self._table, self._tree = table, tree
        self._groups = (table.frames, table.uncut, table.crops)

    def of_clip(self, fields: Mapping[str, str | int], times: CodedTimes) -> FoundPictures:
        """Find the pictures: of the clip, else of the recording, else those cut out.

        The first of these folders that has onset and offset is taken, or else the first.

        Args:
            fields: parts of folder names.
            times: as coded.
        """
        issues: list[Issue] = []
        groups = [self._places(patterns, fields, issues) for patterns in self._groups]
        uncut = groups[1][0].path if groups[1] else None
        candidates = [place for group in groups for place in group]
        if not candidates:
            lacking = self._lacking(fields)
            return FoundPictures(None, (), uncut, (*issues, *([lacking] if lacking else [])))
        place = next((one for one in candidates if self._covers(one, times)), candidates[0])
        if not place.as_asked:
            found = f"The folder is spelled {place.path.name}."
            issues.append(Issue(Level.NOTE, found, "It is taken for this clip."))
        if place in groups[2] and place not in groups[0]:
            found = "Only faces that were cut out are on disk."
            issues.append(Issue(Level.NOTE, found, "They are read instead of whole pictures."))
        if place.path.is_file():
            return self._video(place.path, uncut, issues)
        pictures = self._tree.pictures(place.path, self._table.pictures)
        if not pictures.numbers:
            example = self._table.pictures[0].replace("{number}", "1").replace("*", "")
            found = f"There is no picture such as {example}.jpg in {place.path.name}."
            remedy = "Unpack the folder again."
            issues.append(Issue(Level.ERROR, found, "The clip has no pictures.", remedy))
            return FoundPictures(None, (), uncut, tuple(issues))
        if pictures.strays:
            shown = ", ".join(pictures.strays[:_SHOWN])
            more = ", ..." if len(pictures.strays) > _SHOWN else ""
            found = f"{place.path.name} holds other files: {shown}{more}."
            issues.append(Issue(Level.NOTE, found, "They are not read."))
        return FoundPictures(place.path, pictures.numbers, uncut, tuple(issues))

    def _video(self, file: Path, uncut: Path | None, issues: Sequence[Issue]) -> FoundPictures:
        try:
            count = self._tree.frame_count(file)
        except VideoError as error:
            unread = Issue(Level.ERROR, str(error), "The clip has no pictures.")
            whole = None if uncut == file else uncut
            return FoundPictures(None, (), whole, (*issues, unread))
        return FoundPictures(file, range(1, (count or 0) + 1), uncut, tuple(issues))

    def _places(
        self,
        patterns: Sequence[str],
        fields: Mapping[str, str | int],
        issues: list[Issue],
    ) -> list[Place]:
        """Find what the patterns of one kind lead to; what is open leads nowhere."""
        places = []
        for pattern in patterns:
            filled = fill_pattern(pattern, fields)
            found = self._tree.find(filled) if filled is not None else ()
            if len(found) == 1:
                places.append(found[0])
            elif found:
                names = ", ".join("/".join(place.path.parts[-2:]) for place in found[:_SHOWN])
                issue = Issue(
                    Level.WARNING,
                    f"{len(found)} folders may be meant: {names}.",
                    "None of them is taken.",
                    "Leave the right one in its place.",
                )
                issues += [] if issue in issues else [issue]
        return places

    def _lacking(self, fields: Mapping[str, str | int]) -> Issue | None:
        """Say that a clip is missing from a folder that is there; a folder that is not, once."""
        for pattern in (one for patterns in self._groups for one in patterns):
            if self._tree.bases(pattern.partition("/")[0]):
                filled = fill_pattern(pattern, fields)
                if filled is None:
                    found = f"What folder of {pattern.partition('/')[0]} is meant is not known."
                else:
                    found = f"There is no folder {filled}."
                remedy = "Unpack the archive of this subject again."
                return Issue(Level.ERROR, found, "The clip has no pictures.", remedy)
        return None

    def _covers(self, place: Place, times: CodedTimes) -> bool:
        if place.path.is_file() or times.onset is None or times.offset is None:
            return True
        pictures = self._tree.pictures(place.path, self._table.pictures)
        return pictures.has(times.onset) and pictures.has(times.offset)
