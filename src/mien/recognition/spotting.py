"""Where something brief happened that the face's action units explain."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float

from mien.core.arrays import Times
from mien.motion.bumps import height_kernel, remove_slow_change, slow_change
from mien.motion.time_smoothing import smooth_in_time
from mien.recognition.basis import Basis, Whitened
from mien.recognition.gates import LASTS, Measured, SpottingThresholds, why_refused
from mien.recognition.nonnegative import nonnegative_course
from mien.recognition.scan import DURATIONS_S, Scan, Scanner, at_centres
from mien.recognition.speech import SPEECH_UNITS, without_speech
from mien.recognition.sureness import Cues, sureness
from mien.recognition.timing import Moments, flanks, moments_of

_REACH_S = 0.7
_GROUND_S = 0.6
_MARGIN_S = 0.03
_ROUNDS = 2
_AROUND_S = 0.2
_DONE_S = 0.1
_STEADY_S = 0.012
_MOST = 0.98
_SPOKEN_NOISE = 0.5
"""While the mouth speaks, what it usually does there is the noise."""

_OWN_S, _AROUND_PLACE_S, _USUAL = 0.4, 2.5, 0.75
"""The surroundings of a place are so far from it, and their usual score is this quantile."""


@dataclass(frozen=True)
class Movement:
    """One brief movement that the units explain."""

    moments: Moments
    vector: Float[np.ndarray, " value"]
    """The motion at the apex, in noise units, without rigid motion."""

    field_px: Float[np.ndarray, "row column 2"]
    """The same in pixels of the aligned face."""

    frames: slice
    """The frames around it that were looked at."""

    used: Bool[np.ndarray, " frame"]
    """Those of them that had a say."""

    steps_s: tuple[float, ...]
    """Times at which the flow may jump for reasons of its own."""

    whitened: Whitened
    """The units that it is named by: all, or beside a mouth that speaks those that are none of
    speech, with the motion of speech projected out."""

    confidence: float
    """Probability that it is a true brief expression."""

    cues: Cues
    energy: float
    refused: str = ""
    """Why it is not reported as brief, or empty."""

    @property
    def score(self) -> float:
        """Root of the explained energy times the explained part."""
        return self.cues.score

    @property
    def fraction(self) -> float:
        """Explained part of the energy."""
        return self.cues.fraction

    @property
    def long(self) -> bool:
        """Refused for its length alone: a movement of the face all the same."""
        return self.refused.startswith(LASTS)

    def brief_px(
        self, times_s: Times, flow_px: Float[np.ndarray, "frame row column 2"]
    ) -> Float[np.ndarray, "near row column 2"]:
        """Motion in the frames around without slow change; NaN where the face is not seen."""
        near_s, near_px = times_s[self.frames], flow_px[self.frames]
        shape = _shape(near_s, self.moments)
        flat = remove_slow_change(
            near_s, near_px.reshape(len(near_s), -1), self.used, shape, steps_s=self.steps_s
        )
        return flat.reshape(near_px.shape)


@dataclass(frozen=True)
class Spotting:
    """What was found in one face's motion."""

    movements: tuple[Movement, ...]
    """All candidates in time order; those with an empty ``refused`` are the finding."""

    scan: Scan
    """The first look at every place, before anything was left out."""

    whitened: Whitened
    noise_px: float


@dataclass(frozen=True)
class _Motion:
    """What all measuring of one face shares."""

    times_s: Times
    flow_px: Float[np.ndarray, "frame row column 2"]
    steps_s: tuple[float, ...]
    magnification: float
    blinking: Bool[np.ndarray, " frame"]


def spot_movements(  # noqa: PLR0913 - three of them keyword-only
    times_s: Times,
    flow_px: Float[np.ndarray, "frame row column 2"],
    basis: Basis,
    blinking: Bool[np.ndarray, " frame"],
    thresholds: SpottingThresholds,
    steps_s: Sequence[float] = (),
    *,
    magnification: float = 1.0,
    talking: Bool[np.ndarray, " frame"] | None = None,
) -> Spotting:
    """Find brief movements, measure each by its own field, and say why any is refused.

    The strongest bump comes first. Its frames then fall out of use, as those of a blink do, and
    its surroundings are looked at again: what was only its shadow is gone.

    While the mouth speaks, only the part of the face that speech leaves alone is looked at.

    Args:
        times_s: time of each frame.
        flow_px: motion of the aligned face, smoothed like the basis; NaN where it is not seen.
        basis: the action units' fields.
        blinking: frames touched by a closing of the eyes.
        thresholds: what a movement must show.
        steps_s: times at which the flow may jump for reasons of its own.
        magnification: pixels of the aligned face for one of the video.
        talking: frames in which the mouth speaks; None for none.
    """
    motion = _Motion(times_s, flow_px, tuple(steps_s), magnification, blinking)
    seen = np.isfinite(flow_px[:, 0, 0, 0]) & ~blinking
    spoken = np.zeros(len(times_s), dtype=bool)
    if talking is not None and any(channel.au in SPEECH_UNITS for channel in basis.channels):
        spoken = talking
    scanner = Scanner(times_s, flow_px, basis, seen & ~spoken, steps_s)
    first = scanner.scan
    movements = _found(motion, scanner, seen & ~spoken, seen & ~spoken, thresholds)
    beside = without_speech(basis) if (seen & spoken).any() else None
    if beside is not None:
        aside = Scanner(
            times_s,
            flow_px,
            beside,
            seen,
            steps_s,
            judged=seen & spoken,
            noise_quantile=_SPOKEN_NOISE,
        )
        first = _joined(first, aside.scan, at_centres(first.centres_s, times_s, seen & spoken))
        others = _found(motion, aside, seen, seen & spoken, thresholds, beside_speech=True)
        movements = _once(movements, others)
    ordered = tuple(sorted(movements, key=lambda m: m.moments.apex_s))
    # Of somebody who never stops to speak only what is beside the speech has a noise.
    settled = scanner if beside is None or np.isfinite(scanner.noise_px) else aside
    return Spotting(ordered, first, settled.whitened[0], settled.noise_px)


