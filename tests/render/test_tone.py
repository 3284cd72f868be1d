"""Tone against the sRGB standard."""

import numpy as np
import pytest

from mien.head.srgb import srgb_from_linear
from mien.render.tone import develop, develop_rows, tone_table


def test_dark_and_middle_tones_are_plain_srgb() -> None:
    light = np.array([0.0, 0.01, 0.1, 0.214, 0.5])
    picture = develop(np.repeat(light, 3).reshape(1, -1, 3).astype(np.float32))
    expected = np.rint(255 * srgb_from_linear(light))
    np.testing.assert_allclose(picture[0, :, 0], expected, atol=1)


def test_highlights_roll_off_and_never_wrap() -> None:
    light = np.linspace(0, 9, 400, dtype=np.float32)
    picture = develop(np.repeat(light, 3).reshape(1, -1, 3))[0, :, 0].astype(int)
    assert (np.diff(picture) >= 0).all()
    assert picture[-1] == 255
    assert picture[np.searchsorted(light, 1.0)] < 255


def test_negative_light_is_black() -> None:
    assert develop(np.full((1, 1, 3), -1.0, np.float32)).tolist() == [[[0, 0, 0]]]


def test_the_plain_function_agrees_with_the_compiled_one() -> None:
    light = np.array([[[0.0, 0.2, 0.9]]], np.float32)
    picture = np.zeros((1, 1, 3), np.uint8)
    develop_rows.py_func(light, tone_table(), 4.0, np.array([0, 1]), picture)
    assert picture.tolist() == develop(light).tolist()
    assert picture[0, 0, 1] == pytest.approx(124, abs=1)  # 0.2 linear is 0.4845 in sRGB
