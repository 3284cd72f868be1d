"""Temporal interpolation (TIM): clips of any length to a fixed number of pictures."""

from functools import cache

import numpy as np
from jaxtyping import Float, Shaped

from mien.core.errors import UsageError

METHODS = ("graph", "linear")
"""``graph`` is the embedding of the temporal interpolation model, ``linear`` lies between two
neighbouring pictures."""


def resampled_positions(count: int, steps: int) -> Float[np.ndarray, " step"]:
    """Give the places of the new pictures among the old ones, first and last included.

    >>> resampled_positions(5, 3).tolist()
    [0.0, 2.0, 4.0]
    """
    return np.linspace(0.0, count - 1.0, steps)


@cache
def interpolation_weights(
    count: int, steps: int, method: str = "graph"
) -> Float[np.ndarray, "step frame"]:
    """Give what each picture contributes to each of the evenly spaced new ones; rows sum to 1.

    The temporal interpolation model (Zhou, Zhao & Pietikainen, *Towards a practical lipreading
    system*, CVPR 2011) embeds the n pictures as a path graph, whose Laplacian has the sines
    f_k(t) = sin(pi k t + pi (n - k) / (2 n)) as eigenvectors, k = 1..n-1 and t = i/n, and learns
    the map from that curve back to pictures: F(t) = mean + U M f(t). As the n - 1 sines are
    orthogonal, M Y = U'X is solved by the pictures themselves and U cancels. What is left are
    weights that do not depend on what the pictures show: those of a cosine series through them.
    A clip need not be decomposed, and pictures at integer positions come back as they are.

    Args:
        count: number n of pictures.
        steps: number of pictures wanted.
        method: one of :data:`METHODS`.

    Raises:
        UsageError: no pictures, or an unknown method.

    >>> np.allclose(interpolation_weights(3, 3), np.eye(3))  # pictures come back as they are
    True
    """
    if count < 1 or steps < 1 or method not in METHODS:
        msg = (
            f"Expected at least one picture, one step, and a method among {', '.join(METHODS)}, "
            f"but got {count}, {steps} and {method!r}."
        )
        raise UsageError(msg)
    places = resampled_positions(count, steps)
    if method == "linear" or count == 1:
        left = np.clip(places.astype(int), 0, max(count - 2, 0))
        share = places - left
        weights = np.zeros((steps, count))
        weights[np.arange(steps), left] = 1 - share
        weights[np.arange(steps), np.minimum(left + 1, count - 1)] += share
        return weights
    k = np.arange(1, count)

    def sines(t: Float[np.ndarray, " place"]) -> Float[np.ndarray, "place k"]:
        curve: Float[np.ndarray, "place k"] = np.sin(
            np.pi * np.multiply.outer(t, k) + np.pi * (count - k) / (2 * count)
        )
        return curve

    known = sines(np.arange(1, count + 1) / count)
    weights = 1 / count + (2 / count) * sines((places + 1) / count) @ known.T
    return np.asarray(weights)


def interpolate_clip(
    pictures: Shaped[np.ndarray, "frame ..."], steps: int, *, method: str = "graph"
) -> Float[np.ndarray, "step ..."]:
    """Resample a clip to evenly spaced pictures, first and last included.

    Args:
        pictures: any number of equal arrays, in time order and evenly spaced.
        steps: number of pictures wanted.
        method: ``graph`` or ``linear``, see :func:`interpolation_weights`.

    Returns:
        float32; a cosine series can leave the range of the pictures a little.
    """
    weights = interpolation_weights(len(pictures), steps, method).astype(np.float32)
    flat = np.asarray(pictures, np.float32).reshape(len(pictures), -1)
    resampled: Float[np.ndarray, "step ..."] = (weights @ flat).reshape(steps, *pictures.shape[1:])
    return resampled
