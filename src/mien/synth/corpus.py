"""A whole corpus on disk: written by several workers, ended at any moment, and gone on with."""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from mien import __version__
from mien.core.errors import OutputError, UsageError
from mien.core.facs import Channel
from mien.core.movement_statistics import movement_statistics
from mien.core.track import EventKind
from mien.store.atomic import cannot_write, write_text_atomic
from mien.store.digest import sha256_of_path
from mien.synth.clip_files import NOTE, TRUTH, ClipTask
from mien.synth.coding_table import CodedClip, write_coding_table
from mien.synth.options import SynthOptions
from mien.work import Progress, map_in_order

IDENTITY = "synth.json"
"""Says which corpus a folder holds; written first."""

MANIFEST = "manifest.json"
"""Lists every file with its sha256; written last."""

CODING, LONG_CODING, CLIPS = "CASME2-coding-20140508.xlsx", "long-coding.xlsx", "clips.tsv"
_SCHEMA, _VERSION = "mien/synth-corpus", 1


def write_corpus(
    out: Path,
    options: SynthOptions,
    progress: Progress,
    *,
    workers: int | None = 1,
    ray: str | None = None,
) -> tuple[Path, ...]:
    """Write a corpus in the layout of CASME II, with the exact truth beside it.

    A folder that holds part of the same corpus is completed; the bytes are the same however often
    that was ended and for any number of workers.

    Args:
        out: the folder.
        options: what is in the corpus.
        progress: is told of every clip.
        workers: number of processes; None for as many as there are cores.
        ray: address of a Ray cluster that does the work instead.

    Returns:
        The tables and the manifest.

    Raises:
        UsageError: the folder holds something else.
        OutputError: a file cannot be written, or is not seen from here.
    """
    items = [("clip", number) for number in range(options.clips)]
    items += [("long", number) for number in range(options.long_videos)]
    task = ClipTask(options, out.absolute())
    results = map_in_order(task, items, workers=workers, ray=ray)
    claim_folder(out, identity_of("footage", options.as_json))
    notes: list[Mapping[str, Any]] = []
    progress.start("drawing footage", len(items), "clips")
    for note in results:
        refuse_unseen(out / TRUTH / note["subject"] / note["name"] / NOTE)
        notes.append(note)
        progress.update(len(notes))
    progress.finish()
    return _write_tables(out, options, notes)


def identity_of(kind: str, options: Mapping[str, object]) -> dict[str, object]:
    """What makes one corpus another than the next."""
    return {
        "schema": _SCHEMA,
        "version": _VERSION,
        "kind": kind,
        "mien": __version__,
        "options": dict(options),
    }


def claim_folder(out: Path, identity: Mapping[str, object]) -> None:
    """Mark a folder as the place of one corpus, or find that it is.

    Raises:
        UsageError: it holds another corpus, or files that are none.
        OutputError: it cannot be written.
    """
    file = out / IDENTITY
    try:
        if file.is_file():
            _refuse_other(out, _read(file), identity)
            return
        # A leading dot is a file that is being written, or the system's own.
        if out.is_dir() and any(not one.name.startswith(".") for one in out.iterdir()):
            msg = (
                f"Expected an empty folder or a corpus that mien began, but {out} holds other "
                "files. Choose another folder with --out."
            )
            raise UsageError(msg)
    except OSError as error:
        raise OutputError(cannot_write(file, error)) from error
    write_text_atomic(file, json.dumps(identity, indent=1) + "\n")


def refuse_unseen(file: Path) -> None:
    """Refuse to count a file that a worker has written where this process does not find it.

    Raises:
        OutputError: it is not there.
    """
    if not file.is_file():
        msg = (
            f"Expected {file.name} in {file.parent}, where a worker wrote it, but it is not there. "
            "Choose a folder that every machine sees under the same name with --out."
        )
        raise OutputError(msg)


def _read(file: Path) -> Mapping[str, Any]:
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
        return content if isinstance(content, dict) else {}
    except ValueError:
        return {}


def _refuse_other(out: Path, found: Mapping[str, Any], wanted: Mapping[str, Any]) -> None:
    if found == wanted:
        return
    there = {**found, **found.get("options", {})}
    here = {**wanted, **wanted["options"]}
    changed = [
        f"{name} {there.get(name)!r} there, {value!r} asked for"
        for name, value in here.items()
        if name != "options" and there.get(name) != value
    ]
    msg = (
        f"{out} holds another corpus: {'; '.join(changed)}. "
        "Give the same settings to go on with it, or choose another folder with --out."
    )
    raise UsageError(msg)


def _write_tables(
    out: Path, options: SynthOptions, notes: Sequence[Mapping[str, Any]]
) -> tuple[Path, ...]:
    tables = []
    for kind, name in (("clip", CODING), ("long", LONG_CODING)):
        coded = [row for note in notes if note["kind"] == kind for row in _coded(note)]
        if any(note["kind"] == kind for note in notes):
            write_coding_table(out / name, coded)
            tables.append(out / name)
    write_text_atomic(out / CLIPS, _clip_rows(notes))
    tables.append(out / CLIPS)
    files = {file.name: sha256_of_path(file) for file in tables}
    for note in notes:
        files[note["footage"]] = note["footage_sha256"]
        for name, digest in note["files_sha256"].items():
            files[f"truth/{note['subject']}/{note['name']}/{name}"] = digest
    manifest = {
        **identity_of("footage", options.as_json),
        "prior": options.prior,
        "prior_sources": {
            name: movement_statistics(name).source for name in options.prior.split("+")
        },
        "clips": sum(note["kind"] == "clip" for note in notes),
        "long_videos": sum(note["kind"] == "long" for note in notes),
        "frames": sum(note["frames"] for note in notes),
        "sha256": files,
    }
    write_text_atomic(out / MANIFEST, json.dumps(manifest, indent=1) + "\n")
    return (*tables, out / MANIFEST)


def _coded(note: Mapping[str, Any]) -> list[CodedClip]:
    return [
        CodedClip(
            subject=note["subject"],
            filename=note["name"],
            onset_frame=move["onset_frame"],
            apex_frame=move["apex_frame"],
            offset_frame=move["offset_frame"],
            channels=tuple(Channel.parse(name) for name in move["units"]),
            emotion=move["emotion"],
        )
        for move in note["movements"]
        if move["kind"] == EventKind.MICRO.value
    ]


_CLIP_COLUMNS = (
    *("kind", "subject", "filename", "person", "emotion", "units", "peak", "rate", "frames"),
    *("first_frame", "onset_s", "apex_s", "offset_s", "footage"),
)


def _clip_rows(notes: Sequence[Mapping[str, Any]]) -> str:
    """Write a row for every movement of every clip."""
    text = io.StringIO()
    table = csv.writer(text, delimiter="\t", lineterminator="\n")
    table.writerow(_CLIP_COLUMNS)
    for note in notes:
        for move in note["movements"]:
            table.writerow(
                [
                    move["kind"],
                    note["subject"],
                    note["name"],
                    note["person"],
                    move["emotion"],
                    "+".join(move["units"]),
                    f"{max(move['units'].values()):.4f}",
                    note["rate"],
                    note["frames"],
                    note["first_frame"],
                    f"{move['onset_s']:.6f}",
                    f"{move['apex_s']:.6f}",
                    f"{move['offset_s']:.6f}",
                    note["footage"],
                ]
            )
    return text.getvalue()
