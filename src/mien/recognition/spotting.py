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
from mien.recognition.scan import DURATIONS_S, Scan, Scanner
from mien.recognition.timing import Moments, flanks, moments_of

_REACH_S = 0.7
_GROUND_S = 0.6
_MARGIN_S = 0.03
_ROUNDS = 2
_AROUND_S = 0.2
_DONE_S = 0.1
_STEADY_S = 0.012
_MOST = 0.98


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

    score: float
    fraction: float
    energy: float
    refused: str = ""
    """Why it is not reported as brief, or empty."""

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


def spot_movements(
    times_s: Times,
    flow_px: Float[np.ndarray, "frame row column 2"],
    basis: Basis,
    blinking: Bool[np.ndarray, " frame"],
    thresholds: SpottingThresholds,
    steps_s: Sequence[float] = (),
    *,
    magnification: float = 1.0,
) -> Spotting:
    """Find brief movements, measure each by its own field, and say why any is refused.

    The strongest bump comes first. Its frames then fall out of use, as those of a blink do, and
    its surroundings are looked at again: what was only its shadow is gone.

    Args:
        times_s: time of each frame.
        flow_px: motion of the aligned face, smoothed like the basis; NaN where it is not seen.
        basis: the action units' fields.
        blinking: frames touched by a closing of the eyes.
        thresholds: what a movement must show.
        steps_s: times at which the flow may jump for reasons of its own.
        magnification: pixels of the aligned face for one of the video.
    """
    motion = _Motion(times_s, flow_px, tuple(steps_s), magnification)
    usable = np.isfinite(flow_px[:, 0, 0, 0]) & ~blinking
    scanner = Scanner(times_s, flow_px, basis, usable, steps_s)
    first = scanner.scan
    centres_s = first.centres_s
    open_ = _inside(centres_s, times_s, usable)
    movements: list[Movement] = []
    while open_.any():
        scan = scanner.scan
        best = np.where(open_, scan.best, 0.0)
        place = int(np.argmax(best))
        if best[place] < thresholds.score:
            break
        movement = _measure(motion, usable, scanner, place, thresholds)
        movements.append(movement)
        start_s = min(movement.moments.onset_s, float(centres_s[place])) - _MARGIN_S
        end_s = max(movement.moments.offset_s, float(centres_s[place])) + _MARGIN_S
        usable &= ~((times_s >= start_s) & (times_s <= end_s))
        open_ &= ~((centres_s >= start_s - _DONE_S) & (centres_s <= end_s + _DONE_S))
        scanner.rescan(usable, around_s=(start_s - _GROUND_S, end_s + _GROUND_S))
    ordered = tuple(sorted(movements, key=lambda m: m.moments.apex_s))
    return Spotting(ordered, first, scanner.whitened[0], scanner.noise_px)


def _inside(
    centres_s: Float[np.ndarray, " centre"], times_s: Times, usable: Bool[np.ndarray, " frame"]
) -> Bool[np.ndarray, " centre"]:
    """Centres whose nearest frame may be judged."""
    right = np.clip(np.searchsorted(times_s, centres_s), 1, len(times_s) - 1)
    nearer = np.where(centres_s - times_s[right - 1] < times_s[right] - centres_s, right - 1, right)
    inside: Bool[np.ndarray, " centre"] = usable[nearer]
    return inside


def _measure(
    motion: _Motion,
    usable: Bool[np.ndarray, " frame"],
    scanner: Scanner,
    place: int,
    thresholds: SpottingThresholds,
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
    measured = Measured(
        moments=moments,
        fraction=fraction,
        reach_px=float(np.linalg.norm(explained_px, axis=-1).max()),
        largest_px=float(np.quantile(np.linalg.norm(field[whitened.basis.seen], axis=-1), _MOST)),
        magnification=motion.magnification,
        step=_lasting_step(near_s, near_px, whitened, explained, moments),
        span_s=(float(times_s[0]), float(times_s[-1])),
    )
    return Movement(
        moments=moments,
        vector=vector,
        field_px=field,
        frames=frames,
        used=used,
        steps_s=steps_s,
        score=float(scan.best[place]),
        fraction=fraction,
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
) -> tuple[float, Float[np.ndarray, " value"], Float[np.ndarray, "row column 2"]]:
    """Part of a motion's energy that the units explain, and what they make of it.

    That motion comes in noise units and in pixels.
    """
    right = (whitened.design.T @ vector)[None]
    share = nonnegative_course(whitened.gram, right)[0]
    explained = float(2 * share @ right[0] - share @ whitened.gram @ share)
    field: Float[np.ndarray, "row column 2"] = np.tensordot(share, whitened.basis.fields_px, 1)
    return explained / float(vector @ vector), whitened.design @ share, field
