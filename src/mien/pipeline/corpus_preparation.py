"""A corpus on disk -> a prepared one: clips resampled and measured, uncut videos aligned."""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

import mien
from mien.core.errors import UsageError
from mien.core.facs_code import unit_numbers
from mien.datasets.coded_clip import CodedClip
from mien.datasets.corpus import Corpus
from mien.datasets.inputs import CLIP_INPUTS, clip_input
from mien.datasets.prepared import (
    ARRAYS,
    CLIP_TABLE,
    MANIFEST,
    SCHEMA,
    VERSION,
    VIDEOS,
    PreparedClip,
    clip_table,
    video_sha256,
)
from mien.faces import resolve_models
from mien.pipeline.clip_choice import clips_to_cut, inputs_of, nothing_prepared
from mien.pipeline.clip_preparation import CODE_VERSION
from mien.pipeline.clip_task import ClipTask
from mien.pipeline.flow_pictures import PICTURES, write_flow_pictures
from mien.pipeline.preparation_identity import identity_change, preparation_identity
from mien.pipeline.video_preparation import Uncut, VideoTask, uncut_videos
from mien.store.arrays import ArrayFile
from mien.store.atomic import write_text_atomic
from mien.store.digest import sha256_of_bytes, sha256_of_path
from mien.work import Progress, map_in_order

PARTS, PREPARING, LEFT_OUT = "parts", "preparing.json", "left_out.csv"
"""Folder of single clips and identity while a preparation runs, and table of what was left out."""


@dataclass(frozen=True)
class PreparationSettings:
    """How a corpus is prepared."""

    inputs: tuple[str, ...] = tuple(one.name for one in CLIP_INPUTS)
    margin_s: float = 0.25
    """Rest before the onset and after the offset that is taken along where it is on disk: a clip
    that is cut at both would tell nothing about when they are."""

    videos: bool = True
    """Whether uncut videos are prepared too."""

    face_model: Path | None = None

    def __post_init__(self) -> None:
        """Refuse unknown inputs and a margin that is none."""
        for name in self.inputs:
            clip_input(name)
        if not 0 <= self.margin_s <= 1:
            msg = f"Expected a margin of 0 to 1 s, but got {self.margin_s} s."
            raise UsageError(msg)

    @property
    def as_json(self) -> dict[str, Any]:
        """What the arrays depend on."""
        return {
            "inputs": list(self.inputs),
            "margin_s": self.margin_s,
            "code": CODE_VERSION,
            "mien": mien.__version__,
        }


@dataclass(frozen=True)
class Preparation:
    """What came of it."""

    folder: Path
    clips: int
    videos: int
    left_out: Mapping[str, str]
    """Reason by key of what could not be prepared."""

    files: tuple[Path, ...] = field(default=())


