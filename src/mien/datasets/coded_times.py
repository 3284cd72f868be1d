"""Onset, apex and offset as tables write them -> frame numbers in order, or the reason why not."""

from bisect import bisect_left
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from mien.core.facs_code import Cell
from mien.datasets.finding import Level

_MISSING = frozenset({"", "/", "\\", "-", "?", "n/a", "nan", "none"})


@dataclass(frozen=True)
class Issue:
    """What is odd in one row, before it is known which."""

    level: Level
    found: str
    meaning: str
    remedy: str = ""


@dataclass(frozen=True)
class CodedTimes:
    """Frame numbers of one movement, inclusive; None where not known."""

    onset: int | None
    apex: int | None
    offset: int | None
    issues: tuple[Issue, ...] = ()

    @property
    def in_order(self) -> bool:
        """Whether what is known rises."""
        known = [one for one in (self.onset, self.apex, self.offset) if one is not None]
        return known == sorted(known)

    def but(self, *issues: Issue, **times: int | None) -> "CodedTimes":
        """Give the same with other times and further issues."""
        return replace(self, issues=(*self.issues, *issues), **times)


_AS_CODED = "Look the clip up, and correct the cell."


def frame_number(cell: Cell, name: str) -> tuple[int | None, Issue | None]:
    """Read one frame number; ``/`` and the like mean that there is none.

    >>> frame_number("566.4", "onset")[0], frame_number("/", "apex")[0]
    (566, None)
    """
    if cell is None or str(cell).strip().casefold() in _MISSING:
        return None, None
    try:
        value = float(cell)
        number = round(value)
    except (ValueError, OverflowError):
        found = f"The {name} {cell!r} is no frame number."
        return None, Issue(Level.ERROR, found, f"The {name} is not known.", _AS_CODED)
    if number < 0:
        found = f"The {name} {cell} lies before the first frame."
        return None, Issue(Level.ERROR, found, f"The {name} is not known.", _AS_CODED)
    if number == value:
        return number, None
    found = f"The {name} {cell} is no whole frame."
    return number, Issue(Level.NOTE, found, f"The nearest frame, {number}, is taken.")


def read_times(
    onset: Cell,
    apex: Cell,
    offset: Cell,
    *,
    apex_coded: bool = True,
    lacking: Collection[str] = (),
    onset_zero: Literal["refused", "began before"] = "refused",
    offset_zero: Literal["refused", "apex"] = "refused",
) -> CodedTimes:
    """Read the times of a row.

    An apex outside onset to offset is not known; if the offset lies before the onset, nothing is.

    Args:
        onset: cell of the table, as are apex and offset.
        apex: cell; None where the table has no such column.
        offset: cell.
        apex_coded: whether the corpus codes an apex at all.
        lacking: names of columns that the table has not; nothing is told of them in a row.
        onset_zero: what an onset of 0 means.
        offset_zero: what an offset of 0 means.
    """
    read = {
        name: frame_number(cell, name)
        for name, cell in (("onset", onset), ("apex", apex), ("offset", offset))
    }
    times = CodedTimes(read["onset"][0], read["apex"][0], read["offset"][0])
    times = times.but(*(issue for _, issue in read.values() if issue is not None))
    unread = {name for name, (number, issue) in read.items() if number is None and issue}
    unread |= set(lacking)
    if times.offset == 0 and offset_zero == "apex" and times.apex is not None:
        found, meaning = "The offset is 0.", f"The apex, {times.apex}, is the last frame."
        times = times.but(Issue(Level.NOTE, found, meaning), offset=times.apex)
    if times.onset == 0 and onset_zero == "began before":
        found = "The onset is 0."
        meaning = "The movement began before the recording, whose first frame is taken."
        times = times.but(Issue(Level.NOTE, found, meaning), onset=1)
    return _checked(times, unread, apex_coded=apex_coded)


