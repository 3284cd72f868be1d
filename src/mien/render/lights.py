"""Named lights: three studio set-ups, an overcast sky and a lamp at the side."""

from collections.abc import Mapping
from types import MappingProxyType

from mien.core.errors import UsageError
from mien.core.nearest import unknown_name
from mien.render.light import Light

LIGHTS: Mapping[str, Light] = MappingProxyType(
    {
        "soft": Light(),
        "rembrandt": Light(
            key_direction=(-0.74, 0.72, 0.56),
            key_colour=(1.0, 0.925, 0.83),
            fill_direction=(0.7, 0.05, 0.7),
            fill_colour=(0.075, 0.082, 0.095),
            rim_direction=(0.62, 0.5, -0.6),
            rim_colour=(0.3, 0.305, 0.33),
            sky_colour=(0.115, 0.12, 0.13),
            ground_colour=(0.062, 0.056, 0.05),
            background_top=(0.062, 0.066, 0.074),
            background_bottom=(0.03, 0.031, 0.034),
            key_softness=0.8,
        ),
        "beauty": Light(
            key_direction=(-0.06, 0.62, 0.8),
            key_colour=(0.7, 0.672, 0.64),
            fill_direction=(0.1, -0.55, 0.83),
            fill_colour=(0.24, 0.236, 0.23),
            rim_direction=(0.0, 0.75, -0.66),
            rim_colour=(0.26, 0.26, 0.265),
            sky_colour=(0.25, 0.252, 0.258),
            ground_colour=(0.2, 0.19, 0.182),
            background_top=(0.4, 0.405, 0.41),
            background_bottom=(0.27, 0.272, 0.276),
            key_softness=1.5,
        ),
        "overcast": Light(
            key_direction=(-0.18, 0.92, 0.5),
            key_colour=(0.33, 0.345, 0.37),
            fill_direction=(0.4, 0.3, 0.85),
            fill_colour=(0.16, 0.17, 0.185),
            rim_direction=(0.3, 0.8, -0.5),
            rim_colour=(0.15, 0.158, 0.172),
            sky_colour=(0.55, 0.575, 0.615),
            ground_colour=(0.15, 0.145, 0.135),
            background_top=(0.44, 0.465, 0.5),
            background_bottom=(0.27, 0.275, 0.275),
            key_softness=2.2,
        ),
        "side": Light(
            key_direction=(-0.95, 0.2, 0.28),
            key_colour=(1.25, 1.18, 1.09),
            fill_direction=(0.8, 0.1, 0.5),
            fill_colour=(0.05, 0.055, 0.065),
            rim_direction=(0.7, 0.4, -0.6),
            rim_colour=(0.12, 0.125, 0.14),
            sky_colour=(0.1, 0.105, 0.115),
            ground_colour=(0.055, 0.05, 0.046),
            background_top=(0.078, 0.082, 0.09),
            background_bottom=(0.04, 0.041, 0.044),
            key_softness=1.0,
        ),
    }
)
"""The lights by name. ``soft``: a large lamp to the subject's right, well filled. ``rembrandt``:
high and far to the side, little filled. ``beauty``: from above the camera, a reflector below.
``overcast``: an even sky. ``side``: one lamp beside the subject's right ear."""


def light_named(name: str) -> Light:
    """Look a light up.

    Raises:
        UsageError: no light of that name; near names are offered.
    """
    if name not in LIGHTS:
        raise UsageError(unknown_name("a light", name, LIGHTS))
    return LIGHTS[name]
