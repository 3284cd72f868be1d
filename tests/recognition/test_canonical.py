"""The canonical face, and how other faces are carried onto it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.faces import CROP_SIZE_PX
from mien.faces.alignment import EYE_LINE, EYES_APART
from mien.recognition.canonical import (
    CANONICAL_GRID,
    Placement,
    canonical_basis,
    canonical_landmarks_px,
    placement_of,
)


def test_the_canonical_eyes_lie_where_every_aligned_face_has_them() -> None:
    points = canonical_landmarks_px() / CROP_SIZE_PX
    right, left = points[[33, 133]].mean(axis=0), points[[362, 263]].mean(axis=0)
    assert left[0] - right[0] == pytest.approx(EYES_APART, abs=0.01)
    assert (left[1] + right[1]) / 2 == pytest.approx(EYE_LINE, abs=0.01)


def test_units_move_the_part_of_the_canonical_face_that_facs_says() -> None:
    basis = canonical_basis()
    size = np.linalg.norm(basis.fields_px, axis=-1)
    rows = (size.sum(axis=2) @ np.arange(CANONICAL_GRID)) / size.sum(axis=(1, 2))
    middle: dict[int, list[float]] = {}
    for channel, row in zip(basis.channels, rows, strict=True):
        middle.setdefault(channel.au, []).append(row)
    assert max(middle[1] + middle[2] + middle[4]) < 11
    assert min(middle[12] + middle[15] + middle[17]) > 16


@given(st.floats(0.7, 1.4), st.floats(0.7, 1.4), st.floats(-0.1, 0.1), st.floats(-0.1, 0.1))
def test_the_placement_of_moved_landmarks_is_how_they_were_moved(
    wide: float, high: float, right: float, down: float
) -> None:
    place = (canonical_landmarks_px() + 0.5) / CROP_SIZE_PX - 0.5
    moved = (place * (wide, high) + (right, down) + 0.5) * 112 - 0.5
    found = placement_of(moved, size_px=112)
    assert np.allclose((*found.stretch, *found.shift), (wide, high, right, down), atol=1e-9)


def test_a_face_in_its_canonical_place_is_left_as_it_is() -> None:
    fields = canonical_basis().fields_px
    assert np.allclose(Placement().canonical(fields), fields, atol=1e-12)


def test_a_bump_of_a_larger_face_is_carried_back_to_its_cell_with_shorter_arrows() -> None:
    side, placed = 56, Placement((1.25, 1.1), (0.05, -0.04))
    centres = (np.arange(side) + 0.5) / side - 0.5
    x, y = np.meshgrid(centres, centres)
    at = np.array([-0.1, 0.2]) * placed.stretch + placed.shift
    bump = np.exp(-((x - at[0]) ** 2 + (y - at[1]) ** 2) / (2 * 0.08**2))
    carried = placed.canonical(np.stack([bump, bump], axis=-1)[None])[0]
    row, column = np.unravel_index(carried[..., 0].argmax(), carried.shape[:2])
    assert (column + 0.5) / 28 - 0.5 == pytest.approx(-0.1, abs=0.02)
    assert (row + 0.5) / 28 - 0.5 == pytest.approx(0.2, abs=0.02)
    assert carried[..., 0].max() == pytest.approx(1 / 1.25, abs=0.03)
    assert carried[..., 1].max() == pytest.approx(1 / 1.1, abs=0.03)
