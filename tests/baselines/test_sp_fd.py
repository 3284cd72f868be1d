"""SP-FD: the pattern of a rise and a return, on curves that are known."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.baselines.sp_fd import fused_pattern, proposals, rise_and_return

STEP_S, LEAST_PX = 0.02, 0.2


def curves(onset: float, apex: float, offset: float, way: tuple[float, float]) -> np.ndarray:
    """Four seconds of five regions, of which three rise evenly and return."""
    times_s = np.arange(200) * STEP_S
    made = np.zeros((200, 5, 2))
    course = np.interp(times_s, [onset, apex, offset], [0.0, 1.0, 0.0])
    made[:, :3] = course[:, None, None] * np.array(way)
    return made


def test_what_goes_on_in_the_same_direction_is_no_pattern() -> None:
    ramp = np.linspace(0, 5, 50)[:, None, None] * np.ones((1, 2, 2))
    inner = rise_and_return(ramp, 5)[5:-5]
    np.testing.assert_array_equal(inner, 0.0)


def test_what_rises_and_stays_is_no_pattern() -> None:
    step = np.where(np.arange(50) < 25, 0.0, 1.0)[:, None, None] * np.array([1.0, 0.0])
    assert np.nanmax(rise_and_return(step, 5)) == 0.0


def test_what_returns_aside_counts_only_along_its_rise() -> None:
    curve = np.zeros((3, 1, 2))
    curve[1, 0] = [2.0, 0.0]
    curve[2, 0] = [1.5, 4.0]
    assert rise_and_return(curve, 1)[1, 0] == pytest.approx(0.5)


@pytest.mark.parametrize("reach", [2, 3, 9])
def test_longer_than_the_video_nothing_is_known(reach: int) -> None:
    assert np.isnan(rise_and_return(np.zeros((4, 2, 2)), reach)).all()


def test_three_regions_are_averaged() -> None:
    assert fused_pattern(np.array([[0.0, 1.0, 5.0, 2.0, 3.0]])).tolist() == [pytest.approx(10 / 3)]


@given(st.floats(0, 2 * np.pi), st.floats(-5, 5))
def test_neither_direction_nor_place_matters(angle: float, aside: float) -> None:
    way = (np.cos(angle), np.sin(angle))
    moved = curves(1.5, 1.7, 1.9, way) + aside
    found, apexes_s = proposals(moved, STEP_S, least_px=LEAST_PX)
    np.testing.assert_allclose(apexes_s, [1.7])
    np.testing.assert_allclose(found.spans_s, [[1.5, 1.9]], atol=0.03)
    np.testing.assert_allclose(found.scores, [1.0 / 1.2], atol=1e-6)


def test_rise_and_return_have_a_length_each() -> None:
    found, apexes_s = proposals(curves(1.5, 1.7, 2.3, (0.0, 1.0)), STEP_S, least_px=LEAST_PX)
    np.testing.assert_allclose(apexes_s, [1.7])
    np.testing.assert_allclose(found.spans_s, [[1.5, 2.3]], atol=0.08)


def test_a_single_region_counts_a_third() -> None:
    moved = curves(1.5, 1.7, 1.9, (0.5, 0.0))
    moved[:, 1:] = 0
    assert len(proposals(moved, STEP_S, least_px=LEAST_PX)[0].scores) == 0
    assert len(proposals(2 * moved, STEP_S, least_px=LEAST_PX)[0].scores) == 1


def test_a_movement_that_the_video_cuts_off_is_none() -> None:
    moved = curves(1.5, 1.7, 1.9, (1.0, 0.0))
    assert len(proposals(moved[:86], STEP_S, least_px=LEAST_PX)[0].scores) == 0


def test_nothing_is_found_across_a_gap() -> None:
    moved = curves(1.5, 1.7, 1.9, (1.0, 0.0))
    moved[80:91] = np.nan  # 1.6 to 1.8 s
    found, apexes_s = proposals(moved, STEP_S, least_px=LEAST_PX)
    assert len(found.scores) == 0
    assert len(apexes_s) == 0


def test_without_any_face_nothing_is_found() -> None:
    unseen = np.full((100, 5, 2), np.nan)
    assert len(proposals(unseen, STEP_S, least_px=LEAST_PX)[0].scores) == 0
