"""One live frame as one JSON document on one line, for the next program in a pipe."""

import numpy as np
from jaxtyping import Float
from pydantic import with_config
from typing_extensions import TypedDict  # that of typing has no schema before Python 3.12

from mien.pipeline.live_frame import LiveFrame, live_channels
from mien.tracks.fields import json_number
from mien.tracks.layouts import DESCRIBED, ChannelName, EventLayout, Number
from mien.tracks.parts import event_to_json
from mien.tracks.versioned_document import VersionedDocument

_DIGITS = 4


class AnglesLayout(TypedDict):
    """Rotation of the head in radians."""

    pitch: Number
    yaw: Number
    roll: Number


class GazeAnglesLayout(TypedDict):
    """Gaze of each eye relative to the head in radians."""

    left_pitch: Number
    left_yaw: Number
    right_pitch: Number
    right_yaw: Number


@with_config(DESCRIBED)
class LiveLayout(TypedDict):
    """One face in one frame, read from the past alone."""

    time_s: float
    """Time of the frame on the clock of the source; of a camera, since its first frame."""

    reason: str
    """Why there are no activations, such as `warming up`; nothing where there are."""

    person: int
    """Number of the person read, from 1; 0 where nobody is."""

    activation: dict[ChannelName, Number]
    """0..1; 1 is the unit's full shape, letter E of FACS. Empty where `reason` says why."""

    confidence: dict[ChannelName, Number]
    """0..1."""

    head_rotation_rad: AnglesLayout
    gaze_rad: GazeAnglesLayout
    events: list[EventLayout]
    """Movements announced with this frame, all over before it."""


LIVE_DOCUMENT = VersionedDocument("mien/live", 1, LiveLayout)


def live_to_json(frame: LiveFrame) -> str:
    """Give a live frame as one JSON document on one line of ASCII, numbers to four digits."""
    pitch, yaw, roll = _numbers(frame.head_rotation_rad)
    left_pitch, left_yaw, right_pitch, right_yaw = _numbers(frame.gaze_rad.ravel())
    content: LiveLayout = {
        "time_s": round(frame.time_s, 6),
        "reason": frame.reason,
        "person": frame.person,
        "activation": {} if frame.reason else _by_channel(frame.activation),
        "confidence": {} if frame.reason else _by_channel(frame.confidence),
        "head_rotation_rad": {"pitch": pitch, "yaw": yaw, "roll": roll},
        "gaze_rad": {
            "left_pitch": left_pitch,
            "left_yaw": left_yaw,
            "right_pitch": right_pitch,
            "right_yaw": right_yaw,
        },
        "events": [event_to_json(event) for event in frame.events],
    }
    return LIVE_DOCUMENT.text(content)


def _by_channel(values: Float[np.ndarray, " channel"]) -> dict[ChannelName, Number]:
    return dict(zip(map(str, live_channels()), _numbers(values), strict=True))


def _numbers(values: Float[np.ndarray, " value"]) -> list[Number]:
    return [json_number(value) for value in np.round(values, _DIGITS).tolist()]