def prepare_corpus(
    corpus: Corpus,
    out: Path,
    settings: PreparationSettings,
    progress: Progress,
    *,
    workers: int | None = 1,
    ray: str | None = None,
) -> Preparation:
    """Prepare every clip of a corpus, and its uncut videos.

    A run that was ended goes on: single clips are kept by the content of their pictures and the
    settings until all are there. What cannot be prepared is left out, with its reason.

    Args:
        corpus: as read.
        out: the folder.
        settings: which inputs, and how.
        progress: is told of every clip and video.
        workers: number of processes; None for as many as there are cores.
        ray: address of a Ray cluster that does the work instead; it must see the folder.

    Raises:
        UsageError: the folder holds another preparation, or nothing could be prepared; clips are
            of two kinds, or pictures of flow that the settings do not ask for.
        MissingError: no landmark models.
        OutputError: a file cannot be written.
    """
    inputs = inputs_of(corpus, settings.inputs)
    cut, left_out = clips_to_cut(corpus, uncut_too=settings.videos)
    uncut = uncut_videos(corpus) if settings.videos else ()
    if not cut and not uncut:
        raise UsageError(nothing_prepared(corpus, left_out))
    faces = bool(uncut) or any(clip.flow is None for clip in cut)
    models = resolve_models(settings.face_model) if faces else None
    identity = preparation_identity(
        corpus, uncut, {"with_videos": settings.videos, **settings.as_json}, models
    )
    if _is_prepared(out, identity):
        return _already(out)
    _begin(out, identity)
    task = ClipTask(inputs, settings.margin_s, models, (out / PARTS).absolute())
    keys: dict[str, str] = {}
    progress.start("preparing clips", len(cut), "clips")
    for number, (clip, (digest, reason)) in enumerate(
        zip(cut, map_in_order(task, cut, workers=workers, ray=ray), strict=True), start=1
    ):
        if reason:
            left_out[clip.key] = reason
            progress.warn(f"{clip.key} is left out: {reason}")
        else:
            keys[clip.key] = digest
        progress.update(number)
    progress.finish()
    kept = [clip for clip in cut if clip.key in keys]
    done, lost = _videos(uncut, out, settings, progress, workers=workers, ray=ray)
    left_out |= lost
    if not kept and not done:
        raise UsageError(nothing_prepared(corpus, left_out))
    rows, files = _assemble(kept, keys, task, out, progress)
    write_text_atomic(out / CLIP_TABLE, clip_table(rows))
    write_text_atomic(out / LEFT_OUT, _left_out_table(left_out))
    if "flow_image" in inputs and rows:
        files += write_flow_pictures(out, rows)
    clips: dict[str, Any] = {
        "schema": SCHEMA,
        "version": VERSION,
        "corpus": corpus.name,
        "settings": identity,
        "models": dict(models.sha256) if models else {},
        "clips": len(rows),
        "arrays": list(inputs) if rows else [],
        "sha256_of_files": {
            file.relative_to(out).as_posix(): sha256_of_path(file)
            for file in (out / CLIP_TABLE, *files)
        },
    }
    videos = {one.folder_name: video_sha256(out / VIDEOS / one.folder_name) for one in done}
    # Videos are apart, since what is learned from clips does not depend on them.
    of_clips = {key: value for key, value in identity.items() if key != "uncut_sha256"}
    manifest = {
        **clips,
        "sha256": sha256_of_bytes(
            json.dumps({**clips, "settings": of_clips}, sort_keys=True).encode()
        ),
        "videos": videos,
        "left_out": len(left_out),
    }
    write_text_atomic(out / MANIFEST, json.dumps(manifest, indent=1) + "\n")
    task.forget()
    (out / PREPARING).unlink(missing_ok=True)
    return Preparation(
        out,
        len(rows),
        len(done),
        left_out,
        (out / CLIP_TABLE, out / LEFT_OUT, out / MANIFEST),
    )


def _videos(
    uncut: Sequence[Uncut],
    out: Path,
    settings: PreparationSettings,
    progress: Progress,
    *,
    workers: int | None,
    ray: str | None,
) -> tuple[list[Uncut], dict[str, str]]:
    if not uncut:
        return [], {}
    task = VideoTask(settings.face_model, (out / VIDEOS).absolute())
    done, lost = [], {}
    progress.start("preparing uncut videos", len(uncut), "videos")
    results = map_in_order(task, uncut, workers=workers, ray=ray)
    for number, (one, reason) in enumerate(zip(uncut, results, strict=True), start=1):
        if reason:
            lost[one.key] = f"As an uncut video: {reason}"
            progress.warn(f"{one.key} is left out: {reason}")
        else:
            done.append(one)
        progress.update(number)
    progress.finish()
    return done, lost


