"""How people wear their hair: each style as lengths, directions, weight and curl."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from mien.core.errors import UsageError
from mien.core.nearest import unknown_name

Flow = Literal["crown", "part", "back", "tie", "out", "forward"]
"""Where hair heads at its root: away from the crown, away from a parting, back over the head, to a
tie, straight out of the skin, or towards the forehead."""


@dataclass(frozen=True)
class HairStyle:
    """One way to wear hair, on a head of average size; lengths in metres."""

    flow: Flow
    top_m: float
    """Length of what grows on the top of the head."""

    front_m: float
    """Length at the forehead's hairline."""

    side_m: float
    """Length above the ears."""

    back_m: float
    """Length at the nape."""

    lift: float = 0.4
    """Share of its direction with which a hair leaves the skin; 1 stands up."""

    stiffness: float = 0.8
    """0..1: how much of its direction a hair keeps over a centimetre."""

    weight: float = 0.0
    """Pull downward, 0..1."""

    volume_m: float = 0.004
    """Distance of the outermost hairs from the skin."""

    hug: float = 0.3
    """0..1: how closely hair follows the skin at that distance."""

    part_x_m: float = 0.0
    """Place of the parting, to the subject's left."""

    cut_y_m: float | None = None
    """Height below the eyes at which ends are cut; None leaves them."""

    fringe_y_m: float | None = None
    """Height at which a fringe over the forehead ends; None keeps the forehead clear."""

    tie_m: tuple[float, float] | None = None
    """Height and depth of the tie at the back of the head."""

    tied: Literal["", "bun", "tail"] = ""
    curl_m: float = 0.0
    """Radius of the curl."""

    curl_wave_m: float = 0.03
    """Length of one turn."""

    clump: float = 0.35
    """0..1: how far neighbouring tips come together in locks."""

    fly: float = 0.15
    """Spread of single hairs."""

    hairs: int = 12000
    points: int = 6
    """Control points of a hair."""

    radius_m: float = 0.00009
    """A drawn hair stands for several."""