def _found(
    motion: _Motion,
    scanner: Scanner,
    used: Bool[np.ndarray, " frame"],
    judged: Bool[np.ndarray, " frame"],
    thresholds: SpottingThresholds,
    *,
    beside_speech: bool = False,
) -> list[Movement]:
    """Take movements from the strongest on, each out of use before the next is looked for."""
    times_s, centres_s = motion.times_s, scanner.scan.centres_s
    usable = used.copy()
    usual = scanner.scan.best
    open_ = at_centres(centres_s, times_s, judged)
    movements: list[Movement] = []
    while open_.any():
        best = np.where(open_, scanner.scan.best, 0.0)
        place = int(np.argmax(best))
        if best[place] < thresholds.score:
            break
        around = _surroundings(centres_s, usual, open_, float(centres_s[place]))
        movement = _measure(
            motion, usable, scanner, place, thresholds, around=around, beside_speech=beside_speech
        )
        movements.append(movement)
        start_s = min(movement.moments.onset_s, float(centres_s[place])) - _MARGIN_S
        end_s = max(movement.moments.offset_s, float(centres_s[place])) + _MARGIN_S
        usable &= ~((times_s >= start_s) & (times_s <= end_s))
        open_ &= ~((centres_s >= start_s - _DONE_S) & (centres_s <= end_s + _DONE_S))
        scanner.rescan(usable, around_s=(start_s - _GROUND_S, end_s + _GROUND_S))
    return movements


def _once(quiet: list[Movement], spoken: list[Movement]) -> list[Movement]:
    """Join what two looks found; of a movement at the border between them, the surer one stays."""
    kept: list[Movement] = []
    for one in sorted((*quiet, *spoken), key=lambda m: (bool(m.refused), -m.confidence)):
        moments = one.moments
        if not any(
            moments.onset_s < other.moments.apex_s < moments.offset_s
            or other.moments.onset_s < moments.apex_s < other.moments.offset_s
            for other in kept
            if other.cues.beside_speech is not one.cues.beside_speech
        ):
            kept.append(one)
    return kept


def _surroundings(
    centres_s: Float[np.ndarray, " centre"],
    best: Float[np.ndarray, " centre"],
    open_: Bool[np.ndarray, " centre"],
    centre_s: float,
) -> float:
    """Usual score of the seconds around a place, the place itself left out; 0 where none is."""
    distance = np.abs(centres_s - centre_s)
    around = open_ & (distance > _OWN_S) & (distance <= _AROUND_PLACE_S)
    return float(np.quantile(best[around], _USUAL)) if around.any() else 0.0


def _joined(whole: Scan, beside: Scan, spoken: Bool[np.ndarray, " centre"]) -> Scan:
    """Give one look at every place: beside the mouth where it speaks."""
    rows = spoken[:, None]
    return Scan(
        whole.centres_s,
        np.where(rows, beside.explained, whole.explained),
        np.where(rows, beside.energy, whole.energy),
    )


