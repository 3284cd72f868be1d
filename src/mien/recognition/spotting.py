"""Where something brief happened that the face's action units explain."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float
from scipy.signal import find_peaks

from mien.core.arrays import Times
from mien.recognition.basis import Whitened
from mien.recognition.nonnegative import nonnegative_course
from mien.recognition.reading import Reading, smooth
from mien.recognition.timing import Moments, moments_of


@dataclass(frozen=True)
class SpottingThresholds:
    """What a movement must show to be reported; fixed on footage kept apart from any test."""

    score: float = 4.5
    """Root of the explained energy times the explained fraction, at the peak."""

    fraction: float = 0.50
    """Explained part of the energy of the movement's own field at its apex."""

    prominence: float = 0.5
    """How far the score must rise above its surroundings, as a part of its height."""

    max_duration_s: float = 0.5
    """A longer movement is no micro-expression."""

    min_duration_s: float = 0.04
    largest_px: float = 12.0
    """A cell that moves farther in the aligned face is beyond what the flow measures."""

    reach_px: float = 0.28
    """How far the explained motion must move some cell; the jitter of landmarks, which the
    alignment follows, can look like the movement of a unit up to a third of a pixel."""

    stray: float = 15.0
    """A cell that moves so many times farther than the explained motion reaches shows something
    else: a lid, a hand, a flaw of the compression."""

    lasting: float = 0.6
    lasting_px: float = 0.8
    """A change that stays, as a part of the apex and in pixels: with both, the movement is the
    beginning or end of a longer one."""

    edge_s: float = 0.25
    """The first and last quarter of a second have no surroundings to be judged by."""

    gap_s: float = 0.15
    """Peaks nearer than this are one movement."""


@dataclass(frozen=True)
class Movement:
    """One brief movement that the units explain."""

    peak: int
    """Frame of the largest score."""

    moments: Moments
    vector: Float[np.ndarray, " value"]
    """The motion at the apex, in noise units, without rigid motion."""

    field_px: Float[np.ndarray, "row column 2"]
    """The same in pixels of the aligned face."""

    score: float
    fraction: float
    energy: float
    refused: str = ""
    """Why it is not reported as brief, or empty."""

    long: bool = False
    """Refused for its length alone: a movement of the face all the same."""


_AROUND_S = 0.2
_MATCHED_S = 0.12
_MATCHED_LEVEL = 0.35

_LASTS = "it lasts longer than half a second:"


def _apex_field(
    flow_px: Float[np.ndarray, "frame row column 2"], times_s: Times, peak: int
) -> Float[np.ndarray, "row column 2"]:
    """Mean field of the frames around the peak: within 25 ms, or the peak and its neighbours."""
    near = np.abs(times_s - times_s[peak]) <= 0.025  # noqa: PLR2004 - half a brief apex
    near &= np.isfinite(flow_px[:, 0, 0, 0])
    field: Float[np.ndarray, "row column 2"] = flow_px[near].mean(axis=0)
    return field


def spot_movements(
    times_s: Times,
    flow_px: Float[np.ndarray, "frame row column 2"],
    whole_px: Float[np.ndarray, "frame row column 2"],
    reading: Reading,
    whitened: Whitened,
    blinking: Bool[np.ndarray, " frame"],
    thresholds: SpottingThresholds,
) -> tuple[Movement, ...]:
    """Find brief movements, measure each by its own field, and say why any is refused.

    Args:
        times_s: time of each frame.
        flow_px: brief motion of the aligned face.
        whole_px: its motion with slow change, which tells a step from a bump.
        reading: that motion read against the units.
        whitened: the units.
        blinking: frames touched by a closing of the eyes.
        thresholds: what a movement must show.

    Returns:
        all candidates in time order; those with an empty ``refused`` are the finding.
    """
    score = np.where(np.isfinite(reading.score), reading.score, 0.0)
    step_s = float(np.median(np.diff(times_s)))
    peaks, shape = find_peaks(
        np.concatenate([[0.0], score, [0.0]]),
        height=thresholds.score,
        distance=max(1, round(thresholds.gap_s / step_s)),
        prominence=0.0,
    )
    movements: list[Movement] = []
    for position, prominence in zip(peaks, shape["prominences"], strict=True):
        peak = int(position) - 1
        if prominence < thresholds.prominence * score[peak]:
            continue
        movements.append(
            _measure(
                times_s,
                flow_px,
                whole_px,
                whitened,
                blinking,
                thresholds,
                (peak, float(score[peak])),
            )
        )
    return tuple(_without_repeats(movements))


def _measure(
    times_s: Times,
    flow_px: Float[np.ndarray, "frame row column 2"],
    whole_px: Float[np.ndarray, "frame row column 2"],
    whitened: Whitened,
    blinking: Bool[np.ndarray, " frame"],
    thresholds: SpottingThresholds,
    at: tuple[int, float],
) -> Movement:
    peak, score = at
    step_s = float(np.median(np.diff(times_s)))
    reach = max(2, round(0.7 / step_s))
    part = slice(max(0, peak - reach), min(len(times_s), peak + reach + 1))
    field = _apex_field(flow_px, times_s, peak)
    vector = whitened.vectors(field[None])[0]
    energy = float(vector @ vector)
    course = _own_course(flow_px[part], whitened, vector, step_s=step_s)
    field = _matched_field(flow_px[part], course, peak - part.start, step_s=step_s)
    vector = whitened.vectors(field[None])[0]
    energy = float(vector @ vector)
    course = _own_course(flow_px[part], whitened, vector, step_s=step_s)
    moments = moments_of(times_s[part], course, near=peak - part.start)
    fraction, explained_px = _explained(whitened, vector)
    reach_px = float(np.linalg.norm(explained_px, axis=-1).max())
    refused = _why_refused(times_s, moments, field, fraction, reach_px, blinking, thresholds)
    step = _lasting_step(times_s[part], whole_px[part], whitened, vector, moments)
    if not refused and step > thresholds.lasting and step * reach_px > thresholds.lasting_px:
        refused = "the face does not go back: part of a longer movement"
    return Movement(
        peak=peak,
        moments=moments,
        vector=vector,
        field_px=field,
        score=score,
        fraction=fraction,
        energy=energy,
        refused=refused,
        long=refused.startswith(_LASTS),
    )


