"""The smallest movement of each action unit that could have been found in one video."""

from collections.abc import Callable, Mapping

import numpy as np
from jaxtyping import Float

from mien.core.facs import channels_of
from mien.recognition.basis import Whitened
from mien.recognition.gain import flow_gain
from mien.recognition.gates import SpottingThresholds
from mien.recognition.scan import Scan
from mien.recognition.sureness import USUAL_S, Cues, sureness

LARGEST_MICRO = 0.3
"""Most micro-expressions stay below this activation; a unit that must move farther to be found
cannot be judged."""

HIDDEN_BY_COMPRESSION = 7.0
"""Activation that a compression hides for each part of the change that it holds back: what half of
the planted movements need at crf 23 and 33, see ``tools/measure_limits.py``. Noise alone would say
less, for what the encoder drops leaves no noise behind."""

_MOST_UNITS = 0.5
_LARGEST = 1.0
_CLOSE = 1e-3


def smallest_movements(
    whitened: Whitened,
    scan: Scan,
    limits: SpottingThresholds,
    *,
    magnification: float,
    held_back: float = 0.0,
) -> Mapping[int, float]:
    """Say from which activation on a brief movement of each unit, both sides, is found.

    A unit at activation a adds the energy of its own field to that of the noise, which the usual
    bump of this video tells. It is found where the confidence that comes of both together reaches
    the threshold, and where its farthest cell moves as far as the gates ask. What flow loses of a
    movement is counted.

    Args:
        whitened: the basis in units of this video's noise.
        scan: the look over the whole video.
        limits: what a movement must show.
        magnification: pixels of the aligned face for one of the video.
        held_back: how much of the change the compression keeps until a key frame, see
            :func:`mien.motion.held_back`.

    Returns:
        activation by unit, 1 where none of the unit's strength is enough; empty where the video
        is too short for any bump.
    """
    basis = whitened.basis
    known = scan.energy[scan.energy > 0]
    if not len(known):
        return {}
    noise = float(np.median(known))
    seen = scan.best[scan.best > 0]
    usual = float(np.median(seen)) if len(seen) else 0.0
    reach_px = max(limits.reach_px, limits.reach_video_px * magnification)
    smallest: dict[int, float] = {}
    for au in sorted({channel.au for channel in basis.channels}):
        members = [basis.channels.index(c) for c in channels_of(au) if c in basis.channels]
        field = basis.fields_px[members].sum(axis=0)[basis.seen]
        farthest_px = float(np.linalg.norm(field, axis=-1).max())
        vector: Float[np.ndarray, " value"] = whitened.design[:, members].sum(axis=1)
        video_px = farthest_px / magnification

        def found(
            activation: float, score: float, fraction: float, video_px: float = video_px
        ) -> bool:
            cues = Cues(score, fraction, usual, activation * video_px, USUAL_S, beside_speech=False)
            sure = sureness().probability(cues) >= limits.confidence
            return bool(score >= limits.score and sure)

        by_score = _reaching(found, float(vector @ vector), noise) / flow_gain(au)
        by_reach = reach_px / max(farthest_px * flow_gain(au), 1e-9)
        smallest[au] = min(max(by_score, by_reach, HIDDEN_BY_COMPRESSION * held_back), _LARGEST)
    return smallest


def hidden_units(smallest: Mapping[int, float]) -> tuple[int, ...]:
    """Units that would have to move farther than micro-expressions do."""
    return tuple(au for au, least in smallest.items() if least > LARGEST_MICRO)


def too_noisy(smallest: Mapping[int, float]) -> bool:
    """Whether more than half of the units are hidden: then nothing brief is to be trusted."""
    return len(hidden_units(smallest)) > _MOST_UNITS * len(smallest)


def _reaching(found: Callable[[float, float, float], bool], energy: float, noise: float) -> float:
    """Activation at which a unit of such energy at 1 is found beside such noise.

    Args:
        found: told the activation, the score and the explained part.
        energy: of the unit's field at activation 1.
        noise: energy of what moves besides.

    >>> round(_reaching(lambda _, score, fraction: score >= 2.0, 100.0, 0.0), 3)
    0.2
    """
    low, high = 0.0, 10.0
    while high - low > _CLOSE:
        middle = (low + high) / 2
        own = middle**2 * energy
        part = own / max(own + noise, 1e-12)
        low, high = (low, middle) if found(middle, np.sqrt(own) * part, part) else (middle, high)
    return high
