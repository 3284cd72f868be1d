"""The opening of the eyes frame by frame, and closings announced when the eyes are open again."""

from collections import deque

import numpy as np
from jaxtyping import Float

from mien.core.facs import Channel, Side
from mien.core.track import Event, EventKind, UnitPeak
from mien.motion.past_median import PastMedian
from mien.recognition.blinks import AFTER_S, CLOSED_RATIO, MAX_BLINK_S, Closure, find_closures

CLOSING_RATIO = 0.88
"""Below this part of its usual opening an eye may begin to close: brow and cheek move with it."""

REFERENCE = "the eyes' usual opening in the seconds before"

_BASELINE_S = 4.0
_FLOOR_S = 60.0
_FLOOR_STEP_S = 0.5
_FLOOR_SHARE, _FLOOR_QUANTILE = 0.85, 0.75
_FULLY_CLOSED = 0.35
_TREMOR = 0.05


class LiveLids:
    """Opening of each eye as a part of its usual opening, by past frames only."""

    def __init__(self) -> None:
        self._usual = PastMedian(_BASELINE_S)
        self._known: deque[tuple[float, Float[np.ndarray, " 2"]]] = deque()
        self._closing: list[tuple[float, Float[np.ndarray, " 2"]]] = []
        self._reopened_s = -np.inf
        self._active = False

    def update(self, opening: Float[np.ndarray, " 2"], time_s: float) -> Float[np.ndarray, " 2"]:
        """Give the relative opening of (left, right) eye in the newest frame."""
        usual = self._usual.update(opening, time_s)
        if not self._known or time_s - self._known[-1][0] >= _FLOOR_STEP_S:
            self._known.append((time_s, opening))
        while time_s - self._known[0][0] > _FLOOR_S:
            self._known.popleft()
        known = np.stack([one for _, one in self._known])
        floor = _FLOOR_SHARE * np.quantile(known, _FLOOR_QUANTILE, axis=0)
        ratio: Float[np.ndarray, " 2"] = opening / np.maximum(usual, floor)
        return ratio

    def touched(self, ratio: Float[np.ndarray, " 2"], time_s: float) -> bool:
        """Whether a closing of the eyes touches the newest frame."""
        return bool(ratio.min() < CLOSING_RATIO) or time_s - self._reopened_s < AFTER_S

    def closed(
        self, ratio: Float[np.ndarray, " 2"], time_s: float
    ) -> tuple[Float[np.ndarray, " 2"], bool]:
        """How far (left, right) eye is closed, 0..1, and whether for longer than a blink lasts.

        It counts from where the eye is clearly closing until the lid has come back, and is 0 else.
        """
        closed = np.clip((1 - ratio) / (1 - _FULLY_CLOSED), 0, 1)
        self._active = bool(ratio.min() < CLOSED_RATIO) or (
            self._active and bool(closed.max() > _TREMOR)
        )
        long = bool(self._closing) and time_s - self._closing[0][0] > MAX_BLINK_S
        return (closed if self._active else np.zeros(2)), long

    def events(self, ratio: Float[np.ndarray, " 2"], time_s: float) -> tuple[Event, ...]:
        """Closings that ended with the frame before the newest one."""
        if ratio.min() < CLOSED_RATIO:
            self._closing.append((time_s, ratio))
            return ()
        if not self._closing:
            return ()
        times_s = [one for one, _ in self._closing]
        ratios = np.stack([one for _, one in self._closing])
        self._closing = []
        self._reopened_s = times_s[-1]
        return tuple(_event(closure, times_s) for closure in find_closures(ratios))


def _event(closure: Closure, times_s: list[float]) -> Event:
    onset_s, offset_s = times_s[closure.first], times_s[closure.last_inclusive]
    long = offset_s - onset_s > MAX_BLINK_S
    return Event(
        kind=EventKind.MACRO if long else EventKind.BLINK,
        onset_s=onset_s,
        apex_s=times_s[closure.deepest],
        offset_s=offset_s,
        units=tuple(
            UnitPeak(Channel(43 if long else 45, Side(side)), 1.0, 1.0) for side in closure.sides
        ),
        confidence=1.0,
        reference=REFERENCE,
    )
