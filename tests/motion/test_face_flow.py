"""Flow of an aligned face: what the face did, not what the head did."""

import cv2
import numpy as np

from mien.motion import face_flow, optical_strain, with_strain
from mien.synth.motion_shard import _strain

SIZE = 256
RIGID = np.array([[90.0, 90], [110, 90], [146, 90], [166, 90], [128, 110], [128, 130], [128, 145]])


def picture(shift: np.ndarray | None = None) -> np.ndarray:
    """A textured face-sized picture, every pixel moved by a displacement."""
    rng = np.random.default_rng(3)
    texture = cv2.GaussianBlur(rng.uniform(0, 255, (SIZE, SIZE)).astype(np.float32), (0, 0), 2.0)
    texture = (texture - texture.mean()) / texture.std() * 45 + 128
    y, x = np.mgrid[:SIZE, :SIZE].astype(np.float32)
    if shift is None:
        shift = np.zeros((SIZE, SIZE, 2))
    back = shift.astype(np.float32)
    moved: np.ndarray = cv2.remap(texture, x - back[..., 0], y - back[..., 1], cv2.INTER_CUBIC)
    return np.asarray(np.clip(moved, 0, 255), np.uint8)


def brow_raise(height_px: float) -> np.ndarray:
    y, x = np.mgrid[:SIZE, :SIZE]
    bell = np.exp(-((x - 128) ** 2 / (2 * 40**2) + (y - 45) ** 2 / (2 * 14**2)))
    return np.stack([0 * bell, -height_px * bell], axis=-1)


def test_a_raised_brow_is_measured_where_and_as_large_as_it_is() -> None:
    flow = face_flow(picture(), picture(brow_raise(2.0))[None], RIGID, grid=28)[0]
    row, column = np.unravel_index(np.argmin(flow[..., 1]), (28, 28))
    assert abs((row + 0.5) * SIZE / 28 - 45) < 12
    assert abs((column + 0.5) * SIZE / 28 - 128) < 20
    assert -2.2 < flow[..., 1].min() < -1.5
    assert np.abs(flow[18:]).max() < 0.25


def test_a_head_that_shifts_and_turns_moves_nothing_in_the_face() -> None:
    y, x = np.mgrid[:SIZE, :SIZE] - 128.0
    head = np.stack([1.5 + 0.01 * x - 0.008 * y, -1.0 + 0.01 * y + 0.008 * x], axis=-1)
    still = face_flow(picture(), picture(head)[None], RIGID, grid=112)[0]
    assert np.median(np.abs(still)) < 0.08
    both = face_flow(picture(), picture(head + brow_raise(2.0))[None], RIGID, grid=28)[0]
    assert both[4, 13:15, 1].mean() < -1.2


def test_the_strain_of_a_stretch_a_shear_and_a_turn_is_that_of_the_textbook() -> None:
    y, x = np.mgrid[:20, :20].astype(float)
    stretch = optical_strain(np.stack([0.1 * x, 0 * y], axis=-1))
    shear = optical_strain(np.stack([0.1 * y, 0.1 * x], axis=-1))
    turn = optical_strain(np.stack([-0.1 * y + 3, 0.1 * x], axis=-1))
    np.testing.assert_allclose(stretch, 0.1, atol=1e-12)
    np.testing.assert_allclose(shear, np.sqrt(2) * 0.1, atol=1e-12)
    np.testing.assert_allclose(turn, 0, atol=1e-12)


def test_measured_and_geometric_flow_images_have_the_same_strain() -> None:
    rng = np.random.default_rng(0)
    flow = cv2.GaussianBlur(rng.standard_normal((28, 28, 2)).astype(np.float32), (0, 0), 3.0)
    seen = np.ones((1, 28, 28), bool)
    geometric = _strain(flow[None, None], seen)[0, 0]
    measured = with_strain(flow[None])[0, ..., 2]
    np.testing.assert_allclose(measured[1:-1, 1:-1], geometric[1:-1, 1:-1], rtol=2e-3, atol=1e-5)
