"""Brief movements found among drift, noise and blinks, on fields that are made here."""

import numpy as np
import pytest

from mien.core.facs import channels_of
from mien.motion import GRID
from mien.recognition.basis import Basis, noise_likeness, whiten
from mien.recognition.gates import SpottingThresholds
from mien.recognition.spotting import Spotting, spot_movements

TIMES = np.arange(300) / 100
NOBODY_BLINKS = np.zeros(300, dtype=bool)
FACE = np.ones((GRID, GRID), dtype=bool)
ROWS, COLUMNS = np.mgrid[:GRID, :GRID] / GRID - 0.5


def bell(row: float, column: float, width: float = 0.1) -> np.ndarray:
    return np.asarray(np.exp(-((ROWS - row) ** 2 + (COLUMNS - column) ** 2) / (2 * width**2)))


def basis() -> Basis:
    nothing, one = np.zeros_like(ROWS), np.ones_like(ROWS)
    brow = np.stack([nothing, 8 * bell(-0.3, 0)], axis=-1)
    chin = np.stack([nothing, -8 * bell(0.35, 0)], axis=-1)
    cheek = np.stack([6 * bell(0.1, 0.25), nothing], axis=-1)
    rigid = np.stack([np.stack([one, nothing], -1), np.stack([nothing, one], -1)])
    channels = (channels_of(4)[0], channels_of(26)[0], channels_of(12)[0])
    return Basis(channels, np.stack([brow, chin, cheek]), rigid, FACE)


def noise(seed: int = 0) -> np.ndarray:
    """Noise as dense flow has it: alike in neighbouring cells, .06 px."""
    mix = np.linalg.cholesky(noise_likeness(FACE))
    white = np.random.default_rng(seed).normal(0, 0.06, (GRID * GRID, 600))
    mixed = (mix @ white).reshape(GRID, GRID, 300, 2)
    return np.ascontiguousarray(mixed.transpose(2, 0, 1, 3), np.float32)


def course(apex_s: float, height: float, duration_s: float = 0.24) -> np.ndarray:
    near = np.abs(TIMES - apex_s) < duration_s / 2
    shape = 0.5 + 0.5 * np.cos(2 * np.pi * (TIMES - apex_s) / duration_s)
    return np.where(near, height * shape, 0)


def moved(unit: int, how: np.ndarray) -> np.ndarray:
    field = basis().fields_px[unit]
    return np.asarray(how[:, None, None, None] * field, np.float32)


def spot(flow: np.ndarray, blinking: np.ndarray = NOBODY_BLINKS) -> Spotting:
    return spot_movements(TIMES, flow, basis(), blinking, SpottingThresholds())


def reported(found: Spotting) -> list[float]:
    return [m.moments.apex_s for m in found.movements if not m.refused]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_noise_alone_is_no_movement(seed: int) -> None:
    assert reported(spot(noise(seed))) == []


def test_a_weak_movement_is_found_under_drift_ten_times_as_large() -> None:
    drift = moved(1, 0.5 * np.sin(2 * np.pi * 0.3 * TIMES))
    (apex_s,) = reported(spot(noise() + drift + moved(0, course(1.3, 0.06))))
    assert apex_s == pytest.approx(1.3, abs=0.02)


def test_two_movements_near_each_other_are_both_found_and_timed() -> None:
    flow = noise() + moved(0, course(1.0, 0.2)) + moved(1, course(1.5, 0.1))
    assert reported(spot(flow)) == pytest.approx([1.0, 1.5], abs=0.02)


def test_a_large_movement_casts_no_second_one() -> None:
    assert len(reported(spot(noise() + moved(0, course(1.5, 0.8))))) == 1


def test_motion_that_no_unit_explains_is_not_reported() -> None:
    hand = np.stack([3 * bell(0.0, -0.35, 0.06), 3 * bell(0.2, -0.3, 0.05)], axis=-1)
    flow = noise() + np.asarray(course(1.5, 1.0)[:, None, None, None] * hand, np.float32)
    assert reported(spot(flow)) == []


def test_nothing_is_judged_while_the_eyes_close() -> None:
    blinking = np.abs(TIMES - 1.5) < 0.2
    assert reported(spot(noise() + moved(0, course(1.5, 0.5)), blinking)) == []


