"""From action units over time to the curves of one rig."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import reduce
from pathlib import Path

import numpy as np

from mien.core.facs import Channel, Side, action_unit, channels_of
from mien.core.track import ActionUnitTrack
from mien.curves import (
    CubicCurve,
    Keys,
    curve_from_samples,
    engine_times,
    find_gaps,
    keep_in_range,
    maximum,
    minimum,
    snap_to_engine_times,
    spline_from_samples,
    thin,
    weighted_sum,
)
from mien.rig.definition import Rig, has_sides, load_rig
from mien.rig.performance import GAZE_ANGLES, HEAD_ANGLES, Performance

ONE_SIDED = 0.1
"""A difference between the sides from here on is worth a warning where the rig has no sides."""

_CAPPED = 1e-6
_BELOW_FLOATS = 1e-7
"""Half a step of a 32-bit float near 1; engines cannot hold more."""

_ZERO = CubicCurve.constant(0.0)


def perform(track: ActionUnitTrack, rig: str | Path | Rig = "arkit52") -> Performance:
    """Turn a track into curves for every control of a rig.

    Each channel becomes an interpolating cubic spline held in 0..1. On each control the units of
    one muscle combine by their maximum, those of different muscles are added, and the sum is held
    at 1; all of it is exact, because sums, maxima and bounds of cubic curves are cubic curves. Key
    times are numbers that a 32-bit float can hold, as engines keep them. A unit with sides on a
    control without sides shows its larger side at every time.

    Args:
        track: action units; NaN is bridged by a straight line, with a warning.
        rig: name of a rig, path of a definition file, or the rig itself.

    Raises:
        UsageError: no such rig.
        FormatError: a definition file that is wrong.
    """
    definition = rig if isinstance(rig, Rig) else load_rig(rig)
    times = engine_times(track.time.times_s - track.time.start_s)
    warnings: list[str] = []
    units = _unit_curves(track, times, warnings)
    warnings += _unshown(definition, units)
    gaze = [
        _angle_curve(times, track.gaze_rad[:, eye, angle].astype(np.float64))
        for eye in (0, 1)
        for angle in (0, 1)
    ]
    head = [
        _angle_curve(times, track.head_rotation_rad[:, angle].astype(np.float64))
        for angle in range(3)
    ]
    warnings += _angle_warnings(track, times)
    curves = _control_curves(definition, units, dict(zip(GAZE_ANGLES, gaze, strict=True)), warnings)
    start = track.time.start_s
    return Performance(
        rig=definition.name,
        curves={
            name: snap_to_engine_times(thin(curves[name], _BELOW_FLOATS))
            for name in definition.controls
        },
        head_rotation=(head[0], head[1], head[2]),
        gaze=(gaze[0], gaze[1], gaze[2], gaze[3]),
        start_s=0.0,
        end_s=float(times[-1]),
        events=tuple(
            replace(
                event,
                onset_s=event.onset_s - start,
                apex_s=event.apex_s - start,
                offset_s=event.offset_s - start,
            )
            for event in track.events
        ),
        warnings=tuple(warnings),
        provenance=track.provenance,
        source_start_s=float(start),
    )


def _unit_curves(
    track: ActionUnitTrack, times: Keys, warnings: list[str]
) -> dict[Channel, CubicCurve]:
    """One curve per channel, and a warning for each stretch that was not seen."""
    units: dict[Channel, CubicCurve] = {}
    gaps: dict[str, list[str]] = {}
    for column, channel in enumerate(track.channels):
        samples = track.activation[:, column].astype(np.float64)
        if np.isnan(samples).all():
            gaps.setdefault("was never seen and stays at rest", []).append(str(channel))
            continue
        units[channel] = curve_from_samples(times, samples)
        for sentence in _gap_sentences(times, samples):
            gaps.setdefault(sentence, []).append(str(channel))
    for sentence, names in gaps.items():
        everything = len(names) == len(track.channels)
        who = "The face" if everything else _listed(names)
        warnings.append(f"{who} {sentence}.")
    return units


def _gap_sentences(times: Keys, samples: Keys) -> list[str]:
    """Say for each gap from where to where, and what the curve does there."""
    sentences = []
    for gap in find_gaps(times, samples):
        if gap.last_seen_s is None:
            sentences.append(f"was not seen before {gap.next_seen_s:.3f} s: its first value stands")
        elif gap.next_seen_s is None:
            sentences.append(f"was not seen after {gap.last_seen_s:.3f} s: its last value stands")
        else:
            sentences.append(
                f"was not seen between {gap.last_seen_s:.3f} and {gap.next_seen_s:.3f} s: "
                "bridged by a straight line"
            )
    return sentences


def _listed(names: Sequence[str], most: int = 6) -> str:
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def _unshown(rig: Rig, units: Mapping[Channel, CubicCurve]) -> list[str]:
    """Say which units the rig cannot show, or not on one side."""
    sentences = []
    for au in sorted({channel.au for channel in units}):
        sides = [units.get(channel, _ZERO) for channel in channels_of(au)]
        moving = [c for c, curve in zip(channels_of(au), sides, strict=True) if _peak(curve) > 0]
        if not moving:
            continue
        row = rig.row(au)
        if row is None or not row.controls:
            names = _listed([str(channel) for channel in moving])
            sentences.append(
                f"{names} ({action_unit(au).name}) cannot be shown: {rig.name} has no control "
                "for it."
            )
        elif row.merges_sides:
            sentences += _one_sided(rig, au, sides)
    return sentences


def _one_sided(rig: Rig, au: int, sides: Sequence[CubicCurve]) -> list[str]:
    """Warn of each side that moves more than the other, where a control shows only the larger."""
    left, right = sides
    row = rig.row(au)
    merged = [name for name in (row.controls if row else {}) if not has_sides(name)]
    sentences = []
    for side, excess in (
        (Side.LEFT, weighted_sum([left, right], [1.0, -1.0])),
        (Side.RIGHT, weighted_sum([right, left], [1.0, -1.0])),
    ):
        most = _peak(excess)
        if most > ONE_SIDED:
            when = float(excess.times_s[int(np.argmax(excess.values))])
            sentences.append(
                f"{Channel(au, side)} ({action_unit(au).name}, {side.value}) exceeds the other "
                f"side by {most:.2f} at {when:.3f} s: {', '.join(merged)} of {rig.name} has no "
                "sides and shows the larger."
            )
    return sentences


def _peak(curve: CubicCurve) -> float:
    return float(curve.values.max())


def _angle_curve(times: Keys, samples: Keys) -> CubicCurve:
    """Curve of an angle; at rest where it was never measured."""
    if np.isnan(samples).all():
        return _ZERO
    return thin(spline_from_samples(times, samples))


def _angle_warnings(track: ActionUnitTrack, times: Keys) -> list[str]:
    """Say where head or gaze were not measured."""
    sentences = []
    frames = track.time.count
    signals = {
        "The head's rotation": (HEAD_ANGLES, track.head_rotation_rad),
        "Gaze": (GAZE_ANGLES, track.gaze_rad.reshape(frames, 4)),
    }
    for name, (angles, values) in signals.items():
        if np.isnan(values).all():
            sentences.append(f"{name} was never measured and stays at rest.")
            continue
        found: dict[str, list[str]] = {}
        for column, angle in enumerate(angles):
            samples = values[:, column].astype(np.float64)
            if np.isnan(samples).all():
                found.setdefault("was never measured and stays at rest", []).append(angle)
                continue
            for sentence in _gap_sentences(times, samples):
                found.setdefault(sentence, []).append(angle)
        for sentence, which in found.items():
            part = "" if len(which) == len(angles) else f" ({', '.join(which)})"
            sentences.append(f"{name}{part} {sentence}.")
    return sentences


def _control_curves(
    rig: Rig,
    units: Mapping[Channel, CubicCurve],
    gaze: Mapping[str, CubicCurve],
    warnings: list[str],
) -> dict[str, CubicCurve]:
    """One curve in 0..1 for every control of the rig."""
    parts: dict[str, dict[str, list[CubicCurve]]] = {name: {} for name in rig.controls}
    for row in rig.units:
        for name, curve in _row_curves(rig, row.au, units).items():
            parts[name].setdefault(row.muscle, []).append(curve)
    for look in rig.gaze:
        angle = gaze[f"{look.eye}_{look.angle}"]
        shown = keep_in_range(angle.scaled(look.sign / look.full_rad))
        if not shown.is_constant or shown.values[0] != 0:
            parts[look.control].setdefault("gaze", []).append(shown)
    curves = {}
    for name, muscles in parts.items():
        strongest = [reduce(maximum, contributions) for contributions in muscles.values()]
        if not strongest:
            curves[name] = _ZERO
            continue
        total = weighted_sum(strongest, [1.0] * len(strongest))
        if _peak(total) > 1 + _CAPPED:
            warnings.append(
                f"{name} adds up to {_peak(total):.2f} at "
                f"{float(total.times_s[int(np.argmax(total.values))]):.3f} s and is held at 1."
            )
        curves[name] = keep_in_range(total)
    for limit in rig.limits:
        curves[limit.control] = minimum(curves[limit.control], curves[limit.at_most])
    return curves


def _row_curves(rig: Rig, au: int, units: Mapping[Channel, CubicCurve]) -> dict[str, CubicCurve]:
    """Contribution of one unit to each control; the larger side where a control has no sides."""
    found: dict[str, list[CubicCurve]] = {}
    for channel in channels_of(au):
        curve = units.get(channel)
        if curve is None or _peak(curve) == 0:
            continue
        for name, weight in rig.weights(channel).items():
            found.setdefault(name, []).append(curve.scaled(weight))
    return {name: reduce(maximum, parts) for name, parts in found.items()}
