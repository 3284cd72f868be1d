"""A region with a face in it -> the points of the face mesh.

Source: Kartynnik et al., *Real-time Facial Surface Geometry from Monocular Video on Mobile GPUs*,
2019 (arXiv 1907.06724).
"""

import os
from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import Float32
from scipy.special import expit

from mien.core.arrays import ImageRgb
from mien.faces.network import Network
from mien.faces.region import Region
from mien.faces.warping import apply_transform, invert_transform, warp

THREADS = 2
"""The network is most of the tracking; two threads halve its time, its numbers stay the same."""


@dataclass(frozen=True)
class Mesh:
    """The points of one face in one image."""

    points_px: Float32[np.ndarray, "point 3"]
    """Image x and y in pixels; z in the same scale, smaller towards the camera."""

    presence: float
    """How sure the network is that the region holds a face, 0..1."""


class FaceLandmarker:
    """One landmark network: 478 points (official) or 468 (wheel)."""

    def __init__(self, model: bytes) -> None:
        self._network = Network(model, thread_count=min(THREADS, os.cpu_count() or 1))
        self._size = self._network.input_shape[1]

    def fit(self, image: ImageRgb, region: Region) -> Mesh:
        """Fit the mesh to the face in a region of the image."""
        forward = region.to_square(self._size)
        square = warp(image, forward, self._size, interpolation=cv2.INTER_LINEAR)
        raw, presence, *_ = self._network.run(square.astype(np.float32) / 255)
        inside = raw.reshape(-1, 3).astype(np.float64)
        flat = apply_transform(invert_transform(forward), inside[:, :2])
        depth = inside[:, 2:] * (region.side_px / self._size)
        points = np.hstack([flat, depth]).astype(np.float32)
        return Mesh(points, float(expit(presence[0])))
