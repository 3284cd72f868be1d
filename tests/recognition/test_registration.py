"""The head laid over a face whose pose is known."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mien.core.errors import FaceError
from mien.core.facs import Channel
from mien.head import au_delta, load_head
from mien.recognition.atoms import face_basis, read_channels
from mien.recognition.registration import register, weak_perspective

HEAD = load_head()
PEOPLE = [person for person in HEAD.people.values() if person.role == "basis"]
STRANGER = next(person for person in HEAD.people.values() if person.role == "held-out")


def seen_from_front(scale: float = 1400.0) -> np.ndarray:
    points = HEAD.landmarks.points(STRANGER.vertices_m.astype(np.float64))
    return np.stack([128 + scale * points[:, 0], 90 - scale * points[:, 1]], axis=1)


@settings(max_examples=20, deadline=None)
@given(st.floats(-0.3, 0.3), st.floats(-0.3, 0.3), st.floats(-0.3, 0.3), st.floats(800, 2000))
def test_a_turned_head_is_found_as_it_was_turned(
    pitch: float, yaw: float, roll: float, scale: float
) -> None:
    from scipy.spatial.transform import Rotation

    points = HEAD.landmarks.points(PEOPLE[0].vertices_m.astype(np.float64))
    turn = Rotation.from_euler("xyz", [pitch, yaw, roll]).as_matrix()
    turned = points @ turn.T
    seen = np.stack([40 + scale * turned[:, 0], 60 - scale * turned[:, 1]], axis=1)
    found_scale, axes, shift = weak_perspective(points, seen)
    assert found_scale == pytest.approx(scale, rel=1e-6)
    np.testing.assert_allclose(found_scale * points @ axes[:2].T + shift, seen, atol=1e-6)
    np.testing.assert_allclose(axes[2], turn[2], atol=1e-6)


def test_another_persons_landmarks_are_met_within_a_pixel_and_a_half() -> None:
    points = HEAD.landmarks.points(PEOPLE[0].vertices_m.astype(np.float64))
    laid = register(points, seen_from_front(), size_px=256)
    gap = np.linalg.norm(laid.project(points) - seen_from_front(), axis=1)
    assert gap.mean() < 1.5


def test_too_few_landmarks_are_refused() -> None:
    with pytest.raises(FaceError, match="at least 20 landmarks"):
        weak_perspective(np.zeros((5, 3)), np.zeros((5, 2)))


def test_the_fields_of_a_stranger_look_like_the_strangers_own() -> None:
    basis = face_basis(HEAD, PEOPLE, seen_from_front(), size_px=256)
    own = face_basis(HEAD, [STRANGER], seen_from_front(), size_px=256)
    for field, truth in zip(basis.fields_px, own.fields_px, strict=True):
        a, b = field[basis.seen].ravel(), truth[basis.seen].ravel()
        assert a @ b / np.linalg.norm(a) / np.linalg.norm(b) > 0.95


def test_a_left_unit_moves_the_right_half_of_the_picture() -> None:
    basis = face_basis(HEAD, PEOPLE[:2], seen_from_front(), size_px=256)
    left = basis.fields_px[read_channels().index(Channel.parse("AU12L"))]
    energy = np.square(left).sum(axis=(0, 2))
    assert energy[16:].sum() > 20 * energy[:16].sum()


def test_raising_a_brow_moves_cells_up() -> None:
    basis = face_basis(HEAD, PEOPLE[:2], seen_from_front(), size_px=256)
    brow = basis.fields_px[read_channels().index(Channel.parse("AU02L"))]
    row, column = np.unravel_index(np.argmax(np.linalg.norm(brow, axis=-1)), brow.shape[:2])
    assert brow[row, column, 1] < 0
    assert row < 12


def test_cells_inside_the_eyes_are_left_out() -> None:
    basis = face_basis(HEAD, PEOPLE[:2], seen_from_front(), size_px=256)
    eye = seen_from_front()[[33, 133]].mean(axis=0) / 8
    assert not basis.seen[int(eye[1]), int(eye[0])]
    assert au_delta(HEAD, Channel.parse("AU12L")).any()
