"""The sRGB curve: colours of people are given along it, light adds up without it."""

import numpy as np
from jaxtyping import Float, Float64


def srgb_from_linear(value: Float[np.ndarray, "*shape"]) -> Float64[np.ndarray, "*shape"]:
    """Encode linear light 0..1 as sRGB 0..1 (IEC 61966-2-1)."""
    value = np.clip(value, 0, 1)
    return np.where(value <= 0.0031308, value * 12.92, 1.055 * value ** (1 / 2.4) - 0.055)  # noqa: PLR2004


def linear_from_srgb(value: Float[np.ndarray, "*shape"]) -> Float64[np.ndarray, "*shape"]:
    """Decode sRGB 0..1 to linear light 0..1 (IEC 61966-2-1)."""
    value = np.asarray(value, np.float64)
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)  # noqa: PLR2004
