"""A prepared corpus: arrays of every clip and uncut video, with a manifest that says what they are.

::

    prepared.json       what it was made from and with, sha256 of every array
    clips.csv           a row a clip, in the order of the arrays' rows
    arrays/NAME.npy     one array an input, memory-mapped when read
    videos/NAME/        faces.npy, landmarks.npy, curves.npy, video.json
"""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from mien.core.errors import FormatError, MissingError
from mien.core.track import Event, EventKind
from mien.datasets.clips import Clips, LabelledVideo, Video
from mien.datasets.inputs import clip_input
from mien.store.arrays import write_array
from mien.store.atomic import write_text_atomic
from mien.store.digest import sha256_of_bytes, sha256_of_path

MANIFEST, CLIP_TABLE, ARRAYS, VIDEOS = "prepared.json", "clips.csv", "arrays", "videos"
SCHEMA, VERSION = "mien/prepared", 1


@dataclass(frozen=True)
class PreparedClip:
    """One clip of a prepared corpus: where it comes from and how it was coded."""

    key: str
    """``casme2/sub01/EP02_01f``."""

    subject: str
    """``casme2/sub01``."""

    corpus: str
    name: str
    emotion: str
    """Label of the corpus in the words of mien; empty where there is none."""

    objective_class: int | None
    units: tuple[int, ...] | None
    """FACS numbers; None where the coding is unknown."""

    rate: float
    frames: int
    """Pictures of the window."""

    onset: float | None
    """In 0..1 of the window, as are apex and offset; None where not coded."""

    apex: float | None
    offset: float | None
    window_s: float

    intensities: Mapping[int, float] | None = None
    """Activation at the apex by FACS number, 0..1; None where only occurrence is coded."""


@dataclass(frozen=True)
class PreparedCorpus:
    """A prepared corpus, opened; arrays are memory-mapped."""

    folder: Path
    name: str
    rows: tuple[PreparedClip, ...]
    arrays: Mapping[str, np.ndarray]
    settings: Mapping[str, Any] = field(default_factory=dict)
    sha256: str = ""
    """Over the clips: another preparation has another one."""

    video_sha256: Mapping[str, str] = field(default_factory=dict)
    """Of each uncut video with all that is known of it, by the name of its folder."""

    @property
    def clips(self) -> Clips:
        """All clips, without labels."""
        return Clips(
            names=tuple(row.key for row in self.rows),
            subjects=tuple(row.subject for row in self.rows),
            arrays=self.arrays,
            rows=np.arange(len(self.rows)),
        )

    def videos(self) -> tuple[LabelledVideo, ...]:
        """All uncut videos with their coded events.

        Raises:
            FormatError: one is damaged.
        """
        return tuple(read_video(self.folder / VIDEOS / name) for name in self.video_sha256)


_COLUMNS = (
    *("key", "subject", "corpus", "name", "emotion", "objective_class", "units", "intensities"),
    *("rate", "frames", "onset", "apex", "offset", "window_s"),
)


_NONE_SHOWN = "-"
"""Intensities of a clip that was coded and shows no unit; empty where they are not known."""


