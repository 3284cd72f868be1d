"""Non-negative least squares against scipy's."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize, nnls

from mien.core.errors import UsageError
from mien.recognition import nonnegative
from mien.recognition.nonnegative import nonnegative_course


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**31))
def test_it_gives_what_scipy_gives(seed: int) -> None:
    rng = np.random.default_rng(seed)
    design = rng.normal(size=(30, 6))
    targets = rng.normal(size=(4, 30))
    ours = nonnegative_course(design.T @ design, targets @ design)
    for target, found in zip(targets, ours, strict=True):
        expected, _ = nnls(design, target)
        np.testing.assert_allclose(found, expected, atol=2e-3)


def test_smoothness_minimises_the_stated_sum() -> None:
    rng = np.random.default_rng(1)
    design = rng.normal(size=(20, 3))
    right = rng.normal(size=(5, 20)) @ design
    gram = design.T @ design

    def cost(flat: np.ndarray) -> float:
        a = flat.reshape(5, 3)
        fit = sum(0.5 * row @ gram @ row - b @ row for row, b in zip(a, right, strict=True))
        rough = 0.5 * 0.4 * (np.diag(gram) * np.diff(a, axis=0) ** 2).sum()
        return float(fit + 0.7 * a.sum() + rough)

    best = minimize(cost, np.zeros(15), bounds=[(0, None)] * 15, method="L-BFGS-B")
    ours = nonnegative_course(gram, right, sparsity=0.7, smoothness=0.4)
    assert cost(ours.ravel()) <= best.fun + 1e-3


def test_the_kernel_does_by_hand_what_it_does_compiled() -> None:
    gram, right = np.array([[2.0, 1.0], [1.0, 2.0]]), np.array([[2.0, -3.0]])
    by_hand = nonnegative._descend.py_func(  # noqa: SLF001 - numba hides the plain function
        gram, right, 0.0, 0.0, 50, 1e-9
    )
    np.testing.assert_allclose(by_hand, [[1.0, 0.0]])


def test_a_negative_penalty_is_refused() -> None:
    with pytest.raises(UsageError, match="penalties of at least 0"):
        nonnegative_course(np.eye(2), np.ones((1, 2)), sparsity=-1.0)


def test_unseen_frames_are_refused() -> None:
    with pytest.raises(UsageError, match="leave unseen frames out"):
        nonnegative_course(np.eye(2), np.array([[np.nan, 1.0]]))
