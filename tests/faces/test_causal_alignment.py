"""The crop of a face by past frames only, on points that move by known amounts."""

import numpy as np

from mien.faces import CROP_SIZE_PX, EYE_LINE, RIGID_POINTS
from mien.faces.causal_alignment import CausalAlignment
from mien.faces.landmarker import Mesh
from mien.faces.warping import apply_transform
from mien.head import load_head

RATE = 30
HEAD = load_head()
REST_M = HEAD.landmarks.points(next(iter(HEAD.people.values())).vertices_m.astype(np.float64))


def mesh(shift_px: float = 0.0, noise: np.ndarray | float = 0.0) -> Mesh:
    points = np.zeros((478, 3))
    points[:468] = REST_M * [1000.0, -1000.0, -1000.0] + [300 + shift_px, 200, 0]
    return Mesh((points + noise).astype(np.float32), 1.0)


def settled(frames: int = 15) -> CausalAlignment:
    alignment = CausalAlignment()
    for i in range(frames):
        alignment.steadied(mesh(), i / RATE)
        alignment.collect(mesh())
    assert not alignment.settled
    alignment.settle()
    return alignment


def eyes_px(alignment: CausalAlignment, one: Mesh, time_s: float) -> np.ndarray:
    matrix = alignment.transform(alignment.steadied(one, time_s))
    corners = one.points_px[RIGID_POINTS[:4], :2].astype(np.float64)
    made: np.ndarray = apply_transform(matrix, corners).reshape(2, 2, 2).mean(axis=1)
    return made


def test_the_eyes_lie_where_the_crop_wants_them() -> None:
    eyes = eyes_px(settled(), mesh(), 0.5)
    np.testing.assert_allclose(eyes[:, 1], EYE_LINE * CROP_SIZE_PX, atol=0.01)
    np.testing.assert_allclose(eyes[1, 0] - eyes[0, 0], 0.34 * CROP_SIZE_PX, atol=0.01)


def test_a_head_that_moves_steadily_is_followed_without_lag() -> None:
    alignment = settled()
    at_rest = eyes_px(alignment, mesh(), 0.5)
    for i in range(1, 10):
        seen = eyes_px(alignment, mesh(shift_px=2.0 * i), 0.5 + i / RATE)
    np.testing.assert_allclose(seen, at_rest, atol=0.01)


def test_the_jitter_of_landmarks_becomes_less() -> None:
    rng = np.random.default_rng(4)
    alignment = settled()
    raw, smooth = [], []
    for i in range(200):
        jittered = mesh(noise=rng.normal(0, 0.5, (478, 3)))
        steadied = alignment.steadied(jittered, 0.5 + i / 100)
        raw.append(jittered.points_px[RIGID_POINTS])
        smooth.append(steadied[RIGID_POINTS])
    assert np.std(smooth[20:], axis=0).mean() < 0.75 * np.std(raw[20:], axis=0).mean()


def test_points_that_expressions_move_are_left_alone() -> None:
    alignment = settled()
    jittered = mesh(noise=np.random.default_rng(5).normal(0, 0.5, (478, 3)))
    steadied = alignment.steadied(jittered, 0.5)
    others = np.setdiff1d(np.arange(478), RIGID_POINTS)
    assert (steadied[others] == jittered.points_px[others]).all()