def _measure(
    motion: _Motion,
    usable: Bool[np.ndarray, " frame"],
    scanner: Scanner,
    place: int,
    thresholds: SpottingThresholds,
    *,
    around: float,
    beside_speech: bool,
) -> Movement:
    times_s, flow_px, steps_s = motion.times_s, motion.flow_px, motion.steps_s
    scan = scanner.scan
    centre_s, column = float(scan.centres_s[place]), int(np.argmax(scan.score[place]))
    whitened = scanner.whitened[column]
    low, high = np.searchsorted(times_s, [centre_s - _REACH_S - 1e-9, centre_s + _REACH_S + 1e-9])
    frames = slice(int(low), int(high))
    near_s, near_px, near_usable = times_s[frames], flow_px[frames], usable[frames]
    field = scanner.field_px(centre_s, DURATIONS_S[column], usable)
    vector = whitened.vectors(field[None])[0]
    used = near_usable & (np.abs(near_s - centre_s) <= _GROUND_S)
    moments = Moments(centre_s - 0.1, centre_s, centre_s + 0.1, complete=False)
    for _ in range(_ROUNDS):
        course = _own_course(
            near_px, near_usable, whitened, _explained(whitened, vector)[1], times_s=near_s
        )
        moments = moments_of(near_s, course, used, near_s=centre_s, steps_s=steps_s)
        slow = slow_change(near_s[used], centre_s=centre_s, steps_s=steps_s)
        kernel = height_kernel(_shape(near_s[used], moments), slow)
        if kernel is None:
            break
        field = np.tensordot(kernel, near_px[used], 1).astype(np.float32)
        vector = whitened.vectors(field[None])[0]
    fraction, explained, explained_px = _explained(whitened, vector)
    reach_px = float(np.linalg.norm(explained_px, axis=-1).max())
    largest_px = float(np.quantile(np.linalg.norm(field[whitened.basis.seen], axis=-1), _MOST))
    cues = Cues(
        score=float(scan.best[place]),
        fraction=fraction,
        surroundings=around,
        reach_px=reach_px / motion.magnification,
        duration_s=moments.offset_s - moments.onset_s,
        beside_speech=beside_speech,
    )
    confidence = sureness().probability(cues)
    measured = Measured(
        moments=moments,
        fraction=fraction,
        reach_px=reach_px,
        largest_px=largest_px,
        magnification=motion.magnification,
        step=_lasting_step(near_s, near_px, near_usable, whitened, explained, moments=moments),
        span_s=(float(times_s[0]), float(times_s[-1])),
        confidence=confidence,
    )
    return Movement(
        moments=moments,
        vector=vector,
        field_px=field,
        frames=frames,
        used=used,
        steps_s=steps_s,
        whitened=scanner.whitened[0],
        confidence=confidence,
        cues=cues,
        energy=float(vector @ vector),
        refused=why_refused(measured, thresholds),
    )


def _shape(times_s: Times, moments: Moments) -> Float[np.ndarray, " frame"]:
    """Course of height 1 with the given moments."""
    one = (np.array([moments.onset_s]), np.array([moments.apex_s]), np.array([moments.offset_s]))
    shape: Float[np.ndarray, " frame"] = flanks(times_s, *one)[0]
    return shape


def _own_course(
    brief_px: Float[np.ndarray, "frame row column 2"],
    usable: Bool[np.ndarray, " frame"],
    whitened: Whitened,
    vector: Float[np.ndarray, " value"],
    *,
    times_s: Times,
) -> Float[np.ndarray, " frame"]:
    """How far the face is along one motion, 1 at the motion itself; NaN where it is not judged."""
    step_s = float(np.median(np.diff(times_s)))
    steady = smooth_in_time(brief_px, step_s=step_s, deviation_s=_STEADY_S)
    seen = usable & np.isfinite(steady[:, 0, 0, 0])
    course = np.full(len(brief_px), np.nan)
    course[seen] = whitened.vectors(steady[seen]) @ vector / max(float(vector @ vector), 1e-12)
    return course


def _lasting_step(
    times_s: Times,
    whole_px: Float[np.ndarray, "frame row column 2"],
    usable: Bool[np.ndarray, " frame"],
    whitened: Whitened,
    vector: Float[np.ndarray, " value"],
    *,
    moments: Moments,
) -> float:
    """How far the face stands from where it was, after against before, as a part of the apex.

    NaN-free: where either side is not seen, or hidden by a blink, it is 0, and the movement is
    judged by the rest.
    """
    known = usable & np.isfinite(whole_px[:, 0, 0, 0])
    before = known & (times_s < moments.onset_s) & (times_s >= moments.onset_s - _AROUND_S)
    after = known & (times_s > moments.offset_s) & (times_s <= moments.offset_s + _AROUND_S)
    if not before.any() or not after.any():
        return 0.0
    ends = [np.median(whole_px[side], axis=0) for side in (before, after)]
    first, second = whitened.vectors(np.stack(ends)) @ vector / (vector @ vector)
    return abs(float(second - first))


def _explained(
    whitened: Whitened, vector: Float[np.ndarray, " value"]
) -> tuple[float, Float[np.ndarray, " value"], Float[np.ndarray, "row column 2"]]:
    """Part of a motion's energy that the units explain, and what they make of it.

    That motion comes in noise units and in pixels.
    """
    right = (whitened.design.T @ vector)[None]
    share = nonnegative_course(whitened.gram, right)[0]
    explained = float(2 * share @ right[0] - share @ whitened.gram @ share)
    field: Float[np.ndarray, "row column 2"] = np.tensordot(share, whitened.basis.fields_px, 1)
    return explained / float(vector @ vector), whitened.design @ share, field
