"""Light that swings, blocks that stand still, and what no motion explains."""

import cv2
import numpy as np
import pytest

from mien.motion import Album, Stillness, even_light, flicker_of, held_back, pooled_flow
from mien.motion.flow import pooled_picture

SIZE = 256
RNG = np.random.default_rng(7)


def textured(size: int = SIZE) -> np.ndarray:
    noise = RNG.normal(0, 1, (size, size)).astype(np.float32)
    smooth = cv2.GaussianBlur(noise, (0, 0), 2.5)
    whole: np.ndarray = np.clip(120 + 30 * smooth / smooth.std(), 0, 255).astype(np.uint8)
    return whole


def test_bands_of_light_move_nothing_once_they_are_evened_out() -> None:
    face = textured()
    band = 1 + 0.2 * np.sin(2 * np.pi * np.arange(SIZE) / 200)[:, None]
    lit = np.clip(face * band, 0, 255).astype(np.uint8)
    evened = even_light(face, lit, pooled_picture(face), pooled_picture(lit))
    before, after = (np.abs(pooled_flow(face, one)).mean() for one in (lit, evened))
    assert after < 0.1
    assert after < before
    np.testing.assert_allclose(pooled_picture(evened), pooled_picture(face), rtol=0.09)


def test_light_that_hardly_differs_is_left_as_it_is() -> None:
    face = textured()
    lit = np.clip(face * 1.03, 0, 255).astype(np.uint8)
    assert even_light(face, lit, pooled_picture(face), pooled_picture(lit)) is lit


@pytest.mark.parametrize(("mains_hz", "seen_hz"), [(100.0, 10.0), (100.3, 10.3), (120.0, 0.0)])
def test_flicker_is_told_at_the_rate_that_the_camera_sees(mains_hz: float, seen_hz: float) -> None:
    times_s = np.arange(90) / 30
    light = 1 + 0.1 * np.sin(2 * np.pi * mains_hz * times_s + 0.3)
    grey = (100 * light[:, None, None] * np.ones((90, 32, 32))).astype(np.float32)
    found = flicker_of(times_s, grey)
    if seen_hz == 0:
        assert found.depth < 0.01
        assert not found.regular
        return
    assert found.regular
    assert found.rate_hz == pytest.approx(seen_hz, abs=0.4)
    assert found.depth == pytest.approx(0.1, abs=0.015)


def test_a_hand_that_passes_is_no_flicker() -> None:
    times_s = np.arange(90) / 30
    grey = np.full((90, 32, 32), 100, np.float32)
    grey[30:50, 16:] = 70
    assert not flicker_of(times_s, grey).regular


def test_blocks_that_do_not_change_are_counted_within_the_face() -> None:
    first = textured(64)
    second = first.copy()
    second[16:24, 16:40] += 1  # three of the sixteen blocks of the face
    stillness = Stillness()
    assert np.isnan(stillness.add(first, (16, 16, 48, 48))).all()
    share, change = stillness.add(second, (16, 16, 48, 48))
    assert share == pytest.approx(13 / 16)
    assert change == pytest.approx(3 / 16)
    assert np.isnan(stillness.add(second, None)).all()


def test_stillness_without_a_jump_at_key_frames_is_no_compression() -> None:
    times_s = np.arange(60) / 30
    still, change = np.full(60, 0.95), np.full(60, 0.05)
    grey = np.tile(np.linspace(60, 160, 32, dtype=np.float32), (60, 32, 1))
    assert held_back(times_s, still, change, grey, (1.0,)) == 0
    change[30] = 5.0
    # .95 of the blocks, a jump of 5 levels, a contrast of 100 / sqrt(12) levels.
    expected = 0.95 * 5 / (100 / np.sqrt(12))
    assert held_back(times_s, still, change, grey, (1.0,)) == pytest.approx(expected, rel=0.05)
    assert held_back(times_s, still, change, grey, ()) == 0


def test_a_shift_is_explained_and_a_patch_of_something_else_is_not() -> None:
    face = textured()
    shifted = np.roll(face, 4, axis=1)
    covered = face.copy()
    covered[128:224, 64:192] = 120
    album = Album()
    for index, picture in enumerate([face, shifted, face, covered, face, shifted]):
        album.add(0.1 * index, picture)
    looks_s, strangeness = album.strangeness()
    np.testing.assert_allclose(looks_s, 0.1 * np.arange(6))
    inner = strangeness[:, 4:-4, 4:-4]
    assert inner[[0, 1, 2, 4, 5]].max() < 0.4
    assert strangeness[3, 19:25, 11:21].min() > 0.6
    assert inner[3, :8].max() < 0.4


def test_an_album_of_a_long_video_stays_small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mien.motion.album.MAX_PICTURES", 20)
    album = Album()
    face = textured(64)
    for index in range(200):
        album.add(0.1 * index, face)
    looks_s, _ = album.strangeness()
    assert 10 <= len(looks_s) <= 20
    assert looks_s[-1] > 18
    np.testing.assert_allclose(np.diff(looks_s), np.diff(looks_s)[0])
