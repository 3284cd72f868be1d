"""Where in time the face rose and fell in a way that its action units explain."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float

from mien.core.arrays import Times
from mien.motion.bumps import bump_heights
from mien.motion.noise import MIN_FLOOR_PX, QUANTILE, noise_floor
from mien.recognition.basis import Basis, Whitened, whiten
from mien.recognition.nonnegative import nonnegative_course

DURATIONS_S = (0.2, 0.28, 0.4)
"""Bumps that are looked for; a movement between two is found by both."""

STEP_S = 0.02
"""Distance of the places that are looked at, or one frame where that is more."""

_MARGIN_S = 0.1
_CHUNK = 256


@dataclass(frozen=True)
class Scan:
    """The face's motion against bumps of the action units, place by place."""

    centres_s: Float[np.ndarray, " centre"]
    explained: Float[np.ndarray, "centre duration"]
    """Energy of the bump's field that non-negative units explain, in noise units; 0 unseen."""

    energy: Float[np.ndarray, "centre duration"]
    """All its energy."""

    @property
    def fraction(self) -> Float[np.ndarray, "centre duration"]:
        """Explained part of the energy, 0..1."""
        share: Float[np.ndarray, "centre duration"] = self.explained / np.maximum(
            self.energy, 1e-12
        )
        return share

    @property
    def score(self) -> Float[np.ndarray, "centre duration"]:
        """Root of the explained energy times the explained fraction.

        The first factor asks whether something moved, the second whether a face moves like that.
        """
        root = np.sqrt(np.maximum(self.explained, 0))
        product: Float[np.ndarray, "centre duration"] = root * self.fraction
        return product

    @property
    def best(self) -> Float[np.ndarray, " centre"]:
        """Score of the duration that fits best, for each centre."""
        top: Float[np.ndarray, " centre"] = self.score.max(axis=1)
        return top


