"""Prepared corpora -> one, for protocols across corpora."""

import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mien.core.errors import UsageError
from mien.datasets.inputs import clip_input
from mien.datasets.prepared import (
    ARRAYS,
    CLIP_TABLE,
    MANIFEST,
    SCHEMA,
    VERSION,
    VIDEOS,
    PreparedCorpus,
    clip_table,
    open_prepared,
)
from mien.store.arrays import ArrayFile
from mien.store.atomic import write_text_atomic
from mien.store.digest import sha256_of_bytes
from mien.work import Progress


def join_corpora(folders: Sequence[Path], out: Path, progress: Progress) -> PreparedCorpus:
    """Write several prepared corpora as one, whose people keep the name of their corpus.

    Arrays that one of them lacks are left out and told; videos are copied.

    Raises:
        MissingError: a folder holds no prepared corpus.
        UsageError: fewer than two, clips that come twice, no array in common, or a folder that is
            not empty.
        OutputError: a file cannot be written.
    """
    corpora = [open_prepared(one) for one in folders]
    names = _common_arrays(corpora)
    _refuse(corpora, names, out)
    for name in {name for one in corpora for name in one.arrays}.difference(names):
        progress.warn(f"{name} is left out: not every corpus was prepared with it.")
    rows = [row for one in corpora for row in one.rows]
    progress.start("joining corpora", len(names), "arrays")
    for number, name in enumerate(names, start=1):
        made = clip_input(name)
        file = ArrayFile(out / ARRAYS / f"{name}.npy", (len(rows), *made.shape), made.dtype)
        place = 0
        for one in corpora:
            for row in one.arrays[name]:
                file.fill(place, row)
                place += 1
        file.finish()
        progress.update(number)
    progress.finish()
    videos = {}
    for one in corpora:
        for folder, digest in one.video_sha256.items():
            shutil.copytree(one.folder / VIDEOS / folder, out / VIDEOS / folder)
            videos[folder] = digest
    write_text_atomic(out / CLIP_TABLE, clip_table(rows))
    parts = [{"corpus": one.name, "sha256": one.sha256} for one in corpora]
    clips: dict[str, Any] = {
        "schema": SCHEMA,
        "version": VERSION,
        "corpus": "+".join(one.name for one in corpora),
        "settings": {"joined": parts},
        "clips": len(rows),
        "arrays": list(names),
    }
    manifest = {
        **clips,
        "sha256": sha256_of_bytes(json.dumps(clips, sort_keys=True).encode()),
        "videos": videos,
        "left_out": 0,
    }
    # Last: a folder with a manifest is whole.
    write_text_atomic(out / MANIFEST, json.dumps(manifest, indent=1) + "\n")
    return open_prepared(out)


def _common_arrays(corpora: Sequence[PreparedCorpus]) -> tuple[str, ...]:
    if not corpora:
        return ()
    return tuple(name for name in corpora[0].arrays if all(name in one.arrays for one in corpora))


def _refuse(corpora: Sequence[PreparedCorpus], names: Sequence[str], out: Path) -> None:
    if len(corpora) < 2:  # noqa: PLR2004 - one alone is joined with nothing
        msg = f"Expected at least two prepared corpora to join, but got {len(corpora)}."
        raise UsageError(msg)
    if not names:
        held = "; ".join(f"{one.folder}: {', '.join(one.arrays)}" for one in corpora)
        msg = f"Expected corpora with an array in common, but got {held}. Prepare them alike."
        raise UsageError(msg)
    seen: set[str] = set()
    for one in corpora:
        for key in (*(row.key for row in one.rows), *one.video_sha256):
            if key in seen:
                msg = f"Expected each clip and video once, but {key} is in two of the corpora."
                raise UsageError(msg)
            seen.add(key)
    if out.is_dir() and any(out.iterdir()):
        msg = f"Expected an empty folder, but {out} holds files. Choose another with --out."
        raise UsageError(msg)
