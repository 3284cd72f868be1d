"""What a face looks like through a video, and where it looks like no movement of it could."""

import cv2
import numpy as np
from jaxtyping import Float, Float32, UInt8

from mien.motion.flow import GRID, dense_flow
from mien.motion.light import even_light

SIDE_PX = 128
STEP_S = 0.1
MAX_PICTURES = 1200
"""20 MB; a video of more than two minutes is looked at more rarely."""

_CANDIDATES = 3
_COMPARED = 20
_BLUR_PX = 1.0
_WINDOW_PX = 17
_LEAST_VARIANCE = 9.0  # squared grey levels: what noise and flat skin have


class Album:
    """Small pictures of an aligned face, a few a second, in bounded memory."""

    def __init__(self) -> None:
        self._times_s: list[float] = []
        self._pictures: list[UInt8[np.ndarray, "y x"]] = []
        self._step_s = STEP_S

    def add(self, time_s: float, picture: UInt8[np.ndarray, "s s"]) -> None:
        """Take the next aligned face; most are passed over."""
        if self._times_s and time_s < self._times_s[-1] + self._step_s - 1e-6:
            return
        small = cv2.resize(picture, (SIDE_PX, SIDE_PX), interpolation=cv2.INTER_AREA)
        self._times_s.append(time_s)
        self._pictures.append(np.asarray(small))
        if len(self._pictures) > MAX_PICTURES:
            self._times_s, self._pictures = self._times_s[::2], self._pictures[::2]
            self._step_s *= 2

    def strangeness(
        self,
    ) -> tuple[Float[np.ndarray, " look"], Float32[np.ndarray, "look row column"]]:
        """Compare every picture with the one that most others are like.

        Returns:
            the pictures' times; and how much of each cell's structure, 0..2, no motion explains.
        """
        count = len(self._pictures)
        times_s = np.array(self._times_s, np.float64)
        if count == 0:
            return times_s, np.zeros((0, GRID, GRID), np.float32)
        compared = np.linspace(0, count - 1, min(count, _COMPARED)).round().astype(int)
        usual = min(
            compared[:: max(1, len(compared) // _CANDIDATES)],
            key=lambda one: float(
                np.median([self._unlike(int(one), int(other)).mean() for other in compared])
            ),
        )
        return times_s, np.stack([self._unlike(int(usual), other) for other in range(count)])

    def _unlike(self, one: int, other: int) -> Float32[np.ndarray, "row column"]:
        return unexplained(self._pictures[one], self._pictures[other])


def unexplained(
    usual: UInt8[np.ndarray, "s s"], picture: UInt8[np.ndarray, "s s"]
) -> Float32[np.ndarray, "row column"]:
    """How much of a picture's structure is left when all motion to it is undone.

    Flow carries lips, brows and a turning head back to where they were. What came before the face
    it cannot carry back. One minus the structural likeness (Wang et al. 2004, without its
    luminance) in windows of an eighth of the crop: 0 for the same structure, 1 for an unlike one.
    """
    cells = [
        cv2.resize(one, (GRID, GRID), interpolation=cv2.INTER_AREA) for one in (usual, picture)
    ]
    lit = even_light(usual, picture, *(one.astype(np.float32) for one in cells))
    flow = dense_flow(usual, lit).astype(np.float32)
    x, y = np.meshgrid(*(np.arange(side, dtype=np.float32) for side in usual.shape[::-1]))
    carried = cv2.remap(
        lit, x + flow[..., 0], y + flow[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    first, second = (
        cv2.GaussianBlur(one.astype(np.float32), (0, 0), _BLUR_PX) for one in (usual, carried)
    )
    first_mean, second_mean = _mean(first), _mean(second)
    shared = _mean(first * second) - first_mean * second_mean
    own = _mean(first * first) - first_mean**2 + _mean(second * second) - second_mean**2
    likeness = (2 * shared + _LEAST_VARIANCE) / (own + _LEAST_VARIANCE)
    return np.asarray(
        cv2.resize(1 - likeness, (GRID, GRID), interpolation=cv2.INTER_AREA), np.float32
    )


def _mean(values: Float[np.ndarray, "y x"]) -> Float[np.ndarray, "y x"]:
    return np.asarray(cv2.blur(values, (_WINDOW_PX, _WINDOW_PX)))
