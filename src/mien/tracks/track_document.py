"""One track <-> one versioned JSON document, for pipes between programs."""

import numpy as np
from jaxtyping import Float
from pydantic import with_config
from typing_extensions import TypedDict  # that of typing has no schema before Python 3.12

from mien.core.errors import FormatError
from mien.core.track import ActionUnitTrack
from mien.tracks.fields import Fields, json_number
from mien.tracks.layouts import (
    DESCRIBED,
    ChannelName,
    EventLayout,
    FrameIndex,
    Number,
    ProvenanceLayout,
    TimeLayout,
)
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
from mien.tracks.versioned_document import VersionedDocument, refusing

HEAD_COLUMNS = ("pitch", "yaw", "roll")
GAZE_COLUMNS = ("left_pitch", "left_yaw", "right_pitch", "right_yaw")


class HeadLayout(TypedDict):
    """Rotation of the head, one number a sample."""

    pitch: list[Number]
    yaw: list[Number]
    roll: list[Number]


class GazeLayout(TypedDict):
    """Gaze of each eye relative to the head, one number a sample."""

    left_pitch: list[Number]
    left_yaw: list[Number]
    right_pitch: list[Number]
    right_yaw: list[Number]


@with_config(DESCRIBED)
class TrackLayout(TimeLayout):
    """The action units of one face over time; null is not seen."""

    channels: list[ChannelName]
    activation: dict[ChannelName, list[Number]]
    """One number a sample; 1 is the unit's full shape, letter E of FACS."""

    confidence: dict[ChannelName, list[Number]]
    """One number a sample, 0..1."""

    head_rotation_rad: HeadLayout
    gaze_rad: GazeLayout
    events: list[EventLayout]
    unseen: dict[FrameIndex, str]
    """Why the face was not measured, by sample from 0."""

    provenance: ProvenanceLayout


TRACK_DOCUMENT = VersionedDocument("mien/track", 1, TrackLayout)


def track_to_json(track: ActionUnitTrack) -> str:
    """Give a track as one JSON document on one line of ASCII.

    NaN is null. Arrays go by channel; ``head_rotation_rad`` and ``gaze_rad`` by angle.
    """
    names = [str(channel) for channel in track.channels]
    gaze = track.gaze_rad.reshape(track.time.count, 4)
    content: TrackLayout = {
        **time_to_json(track.time),
        "channels": names,
        "activation": _courses(names, track.activation),
        "confidence": _courses(names, track.confidence),
        "head_rotation_rad": {
            "pitch": _course(track.head_rotation_rad[:, 0]),
            "yaw": _course(track.head_rotation_rad[:, 1]),
            "roll": _course(track.head_rotation_rad[:, 2]),
        },
        "gaze_rad": {
            "left_pitch": _course(gaze[:, 0]),
            "left_yaw": _course(gaze[:, 1]),
            "right_pitch": _course(gaze[:, 2]),
            "right_yaw": _course(gaze[:, 3]),
        },
        "events": [event_to_json(event) for event in track.events],
        "unseen": unseen_to_json(track.unseen),
        "provenance": provenance_to_json(track.provenance),
    }
    return TRACK_DOCUMENT.text(content)


def track_from_json(text: str, *, name: str = "standard input") -> ActionUnitTrack:
    """Read what :func:`track_to_json` wrote; arrays come as float64.

    Args:
        text: the document.
        name: where it came from, for error sentences.

    Raises:
        FormatError: another document or version, a field missing, or numbers that cannot be.
    """
    fields = TRACK_DOCUMENT.fields(text, name)
    time = time_from_json(fields)
    channels = channels_from_json(fields, "channels")
    names = [str(channel) for channel in channels]
    gaze = _array(fields, "gaze_rad", GAZE_COLUMNS, time.count)
    with refusing(f"in {name}"):
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


def _courses(
    names: list[str], values: Float[np.ndarray, "frame column"]
) -> dict[ChannelName, list[Number]]:
    return {name: _course(values[:, column]) for column, name in enumerate(names)}


def _course(values: Float[np.ndarray, " frame"]) -> list[Number]:
    return [json_number(value) for value in values.tolist()]


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
