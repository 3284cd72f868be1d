"""Slow noise whose power falls as one over frequency: how bodies sway."""

import numpy as np
from jaxtyping import Float

from mien.core.arrays import Times
from mien.core.errors import UsageError

SLOWEST_HZ = 0.05
_STEPS = 24


def pink_noise(
    times_s: Times, *, fastest_hz: float, rng: np.random.Generator
) -> Float[np.ndarray, " frame"]:
    """Draw noise of standard deviation 1 with a 1/f spectrum from 0.05 Hz to ``fastest_hz``.

    A sum of sines whose frequencies lie evenly on a logarithmic scale: equal power per octave is
    1/f. The value at a time does not depend on the frame rate, and the standard deviation is that
    over all starts: a short stretch of slow noise varies less.

    Args:
        times_s: when.
        fastest_hz: nothing moves faster.
        rng: source of frequencies and phases; always takes the same number of draws.

    Raises:
        UsageError: a highest frequency that is not above the lowest.
    """
    if not fastest_hz > SLOWEST_HZ:
        msg = f"Expected a highest frequency above {SLOWEST_HZ} Hz, but got {fastest_hz} Hz."
        raise UsageError(msg)
    edges = np.geomspace(SLOWEST_HZ, fastest_hz, _STEPS + 1)
    frequency_hz = edges[:-1] * (edges[1:] / edges[:-1]) ** rng.uniform(size=_STEPS)
    phase = rng.uniform(0, 2 * np.pi, _STEPS)
    waves = np.sin(2 * np.pi * np.multiply.outer(times_s, frequency_hz) + phase)
    noise: Float[np.ndarray, " frame"] = waves.sum(axis=1) * np.sqrt(2 / _STEPS)
    return noise
