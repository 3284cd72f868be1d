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
from mien.core.errors import InputError, UsageError
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
from mien.pipeline.clip_preparation import CODE_VERSION, ClipWindow, prepare_clip, window_around
from mien.pipeline.flow_pictures import write_flow_pictures
from mien.pipeline.video_preparation import Uncut, VideoTask, uncut_videos
from mien.store.arrays import ArrayFile
from mien.store.atomic import write_text_atomic
from mien.store.cache import StageCache, StageKey, StageResult
from mien.store.digest import sha256_of_bytes, sha256_of_path
from mien.store.models import FaceModels
from mien.video import image_numbers
from mien.work import Progress, map_in_order

PARTS, LEFT_OUT = "parts", "left_out.csv"
"""Folder of single clips while a preparation runs, and table of what was left out."""


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
        UsageError: the folder holds another preparation, or no clip could be prepared.
        MissingError: no landmark models.
        OutputError: a file cannot be written.
    """
    identity = _identity(corpus, settings)
    if _is_prepared(out, identity):
        return _already(out)
    models = resolve_models(settings.face_model)
    out.mkdir(parents=True, exist_ok=True)
    write_text_atomic(out / "preparing.json", json.dumps(identity, indent=1) + "\n")
    cut = [clip for clip in corpus.clips if clip.frames is not None and clip.frames.is_dir()]
    left_out = {
        clip.key: "its pictures are not on disk" for clip in corpus.clips if clip.frames is None
    }
    task = ClipTask(settings, models, (out / PARTS).absolute())
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
    uncut = uncut_videos(corpus) if settings.videos else ()
    done, lost = _videos(uncut, out, settings, progress, workers=workers, ray=ray)
    left_out |= lost
    if not kept and not done:
        first = next(iter(left_out.items()), ("", "it has no clips"))
        msg = (
            f"Nothing of {corpus.name} in {corpus.root} could be prepared: {first[0]} {first[1]}. "
            f"See what is there: mien dataset check {corpus.name} {corpus.root}"
        )
        raise UsageError(msg)
    rows, files = _assemble(kept, keys, task, out, settings, progress)
    write_text_atomic(out / CLIP_TABLE, clip_table(rows))
    write_text_atomic(out / LEFT_OUT, _left_out_table(left_out))
    if "flow_image" in settings.inputs and rows:
        files += write_flow_pictures(out, rows)
    clips: dict[str, Any] = {
        "schema": SCHEMA,
        "version": VERSION,
        "corpus": corpus.name,
        "settings": identity,
        "models": dict(models.sha256),
        "clips": len(rows),
        "arrays": list(settings.inputs) if rows else [],
        "sha256_of_files": {
            file.relative_to(out).as_posix(): sha256_of_path(file)
            for file in (out / CLIP_TABLE, *files)
        },
    }
    videos = {one.folder_name: video_sha256(out / VIDEOS / one.folder_name) for one in done}
    manifest = {
        **clips,
        # Apart, since what is learned from clips does not depend on videos.
        "sha256": sha256_of_bytes(json.dumps(clips, sort_keys=True).encode()),
        "videos": videos,
        "left_out": len(left_out),
    }
    write_text_atomic(out / MANIFEST, json.dumps(manifest, indent=1) + "\n")
    task.forget()
    (out / "preparing.json").unlink(missing_ok=True)
    return Preparation(
        out,
        len(rows),
        len(done),
        left_out,
        (out / CLIP_TABLE, out / LEFT_OUT, out / MANIFEST),
    )


@dataclass(frozen=True)
class ClipTask:
    """Prepares one clip, unless it is there; gives its digest, or why it cannot be prepared."""

    settings: PreparationSettings
    models: FaceModels
    parts: Path

    def __call__(self, clip: CodedClip) -> tuple[str, str]:
        """Prepare one clip."""
        try:
            window = _window(clip, self.settings.margin_s)
            key = StageKey(
                window.source.sha256(),
                "clip",
                f"{mien.__version__}-{CODE_VERSION}",
                {
                    **self.settings.as_json,
                    "models": dict(self.models.sha256),
                    "moments": [window.onset, window.apex, window.offset],
                },
            )
            cache = StageCache(self.parts)
            if cache.read(key) is None:
                arrays = prepare_clip(window, self.models, self.settings.inputs)
                moments = [window.onset, window.apex, window.offset]
                cache.write(key, StageResult(arrays, {"moments": moments}))
        except InputError as error:
            return "", str(error)
        return key.digest, ""

    def read(self, digest: str) -> StageResult:
        """Read a clip that was prepared."""
        found = StageCache(self.parts).read_digest("clip", digest)
        if found is None:
            msg = f"A prepared clip is gone from {self.parts}. Give the same command again."
            raise UsageError(msg)
        return found

    def forget(self) -> None:
        """Remove the single clips: they are in the arrays now."""
        cache = StageCache(self.parts)
        cache.clear()
        for folder in (self.parts / "clip", self.parts):
            if folder.is_dir() and not any(folder.iterdir()):
                folder.rmdir()


def _window(clip: CodedClip, margin_s: float) -> ClipWindow:
    if clip.frames is None or clip.rate is None:
        msg = f"{clip.key} has no pictures, or its frame rate is not known."
        raise InputError(msg)
    numbers = image_numbers(clip.frames)
    source, moments, _ = window_around(
        clip.frames,
        clip.rate,
        numbers=numbers,
        moments=(clip.onset, clip.apex, clip.offset),
        margin_s=margin_s,
    )
    return ClipWindow(source, clip.key, *moments)


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
            lost[one.key] = reason
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
    settings: PreparationSettings,
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
        for name in settings.inputs
    }
    rows = []
    progress.start("writing arrays", len(clips), "clips")
    for row, clip in enumerate(clips):
        found = task.read(keys[clip.key])
        for name, file in files.items():
            file.fill(row, found.arrays[name])
        rows.append(_row(clip, int(found.arrays["frames"]), found.meta["moments"]))
        progress.update(row + 1)
    for file in files.values():
        file.finish()
    progress.finish()
    return rows, [out / ARRAYS / f"{name}.npy" for name in settings.inputs]


def _row(clip: CodedClip, frames: int, moments: Sequence[int | None]) -> PreparedClip:
    def share(position: int | None) -> float | None:
        return None if position is None else position / (frames - 1)

    units = unit_numbers(clip.code)
    rate = clip.rate or Fraction(1)
    return PreparedClip(
        key=clip.key,
        subject=clip.subject_key,
        corpus=clip.corpus,
        name=clip.name,
        emotion=clip.emotion or "",
        objective_class=clip.objective_class,
        units=None if units is None else tuple(sorted(units)),
        rate=float(rate),
        frames=frames,
        onset=share(moments[0]),
        apex=share(moments[1]),
        offset=share(moments[2]),
        window_s=float((frames - 1) / rate),
        intensities=clip.peaks,
    )


def _identity(corpus: Corpus, settings: PreparationSettings) -> dict[str, Any]:
    coded = [
        [clip.key, clip.onset, clip.apex, clip.offset, str(clip.code), clip.emotion]
        for clip in corpus.clips
    ]
    return {
        "corpus": corpus.name,
        "coding_sha256": sha256_of_bytes(json.dumps(coded).encode()),
        "with_videos": settings.videos,
        **settings.as_json,
    }


def _already(out: Path) -> Preparation:
    """Tell of a corpus that was prepared before."""
    manifest = json.loads((out / MANIFEST).read_text(encoding="utf-8"))
    rows = csv.DictReader(io.StringIO((out / LEFT_OUT).read_text(encoding="utf-8")))
    left_out = {row["key"]: row["reason"] for row in rows}
    files = (out / CLIP_TABLE, out / LEFT_OUT, out / MANIFEST)
    return Preparation(out, manifest["clips"], len(manifest["videos"]), left_out, files)


def _is_prepared(out: Path, identity: Mapping[str, Any]) -> bool:
    """Whether the folder holds this very preparation, whole.

    Raises:
        UsageError: it holds something else.
    """
    for name in (MANIFEST, "preparing.json"):
        file = out / name
        if not file.is_file():
            continue
        try:
            found = json.loads(file.read_text(encoding="utf-8"))
        except ValueError:
            found = {}
        found = found.get("settings", found) if isinstance(found, dict) else {}
        if found != identity:
            changed = [key for key in identity if found.get(key) != identity[key]]
            msg = (
                f"{out} holds another preparation; these differ: {', '.join(changed)}. "
                "Choose another folder with --out."
            )
            raise UsageError(msg)
        return name == MANIFEST
    if out.is_dir() and any(not one.name.startswith(".") for one in out.iterdir()):
        msg = f"Expected an empty folder or a preparation of mien, but {out} holds other files."
        raise UsageError(msg)
    return False


def _left_out_table(left_out: Mapping[str, str]) -> str:
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(("key", "reason"))
    table.writerows(left_out.items())
    return text.getvalue()
