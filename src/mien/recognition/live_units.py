"""Brief motion of one face, frame by frame: activations from the past alone."""

from collections import deque
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from mien.core.facs import Channel
from mien.motion.noise import noise_floor
from mien.motion.past_median import PastMedian
from mien.recognition.basis import Basis, Whitened, whiten
from mien.recognition.events import event_confidence
from mien.recognition.gain import flow_gain
from mien.recognition.nonnegative import nonnegative_course
from mien.recognition.pursuit import name_units

USUAL_S = 1.0
"""What the face did over so much of the past is its slow change."""

SCORE = 2.0
"""Root of the explained energy times the explained fraction from which a frame shows a movement.
At rest 99 of 100 frames stay below 1.5, on turning heads too."""

_NOISE_S = 10.0
_NOISE_STEP_S = 0.1
_RENEW_S = 1.0
_MIN_NOISE_FRAMES = 5


@dataclass(frozen=True)
class BriefMotion:
    """What one frame shows beside slow change."""

    activation: Float[np.ndarray, " channel"]
    """By channel of the basis, 0..1; 0 where nothing stands out of the noise."""

    score: float
    confidence: float
    """One half at the threshold, tends to 1; 0 below the threshold."""

    largest_px: float
    """Farthest cell of the face, 2 % of them aside."""


class LiveUnits:
    """Reads brief motion by the action units' fields on one face.

    The noise of every cell is that of the last ten seconds, a low quantile, renewed every second.
    """

    def __init__(self, basis: Basis) -> None:
        self._basis = basis
        self._usual = PastMedian(USUAL_S)
        self._quiet: deque[tuple[float, Float[np.ndarray, "row column 2"]]] = deque()
        self._spaces: tuple[Whitened, Whitened] | None = None
        self._renewed_s = 0.0

    @property
    def channels(self) -> tuple[Channel, ...]:
        """Channels of the activations."""
        return self._basis.channels

    def update(
        self, flow_px: Float[np.ndarray, "row column 2"], time_s: float, *, blinking: bool
    ) -> BriefMotion | None:
        """Read the newest frame; None until there are enough frames to know the noise.

        Args:
            flow_px: motion of the cells without the rigid part.
            time_s: time of the frame.
            blinking: a closing of the eyes touches the frame, and nothing else is read in it.
        """
        brief_px = flow_px - self._usual.update(flow_px, time_s)
        if not blinking:
            self._learn(brief_px, time_s)
        largest_px = float(np.quantile(np.linalg.norm(brief_px[self._basis.seen], axis=-1), 0.98))
        if self._spaces is None:
            return None
        nothing = np.zeros(len(self.channels))
        if blinking:
            return BriefMotion(nothing, 0.0, 0.0, largest_px)
        sharp, broad = self._spaces
        vector = sharp.vectors(brief_px[None])[0]
        score = _score(sharp, vector)
        if score < SCORE:
            return BriefMotion(nothing, score, 0.0, largest_px)
        wide = broad.vectors(brief_px[None])[0]
        activation = self._named(sharp, vector, broad, wide)
        return BriefMotion(activation, score, event_confidence(score, SCORE), largest_px)

    def _named(
        self,
        sharp: Whitened,
        vector: Float[np.ndarray, " value"],
        broad: Whitened,
        wide: Float[np.ndarray, " value"],
    ) -> Float[np.ndarray, " channel"]:
        """Activate the units that can be named, as offline: the others get what is left over."""
        activation = np.zeros(len(self.channels))
        units = name_units(sharp, vector, broad=(broad, wide))
        members = [self.channels.index(one) for unit in units for one in unit.channels]
        if not members:
            return activation
        design = broad.design[:, members]
        share = nonnegative_course(design.T @ design, (wide @ design)[None])[0]
        for member, value in zip(members, share, strict=True):
            activation[member] = min(value / flow_gain(self.channels[member].au), 1.0)
        return activation

    def _learn(self, brief_px: Float[np.ndarray, "row column 2"], time_s: float) -> None:
        if not self._quiet or time_s - self._quiet[-1][0] >= _NOISE_STEP_S - 1e-9:
            self._quiet.append((time_s, brief_px))
        while time_s - self._quiet[0][0] > _NOISE_S:
            self._quiet.popleft()
        known = len(self._quiet) >= _MIN_NOISE_FRAMES and self._usual.span_s >= USUAL_S / 2
        if known and (self._spaces is None or time_s - self._renewed_s >= _RENEW_S):
            floor = noise_floor(np.stack([field for _, field in self._quiet]))
            self._spaces = whiten(self._basis, floor), whiten(self._basis, floor, neighbours=False)
            self._renewed_s = time_s


def _score(whitened: Whitened, vector: Float[np.ndarray, " value"]) -> float:
    energy = float(vector @ vector)
    if energy <= 0:
        return 0.0
    right = whitened.design.T @ vector
    gram = whitened.gram
    share = nonnegative_course(gram, right[None])[0]
    explained = max(float(2 * share @ right - share @ gram @ share), 0.0)
    return float(np.sqrt(explained)) * explained / energy
