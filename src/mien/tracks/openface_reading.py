"""A CSV file of OpenFace -> tracks."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
from jaxtyping import Float, Int

from mien.core.errors import FormatError
from mien.core.facs import channels_of
from mien.core.provenance import Provenance
from mien.core.time import TimeBase
from mien.core.track import ActionUnitTrack
from mien.tracks.openface_axes import gaze_from_openface, rotation_from_openface
from mien.tracks.openface_columns import (
    GAZE_COLUMNS,
    OPENFACE_INTENSITY_AUS,
    ROTATION_COLUMNS,
)
from mien.tracks.scales import OPENFACE_FULL

_NEEDED = ("frame", "timestamp", "confidence", "success")
_STAMP_ROUNDING_S = 0.001  # OpenFace prints time stamps with three digits
_MAX_FRAMES = 10_000_000  # a longer gap than any video: a broken frame number


@dataclass(frozen=True)
class _Table:
    name: str
    columns: tuple[str, ...]
    values: Float[np.ndarray, "row column"]
    """NaN for an empty cell."""

    def __getitem__(self, column: str) -> Float[np.ndarray, " row"]:
        return self.values[:, self.columns.index(column)]

    def whole(self, column: str) -> Int[np.ndarray, " row"]:
        values = self[column]
        bad = np.flatnonzero(~np.isfinite(values) | (values != np.round(values)))
        if len(bad):
            row = int(bad[0])
            msg = (
                f"Expected a whole number under {column} in row {row + 2} of {self.name}, "
                f"but got {values[row]:g}."
            )
            raise FormatError(msg)
        return values.astype(np.int64)


def read_openface_csv(path: Path, *, rate: Fraction | None = None) -> dict[int, ActionUnitTrack]:
    """Read a file of OpenFace (2.x, or 1.x with blanks after the commas), by face id.

    Intensity 0..5 becomes 0..1 and fills both sides, since OpenFace knows none; presence (``_c``)
    is not read. Frames with ``success`` 0 and frames without a row are not seen. A unit whose
    column is empty has no channel. Events are not part of such a file.

    Args:
        path: file to read.
        rate: frames per second; by default what the time stamps say.

    Raises:
        FormatError: not such a file, uneven time stamps, or numbers that cannot be.
    """
    table = _read_table(path)
    frames = table.whole("frame")
    faces = table.whole("face_id") if "face_id" in table.columns else np.zeros_like(frames)
    first, count = int(frames.min()), int(frames.max() - frames.min()) + 1
    if count > _MAX_FRAMES:
        msg = f"Expected consecutive frames in {path.name}, but they span {count} numbers."
        raise FormatError(msg)
    if len(set(zip(faces.tolist(), frames.tolist(), strict=True))) != len(frames):
        msg = f"Expected one row a frame and face in {path.name}, but some come twice."
        raise FormatError(msg)
    time = _time_base(table, frames, count, rate)
    return {
        int(face): _track(table, np.flatnonzero(faces == face), frames - first, time)
        for face in np.unique(faces)
    }


def _track(
    table: _Table, rows: Int[np.ndarray, " row"], frames: Int[np.ndarray, " all"], time: TimeBase
) -> ActionUnitTrack:
    at = frames[rows]
    seen = table["success"][rows] == 1
    unseen = dict.fromkeys(range(time.count), "no row in the file")
    for frame, success in zip(at.tolist(), seen.tolist(), strict=True):
        if success:
            del unseen[frame]
        else:
            unseen[frame] = "success is 0"

    def spread(values: Float[np.ndarray, "row ..."]) -> Float[np.ndarray, "frame ..."]:
        full = np.full((time.count, *values.shape[1:]), np.nan)
        full[at[seen]] = values[rows][seen]
        return full

    channels, activation = [], []
    for au in OPENFACE_INTENSITY_AUS:
        name = f"AU{au:02d}_r"
        if name in table.columns and np.isfinite(table[name]).any():
            course = spread(_intensity(table, name) / OPENFACE_FULL)
            for channel in channels_of(au):
                channels.append(channel)
                activation.append(course)
    confidence = np.nan_to_num(spread(_share(table, "confidence")))
    rotation = rotation_from_openface(spread(_many(table, ROTATION_COLUMNS)))
    vectors = spread(_many(table, GAZE_COLUMNS)).reshape(time.count, 2, 3)
    return ActionUnitTrack(
        time=time,
        channels=tuple(channels),
        activation=np.stack(activation, axis=1),
        confidence=np.repeat(confidence[:, None], len(channels), axis=1),
        head_rotation_rad=rotation,
        gaze_rad=gaze_from_openface(vectors, rotation),
        unseen=unseen,
        provenance=Provenance(source=table.name),
    )


def _many(table: _Table, columns: Sequence[str]) -> Float[np.ndarray, "row column"]:
    """Several columns; NaN for those that the file lacks."""
    missing = np.full(len(table.values), np.nan)
    return np.stack([table[c] if c in table.columns else missing for c in columns], axis=1)


def _intensity(table: _Table, column: str) -> Float[np.ndarray, " row"]:
    return _ranged(table, column, OPENFACE_FULL)


def _share(table: _Table, column: str) -> Float[np.ndarray, " row"]:
    return _ranged(table, column, 1.0)


def _ranged(table: _Table, column: str, high: float) -> Float[np.ndarray, " row"]:
    values = table[column]
    bad = np.flatnonzero((values < 0) | (values > high))
    if len(bad):
        row = int(bad[0])
        msg = (
            f"Expected 0 to {high:g} under {column} in row {row + 2} of {table.name}, "
            f"but got {values[row]:g}."
        )
        raise FormatError(msg)
    return values


def _read_table(path: Path) -> _Table:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = [row for row in csv.reader(file, skipinitialspace=True) if row]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        msg = f"Expected a CSV file of OpenFace in {path.name}, but it cannot be read: {error}."
        raise FormatError(msg) from error
    columns = tuple(name.strip() for name in rows[0]) if rows else ()
    missing = [name for name in _NEEDED if name not in columns]
    if not any(f"AU{au:02d}_r" in columns for au in OPENFACE_INTENSITY_AUS):
        missing.append("AU.._r")
    if missing:
        msg = (
            f"Expected a CSV file of OpenFace in {path.name}, but its header lacks "
            f"{', '.join(missing)}. Run OpenFace's FeatureExtraction with -aus."
        )
        raise FormatError(msg)
    if len(set(columns)) != len(columns):
        msg = f"Expected every column once in {path.name}, but some come twice."
        raise FormatError(msg)
    if len(rows) == 1:
        msg = f"Expected at least one row below the header of {path.name}, but got none."
        raise FormatError(msg)
    values = np.full((len(rows) - 1, len(columns)), np.nan)
    for number, row in enumerate(rows[1:], start=2):
        values[number - 2] = _numbers(path, columns, number, row)
    table = _Table(path.name, columns, values)
    if not any(np.isfinite(table[f"AU{au:02d}_r"]).any() for au in _present_aus(columns)):
        msg = f"Expected intensities under AU.._r in {path.name}, but all are empty."
        raise FormatError(msg)
    return table


def _present_aus(columns: tuple[str, ...]) -> list[int]:
    return [au for au in OPENFACE_INTENSITY_AUS if f"AU{au:02d}_r" in columns]


def _numbers(path: Path, columns: tuple[str, ...], number: int, row: list[str]) -> list[float]:
    if len(row) != len(columns):
        msg = (
            f"Expected {len(columns)} cells in row {number} of {path.name}, but got {len(row)}; "
            "the file may have been cut off."
        )
        raise FormatError(msg)
    values = []
    for column, cell in zip(columns, row, strict=True):
        text = cell.strip()
        try:
            values.append(float(text) if text else float("nan"))
        except ValueError as error:
            msg = (
                f"Expected a number under {column} in row {number} of {path.name}, but got {cell}."
            )
            raise FormatError(msg) from error
    return values


def _time_base(
    table: _Table, frames: Int[np.ndarray, " row"], count: int, rate: Fraction | None
) -> TimeBase:
    stamps_s = table["timestamp"]
    if not np.isfinite(stamps_s).all():
        msg = f"Expected a time under timestamp in every row of {table.name}, but some are empty."
        raise FormatError(msg)
    order = np.argsort(frames, kind="stable")
    steps = (frames - frames.min())[order]
    stamps_s = stamps_s[order]
    if rate is not None:
        if rate <= 0:
            msg = f"Expected a rate above 0 frames per second, but got {rate}."
            raise FormatError(msg)
        return TimeBase(rate, count, float(stamps_s[0]))
    span_s = float(stamps_s[-1] - stamps_s[0])
    if span_s <= 0:
        msg = (
            f"Expected time stamps that grow in {table.name}, but they span {span_s:g} s. "
            "Give the frame rate."
        )
        raise FormatError(msg)
    found = _nearest_rate(int(steps[-1]) / span_s, span_s)
    off_s = np.abs(stamps_s[0] + steps / float(found) - stamps_s)
    if off_s.max() > 0.5 / float(found):
        worst = int(np.argmax(off_s))
        msg = (
            f"Expected even time stamps in {table.name}, but frame {steps[worst] + frames.min()} "
            f"is {off_s[worst]:.3f} s off {float(found):.3f} frames per second. "
            "Read the video itself, or give the frame rate."
        )
        raise FormatError(msg)
    return TimeBase(found, count, float(stamps_s[0]))


def _nearest_rate(measured: float, span_s: float) -> Fraction:
    """Give the usual frame rate that the rounded time stamps allow, or else what they say."""
    tolerance = measured * _STAMP_ROUNDING_S / span_s
    usual = [
        Fraction(round(measured)),
        Fraction(round(measured * 1.001) * 1000, 1001),
        Fraction(round(measured * 2), 2),
    ]
    near = [one for one in usual if one > 0 and abs(float(one) - measured) <= tolerance]
    if near:
        return min(near, key=lambda one: abs(float(one) - measured))
    return Fraction(measured).limit_denominator(10_000)
