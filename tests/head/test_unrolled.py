"""The unrolled skin."""

import numpy as np

from mien.head.unrolled import AXIS_BEHIND_EYES_M, RADIUS_M, unrolled


def test_lengths_on_the_cylinder_are_kept() -> None:
    turn = np.linspace(-1, 1, 2001)
    circle = np.column_stack(
        (RADIUS_M * np.sin(turn), 0 * turn, RADIUS_M * np.cos(turn) - AXIS_BEHIND_EYES_M)
    )
    flat = unrolled(circle)
    walked = np.linalg.norm(np.diff(circle, axis=0), axis=1)
    np.testing.assert_allclose(np.diff(flat[:, 0]), walked, rtol=1e-6)
    np.testing.assert_allclose(flat[:, 2], RADIUS_M)


def test_the_subjects_left_and_up_stay_so() -> None:
    along, up, _ = unrolled(np.array([[0.02, 0.03, 0.0]]))[0]
    assert along > 0
    assert up == 0.03
