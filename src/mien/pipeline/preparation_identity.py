"""What a prepared corpus was made from: another identity is another preparation."""

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from mien.datasets.coded_clip import CodedClip
from mien.datasets.corpus import Corpus
from mien.pipeline.video_preparation import Uncut
from mien.store.digest import sha256_of_bytes
from mien.store.models import FaceModels

_OF_THE_CORPUS = {
    "coding_sha256": "what is coded of the clips",
    "media_sha256": "which pictures of the clips are on disk",
    "uncut_sha256": "which uncut videos are on disk",
    "face_model": "the face model",
}


def preparation_identity(
    corpus: Corpus,
    uncut: Sequence[Uncut],
    settings: Mapping[str, Any],
    models: FaceModels | None,
) -> dict[str, Any]:
    """Give what the result depends on, as JSON holds it.

    Pictures and videos are known by names and sizes of their files: reading them all would take
    as long as to prepare them. Where the corpus lies does not matter.

    Args:
        corpus: as read.
        uncut: recordings that are prepared too.
        settings: of the preparation.
        models: of the face; None where none are needed.
    """
    media = _Media()
    there = [
        [clip.key, media.of(clip.frames), media.of(clip.flow.path if clip.flow else None)]
        for clip in corpus.clips
    ]
    videos = [[one.key, str(one.rate), media.of(one.path)] for one in uncut]
    return {
        "corpus": corpus.name,
        "coding_sha256": _sha256([_coding(clip) for clip in corpus.clips]),
        "media_sha256": _sha256(there),
        "uncut_sha256": _sha256(videos),
        "face_model": dict(models.sha256) if models else {},
        **settings,
    }


def identity_change(out: Path, found: Mapping[str, Any], identity: Mapping[str, Any]) -> str:
    """Say in a sentence what a folder that was prepared differs in, and what to do."""
    changed = [key for key in identity if found.get(key) != identity[key]]
    words = ", ".join(_OF_THE_CORPUS.get(key, key) for key in changed)
    if set(changed) <= set(_OF_THE_CORPUS):
        return (
            f"{out} was prepared before the corpus changed; these differ: {words}. It holds the "
            "earlier state. Prepare the corpus as it is now into another folder with --out."
        )
    return (
        f"{out} holds another preparation; these differ: {words}. Choose another folder with --out."
    )


def _coding(clip: CodedClip) -> list[Any]:
    return [
        *(clip.key, clip.subject_key, str(clip.rate), clip.onset, clip.apex, clip.offset),
        *(str(clip.code), clip.emotion, clip.objective_class, clip.kind.value),
        None if clip.peaks is None else sorted(clip.peaks.items()),
        None if clip.flow is None else [clip.flow.channels, clip.flow.ranges],
    ]


class _Media:
    """Names and sizes of files, each folder looked at once."""

    def __init__(self) -> None:
        self._known: dict[Path, str] = {}

    def of(self, path: Path | None) -> str:
        if path is None:
            return ""
        if path not in self._known:
            self._known[path] = _sha256([path.name, _files(path)])
        return self._known[path]


def _files(path: Path) -> list[tuple[str, int]]:
    """Names and sizes of a file or of those in a folder; nothing where it cannot be looked at."""
    try:
        if not path.is_dir():
            return [(path.name, path.stat().st_size)]
        with os.scandir(path) as entries:
            return sorted((one.name, one.stat().st_size) for one in entries if one.is_file())
    except OSError:
        return []


def _sha256(value: Any) -> str:
    return sha256_of_bytes(json.dumps(value).encode())
