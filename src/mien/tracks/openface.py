"""Tracks -> a CSV file with exactly the columns of OpenFace 2.2."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Float

from mien.core.errors import UsageError
from mien.core.track import ActionUnitTrack
from mien.store.atomic import write_text_atomic
from mien.tracks.openface_axes import gaze_angles, openface_gaze, openface_rotation
from mien.tracks.openface_columns import (
    EYE_MM_COLUMNS,
    EYE_PX_COLUMNS,
    GAZE_ANGLE_COLUMNS,
    GAZE_COLUMNS,
    LANDMARK_MM_COLUMNS,
    LANDMARK_PX_COLUMNS,
    OPENFACE_COLUMNS,
    OPENFACE_INTENSITY_AUS,
    OPENFACE_PRESENCE_AUS,
    POSITION_COLUMNS,
    RIGID_COLUMNS,
    ROTATION_COLUMNS,
)
from mien.tracks.openface_geometry import OpenFaceGeometry
from mien.tracks.scales import OPENFACE_FULL, TRACE_ACTIVATION
from mien.tracks.seen import frame_confidence, seen_frames

CLOSED_EYES = {45: (43, 45)}
"""OpenFace has one unit for shut eyes; blinks and eyes that stay closed both count there."""


@dataclass(frozen=True)
class PresenceRule:
    """When ``AU.._c`` is 1: both limits reached on at least one side."""

    activation: float = TRACE_ACTIVATION
    """0..1."""

    confidence: float = 0.1
    """0..1."""


def write_openface_csv(
    path: Path,
    tracks: Mapping[int, ActionUnitTrack],
    *,
    geometry: Mapping[int, OpenFaceGeometry] | None = None,
    presence: PresenceRule | None = None,
) -> None:
    """Write tracks, by face id, as OpenFace 2.2 would, with all its 714 columns.

    Activation 0..1 becomes 0..5, two sides their maximum; ``frame`` counts the samples of the
    track from 1; frames not seen have ``success`` 0. What was not measured is an empty cell.
    Rows go by frame, then by face.

    Args:
        path: file to write.
        tracks: track by face id; an empty mapping gives the header alone.
        geometry: landmarks and position by face id.
        presence: when a unit counts as present.

    Raises:
        UsageError: geometry for a face without a track, or of another length.
        OutputError: the file cannot be written.
    """
    rule = presence or PresenceRule()
    shapes = geometry or {}
    for face in shapes:
        if face not in tracks:
            msg = f"Expected geometry for the faces {sorted(tracks)}, but got some for {face}."
            raise UsageError(msg)
    rows: list[tuple[int, int, str]] = []
    for face, track in sorted(tracks.items()):
        cells = _cells(face, track, shapes.get(face, OpenFaceGeometry()), rule)
        empty = [""] * track.time.count
        columns = [cells.get(name, empty) for name in OPENFACE_COLUMNS]
        rows += [
            (frame, face, ",".join(row)) for frame, row in enumerate(zip(*columns, strict=True))
        ]
    rows.sort(key=lambda row: row[:2])
    lines = [",".join(OPENFACE_COLUMNS), *(row[2] for row in rows)]
    write_text_atomic(path, "\n".join(lines) + "\n")


def openface_activation(track: ActionUnitTrack, au: int) -> Float[np.ndarray, " frame"] | None:
    """Activation 0..1 of one of OpenFace's units: the larger side; None if the track has none."""
    columns = _columns_of(track, au)
    if not columns:
        return None
    return np.asarray(np.fmax.reduce(track.activation[:, columns], axis=1))


def _columns_of(track: ActionUnitTrack, au: int) -> list[int]:
    wanted = CLOSED_EYES.get(au, (au,))
    return [i for i, channel in enumerate(track.channels) if channel.au in wanted]


def _cells(
    face: int, track: ActionUnitTrack, shape: OpenFaceGeometry, rule: PresenceRule
) -> dict[str, list[str]]:
    frames = track.time.count
    cells = {
        "frame": [str(frame) for frame in range(1, frames + 1)],
        "face_id": [str(face)] * frames,
        "timestamp": [f"{time:.6f}" for time in track.time.times_s],
        "confidence": _texts(frame_confidence(track), 3),
        "success": [str(int(seen)) for seen in seen_frames(track)],
    }
    rotation_rad = shape.head_rotation_rad
    if rotation_rad is None:
        rotation_rad = track.head_rotation_rad
    elif len(rotation_rad) != frames:
        raise UsageError(_uneven(frames, len(rotation_rad)))
    gaze = openface_gaze(track.gaze_rad, rotation_rad)
    _add(cells, GAZE_COLUMNS, gaze.reshape(frames, 6), 6)
    _add(cells, GAZE_ANGLE_COLUMNS, gaze_angles(gaze), 6)
    _add(cells, ROTATION_COLUMNS, openface_rotation(rotation_rad), 6)
    for names, values, digits in (
        (POSITION_COLUMNS, shape.head_position_mm, 2),
        (EYE_PX_COLUMNS, _by_axis(shape.eyes56_px), 2),
        (EYE_MM_COLUMNS, _by_axis(shape.eyes56_mm), 2),
        (LANDMARK_PX_COLUMNS, _by_axis(shape.landmarks68_px), 2),
        (LANDMARK_MM_COLUMNS, _by_axis(shape.landmarks68_mm), 2),
        (RIGID_COLUMNS, shape.weak_perspective, 6),
    ):
        if values is not None:
            _add(cells, names, values, digits)
    for au in OPENFACE_INTENSITY_AUS:
        activation = openface_activation(track, au)
        if activation is not None:
            cells[f"AU{au:02d}_r"] = _texts(activation * OPENFACE_FULL, 4)
    for au in OPENFACE_PRESENCE_AUS:
        columns = _columns_of(track, au)
        if columns:
            activation = track.activation[:, columns]
            reached = (activation >= rule.activation) & (
                track.confidence[:, columns] >= rule.confidence
            )
            present = np.where(np.isfinite(activation).any(axis=1), reached.any(axis=1), np.nan)
            cells[f"AU{au:02d}_c"] = _texts(present, 0)
    return cells


def _by_axis(
    points: Float[np.ndarray, "frame point axis"] | None,
) -> Float[np.ndarray, "frame column"] | None:
    """Put all x first, then all y, as OpenFace does."""
    return None if points is None else np.swapaxes(points, 1, 2).reshape(len(points), -1)


def _add(
    cells: dict[str, list[str]],
    names: Iterable[str],
    values: Float[np.ndarray, "frame column"],
    digits: int,
) -> None:
    frames = len(cells["frame"])
    if len(values) != frames:
        raise UsageError(_uneven(frames, len(values)))
    for column, name in enumerate(names):
        cells[name] = _texts(values[:, column], digits)


def _uneven(frames: int, found: int) -> str:
    return f"Expected geometry of {frames} frames, but got {found}."


def _texts(values: Float[np.ndarray, " frame"], digits: int) -> list[str]:
    return [f"{value:.{digits}f}" if math.isfinite(value) else "" for value in values.tolist()]
