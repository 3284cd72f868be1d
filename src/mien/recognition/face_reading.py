"""Everything that is read from one face: brief events by flow, the rest by landmarks and lids."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from jaxtyping import Float

from mien.core.facs import Channel, Side, channels_of
from mien.core.label_statistics import DEFAULT_PRIOR
from mien.core.time import TimeBase
from mien.core.track import ActionUnitTrack, Event, EventKind, UnitPeak
from mien.motion.time_smoothing import smooth_in_time
from mien.recognition.basis import Basis
from mien.recognition.blinks import MAX_BLINK_S, Closure, blink_gate, find_closures
from mien.recognition.canonical import Placement
from mien.recognition.events import brief_course, macro_events, outside
from mien.recognition.finding import Finding, MovementReader
from mien.recognition.fusion import TrainedRecogniser
from mien.recognition.gates import SpottingThresholds
from mien.recognition.look import Look, look_at
from mien.recognition.posture import Posture
from mien.recognition.scan import Scan
from mien.recognition.speech import Stretch, find_speech, inside, mouth_opening, opening_noise
from mien.recognition.spotting import Movement
from mien.recognition.visibility import MOUTH_QUARTERS, Visibility, views_of

_FULLY_CLOSED = 0.35  # relative opening of a shut eye, as landmark models draw it
_POSTURE_SMOOTH_S = 0.04
_RESIDUAL_LIMIT_M = 0.006


@dataclass(frozen=True)
class FaceSignals:
    """What the stages before say of one face, on a uniform time base."""

    time: TimeBase
    flow_px: Float[np.ndarray, "frame row column 2"]
    """Motion of the cells without the rigid part; NaN where there is no face."""

    opening_ratio: Float[np.ndarray, "frame 2"]
    """Opening of (left, right) eye as a part of its usual opening."""

    posture: Posture
    head_rotation_rad: Float[np.ndarray, "frame 3"]
    gaze_rad: Float[np.ndarray, "frame 2 2"]
    unseen: Mapping[int, str] = field(default_factory=dict)
    visibility: Visibility | None = None
    """Quarters of the face that cannot be read; None where nothing speaks against any."""

    steps_s: tuple[float, ...] = ()
    """Times at which the flow may jump for reasons of its own: key frames, new references."""

    magnification: float = 1.0
    """Pixels of the aligned face for one of the video."""

    held_back: float = 0.0
    """How much of the face's change the compression keeps until a key frame."""

    placement: Placement | None = None
    """How the face lies in its aligned picture against the canonical one; the trained recognisers
    need it."""


@dataclass(frozen=True)
class FaceReading:
    """The track of one face and how it came about."""

    track: ActionUnitTrack
    findings: tuple[Finding, ...]
    refused: tuple[Movement, ...]
    """Brief movements that were seen and are not reported, with the reason in each."""

    noise_px: float
    """Median noise of the cells of the face."""

    scan: Scan
    """The motion against bumps of the action units over time."""

    smallest: Mapping[int, float] = field(default_factory=dict)
    """Activation from which on a brief movement of each unit would have been found."""

    speech: tuple[Stretch, ...] = ()
    """Stretches in which the mouth moves as in speech."""


