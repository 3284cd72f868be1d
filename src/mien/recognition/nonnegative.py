"""Non-negative least squares over time: sparse, smooth, and many frames at once."""

# ruff: noqa: ANN001, ANN202 - the kernel is untyped: numba compiles it
import typing

import numpy as np
from jaxtyping import Float
from numba import njit

from mien.core.errors import UsageError

_SWEEPS = 200
_TOLERANCE = 1e-5


@njit(cache=True)
@typing.no_type_check
def _descend(gram, right, sparsity, smoothness, sweeps, tolerance):
    frames, units = right.shape
    solution = np.zeros((frames, units))
    for _ in range(sweeps):
        largest = 0.0
        for frame in range(frames):
            for unit in range(units):
                diagonal = gram[unit, unit]
                if diagonal <= 0.0:
                    continue
                value = right[frame, unit] - sparsity
                for other in range(units):
                    if other != unit:
                        value -= gram[unit, other] * solution[frame, other]
                stiff = smoothness * diagonal
                if frame > 0:
                    value += stiff * solution[frame - 1, unit]
                    diagonal += stiff
                if frame < frames - 1:
                    value += stiff * solution[frame + 1, unit]
                    diagonal += stiff
                new = max(value / diagonal, 0.0)
                largest = max(largest, abs(new - solution[frame, unit]))
                solution[frame, unit] = new
        if largest < tolerance:
            break
    return solution


def nonnegative_course(
    gram: Float[np.ndarray, "unit unit"],
    right: Float[np.ndarray, "frame unit"],
    *,
    sparsity: float = 0.0,
    smoothness: float = 0.0,
) -> Float[np.ndarray, "frame unit"]:
    r"""Minimise the squared residual of every frame over non-negative activations.

    .. math:: \sum_t \tfrac12 a_t^T G a_t - b_t^T a_t + \lambda \sum a_t
              + \tfrac\mu2 \sum_k G_{kk} (a_{t,k} - a_{t-1,k})^2

    by cyclic coordinate descent, which is exact for this convex problem.

    Args:
        gram: G, inner products of the units' fields.
        right: b, inner products of the fields with each frame.
        sparsity: lambda; in the unit of ``right``.
        smoothness: mu; 0 leaves the frames independent.

    Raises:
        UsageError: a penalty below 0, or a value that is not finite.

    >>> nonnegative_course(np.eye(2), np.array([[2.0, -1.0]])).tolist()
    [[2.0, 0.0]]
    """
    if sparsity < 0 or smoothness < 0:
        msg = f"Expected penalties of at least 0, but got {sparsity} and {smoothness}."
        raise UsageError(msg)
    if not (np.isfinite(gram).all() and np.isfinite(right).all()):
        msg = "Expected finite products, but some are NaN or infinite: leave unseen frames out."
        raise UsageError(msg)
    course: Float[np.ndarray, "frame unit"] = _descend(
        np.ascontiguousarray(gram, np.float64),
        np.ascontiguousarray(right, np.float64),
        float(sparsity),
        float(smoothness),
        _SWEEPS,
        _TOLERANCE,
    )
    return course