def _matched_field(
    flow_px: Float[np.ndarray, "frame row column 2"],
    course: Float[np.ndarray, " frame"],
    peak: int,
    *,
    step_s: float,
) -> Float[np.ndarray, "row column 2"]:
    """Field at the apex from all frames of the movement, each by how far it has gone.

    The frames around the apex show the same field at other sizes; a mean weighted by their size
    has less noise than any of them.
    """
    reach = max(1, round(_MATCHED_S / step_s))
    part = slice(max(0, peak - reach), peak + reach + 1)
    weight = np.clip(np.nan_to_num(course[part]), 0, None)
    weight[weight < _MATCHED_LEVEL * weight.max()] = 0.0
    known = np.nan_to_num(flow_px[part])
    field: Float[np.ndarray, "row column 2"] = (
        np.tensordot(weight, known, 1) / np.square(weight).sum()
    )
    return field.astype(flow_px.dtype)


def _own_course(
    flow_px: Float[np.ndarray, "frame row column 2"],
    whitened: Whitened,
    vector: Float[np.ndarray, " value"],
    *,
    step_s: float,
) -> Float[np.ndarray, " frame"]:
    steady = smooth(flow_px, step_s=step_s, deviation_s=0.012)
    seen = np.isfinite(steady[:, 0, 0, 0])
    course = np.full(len(flow_px), np.nan)
    course[seen] = whitened.vectors(steady[seen]) @ vector / (vector @ vector)
    return course


def _lasting_step(
    times_s: Times,
    whole_px: Float[np.ndarray, "frame row column 2"],
    whitened: Whitened,
    vector: Float[np.ndarray, " value"],
    moments: Moments,
) -> float:
    """How far the face stands from where it was, after against before, as a part of the apex.

    NaN-free: where either side is not seen it is 0, and the movement is judged by the rest.
    """
    known = np.isfinite(whole_px[:, 0, 0, 0])
    before = known & (times_s < moments.onset_s) & (times_s >= moments.onset_s - _AROUND_S)
    after = known & (times_s > moments.offset_s) & (times_s <= moments.offset_s + _AROUND_S)
    if not before.any() or not after.any():
        return 0.0
    ends = [np.median(whole_px[side], axis=0) for side in (before, after)]
    first, second = whitened.vectors(np.stack(ends)) @ vector / (vector @ vector)
    return abs(float(second - first))


def _explained(
    whitened: Whitened, vector: Float[np.ndarray, " value"]
) -> tuple[float, Float[np.ndarray, "row column 2"]]:
    """Part of a motion's energy that the units explain, and the field that they make of it."""
    right = (whitened.design.T @ vector)[None]
    share = nonnegative_course(whitened.gram, right)[0]
    explained = float(2 * share @ right[0] - share @ whitened.gram @ share)
    field: Float[np.ndarray, "row column 2"] = np.tensordot(share, whitened.basis.fields_px, 1)
    return explained / float(vector @ vector), field


def _why_refused(  # noqa: PLR0911 - one sentence a reason
    times_s: Times,
    moments: Moments,
    field_px: Float[np.ndarray, "row column 2"],
    fraction: float,
    reach_px: float,
    blinking: Bool[np.ndarray, " frame"],
    thresholds: SpottingThresholds,
) -> str:
    duration_s = moments.offset_s - moments.onset_s
    apex = int(np.argmin(np.abs(times_s - moments.apex_s)))
    length_px = float(np.linalg.norm(field_px, axis=-1).max())
    if fraction < thresholds.fraction:
        return f"the action units explain only {fraction:.0%} of the motion"
    if reach_px < thresholds.reach_px:
        return f"the explained motion is only {reach_px:.2f} px"
    if length_px > thresholds.stray * reach_px:
        return f"cells move {length_px:.1f} px where the action units explain {reach_px:.1f} px"
    if blinking[apex]:
        return "a blink"
    if length_px > thresholds.largest_px:
        return f"cells move {length_px:.1f} px: a large movement, not measured as brief"
    if not moments.complete:
        return "it does not come back to rest within half a second"
    if duration_s > thresholds.max_duration_s:
        return f"{_LASTS} {duration_s:.2f} s"
    if duration_s < thresholds.min_duration_s:
        return f"it lasts only {duration_s * 1000:.0f} ms"
    near_start = moments.apex_s - times_s[0] < thresholds.edge_s
    if near_start or times_s[-1] - moments.apex_s < thresholds.edge_s:
        return "too near the beginning or end of the video to be judged"
    return ""


def _without_repeats(movements: list[Movement]) -> list[Movement]:
    """Keep the stronger of two movements that overlap in time."""
    kept: list[Movement] = []
    for movement in sorted(movements, key=lambda m: (bool(m.refused), -m.score)):
        overlaps = any(
            movement.moments.onset_s < other.moments.offset_s
            and other.moments.onset_s < movement.moments.offset_s
            for other in kept
            if not other.refused
        )
        if not overlaps:
            kept.append(movement)
    return sorted(kept, key=lambda m: m.moments.apex_s)
