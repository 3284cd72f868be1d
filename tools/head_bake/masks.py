"""Where lips, lids, ears, brows and hair are: one number 0..1 per vertex."""

# ruff: noqa: PLR2004 - thresholds of masks are explained where they stand

from pathlib import Path

import cv2
import numpy as np
from scipy.interpolate import PchipInterpolator

from mien.head.growth import brow_coordinates

TEXTURES = {
    "lips": "mpfb_lips.jpg",
    "eyelids": "mpfb_eyelids.jpg",
    "ears": "mpfb_ears.jpg",
    "face": "mpfb_face.jpg",
    "inside_mouth": "mpfb_inside-mouth.jpg",
}

NAMES = (*TEXTURES, "brow", "scalp", "occlusion")

HAIRLINE_DEG = (0, 25, 45, 58, 68, 78, 88, 100, 120, 180)
HAIRLINE_M = (0.066, 0.067, 0.064, 0.050, 0.022, -0.006, -0.014, -0.030, -0.056, -0.075)
"""Height of the hairline by azimuth: brow 0, sideburn about 80, nape 180."""

SKULL_AXIS_Z_M = -0.095


def textured(uv: np.ndarray, textures: Path) -> dict[str, np.ndarray]:
    """Sample the source's mask textures at texture coordinates (v up)."""
    sampled = {}
    for name, file in TEXTURES.items():
        image = cv2.imread(str(textures / file), cv2.IMREAD_GRAYSCALE).astype(np.float32) / 255
        height, width = image.shape
        x = (uv[:, 0] * width - 0.5).astype(np.float32)
        y = ((1 - uv[:, 1]) * height - 0.5).astype(np.float32)
        value = cv2.remap(
            image, x[None], y[None], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
        )[0]
        # The source's JPEG files carry faint noise far from their mask.
        sampled[name] = np.where(value < 0.06, 0.0, value)
    return sampled


def brow(points: np.ndarray, half_width_m: float = 0.004) -> np.ndarray:
    """Closeness to the middle line of the brows: 1 near it, 0 beyond one and a half widths."""
    along, across, _ = brow_coordinates(points)
    beyond_m = 0.041 * np.maximum(np.maximum(-along, along - 1), 0)
    distance = np.hypot(across, beyond_m)
    weight = np.clip(1.5 - distance / half_width_m, 0, 1)
    return np.where(points[:, 2] > -0.02, weight, 0.0)


def scalp(points: np.ndarray, ears: np.ndarray) -> np.ndarray:
    """Where hair grows: above the hairline, not on the ears."""
    azimuth = np.rad2deg(np.arctan2(np.abs(points[:, 0]), points[:, 2] - SKULL_AXIS_Z_M))
    line = PchipInterpolator(HAIRLINE_DEG, HAIRLINE_M)(azimuth)
    weight = np.clip((points[:, 1] - line) / 0.010 + 0.5, 0, 1)
    return weight * (ears < 0.2)
