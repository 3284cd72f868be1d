"""Smoothing of signals over time."""

import numpy as np
from jaxtyping import Float

SMOOTH_S = 0.02


def smooth_in_time(
    values: Float[np.ndarray, "frame ..."], *, step_s: float, deviation_s: float = SMOOTH_S
) -> Float[np.ndarray, "frame ..."]:
    """Gaussian mean over time; NaN frames have no say and stay NaN.

    Narrower than a third of a step it changes nothing.
    """
    reach = int(np.ceil(3 * deviation_s / step_s))
    if deviation_s < step_s / 3 or reach == 0:
        return values
    kernel = np.exp(-0.5 * np.square(np.arange(-reach, reach + 1) * step_s / deviation_s))
    flat = values.reshape(len(values), -1)
    seen = np.isfinite(flat).all(axis=1)
    filled = np.where(seen[:, None], flat, 0.0)
    total = np.zeros_like(filled)
    weight = np.zeros(len(values))
    for shift, share in zip(range(-reach, reach + 1), kernel, strict=True):
        here = slice(max(0, -shift), len(values) - max(0, shift))
        there = slice(max(0, shift), len(values) - max(0, -shift))
        total[here] += share * filled[there]
        weight[here] += share * seen[there]
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = total / weight[:, None]
    mean[~seen] = np.nan
    smoothed: Float[np.ndarray, "frame ..."] = mean.reshape(values.shape).astype(values.dtype)
    return smoothed
