"""One track <-> one versioned JSON document, for pipes between programs."""

import json

import numpy as np
from jaxtyping import Float

from mien import __version__
from mien.core.errors import FormatError, UsageError
from mien.core.track import ActionUnitTrack
from mien.tracks.fields import Fields, json_number
from mien.tracks.parts import (
    channels_from_json,
    event_to_json,
    events_from_json,
    provenance_from_json,
    provenance_to_json,
    time_from_json,
    time_to_json,
    unseen_from_json,
    unseen_to_json,
)

DOCUMENT = "mien/track"
VERSION = 1

HEAD_COLUMNS = ("pitch", "yaw", "roll")
GAZE_COLUMNS = ("left_pitch", "left_yaw", "right_pitch", "right_yaw")


def track_to_json(track: ActionUnitTrack) -> str:
    """Give a track as one JSON document on one line of ASCII.

    NaN is null. Arrays go by channel; ``head_rotation_rad`` and ``gaze_rad`` by angle.
    """
    names = [str(channel) for channel in track.channels]
    gaze = track.gaze_rad.reshape(track.time.count, 4)
    content = {
        "document": DOCUMENT,
        "version": VERSION,
        "mien": __version__,
        **time_to_json(track.time),
        "channels": names,
        "activation": _courses(names, track.activation),
        "confidence": _courses(names, track.confidence),
        "head_rotation_rad": _courses(HEAD_COLUMNS, track.head_rotation_rad),
        "gaze_rad": _courses(GAZE_COLUMNS, gaze),
        "events": [event_to_json(event) for event in track.events],
        "unseen": unseen_to_json(track.unseen),
        "provenance": provenance_to_json(track.provenance),
    }
    return json.dumps(content, allow_nan=False)


def track_from_json(text: str, *, name: str = "standard input") -> ActionUnitTrack:
    """Read what :func:`track_to_json` wrote; arrays come as float64.

    Args:
        text: the document.
        name: where it came from, for error sentences.

    Raises:
        FormatError: another document or version, a field missing, or numbers that cannot be.
    """
    fields = Fields.parse(text, name)
    check_document(fields, DOCUMENT, VERSION)
    time = time_from_json(fields)
    channels = channels_from_json(fields, "channels")
    names = [str(channel) for channel in channels]
    gaze = _array(fields, "gaze_rad", GAZE_COLUMNS, time.count)
    try:
        return ActionUnitTrack(
            time=time,
            channels=channels,
            activation=_array(fields, "activation", names, time.count),
            confidence=_array(fields, "confidence", names, time.count),
            head_rotation_rad=_array(fields, "head_rotation_rad", HEAD_COLUMNS, time.count),
            gaze_rad=gaze.reshape(time.count, 2, 2),
            events=events_from_json(fields, "events"),
            unseen=unseen_from_json(fields.section("unseen")),
            provenance=provenance_from_json(fields.section("provenance")),
        )
    except UsageError as error:
        msg = f"{str(error).removesuffix('.')}, in {name}."
        raise FormatError(msg) from error


def check_document(fields: Fields, document: str, version: int) -> None:
    """Refuse another document or version.

    Raises:
        FormatError: with what came and how to mend it.
    """
    found = fields.text("document")
    if found != document:
        msg = f"Expected a {document} document in {fields.where}, but got {found!r}."
        raise FormatError(msg)
    number = fields.whole("version")
    if number != version:
        how = "Update mien." if number > version else "Make the file again."
        msg = f"Expected version {version} of {document} in {fields.where}, got {number}. {how}"
        raise FormatError(msg)


def _courses(
    names: list[str] | tuple[str, ...], values: Float[np.ndarray, "frame column"]
) -> dict[str, list[float | str | None]]:
    return {
        name: [json_number(value) for value in values[:, column].tolist()]
        for column, name in enumerate(names)
    }


def _array(
    fields: Fields, key: str, names: list[str] | tuple[str, ...], count: int
) -> Float[np.ndarray, "frame column"]:
    courses = fields.section(key)
    columns = []
    for name in names:
        course = courses.numbers(name)
        if len(course) != count:
            msg = f"Expected {count} numbers at {courses.place(name)}, but got {len(course)}."
            raise FormatError(msg)
        columns.append(course)
    return np.array(columns, np.float64).reshape(len(names), count).T