def read_face(
    signals: FaceSignals,
    basis: Basis,
    *,
    thresholds: SpottingThresholds | None = None,
    prior: str = DEFAULT_PRIOR,
    recogniser: TrainedRecogniser | None = None,
) -> FaceReading:
    """Read one face.

    Args:
        signals: motion, landmarks and lids on a uniform time base.
        basis: the action units' fields on this face.
        thresholds: what a brief movement must show.
        prior: label statistics for the emotion posterior.
        recogniser: trained networks that judge each movement too; None for analysis by synthesis
            alone.
    """
    limits = thresholds or SpottingThresholds()
    times_s = signals.time.times_s
    views = [
        view
        for view in views_of(signals.flow_px, basis, signals.visibility)
        if np.isfinite(view.flow_px[view.judged][:, view.basis.seen]).all(axis=(1, 2)).any()
    ]
    if not views:
        return _nothing_seen(signals)
    closures = find_closures(signals.opening_ratio)
    gate = blink_gate(times_s, closures)
    speech = _speech(signals, basis)
    talking = inside(times_s, speech)
    looks = [
        look_at(
            times_s,
            view,
            gate,
            limits,
            signals.steps_s,
            magnification=signals.magnification,
            held_back=signals.held_back,
            talking=talking,
        )
        for view in views
    ]
    found = [(look, movement) for look in looks for movement in look.movements]
    reader = MovementReader(
        times_s,
        cells=int(basis.seen.sum()),
        placement=signals.placement,
        prior=prior,
        recogniser=recogniser,
    )
    read = [
        (look, reader.finding(look, movement)) for look, movement in found if not movement.refused
    ]
    findings = tuple(finding for _, finding in read)
    activation, confidence, channels = _activations(signals, basis, closures, read)
    slow = [f for f in channels if f.au in {c.au for c in signals.posture.channels}]
    events = [finding.event for finding in findings]
    longer = [
        replace(reader.finding(look, movement).event, kind=EventKind.MACRO)
        for look, movement in found
        if movement.long
    ]
    held = macro_events(
        times_s,
        tuple(slow),
        activation[:, [channels.index(channel) for channel in slow]],
        taken=tuple(finding.event for finding in findings),
        talking=talking,
    )
    rest = signals.posture.rest
    if rest is not None and rest.given:
        held = [replace(event, reference=f"the neutral face {rest.source}") for event in held]
    events += [*outside(longer, held), *held]
    events += _closure_events(times_s, closures)
    reasons = signals.visibility.reasons if signals.visibility is not None else {}
    track = ActionUnitTrack(
        time=signals.time,
        channels=channels,
        activation=activation,
        confidence=confidence,
        head_rotation_rad=signals.head_rotation_rad,
        gaze_rad=signals.gaze_rad,
        events=tuple(sorted(events, key=lambda event: event.onset_s)),
        unseen={**reasons, **signals.unseen},
    )
    refused = tuple(movement for _, movement in found if movement.refused)
    whole = looks[0]
    return FaceReading(
        track,
        findings,
        refused,
        whole.spotting.noise_px,
        whole.spotting.scan,
        whole.smallest,
        speech,
    )


def _speech(signals: FaceSignals, basis: Basis) -> tuple[Stretch, ...]:
    """Find where the mouth speaks; what hides it is no speech."""
    times_s = signals.time.times_s
    opening = mouth_opening(times_s, signals.flow_px, basis)
    if signals.visibility is not None:
        opening[signals.visibility.lost[:, MOUTH_QUARTERS].any(axis=1)] = np.nan
    return find_speech(times_s, opening, noise=opening_noise(signals.flow_px, basis))


def _activations(
    signals: FaceSignals,
    basis: Basis,
    closures: tuple[Closure, ...],
    read: Sequence[tuple[Look, Finding]],
) -> tuple[
    Float[np.ndarray, "frame channel"], Float[np.ndarray, "frame channel"], tuple[Channel, ...]
]:
    times_s = signals.time.times_s
    lids = channels_of(43) + channels_of(45)
    channels = tuple(sorted({*basis.channels, *lids}))
    posture = signals.posture
    activation = np.zeros((len(times_s), len(channels)))
    confidence = np.zeros_like(activation)
    slow = smooth_in_time(
        posture.activation, step_s=signals.time.step_s, deviation_s=_POSTURE_SMOOTH_S
    )
    for _, finding in read:
        _bridge(slow, times_s, finding.event.onset_s, finding.event.offset_s)
    trust = np.clip(1 - posture.residual_m / _RESIDUAL_LIMIT_M, 0, 1)
    for column, channel in enumerate(posture.channels):
        activation[:, channels.index(channel)] = slow[:, column]
    for channel in channels:
        confidence[:, channels.index(channel)] = np.nan_to_num(trust)
    # A brief event comes on top of what the face was doing, then the cap; never the larger of both.
    for look, finding in read:
        courses = brief_course(
            times_s,
            look.view.flow_px,
            look.broad_of(finding.movement),
            finding.units,
            finding.movement,
        )
        during = (times_s >= finding.event.onset_s) & (times_s <= finding.event.offset_s)
        for channel, course in courses.items():
            column = channels.index(channel)
            activation[:, column] += course
            confidence[during, column] = finding.event.confidence
    closed = np.clip((1 - signals.opening_ratio) / (1 - _FULLY_CLOSED), 0, 1)
    for closure in closures:
        long = times_s[closure.last_inclusive] - times_s[closure.first] > MAX_BLINK_S
        around = _grown(closed, closure)
        for eye, side in enumerate((Side.LEFT, Side.RIGHT)):
            column = channels.index(Channel(43 if long else 45, side))
            activation[around, column] = np.nan_to_num(closed[around, eye])
    activation = np.clip(activation, 0, 1)
    activation[~np.isfinite(posture.residual_m)] = np.nan
    _hide(signals, basis, channels, activation, confidence)
    return activation, confidence, channels


