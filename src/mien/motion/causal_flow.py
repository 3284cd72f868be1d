"""The motion of one aligned face, frame by frame, against a face at rest in its past."""

from collections import deque
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, UInt8

from mien.motion.cell_flow import HOP_S, WINDOW_S
from mien.motion.flow import GRID, CellField, pooled_flow, pooled_picture
from mien.motion.reference import MIN_FRAMES, frames_at_rest, reference_picture


@dataclass
class _Held:
    time_s: float
    picture: UInt8[np.ndarray, "s s"]
    small: Float[np.ndarray, "row column"]


class CausalFlow:
    """Measures each aligned face against the face at rest in the two seconds before it.

    The reference is the mean of the past frames nearest their median picture, renewed every half
    second; the displacement between one reference and the next is carried along, so that the fields
    are continuous. Memory holds two seconds of pictures.
    """

    def __init__(self) -> None:
        self._held: deque[_Held] = deque()
        self._reference: UInt8[np.ndarray, "s s"] | None = None
        self._renewed_s = 0.0
        self._offset: CellField = np.zeros((GRID, GRID, 2), np.float32)

    def update(self, picture: UInt8[np.ndarray, "s s"], time_s: float) -> CellField | None:
        """Give the displacement of every cell against the face at rest [px of the aligned face].

        None where there are too few past frames to be a reference.
        """
        due = self._reference is None or time_s - self._renewed_s >= HOP_S
        if due and len(self._held) >= MIN_FRAMES:
            self._renew(time_s)
        self._held.append(_Held(time_s, picture, pooled_picture(picture)))
        while time_s - self._held[0].time_s > WINDOW_S:
            self._held.popleft()
        if self._reference is None:
            return None
        field: CellField = pooled_flow(self._reference, picture) + self._offset
        return field

    def _renew(self, time_s: float) -> None:
        chosen = frames_at_rest(np.stack([one.small for one in self._held]))
        reference = reference_picture(np.stack([self._held[i].picture for i in chosen]))
        if self._reference is not None:
            self._offset = self._offset + pooled_flow(self._reference, reference)
        self._reference, self._renewed_s = reference, time_s
