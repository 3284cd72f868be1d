"""Clips of any length become clips of a fixed length."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.core.errors import UsageError
from mien.motion.interpolation import interpolate_clip, interpolation_weights, resampled_positions


def graph_embedding(frames: np.ndarray, steps: int) -> np.ndarray:
    """Follow Zhou et al. step by step: PCA, the path graph's eigenvectors, least squares."""
    count = len(frames)
    columns = frames.reshape(count, -1).T
    mean = columns.mean(axis=1, keepdims=True)
    basis, _, _ = np.linalg.svd(columns - mean, full_matrices=False)
    coordinates = basis.T @ (columns - mean)
    path = np.zeros((count, count))
    for i in range(count - 1):
        path[i, i + 1] = path[i + 1, i] = -1.0
    np.fill_diagonal(path, -path.sum(axis=1))
    _, vectors = np.linalg.eigh(path)
    k = np.arange(1, count)

    def curve(t: np.ndarray) -> np.ndarray:
        turned = np.pi * np.outer(k, t) + np.pi * (count - k)[:, None] / (2 * count)
        return np.asarray(np.sin(turned))

    at = curve(np.arange(1, count + 1) / count)
    cosines = np.abs(np.sum(at / np.linalg.norm(at, axis=1, keepdims=True) * vectors.T[1:], axis=1))
    np.testing.assert_allclose(cosines, 1, atol=1e-9)  # they are the Laplacian's eigenvectors
    transform = coordinates @ np.linalg.pinv(at)
    wanted = curve((resampled_positions(count, steps) + 1) / count)
    back: np.ndarray = (mean + basis @ transform @ wanted).T
    return back.reshape(steps, *frames.shape[1:])


@pytest.mark.parametrize(("count", "steps"), [(5, 16), (16, 16), (40, 16), (23, 10)])
def test_the_weights_are_those_of_the_published_embedding(count: int, steps: int) -> None:
    frames = np.random.default_rng(count).uniform(0, 255, (count, 6, 7))
    np.testing.assert_allclose(
        interpolate_clip(frames, steps), graph_embedding(frames, steps), atol=2e-3
    )


@given(st.integers(1, 60), st.integers(1, 40), st.sampled_from(["graph", "linear"]))
def test_a_still_face_stays_still(count: int, steps: int, method: str) -> None:
    weights = interpolation_weights(count, steps, method)
    np.testing.assert_allclose(weights.sum(axis=1), 1, atol=1e-9)
    np.testing.assert_allclose(weights[0], np.eye(count)[0], atol=1e-9)
    if steps > 1:
        np.testing.assert_allclose(weights[-1], np.eye(count)[-1], atol=1e-9)


def test_a_slow_movement_is_kept_and_linear_interpolation_differs_little() -> None:
    times = np.linspace(0, 1, 33)
    bump = np.sin(np.pi * times)[:, None] * np.ones((1, 4))
    wanted = np.sin(np.pi * np.linspace(0, 1, 16))
    for method in ("graph", "linear"):
        got = interpolate_clip(bump, 16, method=method)
        np.testing.assert_allclose(got[:, 0], wanted, atol=0.01)


def test_what_cannot_be_interpolated_is_refused() -> None:
    with pytest.raises(UsageError, match="at least one picture"):
        interpolation_weights(0, 16)
    with pytest.raises(UsageError, match="graph, linear"):
        interpolation_weights(4, 16, "cubic")
