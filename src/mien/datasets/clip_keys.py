"""Keys that every clip has for itself, and rows that are there twice."""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path, PurePath

from mien.datasets.coded_clip import CodedClip
from mien.datasets.finding import Finding, Level


def unique_clips(
    clips: Sequence[CodedClip], *, names_from_paths: bool = False
) -> tuple[tuple[CodedClip, ...], tuple[Finding, ...]]:
    """Tell clips of one name apart by their onset, and keep the first of rows that are alike.

    Args:
        clips: in the order of the table.
        names_from_paths: whether clips of one name that are read from different folders or files
            are different clips, which then carry the folder in their keys.

    Returns:
        the clips, keys each once, and what was found.
    """
    findings: list[Finding] = []
    named = clips
    if names_from_paths:
        named = _told_apart(clips, _keys_by_pictures, ("clips", "the folder"), findings)
    kept: dict[tuple[str, int | None], CodedClip] = {}
    for clip in named:
        first = kept.setdefault((clip.key, clip.onset), clip)
        if first is not clip:
            findings.append(_twice(first, clip))
    # Only now, so that a row that is left out renames no other.
    timed = _told_apart(tuple(kept.values()), _keys_by_onset, ("movements", "the onset"), findings)
    unique: dict[str, CodedClip] = {}
    for clip in timed:
        first = unique.setdefault(clip.key, clip)
        if first is not clip:
            findings.append(_twice(first, clip))
    return tuple(unique.values()), tuple(findings)


def media_of(clip: CodedClip) -> Path | None:
    """Give the folder or file that a clip is read from, one path however it was written."""
    path = clip.frames or (clip.flow.path if clip.flow else None)
    return None if path is None else path.resolve()


def _told_apart(
    clips: Sequence[CodedClip],
    new_keys: Callable[[Sequence[CodedClip]], Sequence[str]],
    words: tuple[str, str],
    findings: list[Finding],
) -> Sequence[CodedClip]:
    """Give clips that share a key others where they differ, and say so once for each key."""
    places: dict[str, list[int]] = defaultdict(list)
    for place, clip in enumerate(clips):
        places[clip.key].append(place)
    made = list(clips)
    for alike in places.values():
        for place, key in zip(alike, new_keys([clips[one] for one in alike]), strict=True):
            made[place] = replace(clips[place], key=key)
        group = [made[place] for place in alike]
        other = next((clip for clip in group if clip.key != group[0].key), None)
        if other is not None:
            what, carried = words
            found = f"{len({clip.key for clip in group})} {what} share the name {other.name}."
            meaning = f"Their keys carry {carried}."
            where = (other.source, other.row, other.key)
            findings.append(Finding(Level.NOTE, found, meaning, "", *where))
    return made


def _keys_by_pictures(clips: Sequence[CodedClip]) -> Sequence[str]:
    media = [media_of(clip) for clip in clips]
    there = {one for one in media if one is not None}
    if len(there) == 1 or not there:
        return [clip.key for clip in clips]
    ends = _distinct_ends(there)
    keys = []
    for clip, one in zip(clips, media, strict=True):
        if one is None:
            keys.append(clip.key)
        elif clip.name == PurePath(ends[one]).name:
            keys.append(clip.key.removesuffix(clip.name) + ends[one])
        else:
            keys.append(f"{clip.key}/{ends[one]}")
    return keys


def _distinct_ends(paths: Collection[Path]) -> Mapping[Path, str]:
    """Cut paths to their last parts, as few as tell them apart."""
    ends: dict[Path, str] = {}
    for parts in range(1, max(len(path.parts) for path in paths) + 1):
        for whole in (False, True):
            ends = {
                path: "/".join((path if whole else path.with_suffix("")).parts[-parts:])
                for path in paths
            }
            if len(set(ends.values())) == len(ends):
                return ends
    return ends


def _keys_by_onset(clips: Sequence[CodedClip]) -> Sequence[str]:
    if len(clips) == 1:
        return [clips[0].key]
    return [
        clip.key if clip.onset is None or "@" in clip.key else f"{clip.key}@{clip.onset}"
        for clip in clips
    ]


def _twice(first: CodedClip, clip: CodedClip) -> Finding:
    coded = ("onset", "apex", "offset", "code", "emotion", "kind")
    other = [name for name in coded if getattr(first, name) != getattr(clip, name)]
    differs = f"with another {', '.join(other)}" if other else "alike"
    return Finding(
        Level.ERROR if other else Level.WARNING,
        f"The clip is in row {first.row} already, {differs}.",
        "The row is left out.",
        "Delete one of the two rows.",
        clip.source,
        clip.row,
        clip.key,
    )
