"""The sRGB curve against its standard."""

import numpy as np

from mien.head.srgb import linear_from_srgb, srgb_from_linear


def test_srgb_has_the_values_of_the_standard() -> None:
    # IEC 61966-2-1: linear 0.214041 is mid grey 0.5; 0.0031308 is where the line ends.
    encoded = srgb_from_linear(np.array([0.0, 0.0031308, 0.21404114, 1.0, 2.0]))
    np.testing.assert_allclose(encoded, [0, 0.04045, 0.5, 1, 1], atol=2e-5)


def test_decoding_undoes_encoding() -> None:
    light = np.linspace(0, 1, 50)
    np.testing.assert_allclose(linear_from_srgb(srgb_from_linear(light)), light, atol=1e-9)
