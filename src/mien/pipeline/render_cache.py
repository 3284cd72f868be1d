"""Rendered videos that stay when nothing that they show has changed."""

import json
from pathlib import Path

from mien.core.errors import OutputError
from mien.pipeline.settings import RunSettings
from mien.rig import Performance, performance_to_json
from mien.store.atomic import write_text_atomic
from mien.store.digest import sha256_of_bytes, sha256_of_path

_VERSION = 1
RENDERED = ("digital_human.mp4", "render.mp4")
"""Names of the rendered videos."""

_NOTE = "render.json"


def _made_from(performance: Performance, settings: RunSettings) -> str:
    parts = [
        _VERSION,
        performance_to_json(performance),
        settings.quality,
        settings.render_size_px,
        settings.seed,
    ]
    return sha256_of_bytes(json.dumps(parts).encode())


def kept_render(
    performance: Performance, out: Path, settings: RunSettings
) -> tuple[Path, Path] | None:
    """Give the videos in ``out`` when they show this performance, else None.

    They must be byte for byte those that were noted when they were made.
    """
    try:
        note = json.loads((out / _NOTE).read_text(encoding="utf-8"))
        whole = note["made_from"] == _made_from(performance, settings) and all(
            sha256_of_path(out / name) == note["sha256"][name] for name in RENDERED
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return (out / RENDERED[0], out / RENDERED[1]) if whole else None


def note_render(
    performance: Performance, out: Path, settings: RunSettings, files: tuple[Path, Path]
) -> None:
    """Note what the videos were made from; without the note the next run renders again."""
    note = {
        "made_from": _made_from(performance, settings),
        "sha256": {path.name: sha256_of_path(path) for path in files},
    }
    try:
        write_text_atomic(out / _NOTE, json.dumps(note, indent=1) + "\n")
    except OutputError:
        return
