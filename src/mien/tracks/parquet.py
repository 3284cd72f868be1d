"""Tracks <-> Parquet: mien's own format, one row a frame and face."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from jaxtyping import Float

from mien.core.errors import FormatError
from mien.core.facs import Channel
from mien.core.track import ActionUnitTrack
from mien.store.atomic import atomic_path
from mien.tracks.fields import Fields
from mien.tracks.parts import (
    channels_from_json,
    event_to_json,
    events_from_json,
    provenance_from_json,
    provenance_to_json,
    time_from_json,
    time_to_json,
)
from mien.tracks.seen import frame_confidence, seen_frames
from mien.tracks.track_document import GAZE_COLUMNS, HEAD_COLUMNS, TRACK_DOCUMENT
from mien.tracks.versioned_document import refusing

_METADATA = TRACK_DOCUMENT.name.encode()
_HEAD = tuple(f"head_{angle}_rad" for angle in HEAD_COLUMNS)
_GAZE = tuple(f"gaze_{angle}_rad" for angle in GAZE_COLUMNS)
_ARRAYS = ("activation", "confidence", "head_rotation_rad", "gaze_rad")
_FIRST = (
    *(("frame_idx", pa.int64()), ("time_s", pa.float64()), ("face_id", pa.int64())),
    *(("success", pa.bool_()), ("confidence", pa.float64())),
)


def write_tracks_parquet(path: Path, tracks: Mapping[int, ActionUnitTrack]) -> None:
    """Write tracks by face id; :func:`read_tracks_parquet` gives back the very same.

    Columns: ``frame_idx`` (from 0), ``time_s``, ``face_id``, ``success``, ``confidence`` (mean of
    the measured channels), a column a channel (``AU12L``, ``AU12L_confidence``), head and gaze in
    radians, and ``unseen``, the reason. Rate, channels, events and provenance are JSON in the
    schema's metadata under ``mien/track``. A channel that a face lacks is null; NaN is not seen.

    Raises:
        OutputError: the file cannot be written.
    """
    faces = sorted(tracks.items())
    tables = [_table(face, track) for face, track in faces]
    empty = pa.table({name: pa.array([], kind) for name, kind in _FIRST})
    table = pa.concat_tables([empty, *tables], promote_options="permissive")
    text = TRACK_DOCUMENT.text({"faces": {str(face): _metadata(track) for face, track in faces}})
    table = table.replace_schema_metadata({_METADATA: text})
    with atomic_path(path) as temporary:
        pq.write_table(table, temporary, compression="zstd")


def read_tracks_parquet(path: Path) -> dict[int, ActionUnitTrack]:
    """Read what :func:`write_tracks_parquet` wrote, by face id.

    Raises:
        FormatError: not such a file, or one that was changed so that it cannot be.
    """
    try:
        table = pq.read_table(path)
    except (OSError, pa.ArrowException) as error:
        msg = f"Expected a Parquet file in {path.name}, but it cannot be read: {error}."
        raise FormatError(msg) from error
    text = (table.schema.metadata or {}).get(_METADATA)
    if text is None:
        msg = (
            f"Expected a track of mien in {path.name}, but it is another Parquet file: "
            f"its schema has no metadata {TRACK_DOCUMENT.name}."
        )
        raise FormatError(msg)
    fields = TRACK_DOCUMENT.fields(text.decode("utf-8", "replace"), path.name)
    faces = fields.section("faces")
    for face in faces.keys:
        if not (face.isascii() and face.removeprefix("-").isdigit()):
            msg = f"Expected face numbers in {path.name}, but got {face!r}."
            raise FormatError(msg)
    return {int(face): _track(path.name, table, face, faces.section(face)) for face in faces.keys}


def _table(face: int, track: ActionUnitTrack) -> Any:
    frames = track.time.count
    columns: dict[str, Any] = {
        "frame_idx": np.arange(frames),
        "time_s": track.time.times_s,
        "face_id": np.full(frames, face),
        "success": seen_frames(track),
        "confidence": frame_confidence(track),
    }
    for index, channel in enumerate(track.channels):
        columns[str(channel)] = _storable(track.activation[:, index])
        columns[f"{channel}_confidence"] = _storable(track.confidence[:, index])
    for index, name in enumerate(_HEAD):
        columns[name] = _storable(track.head_rotation_rad[:, index])
    gaze = track.gaze_rad.reshape(frames, 4)
    for index, name in enumerate(_GAZE):
        columns[name] = _storable(gaze[:, index])
    columns["unseen"] = pa.array([track.unseen.get(frame) for frame in range(frames)], pa.string())
    return pa.table(columns)


def _storable(values: Float[np.ndarray, " frame"]) -> Float[np.ndarray, " frame"]:
    """Widen half precision, which not every reader of Parquet knows."""
    return values.astype(np.float32) if values.dtype == np.float16 else np.ascontiguousarray(values)


def _metadata(track: ActionUnitTrack) -> dict[str, object]:
    return {
        **time_to_json(track.time),
        "channels": [str(channel) for channel in track.channels],
        "dtypes": {name: str(getattr(track, name).dtype) for name in _ARRAYS},
        "events": [event_to_json(event) for event in track.events],
        "provenance": provenance_to_json(track.provenance),
    }


def _track(name: str, whole: Any, face: str, fields: Fields) -> ActionUnitTrack:
    time = time_from_json(fields)
    channels = channels_from_json(fields, "channels")
    _need(name, whole, ("frame_idx", "face_id", *_columns(channels), "unseen"))
    table = whole.filter(pc.equal(whole["face_id"], int(face)))
    if table["frame_idx"].to_pylist() != list(range(time.count)):
        msg = (
            f"Expected rows 0 to {time.count - 1} of face {face} in {name}, but rows are missing "
            "or out of order. Write the file with mien again."
        )
        raise FormatError(msg)
    dtypes = fields.section("dtypes")
    gaze = _array(name, table, _GAZE, dtypes.text("gaze_rad"))
    confidences = tuple(f"{channel}_confidence" for channel in channels)
    with refusing(f"for face {face} in {name}"):
        return ActionUnitTrack(
            time=time,
            channels=channels,
            activation=_array(name, table, tuple(map(str, channels)), dtypes.text("activation")),
            confidence=_array(name, table, confidences, dtypes.text("confidence")),
            head_rotation_rad=_array(name, table, _HEAD, dtypes.text("head_rotation_rad")),
            gaze_rad=gaze.reshape(time.count, 2, 2),
            events=events_from_json(fields, "events"),
            unseen={
                frame: reason
                for frame, reason in enumerate(table["unseen"].to_pylist())
                if reason is not None
            },
            provenance=provenance_from_json(fields.section("provenance")),
        )


def _columns(channels: tuple[Channel, ...]) -> tuple[str, ...]:
    names = (name for channel in channels for name in (f"{channel}", f"{channel}_confidence"))
    return (*names, *_HEAD, *_GAZE)


def _need(name: str, table: Any, columns: tuple[str, ...]) -> None:
    missing = [column for column in columns if column not in table.column_names]
    if missing:
        msg = f"Expected the columns {', '.join(missing)} in {name}, but they are missing."
        raise FormatError(msg)


def _array(
    name: str, table: Any, columns: tuple[str, ...], dtype: str
) -> Float[np.ndarray, "frame column"]:
    if dtype not in {"float16", "float32", "float64"}:
        msg = f"Expected float16, float32 or float64 as the type of arrays in {name}, got {dtype}."
        raise FormatError(msg)
    array = np.full((table.num_rows, len(columns)), np.nan, dtype)
    for index, column in enumerate(columns):
        if not pa.types.is_floating(table[column].type):
            msg = f"Expected numbers under {column} in {name}, but got {table[column].type}."
            raise FormatError(msg)
        array[:, index] = table[column].to_numpy()
    return array