def _checked(times: CodedTimes, unread: set[str], *, apex_coded: bool) -> CodedTimes:
    onset, apex, offset = times.onset, times.apex, times.offset
    span = f"{onset} to {offset}"
    for name, value in (("onset", onset), ("offset", offset)):
        if value is None and name not in unread:
            found = f"No {name} is coded."
            times = times.but(Issue(Level.ERROR, found, "When it moved is not known.", _AS_CODED))
    if onset is not None and offset is not None and offset < onset:
        found = f"The offset lies before the onset ({span})."
        meaning = "Onset, apex and offset are taken as not known."
        issue = Issue(Level.ERROR, found, meaning, _AS_CODED)
        return times.but(issue, onset=None, apex=None, offset=None)
    if apex is None:
        if not apex_coded or "apex" in unread:
            return times
        meaning = "What needs an apex takes the frame of most motion instead."
        return times.but(Issue(Level.WARNING, "No apex is coded.", meaning))
    if not times.in_order:
        found = f"The apex {apex} lies outside onset to offset ({span})."
        issue = Issue(Level.WARNING, found, "The apex is taken as not known.", _AS_CODED)
        return times.but(issue, apex=None)
    if onset != offset and apex in {onset, offset}:
        end = "onset" if apex == onset else "offset"
        found = f"The apex {apex} is the {end}."
        return times.but(Issue(Level.WARNING, found, "It is taken as coded.", "Check the apex."))
    return times


def clamp_times(times: CodedTimes, numbers: Sequence[int]) -> tuple[CodedTimes, bool]:
    """Move times to frames that exist; what lies before the first or after the last is not known.

    Args:
        times: in order.
        numbers: of the frames on disk, rising, at least one.

    Returns:
        the times, and whether any frame between onset and offset exists at all. If none does the
        times stay as they are.
    """
    known = [one for one in (times.onset, times.apex, times.offset) if one is not None]
    if not known:
        return times, True
    at = bisect_left(numbers, min(known))
    if at == len(numbers) or numbers[at] > max(known):
        found = (
            f"Frames {min(known)} to {max(known)} are coded, but those on disk are "
            f"{numbers[0]} to {numbers[-1]}."
        )
        meaning = "These are not the pictures of this clip."
        remedy = "Compare the path and the pictures with the table."
        return times.but(Issue(Level.ERROR, found, meaning, remedy)), False
    for name in ("onset", "apex", "offset"):
        coded = getattr(times, name)
        if coded is None:
            continue
        if not numbers[0] <= coded <= numbers[-1]:
            times = times.but(_outside(name, coded, numbers), **{name: None})
            continue
        nearest = _nearest(numbers, coded)
        if nearest != coded:
            found = f"There is no picture of the {name} {coded}."
            meaning = f"The nearest picture, {nearest}, is taken."
            remedy = "If pictures were lost, copy the folder again."
            times = times.but(Issue(Level.WARNING, found, meaning, remedy), **{name: nearest})
    return _dropped(times, numbers), True


def _outside(name: str, coded: int, numbers: Sequence[int]) -> Issue:
    found = f"The {name} {coded} lies outside the pictures ({numbers[0]} to {numbers[-1]})."
    level = Level.WARNING if name == "apex" else Level.ERROR
    remedy = "Correct the cell, or copy the pictures again if some were lost."
    return Issue(level, found, f"The {name} is taken as not known.", remedy)


def _dropped(times: CodedTimes, numbers: Sequence[int]) -> CodedTimes:
    if times.onset is None or times.offset is None:
        return times
    there = bisect_left(numbers, times.offset + 1) - bisect_left(numbers, times.onset)
    lacking = times.offset - times.onset + 1 - there
    if not lacking:
        return times
    noun = "frame is" if lacking == 1 else "frames are"
    found = f"{lacking} {noun} missing between onset and offset."
    return times.but(Issue(Level.WARNING, found, "Missing frames are gaps in time."))


def _nearest(numbers: Sequence[int], number: int) -> int:
    at = bisect_left(numbers, number)
    near = numbers[max(at - 1, 0) : at + 1]
    return min(near, key=lambda one: abs(one - number))
