"""Pictures that are on disk but cannot be read, as far as that is seen without decoding them."""

import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from mien.datasets.coded_clip import CodedClip
from mien.datasets.finding import Finding, Level
from mien.datasets.media_tree import PICTURE_SUFFIXES

_SHOWN = 3


def unreadable_media(clips: Sequence[CodedClip]) -> list[Finding]:
    """Find pictures without content, and pictures of flow that do not decode.

    A folder that several clips share is looked at once, and told with the first of them.
    """
    findings = []
    seen: set[Path] = set()
    for clip in clips:
        if clip.frames is not None and clip.frames not in seen:
            seen.add(clip.frames)
            empty = _empty_pictures(clip.frames)
            if empty:
                findings.append(_without_content(clip, clip.frames, empty))
        if clip.flow is not None and not _decodes(clip.flow.path):
            found = f"{clip.flow.path.name} cannot be read as a picture."
            meaning = "The clip has no flow."
            findings.append(_finding(clip, found, meaning, "Copy the file again."))
    return findings


def _empty_pictures(folder: Path) -> list[str]:
    if not folder.is_dir():
        return []
    with os.scandir(folder) as entries:
        return sorted(
            entry.name
            for entry in entries
            if os.path.splitext(entry.name)[1].lower() in PICTURE_SUFFIXES  # noqa: PTH122 - a Path for each of a million names would take most of the time
            and entry.stat().st_size == 0
        )


def _without_content(clip: CodedClip, folder: Path, names: Sequence[str]) -> Finding:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    shown = ", ".join(names[:_SHOWN]) + more
    noun = "picture is" if len(names) == 1 else "pictures are"
    found = f"{len(names)} {noun} empty (0 bytes) in {folder.name}: {shown}."
    return _finding(clip, found, "They cannot be read.", "Copy the folder again.")


def _decodes(file: Path) -> bool:
    import cv2

    try:
        data = np.fromfile(file, np.uint8)
    except OSError:
        return False
    return data.size > 0 and cv2.imdecode(data, cv2.IMREAD_UNCHANGED) is not None


def _finding(clip: CodedClip, found: str, meaning: str, remedy: str) -> Finding:
    return Finding(Level.ERROR, found, meaning, remedy, clip.source, clip.row, clip.key)
