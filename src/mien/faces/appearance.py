"""What a face looks like, in a few numbers: enough to tell the people of one video apart."""

import cv2
import numpy as np
from jaxtyping import Float, Float32

from mien.core.arrays import ImageRgb
from mien.faces.region import region_of_landmarks
from mien.faces.warping import warp

_SIDE = 24
_CHROMA_WEIGHT = 2.0
"""Colour says less than texture in value and more in identity: a few levels apart are two people
(in one light)."""


def appearance_of(
    image: ImageRgb, points_px: Float32[np.ndarray, "point 3"]
) -> Float[np.ndarray, " value"]:
    """Describe a face by a small upright picture of it: a vector of length 1.

    Brightness and contrast are taken out; colour stays.
    """
    region = region_of_landmarks(points_px[:, :2].astype(np.float64))
    # The square around the face without the margin shows no background but for its corners.
    side = region.side_px / 1.5
    patch = warp(
        image,
        type(region)(region.centre_px, side, region.roll_rad).to_square(_SIDE),
        _SIDE,
        interpolation=cv2.INTER_LINEAR,
    ).astype(np.float64)
    luma = patch.mean(axis=2)
    spread = max(float(luma.std()), 1.0)
    chroma = (patch[..., ::2] - patch[..., 1:2]) / spread
    vector = np.concatenate(
        [((luma - luma.mean()) / spread).ravel(), _CHROMA_WEIGHT * chroma.mean(axis=(0, 1)) * _SIDE]
    )
    return np.asarray(vector / np.linalg.norm(vector))