def _assemble(
    clips: Sequence[CodedClip],
    keys: Mapping[str, str],
    task: ClipTask,
    out: Path,
    progress: Progress,
) -> tuple[list[PreparedClip], list[Path]]:
    """Lay the single clips into one array an input."""
    if not clips:
        return [], []
    files = {
        name: ArrayFile(
            out / ARRAYS / f"{name}.npy",
            (len(clips), *clip_input(name).shape),
            clip_input(name).dtype,
        )
        for name in task.inputs
    }
    rows = []
    progress.start("writing arrays", len(clips), "clips")
    for row, clip in enumerate(clips):
        found = task.read(keys[clip.key])
        for name, file in files.items():
            file.fill(row, found.arrays[name])
        rows.append(_row(clip, int(found.arrays["frames"]), found.meta))
        progress.update(row + 1)
    for file in files.values():
        file.finish()
    progress.finish()
    return rows, [out / ARRAYS / f"{name}.npy" for name in task.inputs]


def _row(clip: CodedClip, frames: int, meta: Mapping[str, Any]) -> PreparedClip:
    def share(place: int | None) -> float | None:
        return None if place is None else place / (frames - 1)

    units = unit_numbers(clip.code)
    onset, apex, offset = (share(place) for place in meta["moments"])
    rate = Fraction(meta["rate"]) if meta["rate"] else clip.rate
    return PreparedClip(
        key=clip.key,
        subject=clip.subject_key,
        corpus=clip.corpus,
        name=clip.name,
        emotion=clip.emotion or "",
        objective_class=clip.objective_class,
        units=None if units is None else tuple(sorted(units)),
        rate=float("nan") if rate is None else float(rate),
        frames=frames,
        onset=onset,
        apex=apex,
        offset=offset,
        # A picture of flow has no pictures of a face, so no window that could have a length.
        window_s=float((frames - 1) / rate) if frames and rate else float("nan"),
        intensities=clip.peaks,
    )


def _already(out: Path) -> Preparation:
    """Tell of a corpus that was prepared before."""
    manifest = json.loads((out / MANIFEST).read_text(encoding="utf-8"))
    rows = csv.DictReader(io.StringIO((out / LEFT_OUT).read_text(encoding="utf-8")))
    left_out = {row["key"]: row["reason"] for row in rows}
    files = (out / CLIP_TABLE, out / LEFT_OUT, out / MANIFEST)
    return Preparation(out, manifest["clips"], len(manifest["videos"]), left_out, files)


def _is_prepared(out: Path, identity: Mapping[str, Any]) -> bool:
    """Whether the folder holds this very preparation, whole; what came of none may be taken over.

    Raises:
        UsageError: it holds something else.
    """
    if (out / MANIFEST).is_file():
        found = _json_in(out / MANIFEST).get("settings")
        found = found if isinstance(found, dict) else {}
        if found != identity:
            raise UsageError(identity_change(out, found, identity))
        return True
    if (out / PREPARING).is_file():
        found = _json_in(out / PREPARING)
        if found != identity and any((out / ARRAYS).glob("*.npy")):
            raise UsageError(identity_change(out, found, identity))
        return False
    known = {PARTS, ARRAYS, VIDEOS, PICTURES, CLIP_TABLE, LEFT_OUT}
    there = sorted(one.name for one in out.iterdir()) if out.is_dir() else []
    others = [name for name in there if name not in known and not name.startswith(".")]
    if others:
        msg = (
            f"Expected an empty folder or a preparation of mien, but {out} holds other files, such "
            f"as {others[0]}. Choose another folder with --out."
        )
        raise UsageError(msg)
    return False


def _begin(out: Path, identity: Mapping[str, Any]) -> None:
    """Take the folder for a preparation; videos that another one left there are not its own."""
    if _json_in(out / PREPARING) != identity:
        for note in (out / VIDEOS).glob("*/video.json"):
            note.unlink()
    out.mkdir(parents=True, exist_ok=True)
    write_text_atomic(out / PREPARING, json.dumps(identity, indent=1) + "\n")


def _json_in(file: Path) -> dict[str, Any]:
    """Read an object; an empty one where there is none."""
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _left_out_table(left_out: Mapping[str, str]) -> str:
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(("key", "reason"))
    table.writerows(left_out.items())
    return text.getvalue()