def test_a_longer_movement_is_refused_for_its_length() -> None:
    found = spot(noise() + moved(0, course(1.5, 0.4, 0.75)))
    assert reported(found) == []
    assert any(m.long or "come back" in m.refused for m in found.movements)


def test_noise_that_is_alike_in_neighbours_becomes_white() -> None:
    vectors = whiten(basis(), np.full((GRID, GRID), 0.06)).vectors(noise(5))
    assert np.std(vectors) == pytest.approx(1.0, abs=0.03)
    side = vectors[:, : GRID * GRID].reshape(300, GRID, GRID)
    alike = np.corrcoef(side[:, :, 1:].ravel(), side[:, :, :-1].ravel())[0, 1]
    assert abs(alike) < 0.03


@pytest.mark.parametrize("frames", [11, 20, 40])
def test_a_video_too_short_for_a_bump_has_no_movement_and_no_invented_noise(frames: int) -> None:
    part = slice(0, frames)
    flow = (noise() + moved(0, course(0.1, 0.3)))[part]
    found = spot_movements(TIMES[part], flow, basis(), NOBODY_BLINKS[part], SpottingThresholds())
    assert reported(found) == []
    if frames == 11:
        assert np.isnan(found.noise_px)


def test_motion_below_what_the_video_can_show_is_refused_with_its_size() -> None:
    flow = noise() / 4 + moved(0, course(1.3, 0.025))
    seen = spot_movements(TIMES, flow, basis(), NOBODY_BLINKS, SpottingThresholds())
    assert reported(seen) == pytest.approx([1.3], abs=0.02)
    enlarged = spot_movements(
        TIMES, flow, basis(), NOBODY_BLINKS, SpottingThresholds(), magnification=2.5
    )
    (movement,) = enlarged.movements
    assert movement.refused == "the explained motion is only 0.08 px of the video"


def talk() -> np.ndarray:
    """Opening and closing of the jaw, five times a second, from .6 to 2.4 s."""
    inside = (TIMES > 0.6) & (TIMES < 2.4)
    return np.where(inside, 0.4 * (1 - np.cos(2 * np.pi * 5 * (TIMES - 0.6))), 0.0)


def test_syllables_are_no_movements_and_a_brow_beside_them_is_found() -> None:
    flow = noise() + moved(1, talk())
    talking = (TIMES > 0.5) & (TIMES < 2.5)
    limits = SpottingThresholds()
    deaf = spot_movements(TIMES, flow, basis(), NOBODY_BLINKS, limits)
    assert len(reported(deaf)) >= 2
    heard = spot_movements(TIMES, flow, basis(), NOBODY_BLINKS, limits, talking=talking)
    assert reported(heard) == []
    brow = spot_movements(
        TIMES, flow + moved(0, course(1.5, 0.3)), basis(), NOBODY_BLINKS, limits, talking=talking
    )
    assert reported(brow) == pytest.approx([1.5], abs=0.03)
    (movement,) = [one for one in brow.movements if not one.refused]
    assert movement.cues.beside_speech
    assert channels_of(26)[0] not in movement.whitened.basis.channels


def test_a_movement_at_the_border_of_speech_is_reported_once() -> None:
    flow = noise() + moved(1, np.where(TIMES > 1.5, talk(), 0)) + moved(0, course(1.4, 0.3))
    found = spot_movements(
        TIMES, flow, basis(), NOBODY_BLINKS, SpottingThresholds(), talking=(TIMES > 1.4)
    )
    assert len(reported(found)) == 1


def test_a_stricter_confidence_never_reports_more_and_says_why_the_rest_is_left_out() -> None:
    heights = (0.03, 0.05, 0.1, 0.3)
    flow = noise() + sum(moved(0, course(0.5 + 0.6 * i, h)) for i, h in enumerate(heights))
    counts = []
    for confidence in np.linspace(0, 1, 11):
        limits = SpottingThresholds(confidence=float(confidence))
        found = spot_movements(TIMES, flow, basis(), NOBODY_BLINKS, limits)
        counts.append(len(reported(found)))
        for movement in found.movements:
            if movement.refused.startswith("its confidence"):
                assert movement.confidence < confidence
                assert f"below {confidence:.2f}" in movement.refused
    assert counts == sorted(counts, reverse=True)
    assert counts[0] > counts[-1]