STYLES: Mapping[str, HairStyle] = MappingProxyType(
    {
        "cropped": HairStyle(
            "crown", 0.013, 0.012, 0.006, 0.006, lift=0.42, stiffness=0.9, volume_m=0.003,
            hug=0.0, fly=0.2, hairs=18000, points=5,
        ),
        "short-parted": HairStyle(
            "part", 0.060, 0.062, 0.020, 0.016, lift=0.5, stiffness=0.70, weight=0.16,
            volume_m=0.012, hug=0.35, part_x_m=0.026, clump=0.45, fly=0.14, hairs=13000, points=8,
            radius_m=0.00011,
        ),
        "swept-back": HairStyle(
            "back", 0.065, 0.070, 0.016, 0.014, lift=0.9, stiffness=0.70, weight=0.05,
            volume_m=0.019, hug=0.3, clump=0.5, fly=0.12, hairs=13000, points=8,
            radius_m=0.00011,
        ),
        "pixie": HairStyle(
            "part", 0.075, 0.075, 0.045, 0.040, lift=0.5, stiffness=0.66, weight=0.25,
            volume_m=0.014, hug=0.5, part_x_m=0.030, fringe_y_m=0.034, clump=0.5, fly=0.14,
            hairs=12000, points=9, radius_m=0.00011,
        ),
        "short-curls": HairStyle(
            "crown", 0.050, 0.045, 0.026, 0.024, lift=0.8, stiffness=0.78, weight=0.10,
            volume_m=0.022, hug=0.1, curl_m=0.0042, curl_wave_m=0.020, clump=0.85, fly=0.16,
            hairs=10000, points=14, radius_m=0.00017,
        ),
        "close-afro": HairStyle(
            "out", 0.015, 0.012, 0.009, 0.008, lift=1.0, stiffness=0.95, volume_m=0.010, hug=0.0,
            curl_m=0.0014, curl_wave_m=0.007, clump=0.6, fly=0.25, hairs=15000, points=7,
            radius_m=0.00013,
        ),
        "afro": HairStyle(
            "out", 0.056, 0.046, 0.050, 0.044, lift=1.0, stiffness=0.97, volume_m=0.040, hug=0.0,
            curl_m=0.0036, curl_wave_m=0.013, clump=0.5, fly=0.16, hairs=12000, points=14,
            radius_m=0.00024,
        ),
        "bob": HairStyle(
            "part", 0.24, 0.24, 0.18, 0.12, lift=0.45, stiffness=0.55, weight=0.75,
            volume_m=0.020, hug=0.45, part_x_m=0.022, cut_y_m=-0.092, clump=0.3, fly=0.07,
            hairs=7500, points=12, radius_m=0.00018,
        ),
        "shoulder-straight": HairStyle(
            "part", 0.32, 0.32, 0.26, 0.20, lift=0.4, stiffness=0.55, weight=0.8,
            volume_m=0.017, hug=0.5, part_x_m=0.0, cut_y_m=-0.155, clump=0.35, fly=0.06,
            hairs=7000, points=14, radius_m=0.00019,
        ),
        "fringe-bob": HairStyle(
            "part", 0.24, 0.22, 0.18, 0.12, lift=0.4, stiffness=0.55, weight=0.8,
            volume_m=0.018, hug=0.5, part_x_m=0.0, cut_y_m=-0.105, fringe_y_m=0.026, clump=0.3,
            fly=0.07, hairs=8000, points=11, radius_m=0.00018,
        ),
        "long-wavy": HairStyle(
            "part", 0.40, 0.40, 0.32, 0.28, lift=0.5, stiffness=0.6, weight=0.7,
            volume_m=0.020, hug=0.45, part_x_m=0.016, cut_y_m=-0.20, curl_m=0.0055,
            curl_wave_m=0.085, clump=0.5, fly=0.05, hairs=6000, points=26, radius_m=0.00022,
        ),
        "long-curls": HairStyle(
            "part", 0.28, 0.26, 0.22, 0.19, lift=0.8, stiffness=0.65, weight=0.5,
            volume_m=0.032, hug=0.25, part_x_m=0.012, cut_y_m=-0.15, curl_m=0.0080,
            curl_wave_m=0.036, clump=0.85, fly=0.12, hairs=5000, points=40, radius_m=0.00025,
        ),
        "bun": HairStyle(
            "tie", 0.26, 0.26, 0.24, 0.22, lift=0.35, stiffness=0.5, weight=0.0, volume_m=0.011,
            hug=0.8, tie_m=(0.112, -0.118), tied="bun", clump=0.2, fly=0.04, hairs=9000,
            points=10, radius_m=0.00014,
        ),
        "low-bun": HairStyle(
            "tie", 0.26, 0.26, 0.24, 0.22, lift=0.35, stiffness=0.5, weight=0.08, volume_m=0.010,
            hug=0.7, part_x_m=0.018, tie_m=(0.0, -0.172), tied="bun", clump=0.25, fly=0.05,
            hairs=9000, points=10, radius_m=0.00014,
        ),
        "ponytail": HairStyle(
            "tie", 0.26, 0.26, 0.24, 0.22, lift=0.4, stiffness=0.5, weight=0.0, volume_m=0.012,
            hug=0.8, tie_m=(0.055, -0.178), tied="tail", clump=0.3, fly=0.05, hairs=9000,
            points=12, radius_m=0.00014,
        ),
    }
)  # fmt: skip
"""Every style by its name."""


def hair_style(name: str) -> HairStyle:
    """Look a style up.

    Raises:
        UsageError: no such style.
    """
    if name not in STYLES:
        raise UsageError(unknown_name("a hair style", name, STYLES, listed=len(STYLES)))
    return STYLES[name]
