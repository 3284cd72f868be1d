"""What the camera adds, and what a mouth does in speech."""

import numpy as np
import pytest

from mien.core.errors import UsageError
from mien.synth.lighting import drawn_light
from mien.synth.sensor import Sensor
from mien.synth.speech import Speech


def grey(level: int) -> np.ndarray:
    return np.full((200, 200, 3), level, np.uint8)


@pytest.mark.parametrize("shot_share", [0.0, 0.5])
def test_noise_has_the_spread_that_was_asked_at_mid_grey(shot_share: float) -> None:
    seen = Sensor(noise_sd=4.0, shot_share=shot_share).record(grey(128), np.random.default_rng(0))
    assert seen.std() == pytest.approx(4.0, rel=0.02)
    assert seen.mean() == pytest.approx(128, abs=0.1)


def test_shot_noise_grows_with_the_root_of_the_light() -> None:
    sensor = Sensor(noise_sd=4.0, shot_share=1.0)
    dark, light = (sensor.record(grey(x), np.random.default_rng(0)).std() for x in (50, 200))
    assert light / dark == pytest.approx(2.0, rel=0.03)


def test_blur_spreads_a_point_by_its_standard_deviation() -> None:
    picture = np.zeros((61, 61, 3), np.uint8)
    picture[28:33, 28:33] = 255
    seen = Sensor(noise_sd=0.0, blur_px=3.0).record(picture, np.random.default_rng(0))
    profile = seen[..., 0].sum(axis=0).astype(float)
    place = np.arange(61) - 30
    variance = (profile * place**2).sum() / profile.sum()
    assert variance == pytest.approx(9.0 + 2.0, rel=0.06)


def test_a_perfect_camera_changes_nothing() -> None:
    picture = np.random.default_rng(0).integers(0, 256, (20, 20, 3)).astype(np.uint8)
    assert (Sensor(noise_sd=0.0).record(picture, np.random.default_rng(1)) == picture).all()


def test_a_camera_that_is_none_is_refused() -> None:
    for wrong in ({"noise_sd": -1.0}, {"blur_px": float("nan")}, {"shot_share": 2.0}):
        with pytest.raises(UsageError, match="noise of"):
            Sensor(**wrong)


def test_a_mouth_opens_2_to_7_times_a_second() -> None:
    speech = Speech(0.0, 60.0)
    moves = speech.syllables(np.random.default_rng(0))
    openings = [move for move in moves if any(c.au == 26 for c in move.channels)]
    assert 2 < len(openings) / 60 < 7
    assert max(move.offset_s for move in moves) <= 60.0
    assert max(move.peak for move in moves) <= 0.25


def test_speech_that_is_none_is_refused() -> None:
    with pytest.raises(UsageError, match="syllables"):
        Speech(1.0, 0.5)


def test_drawn_light_comes_from_before_the_face_and_is_never_dark() -> None:
    rng = np.random.default_rng(0)
    for _ in range(100):
        light = drawn_light(rng)
        assert light.key_direction[2] > 0.2
        assert min(light.key_colour) > 0.4
        assert 0.8 <= light.exposure <= 1.15