def clip_table(rows: Sequence[PreparedClip]) -> str:
    """Write the rows as CSV; unknown units are ``?``."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(_COLUMNS)
    for row in rows:
        units = "?" if row.units is None else "+".join(map(str, row.units))
        table.writerow(
            [
                *(row.key, row.subject, row.corpus, row.name, row.emotion),
                "" if row.objective_class is None else row.objective_class,
                units,
                _peaks_text(row.intensities),
                f"{row.rate:.6g}",
                row.frames,
                *("" if one is None else f"{one:.6f}" for one in (row.onset, row.apex, row.offset)),
                f"{row.window_s:.6f}",
            ]
        )
    return text.getvalue()


def _peaks_text(peaks: Mapping[int, float] | None) -> str:
    if peaks is None:
        return ""
    return "+".join(f"{unit}:{peak:.4f}" for unit, peak in sorted(peaks.items())) or _NONE_SHOWN


def read_clip_table(text: str) -> tuple[PreparedClip, ...]:
    """Read the rows back.

    Raises:
        FormatError: a column is missing, or a row cannot be read.
    """
    table = csv.DictReader(io.StringIO(text))
    missing = set(_COLUMNS) - set(table.fieldnames or ())
    if missing:
        msg = f"Expected the columns {', '.join(_COLUMNS)}, but {', '.join(sorted(missing))} lack."
        raise FormatError(msg)
    rows = []
    for number, row in enumerate(table, start=2):
        try:
            rows.append(_row(row))
        except (ValueError, KeyError, TypeError) as error:
            msg = f"Row {number} of {CLIP_TABLE} cannot be read: {error}. Prepare the corpus again."
            raise FormatError(msg) from error
    return tuple(rows)


def _row(row: Mapping[str, str]) -> PreparedClip:
    def number(name: str) -> float | None:
        return float(row[name]) if row[name] else None

    units, peaks = row["units"], row["intensities"]
    pairs = [] if peaks == _NONE_SHOWN else [pair.split(":") for pair in peaks.split("+") if pair]
    return PreparedClip(
        key=row["key"],
        subject=row["subject"],
        corpus=row["corpus"],
        name=row["name"],
        emotion=row["emotion"],
        objective_class=int(row["objective_class"]) if row["objective_class"] else None,
        units=None if units == "?" else tuple(int(one) for one in units.split("+") if one),
        rate=float(row["rate"]),
        frames=int(row["frames"]),
        onset=number("onset"),
        apex=number("apex"),
        offset=number("offset"),
        window_s=float(row["window_s"]),
        intensities={int(unit): float(peak) for unit, peak in pairs} if peaks else None,
    )


def open_prepared(folder: Path) -> PreparedCorpus:
    """Open a prepared corpus; arrays are mapped, not read.

    Raises:
        MissingError: the folder holds none, or one that is not whole.
        FormatError: it cannot be read, or is of another version.
    """
    file = folder / MANIFEST
    if not file.is_file():
        msg = (
            f"Expected a prepared corpus in {folder}, but there is no {MANIFEST}. "
            f"Make one: mien dataset prepare NAME ROOT --out {folder}"
        )
        raise MissingError(msg)
    try:
        text = file.read_text(encoding="utf-8")
        manifest = json.loads(text)
        if manifest["schema"] != SCHEMA or manifest["version"] != VERSION:
            msg = f"{file} is {manifest['schema']} {manifest['version']}: prepare the corpus again."
            raise FormatError(msg)
        rows = read_clip_table((folder / CLIP_TABLE).read_text(encoding="utf-8"))
        arrays = {name: _mapped(folder, name, len(rows)) for name in manifest["arrays"]}
        return PreparedCorpus(
            folder=folder,
            name=manifest["corpus"],
            rows=rows,
            arrays=arrays,
            settings=manifest["settings"],
            sha256=manifest["sha256"],
            video_sha256=manifest["videos"],
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        msg = f"{folder} cannot be read as a prepared corpus: {error}. Prepare it again."
        raise FormatError(msg) from error


def _mapped(folder: Path, name: str, rows: int) -> np.ndarray:
    file = folder / ARRAYS / f"{name}.npy"
    array: np.ndarray = np.load(file, mmap_mode="r", allow_pickle=False)
    expected = (rows, *clip_input(name).shape)
    if array.shape != expected:
        msg = f"Expected {file.name} of shape {expected}, but it has {array.shape}. Prepare again."
        raise FormatError(msg)
    return array


def write_video(
    folder: Path, labelled: LabelledVideo, facts: Mapping[str, Any] | None = None
) -> None:
    """Write one uncut video; the note is last, so what has a note is whole.

    Raises:
        OutputError: a file cannot be written.
    """
    video = labelled.video
    write_array(folder / "faces.npy", np.asarray(video.faces))
    write_array(folder / "landmarks.npy", video.landmarks_px.astype(np.float32))
    if video.unit_curves is not None:
        write_array(folder / "curves.npy", video.unit_curves.astype(np.float32))
    note = {
        "name": video.name,
        "subject": video.subject,
        "rate": video.rate,
        "start_s": video.start_s,
        "unit_names": list(video.unit_names),
        "events": [
            {
                "kind": event.kind.value,
                "onset_s": event.onset_s,
                "apex_s": event.apex_s,
                "offset_s": event.offset_s,
                "emotion": emotion,
            }
            for event, emotion in zip(
                labelled.events, labelled.emotions or ("",) * len(labelled.events), strict=True
            )
        ],
        **(facts or {}),
    }
    write_text_atomic(folder / "video.json", json.dumps(note, indent=1) + "\n")


def video_sha256(folder: Path) -> str:
    """Give one sha256 over pictures, landmarks, curves and coding of an uncut video."""
    names = ("faces.npy", "landmarks.npy", "curves.npy", "video.json")
    there = [folder / name for name in names if (folder / name).is_file()]
    return sha256_of_bytes("".join(f"{one.name} {sha256_of_path(one)}\n" for one in there).encode())


def read_video(folder: Path) -> LabelledVideo:
    """Open one uncut video; pictures are mapped, not read.

    Raises:
        FormatError: it cannot be read.
    """
    try:
        note = json.loads((folder / "video.json").read_text(encoding="utf-8"))
        faces = np.load(folder / "faces.npy", mmap_mode="r", allow_pickle=False)
        landmarks = np.load(folder / "landmarks.npy", allow_pickle=False).astype(np.float64)
        curves = folder / "curves.npy"
        video = Video(
            name=note["name"],
            subject=note["subject"],
            rate=float(note["rate"]),
            start_s=float(note["start_s"]),
            faces=faces,
            landmarks_px=landmarks,
            unit_names=tuple(note["unit_names"]),
            unit_curves=(
                np.load(curves, allow_pickle=False).astype(np.float64) if curves.is_file() else None
            ),
            seen=np.isfinite(landmarks[:, 0, 0]),
        )
        events = tuple(
            Event(EventKind(one["kind"]), one["onset_s"], one["apex_s"], one["offset_s"])
            for one in note["events"]
        )
        emotions = tuple(str(one["emotion"]) for one in note["events"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        msg = f"{folder} cannot be read as a prepared video: {error}. Prepare the corpus again."
        raise FormatError(msg) from error
    return LabelledVideo(video, events, emotions)
