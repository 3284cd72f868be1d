"""Stretches in which the mouth opens and closes again and again, as in speech."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float

from mien.core.arrays import Times
from mien.motion.time_smoothing import smooth_in_time
from mien.recognition.basis import Basis

OPENING_UNITS = frozenset({25, 26})
"""Lips that part and a jaw that drops: the mouth opens by both together."""

SPEECH_UNITS = frozenset({10, 16, 17, 18, 20, 24, 25, 26})
"""Units that speech moves."""

MIN_SPEED_PER_S, MIN_WAY = 0.3, 0.05
"""A way of the mouth, open or shut, counts above both: fastest change of the opening a second, and
whole change, 1 being the units' full shape. On drawn videos, faces that listen stay below .3 a
second nearly always, and those that speak are above it half of the time or more."""

MIN_WAYS = 4
"""Opening, closing, opening, closing: a movement of the mouth that is none of speech has two."""

ABOVE_NOISE, ALIKE_CELLS = 3.0, 12.0
"""A way is so many times the noise of the opening at least. The noise of so many cells is alike, so
that it does not average out among them."""

LONGEST_WAY_S = 0.6
"""A slower way is none of a syllable: a mouth that opens in surprise, or drifts."""

LONGEST_PAUSE_S = 0.5
"""Between two ways of one stretch."""

PAD_S = 0.1
_STEADY_S = 0.02


@dataclass(frozen=True)
class Stretch:
    """A stretch of time, in seconds."""

    start_s: float
    end_s: float


def mouth_opening(
    times_s: Times, flow_px: Float[np.ndarray, "frame row column 2"], basis: Basis
) -> Float[np.ndarray, " frame"]:
    """How far the mouth is open against its rest, as a part of the units' full shape.

    The motion along the field of the opening mouth. NaN where the face is not seen, and everywhere
    where the basis has no such unit.
    """
    members = [i for i, channel in enumerate(basis.channels) if channel.au in OPENING_UNITS]
    field = basis.fields_px[members].sum(axis=0)[basis.seen].ravel()
    # A head that turns moves the mouth too: what the rigid motions explain of it is left out.
    rigid, *_ = np.linalg.svd(
        basis.rigid_px[:, basis.seen].reshape(len(basis.rigid_px), -1).T, full_matrices=False
    )
    field = field - rigid @ (rigid.T @ field)
    size = float(field @ field)
    if not members or size == 0:
        return np.full(len(flow_px), np.nan)
    along: Float[np.ndarray, " frame"] = (
        flow_px[:, basis.seen].reshape(len(flow_px), -1).astype(np.float64) @ field / size
    )
    step_s = float(np.median(np.diff(times_s))) if len(times_s) > 1 else 1.0
    steady: Float[np.ndarray, " frame"] = smooth_in_time(
        along[:, None], step_s=step_s, deviation_s=_STEADY_S
    )[:, 0]
    return steady


def opening_noise(flow_px: Float[np.ndarray, "frame row column 2"], basis: Basis) -> float:
    """How far the opening strays by the noise of the flow alone, in its own unit.

    Taken from the change between frames of the cells above the middle of the face, which speech
    leaves alone; 0 where nothing is seen twice in a row.
    """
    members = [i for i, channel in enumerate(basis.channels) if channel.au in OPENING_UNITS]
    size = float(np.square(basis.fields_px[members].sum(axis=0)[basis.seen]).sum())
    rows = np.flatnonzero(basis.seen.any(axis=1))
    upper = basis.seen.copy()
    upper[int(np.median(rows)) :] = False
    change = np.diff(flow_px[:, upper].astype(np.float64), axis=0)
    change = change[np.isfinite(change).all(axis=(1, 2))]
    if not change.size or size == 0:
        return 0.0
    cell_px = float(np.median(np.abs(change))) / 0.6745 / np.sqrt(2)
    return float(cell_px * np.sqrt(ALIKE_CELLS / size))


def find_speech(
    times_s: Times, opening: Float[np.ndarray, " frame"], *, noise: float = 0.0
) -> tuple[Stretch, ...]:
    """Find stretches in which the mouth goes to and fro at least twice without a long pause.

    Args:
        times_s: time of each frame.
        opening: of the mouth, see :func:`mouth_opening`.
        noise: of it, see :func:`opening_noise`.

    >>> t = np.arange(0, 4, 0.02)
    >>> talk = np.where((t > 1) & (t < 3), 0.1 - 0.1 * np.cos(2 * np.pi * 4 * (t - 1)), 0)
    >>> [(round(s.start_s, 1), round(s.end_s, 1)) for s in find_speech(t, talk)]
    [(0.9, 3.1)]
    >>> find_speech(t, np.where(t < 1, 0.0, 0.4))
    ()
    """
    groups: list[list[tuple[float, float]]] = []
    least = max(MIN_WAY, ABOVE_NOISE * noise)
    for way in _ways(times_s, opening, least):
        if groups and way[0] - groups[-1][-1][1] <= LONGEST_PAUSE_S:
            groups[-1].append(way)
        else:
            groups.append([way])
    return tuple(
        Stretch(group[0][0] - PAD_S, group[-1][1] + PAD_S)
        for group in groups
        if len(group) >= MIN_WAYS
    )


def inside(times_s: Times, stretches: Iterable[Stretch]) -> Bool[np.ndarray, " frame"]:
    """Which times lie in some stretch."""
    within = np.zeros(len(times_s), dtype=bool)
    for one in stretches:
        within |= (times_s >= one.start_s) & (times_s <= one.end_s)
    return within


def without_speech(basis: Basis) -> Basis | None:
    """Give the units that are none of speech, with what speech does to the face as a nuisance.

    Returns:
        None where nothing is left: all units are those of speech, or none is.
    """
    spoken = np.array([channel.au in SPEECH_UNITS for channel in basis.channels])
    if spoken.all() or not spoken.any():
        return None
    channels = tuple(c for c, speaks in zip(basis.channels, spoken, strict=True) if not speaks)
    nuisance = np.concatenate([basis.rigid_px, basis.fields_px[spoken]])
    return Basis(channels, basis.fields_px[~spoken], nuisance, basis.seen)


def _ways(
    times_s: Times, opening: Float[np.ndarray, " frame"], least: float
) -> list[tuple[float, float]]:
    """Runs in which the mouth opens, or closes, far and fast enough: first and last time."""
    known = np.isfinite(opening)
    if known.sum() < MIN_WAYS:
        return []
    # What is not seen neither opens nor closes.
    course = np.interp(times_s, times_s[known], opening[known])
    change = np.diff(course)
    speed = change / np.diff(times_s)
    turns = np.flatnonzero(np.diff(np.sign(change)) != 0) + 1
    ways = []
    for first, end in zip([0, *turns], [*turns, len(change)], strict=True):
        far = abs(course[end] - course[first]) >= least
        quick = times_s[end] - times_s[first] <= LONGEST_WAY_S
        if far and quick and np.abs(speed[first:end]).max() >= MIN_SPEED_PER_S:
            ways.append((float(times_s[first]), float(times_s[end])))
    return ways