def _hide(
    signals: FaceSignals,
    basis: Basis,
    channels: tuple[Channel, ...],
    activation: Float[np.ndarray, "frame channel"],
    confidence: Float[np.ndarray, "frame channel"],
) -> None:
    """Take back what was read of a face, or of a part of it, that cannot be read."""
    if signals.visibility is not None:
        hidden = signals.visibility.hidden_channels(basis)
        for place, channel in enumerate(basis.channels):
            column = channels.index(channel)
            activation[hidden[:, place], column] = np.nan
            confidence[hidden[:, place], column] = 0.0
    for frame in signals.unseen:
        activation[frame] = np.nan
        confidence[frame] = 0.0


def _grown(closed: Float[np.ndarray, "frame eye"], closure: Closure) -> slice:
    """Widen a closure to where the lids begin to move and have come back."""
    top = np.nan_to_num(closed.max(axis=1))
    first, last = closure.first, closure.last_inclusive
    while first > 0 and 0.05 < top[first - 1] <= top[first]:  # noqa: PLR2004 - lids' own tremor
        first -= 1
    while last < len(top) - 1 and 0.05 < top[last + 1] <= top[last]:  # noqa: PLR2004
        last += 1
    return slice(first, last + 1)


def _bridge(
    values: Float[np.ndarray, "frame channel"], times_s: np.ndarray, start_s: float, end_s: float
) -> None:
    """Replace what landmarks say inside a brief event by a line across it, or it counts twice."""
    during = np.flatnonzero((times_s >= start_s - 0.06) & (times_s <= end_s + 0.06))
    if len(during) == 0:
        return
    first, last = max(int(during[0]) - 1, 0), min(int(during[-1]) + 1, len(values) - 1)
    share = ((times_s[during] - times_s[first]) / max(times_s[last] - times_s[first], 1e-9))[
        :, None
    ]
    values[during] = values[first] * (1 - share) + values[last] * share


def _closure_events(times_s: np.ndarray, closures: tuple[Closure, ...]) -> list[Event]:
    events = []
    for closure in closures:
        onset_s, offset_s = float(times_s[closure.first]), float(times_s[closure.last_inclusive])
        long = offset_s - onset_s > MAX_BLINK_S
        events.append(
            Event(
                kind=EventKind.MACRO if long else EventKind.BLINK,
                onset_s=onset_s,
                apex_s=float(times_s[closure.deepest]),
                offset_s=offset_s,
                units=tuple(
                    UnitPeak(Channel(43 if long else 45, Side(side)), 1.0, 1.0)
                    for side in closure.sides
                ),
                confidence=1.0,
                reference="the eyes' usual opening in this video",
            )
        )
    return events


def _nothing_seen(signals: FaceSignals) -> FaceReading:
    from mien.recognition.atoms import read_channels  # noqa: PLC0415 - needs the head

    channels = tuple(sorted({*read_channels(), *channels_of(43), *channels_of(45)}))
    shape = (signals.time.count, len(channels))
    track = ActionUnitTrack(
        time=signals.time,
        channels=channels,
        activation=np.full(shape, np.nan),
        confidence=np.zeros(shape),
        head_rotation_rad=signals.head_rotation_rad,
        gaze_rad=signals.gaze_rad,
        unseen={frame: signals.unseen.get(frame, "no face") for frame in range(shape[0])},
    )
    nothing = Scan(np.zeros(0), np.zeros((0, 1)), np.zeros((0, 1)))
    return FaceReading(track, (), (), float("nan"), nothing)
