"""Brief movements announced while a face is filmed: the recent past, looked at again and again."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from mien.core.label_statistics import DEFAULT_PRIOR
from mien.core.track import Event, EventKind
from mien.recognition.basis import Basis
from mien.recognition.canonical import Placement
from mien.recognition.face_reading import FaceSignals, read_face
from mien.recognition.fusion import TrainedRecogniser
from mien.recognition.gates import SpottingThresholds
from mien.recognition.posture import Posture
from mien.recognition.sensitivity import DEFAULT_CONFIDENCE
from mien.recognition.uniform import rate_of_stamps, uniform_time

WINDOW_S = 2.5
"""So much of the past is looked at."""

EVERY_S = 0.15
"""The past is looked at so often."""

SETTLE_S = 0.15
"""So long after its offset a movement is judged at the earliest: what follows must be known."""

STALE_S = 1.0
"""A movement that ended longer ago is not announced any more: it was weighed often enough, and what
rises above the threshold late is mostly noise that another movement stirred."""

SCORE = 2.2
"""Above the offline threshold: two and a half seconds tell less of the noise than a whole video."""

_MIN_WINDOW_S = 1.0
_APART_S = 0.05


@dataclass(frozen=True)
class LiveJudging:
    """By what a movement is judged."""

    prior: str = DEFAULT_PRIOR
    """Label statistics for the emotion of events."""

    recogniser: TrainedRecogniser | None = None
    """Trained networks that judge each movement too; None for analysis by synthesis alone."""

    confidence: float = DEFAULT_CONFIDENCE
    """Probability of being true that a movement must reach to be announced."""


@dataclass(frozen=True)
class _Sample:
    time_s: float
    flow_px: Float[np.ndarray, "row column 2"]
    ratio: Float[np.ndarray, " 2"]


class LiveSpotting:
    """Holds the recent past of one face and finds what is new in it, as offline reading would."""

    def __init__(
        self,
        basis: Basis,
        *,
        magnification: float = 1.0,
        placement: Placement | None = None,
        judging: LiveJudging | None = None,
    ) -> None:
        self._basis = basis
        self._magnification = magnification
        self._placement = placement
        self._judging = judging or LiveJudging()
        self._held: deque[_Sample] = deque()
        self._announced: list[Event] = []
        self._looked_s = -np.inf

    def add(
        self,
        flow_px: Float[np.ndarray, "row column 2"],
        ratio: Float[np.ndarray, " 2"],
        time_s: float,
    ) -> None:
        """Take one frame: its motion without the rigid part, NaN unseen, and its lids."""
        self._held.append(_Sample(time_s, flow_px, ratio))
        while time_s - self._held[0].time_s > WINDOW_S:
            self._held.popleft()

    def look(self, *, last: bool = False) -> Callable[[], tuple[Event, ...]] | None:
        """Give the work of looking at the past where it is due, else None; it may run elsewhere.

        Args:
            last: no frame will follow, so the look is due, and nothing more can be waited for.
        """
        now_s = self._held[-1].time_s if self._held else 0.0
        due = last or now_s - self._looked_s >= EVERY_S - 1e-9
        if not due or not self._held or now_s - self._held[0].time_s < _MIN_WINDOW_S:
            return None
        self._looked_s = now_s
        held, settle_s = tuple(self._held), 0.0 if last else SETTLE_S
        return lambda: self._events(held, settle_s)

    def new(self, found: tuple[Event, ...]) -> tuple[Event, ...]:
        """Keep the movements that were not announced before."""
        fresh = [event for event in found if not any(_same(event, one) for one in self._announced)]
        self._announced = [*self._announced, *fresh][-8:]
        return tuple(fresh)

    def _events(self, held: tuple[_Sample, ...], settle_s: float) -> tuple[Event, ...]:
        times_s = np.array([one.time_s for one in held])
        uniform = uniform_time(times_s, rate_of_stamps(times_s))
        count = uniform.time.count
        signals = FaceSignals(
            time=uniform.time,
            flow_px=uniform(np.stack([one.flow_px for one in held])),
            opening_ratio=uniform(np.stack([one.ratio for one in held])),
            posture=Posture((), np.zeros((count, 0)), np.zeros(count)),
            head_rotation_rad=np.zeros((count, 3)),
            gaze_rad=np.full((count, 2, 2), np.nan),
            magnification=self._magnification,
            placement=self._placement,
        )
        judging = self._judging
        reading = read_face(
            signals,
            self._basis,
            thresholds=SpottingThresholds(score=SCORE, confidence=judging.confidence),
            prior=judging.prior,
            recogniser=judging.recogniser,
        )
        return tuple(
            event
            for event in reading.track.of_kind(EventKind.MICRO)
            if times_s[-1] - STALE_S <= event.offset_s <= times_s[-1] - settle_s
        )


def _same(one: Event, other: Event) -> bool:
    """Whether the middle of one lies in the other, or nearly so."""
    return (
        other.onset_s - _APART_S <= one.apex_s <= other.offset_s + _APART_S
        or one.onset_s <= other.apex_s <= one.offset_s
    )
