"""Per frame: how much of the motion the action units explain, and how they share it."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from mien.recognition.basis import Whitened
from mien.recognition.nonnegative import nonnegative_course

_CHUNK = 2000
SMOOTH_S = 0.02
"""Standard deviation of the smoothing over time before frames are judged."""


@dataclass(frozen=True)
class Reading:
    """The measured motion against the action units, frame by frame."""

    products: Float[np.ndarray, "frame channel"]
    """Inner product of each frame with each unit's field, in noise units; NaN where unseen."""

    energy: Float[np.ndarray, " frame"]
    """Squared length of each frame's motion, in noise units."""

    explained: Float[np.ndarray, " frame"]
    """The part of the energy that non-negative units explain."""

    @property
    def fraction(self) -> Float[np.ndarray, " frame"]:
        """Explained part of the energy, 0..1."""
        with np.errstate(invalid="ignore", divide="ignore"):
            share: Float[np.ndarray, " frame"] = np.where(
                self.energy > 0, self.explained / self.energy, 0.0
            )
        return np.where(np.isfinite(self.energy), share, np.nan)

    @property
    def score(self) -> Float[np.ndarray, " frame"]:
        """Root of the explained energy times the explained fraction.

        The first factor asks whether something moved, the second whether a face moves like that.
        """
        root: Float[np.ndarray, " frame"] = np.sqrt(np.maximum(self.explained, 0)) * self.fraction
        return root


def smooth(
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


def read_motion(
    whitened: Whitened,
    flow_px: Float[np.ndarray, "frame row column 2"],
    *,
    step_s: float,
    sparsity: float = 0.0,
) -> Reading:
    """Read every frame against the whitened basis.

    Args:
        whitened: the units in noise units.
        flow_px: brief motion of the aligned face; NaN frames stay NaN.
        step_s: seconds between frames.
        sparsity: penalty of the least squares, in noise units squared.
    """
    frames = len(flow_px)
    channels = whitened.design.shape[1]
    products = np.full((frames, channels), np.nan)
    energy = np.full(frames, np.nan)
    explained = np.full(frames, np.nan)
    steady = smooth(flow_px, step_s=step_s)
    seen = np.flatnonzero(np.isfinite(steady[:, 0, 0, 0]))
    gram = whitened.gram
    for start in range(0, len(seen), _CHUNK):
        rows = seen[start : start + _CHUNK]
        vectors = whitened.vectors(steady[rows])
        products[rows] = vectors @ whitened.design
        energy[rows] = np.square(vectors).sum(axis=1)
        course = nonnegative_course(gram, products[rows], sparsity=sparsity)
        explained[rows] = 2 * (course * products[rows]).sum(axis=1) - np.einsum(
            "ti,ij,tj->t", course, gram, course, optimize=True
        )
    return Reading(products, energy, explained)
