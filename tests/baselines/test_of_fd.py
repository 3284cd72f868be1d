"""OF-FD: main directions and windows, on curves that are known."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.baselines.of_fd import main_motion, proposals

STEP_S, LEAST_PX = 0.02, 0.2


def curves(seconds: float, *bumps: tuple[float, float, tuple[float, float]]) -> np.ndarray:
    """Curves of three regions, of which the second moves in each span of seconds."""
    times_s = np.arange(round(seconds / STEP_S)) * STEP_S
    made = np.zeros((len(times_s), 3, 2))
    for onset, offset, way in bumps:
        course = np.sin(np.pi * np.clip((times_s - onset) / (offset - onset), 0, 1)) ** 2
        made[:, 1] += course[:, None] * np.array(way)
    return made


def test_motion_is_measured_along_the_first_singular_vector() -> None:
    window = np.random.default_rng(0).normal(size=(50, 4, 2)) * [1.0, 3.0]
    moved = window - np.median(window, axis=0)
    found = main_motion(window)
    for region in range(4):
        _, _, axes = np.linalg.svd(moved[:, region], full_matrices=False)
        np.testing.assert_allclose(found[:, region], np.abs(moved[:, region] @ axes[0]))


@given(st.floats(0, 2 * np.pi), st.floats(-5, 5))
def test_neither_direction_nor_place_matters(angle: float, aside: float) -> None:
    way = (np.cos(angle), np.sin(angle))
    found, apexes_s = proposals(curves(3.0, (1.0, 1.4, way)) + aside, STEP_S, least_px=LEAST_PX)
    np.testing.assert_allclose(found.spans_s, [[1.033, 1.367]], atol=0.01)
    np.testing.assert_allclose(apexes_s, [1.2])
    np.testing.assert_allclose(found.scores, [1.0 / 1.2], atol=1e-6)


def test_a_movement_at_the_edge_of_windows_is_found_once() -> None:
    moved = curves(9.0, (3.8, 4.2, (0.0, 1.0)), (5.9, 6.3, (0.5, 0.0)))
    found, apexes_s = proposals(moved, STEP_S, least_px=LEAST_PX)
    assert sorted(apexes_s) == pytest.approx([4.0, 6.1])
    assert len(found.scores) == 2


def test_the_end_of_a_video_is_looked_at_in_a_whole_window() -> None:
    found, _ = proposals(curves(9.1, (8.5, 8.9, (1.0, 0.0))), STEP_S, least_px=LEAST_PX)
    np.testing.assert_allclose(found.spans_s, [[8.53, 8.87]], atol=0.02)


def test_movements_of_several_regions_at_once_are_one_event() -> None:
    moved = curves(3.0, (1.0, 1.4, (1.0, 0.0)))
    moved[2:, 0] = 0.6 * moved[:-2, 1]
    found, _ = proposals(moved, STEP_S, least_px=LEAST_PX)
    np.testing.assert_allclose(found.spans_s, [[1.033, 1.367]], atol=0.01)


def test_weak_brief_and_slow_movements_are_none() -> None:
    weak = curves(3.0, (1.0, 1.4, (0.15, 0.0)))
    brief = curves(3.0, (1.0, 1.08, (1.0, 0.0)))
    slow = np.linspace(0, 3, 400)[:, None, None] * np.ones((1, 3, 2))
    for moved in (weak, brief, slow):
        assert len(proposals(moved, STEP_S, least_px=LEAST_PX)[0].scores) == 0


def test_nothing_is_found_across_a_gap() -> None:
    moved = curves(4.0, (1.0, 1.4, (1.0, 0.0)), (2.6, 3.0, (1.0, 0.0)))
    moved[58:63] = np.nan  # 1.16 to 1.24 s, over the first movement's apex
    found, _ = proposals(moved, STEP_S, least_px=LEAST_PX)
    np.testing.assert_allclose(found.spans_s, [[2.633, 2.967]], atol=0.01)


@pytest.mark.parametrize("moved", [np.full((200, 3, 2), np.nan), np.zeros((10, 3, 2))])
def test_without_a_face_or_in_a_moment_nothing_is_found(moved: np.ndarray) -> None:
    assert len(proposals(moved, STEP_S, least_px=LEAST_PX)[0].scores) == 0