class Scanner:
    """One face's motion, ready to be scanned again where frames fall out of use."""

    def __init__(
        self,
        times_s: Times,
        flow_px: Float[np.ndarray, "frame row column 2"],
        basis: Basis,
        usable: Bool[np.ndarray, " frame"],
        steps_s: Sequence[float] = (),
        *,
        judged: Bool[np.ndarray, " frame"] | None = None,
        noise_quantile: float = QUANTILE,
    ) -> None:
        """Scan once over all frames, which also settles the noise.

        Args:
            times_s: time of each frame.
            flow_px: motion of the aligned face, smoothed like the basis.
            basis: the action units' fields.
            usable: frames that may be judged.
            steps_s: times at which the flow may jump for reasons of its own.
            judged: frames whose noise counts; None for all.
            noise_quantile: of the motion there that is taken for its noise.
        """
        self._noise_quantile = noise_quantile
        step_s = float(np.median(np.diff(times_s)))
        self._times_s = times_s
        self._values = flow_px[:, basis.seen].reshape(len(flow_px), -1)
        self._shape = (*basis.seen.shape, 2)
        self._seen = basis.seen
        self._steps_s = tuple(steps_s)
        centres_s = np.arange(
            times_s[0] + _MARGIN_S, times_s[-1] - _MARGIN_S + 1e-9, max(STEP_S, step_s)
        )
        heights, gain = self._heights(centres_s, usable, DURATIONS_S)
        self._usual_gain = np.array([_median_of_known(column) for column in gain.T])
        heights = self._evened(heights, gain)
        counting = np.ones(len(centres_s), dtype=bool)
        if judged is not None:
            counting = at_centres(centres_s, times_s, judged)
        floors = [self._floor(heights[counting, place]) for place in range(len(DURATIONS_S))]
        self.noise_px = float(np.median(floors[0][basis.seen]))
        """Median noise of the face's cells, as the shortest bump meets it; NaN where the video is
        too short to tell any bump from slow change."""

        # A duration that no place can be asked for has no noise; nothing is judged by it either.
        self.whitened: tuple[Whitened, ...] = tuple(
            whiten(basis, np.where(np.isnan(floor), MIN_FLOOR_PX, floor)) for floor in floors
        )
        shape = (len(centres_s), len(DURATIONS_S))
        nothing = Scan(centres_s, np.zeros(shape), np.zeros(shape))
        self.scan = self._judged(nothing, np.arange(len(centres_s)), heights)

    def rescan(self, usable: Bool[np.ndarray, " frame"], *, around_s: tuple[float, float]) -> None:
        """Look again between two times, with other frames in use."""
        centres_s = self.scan.centres_s
        places = np.flatnonzero((centres_s >= around_s[0]) & (centres_s <= around_s[1]))
        heights = self._evened(*self._heights(centres_s[places], usable, DURATIONS_S))
        self.scan = self._judged(self.scan, places, heights)

    def field_px(
        self, centre_s: float, duration_s: float, usable: Bool[np.ndarray, " frame"]
    ) -> Float[np.ndarray, "row column 2"]:
        """Motion of the cells at the top of one bump, 0 beside the face."""
        heights, _ = self._heights(np.array([centre_s]), usable, (duration_s,))
        field = np.zeros(self._shape, np.float32)
        field[self._seen] = heights[0, 0].reshape(-1, 2)
        return field

    def _heights(
        self,
        centres_s: Float[np.ndarray, " centre"],
        usable: Bool[np.ndarray, " frame"],
        durations_s: Sequence[float],
    ) -> tuple[Float[np.ndarray, "centre duration value"], Float[np.ndarray, "centre duration"]]:
        return bump_heights(
            self._times_s, self._values, usable, centres_s, durations_s, steps_s=self._steps_s
        )

    def _evened(
        self,
        heights: Float[np.ndarray, "centre duration value"],
        gain: Float[np.ndarray, "centre duration"],
    ) -> Float[np.ndarray, "centre duration value"]:
        """Bring heights that few frames speak for down to the usual noise."""
        share = np.minimum(self._usual_gain / gain, 1.0)
        evened: Float[np.ndarray, "centre duration value"] = heights * share[:, :, None].astype(
            heights.dtype
        )
        return evened

    def _floor(self, heights: Float[np.ndarray, "centre value"]) -> Float[np.ndarray, "row column"]:
        floor = np.full(self._shape[:2], np.nan)
        fields = heights.reshape(len(heights), 1, int(self._seen.sum()), 2)
        floor[self._seen] = noise_floor(fields, quantile=self._noise_quantile)[0]
        return floor

    def _judged(
        self, scan: Scan, places: np.ndarray, heights: Float[np.ndarray, "centre duration value"]
    ) -> Scan:
        explained, energy = scan.explained.copy(), scan.energy.copy()
        explained[places] = energy[places] = 0.0
        for column, whitened in enumerate(self.whitened):
            known = np.isfinite(heights[:, column, 0])
            for rows in np.array_split(np.flatnonzero(known), 1 + known.sum() // _CHUNK):
                if not len(rows):
                    continue
                fields = np.zeros((len(rows), *self._shape), np.float32)
                fields[:, self._seen] = heights[rows, column].reshape(len(rows), -1, 2)
                vectors = whitened.vectors(fields)
                explained[places[rows], column] = explained_energy(whitened, vectors)
                energy[places[rows], column] = np.square(vectors).sum(axis=1)
        return Scan(scan.centres_s, explained, energy)


def at_centres(
    centres_s: Float[np.ndarray, " centre"], times_s: Times, frames: Bool[np.ndarray, " frame"]
) -> Bool[np.ndarray, " centre"]:
    """Whether the frame nearest to each centre is one of some frames."""
    right = np.clip(np.searchsorted(times_s, centres_s), 1, len(times_s) - 1)
    nearer = np.where(centres_s - times_s[right - 1] < times_s[right] - centres_s, right - 1, right)
    inside: Bool[np.ndarray, " centre"] = frames[nearer]
    return inside


def _median_of_known(values: Float[np.ndarray, " value"]) -> float:
    known = values[np.isfinite(values)]
    return float(np.median(known)) if len(known) else 1.0


def explained_energy(
    whitened: Whitened, vectors: Float[np.ndarray, "field value"]
) -> Float[np.ndarray, " field"]:
    """Energy of each field that non-negative units explain, in noise units."""
    right = vectors @ whitened.design
    share = nonnegative_course(whitened.gram, right)
    explained: Float[np.ndarray, " field"] = 2 * (share * right).sum(axis=1) - np.einsum(
        "ti,ij,tj->t", share, whitened.gram, share, optimize=True
    )
    return explained
