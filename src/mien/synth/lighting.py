"""Other light than the usual: a lamp elsewhere, warmer or colder, brighter or darker."""

import numpy as np

from mien.render import Light

_SIDEWAYS_RAD, _LOW_RAD, _HIGH_RAD = 1.1, 0.0, 0.9
_WARMTH = 0.1


def drawn_light(rng: np.random.Generator) -> Light:
    """Draw a light: place, colour and share of the key lamp, and the exposure."""
    usual = Light()
    around = rng.uniform(-_SIDEWAYS_RAD, _SIDEWAYS_RAD)
    up = rng.uniform(_LOW_RAD, _HIGH_RAD)
    direction = (
        float(np.sin(around) * np.cos(up)),
        float(np.sin(up)),
        float(np.cos(around) * np.cos(up)),
    )
    warmth = 1 + _WARMTH * rng.uniform(-1, 1) * np.array([1.0, 0.0, -1.0])
    key = rng.uniform(0.7, 1.1) * warmth
    room = rng.uniform(0.7, 1.5)
    return Light(
        key_direction=direction,
        key_colour=_times(usual.key_colour, key),
        fill_direction=(-direction[0], 0.1, 0.65),
        fill_colour=_times(usual.fill_colour, rng.uniform(0.5, 1.6) * np.ones(3)),
        sky_colour=_times(usual.sky_colour, room * np.ones(3)),
        ground_colour=_times(usual.ground_colour, room * np.ones(3)),
        background_top=_times(usual.background_top, rng.uniform(0.4, 2.5) * np.ones(3)),
        background_bottom=_times(usual.background_bottom, rng.uniform(0.4, 2.5) * np.ones(3)),
        exposure=float(rng.uniform(0.8, 1.15)),
    )


def _times(colour: tuple[float, float, float], factor: np.ndarray) -> tuple[float, float, float]:
    red, green, blue = (float(a * b) for a, b in zip(colour, factor, strict=True))
    return red, green, blue
