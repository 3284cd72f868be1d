"""SP-FD: the pattern of a rise and a return, on curves that are known."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.baselines.sp_fd import fused_pattern, proposals, rise_and_return

STEP_S, LEAST_PX = 0.02, 0.2


def curves(
    onset: float, apex: float, offset: float, way: tuple[float, float], seconds: float = 4.0
) -> np.ndarray:
    """Curves of five regions, of which three rise evenly and return."""
    times_s = np.arange(round(seconds / STEP_S)) * STEP_S
    made = np.zeros((len(times_s), 5, 2))
    course = np.interp(times_s, [onset, apex, offset], [0.0, 1.0, 0.0])
    made[:, :3] = course[:, None, None] * np.array(way)
    return made


REST = np.zeros((50, 1, 2))


def test_what_goes_on_in_the_same_direction_is_no_pattern() -> None:
    ramp = np.linspace(0, 5, 50)[:, None, None] * np.ones((1, 1, 2))
    inner = rise_and_return(ramp, REST, 5)[5:-5]
    np.testing.assert_array_equal(inner, 0.0)


def test_what_rises_and_stays_is_no_pattern() -> None:
    step = np.where(np.arange(50) < 25, 0.0, 1.0)[:, None, None] * np.array([1.0, 0.0])
    assert np.nanmax(rise_and_return(step, REST, 5)) == 0.0


def test_what_returns_aside_counts_only_along_its_rise() -> None:
    curve = np.zeros((3, 1, 2))
    curve[1, 0] = [2.0, 0.0]
    curve[2, 0] = [1.5, 4.0]
    assert rise_and_return(curve, np.zeros_like(curve), 1)[1, 0] == pytest.approx(0.5)


def test_a_way_through_the_usual_place_counts_from_there() -> None:
    # From -3 to 1 and back to -2: the rise is 4, the return 3, the way from rest 1.
    curve = np.array([-3.0, 1.0, -2.0])[:, None, None] * np.array([0.0, 1.0])
    assert rise_and_return(curve, np.zeros_like(curve), 1)[1, 0] == pytest.approx(1.0)
    assert rise_and_return(curve + 7.0, np.full_like(curve, 7.0), 1)[1, 0] == pytest.approx(1.0)


@pytest.mark.parametrize("pause_s", [1.0, 1.5, 2.5, 3.4])
def test_the_rest_between_two_movements_is_none(pause_s: float) -> None:
    again = 0.9 + pause_s
    twice = curves(0.5, 0.7, 0.9, (0.0, 1.0), 6.0)
    twice += curves(again, again + 0.2, again + 0.4, (0.0, 1.0), 6.0)
    found, apexes_s = proposals(twice, STEP_S, least_px=LEAST_PX)
    np.testing.assert_allclose(sorted(apexes_s), [0.7, again + 0.2], atol=1e-9)
    found_s = found.spans_s[np.argsort(found.spans_s[:, 0])]
    np.testing.assert_allclose(found_s, [[0.5, 0.9], [again, again + 0.4]], atol=0.03)


def test_slow_drift_of_the_usual_place_hides_no_movement() -> None:
    moved = curves(5.0, 5.2, 5.4, (0.0, -1.0), 20.0)
    moved += np.linspace(-3.0, 3.0, len(moved))[:, None, None]
    found, apexes_s = proposals(moved, STEP_S, least_px=LEAST_PX)
    np.testing.assert_allclose(apexes_s, [5.2], atol=0.021)
    np.testing.assert_allclose(found.spans_s, [[5.0, 5.4]], atol=0.06)


def test_a_movement_of_four_seconds_is_not_its_own_rest() -> None:
    moved = curves(2.0, 4.0, 6.0, (1.0, 0.0), 8.0)
    found, apexes_s = proposals(moved, STEP_S, least_px=LEAST_PX)
    np.testing.assert_allclose(apexes_s, [4.0], atol=0.021)
    np.testing.assert_allclose(found.spans_s, [[2.0, 6.0]], atol=0.42)


@pytest.mark.parametrize("reach", [2, 3, 9])
def test_longer_than_the_video_nothing_is_known(reach: int) -> None:
    still = np.zeros((4, 2, 2))
    assert np.isnan(rise_and_return(still, still, reach)).all()


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
