"""MDMD: the difference of a moment, what is relative to it, and which runs are events."""

import numpy as np
import pytest
from scipy.stats import norm

from mien.baselines import mdmd
from mien.baselines.mdmd import (
    REACH_S,
    SHORTEST_S,
    main_direction_difference,
    relative_differences,
    runs_above,
)
from mien.core.track import Event, EventKind
from mien.datasets.clips import Video
from mien.evaluation.systems import Budget, SpottingSystem


def _by_hand(there: np.ndarray, back: np.ndarray, blocks: int) -> float:
    """The published steps, pixel by pixel, with angles."""
    side = len(there) // blocks
    of_blocks = []
    for row in range(blocks):
        for column in range(blocks):
            members: dict[int, list[float]] = {0: [], 1: [], 2: [], 3: []}
            for y in range(row * side, (row + 1) * side):
                for x in range(column * side, (column + 1) * side):
                    angle = np.degrees(np.arctan2(there[y, x, 1], there[y, x, 0]))
                    length = np.hypot(*there[y, x]) - np.hypot(*back[y, x])
                    members[int(((angle + 45) % 360) // 90)].append(float(length))
            main = max(members.values(), key=len)
            best = sorted(main, reverse=True)[: max(len(main) // 3, 1)]
            of_blocks.append(np.mean(best))
    best_blocks = sorted(of_blocks, reverse=True)[: max(len(of_blocks) // 3, 1)]
    return float(np.mean(best_blocks))


@pytest.mark.parametrize("seed", range(5))
def test_the_difference_is_that_of_the_steps_one_by_one(seed: int) -> None:
    rng = np.random.default_rng(seed)
    there, back = rng.normal(size=(2, 21, 21, 2)).astype(np.float32)
    there += rng.normal(size=2).astype(np.float32)  # a commonest direction in most blocks
    found = main_direction_difference(there, back, blocks=3)
    assert found == pytest.approx(_by_hand(there, back, 3), rel=1e-5)


def test_what_has_come_back_counts_with_its_whole_way() -> None:
    there = np.zeros((12, 12, 2), np.float32)
    there[..., 1] = -1.5
    none = np.zeros_like(there)
    assert main_direction_difference(there, none) == pytest.approx(1.5)
    assert main_direction_difference(there, there) == 0.0
    assert main_direction_difference(none, there) == pytest.approx(-1.5)


def test_a_twelfth_of_the_face_is_enough_for_a_third_of_its_motion() -> None:
    # 3 of 36 blocks move by 4; the best twelve blocks are averaged.
    there = np.zeros((12, 12, 2), np.float32)
    there[:2, :6, 0] = 4.0
    assert main_direction_difference(there, np.zeros_like(there)) == pytest.approx(1.0)


def test_lengths_are_the_published_frames() -> None:
    for rate, micro, macro, shortest in ((30, 12, 39, 7), (200, 80, 260, 47)):
        assert REACH_S[EventKind.MICRO] * rate == pytest.approx(micro)
        assert REACH_S[EventKind.MACRO] * rate == pytest.approx(macro)
        assert round(SHORTEST_S * rate) == shortest


def test_beside_a_gap_the_mean_stands_for_what_is_not_known() -> None:
    curve = np.array([1.0, 2.0, np.nan, 9.0, 3.0, 5.0])  # mean 4
    found = relative_differences(curve, 1)
    np.testing.assert_allclose(found, [1 - 3.0, 2 - 2.5, np.nan, 9 - 3.5, 3 - 7.0, 5 - 3.5])


def test_an_event_near_the_end_does_not_lift_the_rest_above_the_threshold() -> None:
    curve = np.zeros(200)
    curve[25:40] = np.hanning(15)
    assert runs_above(relative_differences(curve, 20)) == [(26, 38)]


def test_without_a_value_nothing_is_known() -> None:
    assert np.isnan(relative_differences(np.full(5, np.nan), 2)).all()
    found = relative_differences(np.array([np.nan, 3.0, np.nan]), 1)
    np.testing.assert_allclose(found, [np.nan, 0.0, np.nan])


def test_the_threshold_lies_a_hundredth_above_the_mean() -> None:
    # Mean 1.0, largest 5.0: threshold 1.04.
    relative = np.array([0.0, 1.03, 1.05, 0.0, 5.0, 0.0, 0.0, 0.92])
    assert relative.mean() == pytest.approx(1.0)
    assert runs_above(relative) == [(2, 2), (4, 4)]


@pytest.mark.parametrize("value", [0.0, 2.0, np.nan])
def test_a_flat_curve_has_no_run(value: float) -> None:
    assert runs_above(np.full(9, value)) == []


def _spotted(
    monkeypatch: pytest.MonkeyPatch, micro: list[tuple[int, int]], macro: list[tuple[int, int]]
) -> tuple[Event, ...]:
    """Events of 10 s at 50 frames a second whose curves are high in the given steps."""
    curves = np.zeros((2, 500))
    for curve, runs in zip(curves, (micro, macro), strict=True):
        for first, last in runs:
            curve[first : last + 1] = np.hanning(last - first + 3)[1:-1]
    monkeypatch.setattr(mdmd, "difference_curves", lambda _: curves)
    video = Video("v", "s", 50.0, 1.0, np.zeros((500, 2, 2), np.uint8), np.zeros((500, 468, 2)))
    system = mdmd.SPEC.build(Budget())
    assert isinstance(system, SpottingSystem)
    return system.spot(video)


def test_micro_expressions_last_from_seven_thirtieths_to_half_a_second(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Of a long rise only the middle lies above what was .4 s before and after.
    events = _spotted(monkeypatch, [(100, 108), (200, 221), (350, 430)], [])
    (event,) = events
    assert event.kind is EventKind.MICRO
    assert event.onset_s == pytest.approx(1.0 + 4.0, abs=0.05)
    assert event.offset_s == pytest.approx(1.0 + 4.42, abs=0.05)
    assert event.apex_s == pytest.approx(1.0 + 4.21, abs=0.021)


@pytest.mark.parametrize(("rate", "frames"), [(30.0, 7), (50.0, 12)])
def test_noise_alone_is_spotted_as_often_as_runs_of_chance(
    monkeypatch: pytest.MonkeyPatch, rate: float, frames: int
) -> None:
    minutes = 60
    count = round(minutes * 60 * rate)
    noise = np.random.default_rng(0).standard_normal((2, count))
    monkeypatch.setattr(mdmd, "difference_curves", lambda _: noise)
    faces = np.broadcast_to(np.zeros((1, 2, 2), np.uint8), (count, 2, 2))
    landmarks = np.broadcast_to(np.zeros((1, 468, 2)), (count, 468, 2))
    system = mdmd.SPEC.build(Budget())
    assert isinstance(system, SpottingSystem)
    events = system.spot(Video("v", "s", rate, 0.0, faces, landmarks))
    # A hundredth of the way to the largest of so many numbers is .045 deviations above the mean.
    above = float(norm.sf(norm.isf(1 / count) * mdmd.THRESHOLD))
    expected = count * (1 - above) * above**frames
    assert len(events) == pytest.approx(expected, abs=4 * np.sqrt(expected))
    assert len(events) < (8 if rate == 30.0 else 1) * minutes


def test_macro_expressions_last_longer_than_half_a_second(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (event,) = _spotted(monkeypatch, [], [(100, 120), (250, 300)])
    assert event.kind is EventKind.MACRO
    assert event.onset_s == pytest.approx(1.0 + 5.0, abs=0.1)
    assert event.offset_s == pytest.approx(1.0 + 6.0, abs=0.1)
    assert event.confidence == pytest.approx(1.0)
