"""From movements and courses to events that can be reported."""

from collections.abc import Mapping

import numpy as np
from jaxtyping import Float

from mien.core.arrays import Times
from mien.core.facs import Channel
from mien.core.track import Event, EventKind, UnitPeak
from mien.motion.time_smoothing import smooth_in_time
from mien.recognition.basis import Whitened
from mien.recognition.gain import flow_gain
from mien.recognition.gates import SpottingThresholds
from mien.recognition.nonnegative import nonnegative_course
from mien.recognition.pursuit import NamedUnit
from mien.recognition.spotting import Movement

MICRO_REFERENCE = "the change against the slow movement of the face within half a second around"
MACRO_REFERENCE = "the face's usual posture in this video"

_MACRO_LEVEL = 0.25
_MACRO_FOOT = 0.10
_MACRO_MIN_S = 0.5
_COURSE_SMOOTH_S = 0.01


def brief_course(
    times_s: Times,
    flow_px: Float[np.ndarray, "frame row column 2"],
    whitened: Whitened,
    units: tuple[NamedUnit, ...],
    movement: Movement,
) -> dict[Channel, Float[np.ndarray, " frame"]]:
    """Activation of the named channels through one event, 0 outside it.

    Non-negative least squares restricted to the named channels, smooth over time, divided by
    the part of a movement that dense flow returns.
    """
    channels = tuple(channel for unit in units for channel in unit.channels)
    courses = {channel: np.zeros(len(times_s)) for channel in channels}
    step_s = float(np.median(np.diff(times_s)))
    moments = movement.moments
    brief_px = movement.brief_px(times_s, flow_px)
    near_s = times_s[movement.frames]
    inside = np.flatnonzero(
        (near_s >= moments.onset_s - 2 * step_s)
        & (near_s <= moments.offset_s + 2 * step_s)
        & np.isfinite(brief_px[:, 0, 0, 0])
    )
    if len(inside) == 0 or not channels:
        return courses
    members = [whitened.basis.channels.index(channel) for channel in channels]
    design = whitened.design[:, members]
    steady = smooth_in_time(brief_px[inside], step_s=step_s, deviation_s=_COURSE_SMOOTH_S)
    right = whitened.vectors(steady) @ design
    share = nonnegative_course(design.T @ design, right, smoothness=0.3)
    fade = np.clip(
        np.minimum(
            (near_s[inside] - moments.onset_s) / step_s + 1,
            (moments.offset_s - near_s[inside]) / step_s + 1,
        ),
        0,
        1,
    )
    places = movement.frames.start + inside
    for column, channel in enumerate(channels):
        courses[channel][places] = np.clip(share[:, column] * fade / flow_gain(channel.au), 0, 1)
    return courses


def event_confidence(score: float, threshold: float) -> float:
    """Say how far a movement stands above the threshold: a rank, not a calibrated probability.

    It is one half at the threshold and tends to 1. The score holds the explained fraction already.

    >>> event_confidence(2.0, 1.0)
    0.75
    """
    return float(np.clip(1 - threshold / (2 * score), 0, 1))


def movement_event(
    movement: Movement,
    units: tuple[NamedUnit, ...],
    courses: Mapping[Channel, Float[np.ndarray, " frame"]],
    limits: SpottingThresholds,
) -> Event:
    """Word one brief movement as an event, with the numbers behind it.

    See :func:`event_confidence` for what its confidence is.
    """
    confidence = event_confidence(movement.score, limits.score)
    peaks = []
    for unit in units:
        for channel in unit.channels:
            course = courses[channel]
            peaks.append(
                UnitPeak(
                    channel=channel,
                    activation=float(course.max()),
                    confidence=float(np.clip(confidence * (0.5 + unit.gain), 0, 1)),
                    family=unit.family,
                )
            )
    return Event(
        kind=EventKind.MICRO,
        onset_s=movement.moments.onset_s,
        apex_s=movement.moments.apex_s,
        offset_s=movement.moments.offset_s,
        units=tuple(peaks),
        confidence=confidence,
        reference=MICRO_REFERENCE,
        evidence={
            "score": movement.score,
            "explained_fraction": movement.fraction,
            "energy": movement.energy,
            "largest_motion_px": float(np.linalg.norm(movement.field_px, axis=-1).max()),
        },
    )


def macro_events(
    times_s: Times,
    channels: tuple[Channel, ...],
    activation: Float[np.ndarray, "frame channel"],
    *,
    taken: tuple[Event, ...],
) -> list[Event]:
    """Find movements longer than half a second in the landmarks' activations.

    A movement lasts while any channel stays above a tenth, and counts when one reaches a quarter.
    """
    known = np.nan_to_num(activation)
    top = known.max(axis=1, initial=0)
    edges = np.flatnonzero(
        np.diff(np.concatenate([[False], top > _MACRO_FOOT, [False]]).astype(np.int8))
    )
    events = []
    for first, end in zip(edges[::2], edges[1::2], strict=True):
        part = slice(int(first), int(end))
        long = times_s[end - 1] - times_s[first] > _MACRO_MIN_S
        if top[part].max() < _MACRO_LEVEL or not long:
            continue
        apex = int(first) + int(np.argmax(top[part]))
        inside = known[part].max(axis=0)
        moved = [i for i in np.argsort(-inside) if inside[i] >= _MACRO_LEVEL]
        events.append(
            Event(
                kind=EventKind.MACRO,
                onset_s=float(times_s[first]),
                apex_s=float(times_s[apex]),
                offset_s=float(times_s[end - 1]),
                units=tuple(UnitPeak(channels[i], float(inside[i]), float("nan")) for i in moved),
                reference=MACRO_REFERENCE,
                evidence={
                    "brief_events_inside": float(
                        _count(taken, float(times_s[first]), float(times_s[end - 1]))
                    )
                },
            )
        )
    return events


def _count(taken: tuple[Event, ...], start_s: float, end_s: float) -> int:
    return sum(int(start_s <= event.apex_s <= end_s) for event in taken)
