"""Movements and life -> one track, in which nothing brief is lost.

A micro-expression on a macro-expression is added as an increment and the sum is capped at 1: the
larger of the two would swallow it. A blink closes the lids whatever else they do, and keeps away
from a brief movement of the lids, and from the rise of a slow one, which it would hide.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float

from mien.core.arrays import Times
from mien.core.facs import Channel, Side, channels_of
from mien.core.provenance import Provenance
from mien.core.time import TimeBase
from mien.core.track import ActionUnitTrack, Event, EventKind, UnitPeak
from mien.directing.lid_coupling import lids_closing, lids_raising
from mien.directing.life import Life, LifeCourse, live
from mien.directing.movement import PlannedMovement

LID_UNITS = frozenset({5, 6, 7, 43, 45, 46})
"""Units that move the lids."""

_BLINK, _CLOSED, _RAISED = channels_of(45), channels_of(43), channels_of(5)


@dataclass(frozen=True)
class Directed:
    """A track with what it does not hold: where the head is."""

    track: ActionUnitTrack
    head_translation_m: Float[np.ndarray, "frame 3"]
    """To the subject's left, up, to the camera."""


def direct(
    time: TimeBase,
    movements: Sequence[PlannedMovement],
    life: Life | None,
    *,
    seed: int,
    person_seed: int = 0,
    beneath: Sequence[PlannedMovement] = (),
    provenance: Provenance | None = None,
) -> Directed:
    """Put movements and life together.

    Args:
        time: when; directed tracks have 200 samples a second.
        movements: micro-, macro-expressions and whatever else moves units.
        life: None for nothing that the movements do not say.
        seed: of life.
        person_seed: of the asymmetry of the person.
        beneath: movements that are part of something longer, such as the syllables of speech, and
            have no event of their own.
        provenance: of the track.
    """
    keep_out = tuple(
        _unhidden(movement)
        for movement in movements
        if LID_UNITS & {channel.au for channel in movement.channels}
    )
    course = live(time, life or Life.off(), seed=seed, person_seed=person_seed, keep_out=keep_out)
    moving = (*movements, *beneath)
    channels = _channels(moving, course)
    activation = _activation(time.times_s, channels, moving, course)
    events = [_event(movement, course) for movement in movements]
    events += [blink.event for blink in course.blinks]
    track = ActionUnitTrack(
        time=time,
        channels=channels,
        activation=activation,
        confidence=np.ones_like(activation),
        head_rotation_rad=course.head_rotation_rad,
        gaze_rad=course.gaze_rad,
        events=tuple(sorted(events, key=lambda event: event.apex_s)),
        provenance=provenance or Provenance(seed=seed),
    )
    return Directed(track, course.head_translation_m)


def _unhidden(movement: PlannedMovement) -> tuple[float, float]:
    """Give the time in which a movement of the lids must be seen: a brief one as a whole."""
    brief = movement.kind is EventKind.MICRO
    return movement.onset_s, movement.offset_s if brief else movement.apex_s


def _event(movement: PlannedMovement, course: LifeCourse) -> Event:
    """Give the event with the peak that each side reaches."""
    units = tuple(
        UnitPeak(channel, movement.peak_of(channel) * _side(channel, course)[0], 1.0)
        for channel in movement.channels
    )
    return replace(movement.event, units=units)


def _channels(movements: Sequence[PlannedMovement], course: LifeCourse) -> tuple[Channel, ...]:
    moving = {channel for movement in movements for channel in movement.channels}
    if course.gaze_rad[..., 0].any():
        moving |= {*_CLOSED, *_RAISED}
    return tuple(sorted(moving | set(_BLINK)))


def _activation(
    times_s: Times,
    channels: tuple[Channel, ...],
    movements: Sequence[PlannedMovement],
    course: LifeCourse,
) -> Float[np.ndarray, "frame channel"]:
    total = np.zeros((len(times_s), len(channels)))
    for movement in movements:
        for channel in movement.channels:
            gain, lag_s = _side(channel, course)
            if movement.peak:
                gain *= movement.peak_of(channel) / movement.peak
            total[:, channels.index(channel)] += gain * movement.course(times_s - lag_s)
    blinking = np.zeros((len(times_s), 2))
    for column, channel in enumerate(_BLINK):
        gain, lag_s = _side(channel, course)
        for blink in course.blinks:
            blinking[:, column] += gain * blink.course(times_s - lag_s)
    blinking = np.minimum(blinking, 1)
    if course.gaze_rad[..., 0].any():
        # What a blink has closed, the gaze cannot close again or raise.
        open_ = 1 - blinking
        for side in range(2):
            closed, raised = channels.index(_CLOSED[side]), channels.index(_RAISED[side])
            total[:, closed] += (lids_closing(course.gaze_rad) * open_)[:, side]
            total[:, raised] += (lids_raising(course.gaze_rad) * open_)[:, side]
    for column, channel in enumerate(_BLINK):
        total[:, channels.index(channel)] += blinking[:, column]
    return np.minimum(total, 1)


def _side(channel: Channel, course: LifeCourse) -> tuple[float, float]:
    if course.sides is None or channel.side is Side.BOTH:
        return 1.0, 0.0
    difference = course.sides[channel.au]
    return difference.gain[channel.side], difference.lag_s[channel.side]
