"""Slow and large movement by landmarks, frame by frame, against a rest found in the past."""

from collections import deque

import numpy as np
from jaxtyping import Float

from mien.core.facs import Channel
from mien.recognition.posture import PostureModel, PostureSpace, Rest

REST_S = 60.0
"""The face at rest is looked for in so much of the past."""

SMOOTHING_S = 0.04
"""Time constant of the smoothing of what the landmarks say."""

_SAMPLE_S = 0.4
_RENEW_S = 2.0


class LivePosture:
    """Reads every frame's landmarks as the face at rest plus non-negative units.

    The rest is found among the frames of the last minute, renewed every two seconds: a smile at
    the very beginning is taken for the face at rest until the face has been sober.
    """

    def __init__(self, model: PostureModel) -> None:
        self._space = PostureSpace(model)
        self._channels = model.channels
        self._kept: deque[tuple[float, Float[np.ndarray, "point 3"], float, bool]] = deque()
        self._rest: Rest | None = None
        self._renewed_s = 0.0
        self._latest: tuple[float, Float[np.ndarray, " channel"]] | None = None

    @property
    def channels(self) -> tuple[Channel, ...]:
        """Channels of the activations."""
        return self._channels

    def update(
        self, landmarks: Float[np.ndarray, "point 3"], time_s: float, *, open_eyes: bool
    ) -> tuple[Float[np.ndarray, " channel"], float]:
        """Read one frame: activations 0..1, and the root-mean-square distance left in metres.

        Args:
            landmarks: 468 points, x to the picture's right, y up, z to the camera, any scale.
            time_s: time of the frame.
            open_eyes: whether the frame may serve as neutral.
        """
        placed, turned_rad = self._space.placed(landmarks[None])
        rest = self._learned(placed[0], float(turned_rad[0]), time_s, open_eyes=open_eyes)
        activation, residual_m = self._space.read(placed, rest)
        return self._smoothed(activation[0], time_s), float(residual_m[0])

    def _learned(
        self,
        placed_m: Float[np.ndarray, "point 3"],
        turned_rad: float,
        time_s: float,
        *,
        open_eyes: bool,
    ) -> Rest:
        """Keep the frame among those of the last minute, and look for the rest among them."""
        early = not self._kept or time_s - self._kept[0][0] < _RENEW_S
        if early or time_s - self._kept[-1][0] >= _SAMPLE_S:
            self._kept.append((time_s, placed_m, turned_rad, open_eyes))
        while time_s - self._kept[0][0] > REST_S:
            self._kept.popleft()
        if self._rest is None or time_s - self._renewed_s >= _RENEW_S:
            placed = np.stack([kept[1] for kept in self._kept])
            turned = np.array([kept[2] for kept in self._kept])
            usable = np.array([kept[3] for kept in self._kept])
            self._rest = self._space.rest(placed, turned, usable)
            self._renewed_s = time_s
        return self._rest

    def _smoothed(
        self, activation: Float[np.ndarray, " channel"], time_s: float
    ) -> Float[np.ndarray, " channel"]:
        if self._latest is not None:
            before_s, before = self._latest
            share = 1 - float(np.exp(-(time_s - before_s) / SMOOTHING_S))
            activation = before + share * (activation - before)
        self._latest = (time_s, activation)
        return activation
