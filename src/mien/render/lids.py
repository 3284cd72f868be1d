"""The shadow of the lids on the eyeball, which moves with the lids."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Float64, Int

from mien.head import Head
from mien.head.noise import smoothstep

# Landmarks of the lids from one corner to the other: left, right.
_UPPER = (
    (362, 398, 384, 385, 386, 387, 388, 466, 263),
    (33, 246, 161, 160, 159, 158, 157, 173, 133),
)
_LOWER = ((362, 382, 381, 380, 374, 373, 390, 249, 263), (33, 7, 163, 144, 145, 153, 154, 155, 133))


@dataclass(frozen=True)
class Lids:
    """Both lids of both eyes as points of the skin."""

    corners: Int[np.ndarray, "eye lid point 3"]
    weights: Float64[np.ndarray, "eye lid point 3"]

    def eye_light(
        self,
        vertices: Float64[np.ndarray, "vertex 3"],
        balls: Float64[np.ndarray, "eye ball 3"],
        turn: Float[np.ndarray, "3 3"],
    ) -> Float64[np.ndarray, "eye ball"]:
        """Tell how much light reaches every point of both eyeballs, 0..1.

        ``turn`` is the rotation of the head; its columns are the head's axes.
        """
        lids = np.einsum("elpc,elpcd->elpd", self.weights, vertices[self.corners])
        light = np.ones(balls.shape[:2])
        for eye in range(2):
            across, height = lids[eye] @ turn[:, 0], lids[eye] @ turn[:, 1]
            x, y = balls[eye] @ turn[:, 0], balls[eye] @ turn[:, 1]
            above = np.interp(x, across[0], height[0]) - y
            below = y - np.interp(x, across[1], height[1])
            edge = np.minimum(x - across[0, 0], across[0, -1] - x)
            light[eye] = (
                (0.24 + 0.76 * smoothstep(-0.0006, 0.0068, above))
                * (0.72 + 0.28 * smoothstep(-0.001, 0.0022, below))
                * (0.42 + 0.58 * smoothstep(0.0, 0.0085, edge))
            )
        return light


def lids_of(head: Head) -> Lids:
    """Bind the lids to the skin; its baked vertices come first in every refined mesh too."""
    index = np.array([[_UPPER[eye], _LOWER[eye]] for eye in range(2)])
    return Lids(head.landmarks.corners[index], head.landmarks.barycentric[index])
