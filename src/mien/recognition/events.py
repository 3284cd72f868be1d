"""From movements and courses to events that can be reported."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

import numpy as np
from jaxtyping import Bool, Float, Int

from mien.core.arrays import Times
from mien.core.facs import Channel
from mien.core.track import Event, EventKind, UnitPeak
from mien.motion.time_smoothing import smooth_in_time
from mien.recognition.basis import Whitened
from mien.recognition.gain import flow_gain
from mien.recognition.nonnegative import nonnegative_course
from mien.recognition.pursuit import NamedUnit
from mien.recognition.speech import SPEECH_UNITS
from mien.recognition.spotting import Movement

MICRO_REFERENCE = "the change against the slow movement of the face within half a second around"
BESIDE_SPEECH = (
    ", while the mouth speaks: what speech itself does to the face is left out, and lips and jaw "
    "are not read"
)
MACRO_REFERENCE = "the face's usual posture in this video"

_MACRO_LEVEL = 0.25
_MACRO_FOOT = 0.10
_MACRO_MIN_S = 0.5
_UPPER_UNITS = frozenset({1, 2, 4, 5})
_SHARED = 0.5
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
    """Say how far a movement stands above a threshold: a rank, for what is read while it happens.

    It is one half at the threshold and tends to 1. A movement that is over has a probability
    instead, see :mod:`mien.recognition.sureness`.

    >>> event_confidence(2.0, 1.0)
    0.75
    """
    return float(np.clip(1 - threshold / (2 * score), 0, 1))


def movement_event(
    movement: Movement,
    units: tuple[NamedUnit, ...],
    courses: Mapping[Channel, Float[np.ndarray, " frame"]],
) -> Event:
    """Word one brief movement as an event, with the numbers behind it.

    Its confidence is the probability of being a true brief expression, see
    :mod:`mien.recognition.sureness`.
    """
    confidence = movement.confidence
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
        reference=MICRO_REFERENCE + (BESIDE_SPEECH if movement.cues.beside_speech else ""),
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
    talking: Bool[np.ndarray, " frame"] | None = None,
) -> list[Event]:
    """Find movements longer than half a second in the landmarks' activations.

    A movement lasts while any channel stays above a tenth, and counts when one reaches a quarter.
    Upper and lower face are looked at apart, as a smile does not end because a brow stays up;
    what they do together is one event. While the mouth speaks, units of speech do not count.

    Args:
        times_s: time of each frame.
        channels: of the activations.
        activation: 0..1; NaN where the face is not seen.
        taken: brief events, to say how many fall inside.
        talking: frames in which the mouth speaks; None for none.
    """
    known = np.nan_to_num(activation)
    if talking is not None:
        spoken = np.array([channel.au in SPEECH_UNITS for channel in channels], dtype=bool)
        known[talking[:, None] & spoken] = 0.0
    upper = np.array([channel.au in _UPPER_UNITS for channel in channels], dtype=bool)
    events: list[Event] = []
    for members in (np.flatnonzero(upper), np.flatnonzero(~upper)):
        for event in _longer(times_s, channels, known, members):
            events = _together(events, event)
    return [replace(event, evidence=_inside_of(event, taken)) for event in events]


def outside(found: Iterable[Event], others: Iterable[Event]) -> list[Event]:
    """Give the events of one reading that no event of another overlaps."""
    spans = [(event.onset_s, event.offset_s) for event in others]
    return [
        event
        for event in found
        if not any(event.onset_s < end and start < event.offset_s for start, end in spans)
    ]


def _longer(
    times_s: Times,
    channels: tuple[Channel, ...],
    known: Float[np.ndarray, "frame channel"],
    members: Int[np.ndarray, " member"],
) -> list[Event]:
    top = known[:, members].max(axis=1, initial=0)
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
        moved = [i for i in members[np.argsort(-inside[members])] if inside[i] >= _MACRO_LEVEL]
        events.append(
            Event(
                kind=EventKind.MACRO,
                onset_s=float(times_s[first]),
                apex_s=float(times_s[apex]),
                offset_s=float(times_s[end - 1]),
                units=tuple(UnitPeak(channels[i], float(inside[i]), float("nan")) for i in moved),
                reference=MACRO_REFERENCE,
            )
        )
    return events


def _together(events: list[Event], new: Event) -> list[Event]:
    """Add an event, or join it to one that it shares most of both their times with."""
    for place, event in enumerate(events):
        shared = min(event.offset_s, new.offset_s) - max(event.onset_s, new.onset_s)
        if shared > _SHARED * max(event.duration_s, new.duration_s):
            units = sorted((*event.units, *new.units), key=lambda unit: -unit.activation)
            first = max(event, new, key=lambda one: one.units[0].activation)
            joined = replace(
                first,
                onset_s=min(event.onset_s, new.onset_s),
                offset_s=max(event.offset_s, new.offset_s),
                units=tuple(units),
            )
            return [*events[:place], joined, *events[place + 1 :]]
    return [*events, new]


def _inside_of(event: Event, taken: tuple[Event, ...]) -> dict[str, float]:
    inside = sum(int(event.onset_s <= brief.apex_s <= event.offset_s) for brief in taken)
    return {"brief_events_inside": float(inside)}
