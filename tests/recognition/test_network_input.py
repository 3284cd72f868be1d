"""What the trained networks read of flow."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from mien.recognition.canonical import canonical_basis
from mien.recognition.network_input import network_images, network_volumes, without_rigid

BASIS = canonical_basis()
MOVED = BASIS.fields_px[[0, 5, 12, 20]].astype(np.float32)
RNG = np.random.default_rng(0)


def test_motion_of_the_head_alone_leaves_nothing() -> None:
    head = np.einsum("fm,mrcd->frcd", RNG.normal(size=(5, 6)), BASIS.rigid_px)
    assert np.abs(without_rigid(head)).max() < 1e-3 * np.abs(head).max()


def test_motion_of_a_part_of_the_face_stays_where_it_is() -> None:
    kept = without_rigid(MOVED)[:, BASIS.seen]
    whole = MOVED[:, BASIS.seen]
    cosine = (kept * whole).sum(axis=(1, 2)) / np.sqrt(
        np.square(kept).sum(axis=(1, 2)) * np.square(whole).sum(axis=(1, 2))
    )
    assert cosine.min() > 0.9


@settings(max_examples=20, deadline=None)
@given(st.floats(0.05, 50), st.floats(-5, 5), st.floats(-5, 5))
def test_neither_the_size_of_a_movement_nor_a_shift_of_the_whole_picture_changes_the_input(
    size: float, right: float, down: float
) -> None:
    noisy = MOVED + RNG.normal(0, 0.05, MOVED.shape).astype(np.float32)
    shifted = size * noisy + np.array([right, down], np.float32)
    assert np.allclose(network_images(noisy), network_images(shifted), atol=2e-3)


def test_the_strongest_step_has_a_root_mean_square_of_one_and_the_others_less() -> None:
    course = np.array([0.0, 0.5, 1.0, 0.25], np.float32)[None, :, None, None, None]
    planes = network_volumes(course * MOVED[:, None])
    energy = np.sqrt(np.square(planes[:, :2][:, :, :, BASIS.seen]).mean(axis=(1, 3)))
    assert np.allclose(energy, [[0, 0.5, 1, 0.25]] * len(MOVED), atol=0.02)


def test_a_picture_without_motion_stays_without() -> None:
    assert not network_images(np.zeros((2, 28, 28, 2), np.float32)).any()


def test_nothing_is_said_off_the_face() -> None:
    everywhere = RNG.normal(size=(3, 28, 28, 2)).astype(np.float32)
    assert not network_images(everywhere)[:, :, ~BASIS.seen].any()
