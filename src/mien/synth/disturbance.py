"""Faces that do not move quite as the built-in head's shapes say."""

import numpy as np
from jaxtyping import Float

_WAVES = 24


def smooth_noise(
    points_m: Float[np.ndarray, "vertex 3"], *, scale_m: float, rng: np.random.Generator
) -> Float[np.ndarray, " vertex"]:
    """Draw a smooth field of mean 0 and standard deviation 1 over the points.

    A sum of cosine waves with normal wave vectors has a Gaussian correlation of length
    ``scale_m``.
    """
    waves = rng.normal(0, 1 / scale_m, (_WAVES, 3))
    phases = rng.uniform(0, 2 * np.pi, _WAVES)
    field: Float[np.ndarray, " vertex"] = np.cos(points_m @ waves.T + phases).sum(axis=1) * np.sqrt(
        2 / _WAVES
    )
    return field


def disturbed_deltas(
    points_m: Float[np.ndarray, "vertex 3"],
    deltas_m: Float[np.ndarray, "unit vertex 3"],
    *,
    rng: np.random.Generator,
    gain_sd: float = 0.25,
    turn_deg: float = 12.0,
    scale_m: float = 0.05,
) -> Float[np.ndarray, "unit vertex 3"]:
    """Change every shape by a smooth gain and a smooth turn, each unit by its own.

    People's faces differ from any basis of shapes; a recogniser that is only tested on its own
    shapes is not tested.

    Args:
        points_m: the neutral face, metres.
        deltas_m: displacement of every vertex by every unit, metres.
        rng: source of the fields.
        gain_sd: standard deviation of the logarithm of the gain over the face.
        turn_deg: standard deviation of the turn in the frontal plane, degrees.
        scale_m: correlation length of both fields, metres.
    """
    changed = np.empty_like(deltas_m)
    for index, delta in enumerate(deltas_m):
        gain = np.exp(gain_sd * smooth_noise(points_m, scale_m=scale_m, rng=rng))
        angle = np.radians(turn_deg) * smooth_noise(points_m, scale_m=scale_m, rng=rng)
        cosine, sine = np.cos(angle), np.sin(angle)
        changed[index, :, 0] = gain * (cosine * delta[:, 0] - sine * delta[:, 1])
        changed[index, :, 1] = gain * (sine * delta[:, 0] + cosine * delta[:, 1])
        changed[index, :, 2] = gain * delta[:, 2]
    return changed
