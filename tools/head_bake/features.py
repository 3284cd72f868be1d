"""Features of single faces: which local changes of the source may vary, how far, and why.

Each row is the spread of one change and what a woman's face, a man's face and thirty years beyond
45 add to it. Changes that no row names stay 0: they tilt the face, move the head as a whole or
leave the human range early.
"""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Spread:
    """How one local change varies between people."""

    sigma: float
    female: float = 0.0
    male: float = 0.0
    aged: float = 0.0


SPREADS: dict[str, Spread] = {
    "chin-width-incr": Spread(0.30, female=-0.30, male=0.10),
    "chin-bones-incr": Spread(0.30, female=-0.20, male=0.10),
    "chin-height-incr": Spread(0.16, female=-0.08),
    "chin-prominent-incr": Spread(0.25),
    "chin-cleft-incr": Spread(0.20),
    "chin-jaw-drop-incr": Spread(0.12),
    "cheek-bones-incr": Spread(0.40, female=0.15),
    "cheek-volume-incr": Spread(0.35, aged=-0.15),
    "cheek-inner-incr": Spread(0.30, aged=-0.25),
    "cheek-trans-up": Spread(0.25, aged=-0.20),
    "eye-scale-incr": Spread(0.25, female=0.20),
    "eye-height1-incr": Spread(0.15),
    "eye-height2-incr": Spread(0.18, female=0.10, aged=-0.05),
    "eye-height3-incr": Spread(0.15, aged=-0.10),
    "eye-corner1-up": Spread(0.20),
    "eye-corner2-up": Spread(0.30, female=0.10, aged=-0.15),
    "eye-eyefold-up": Spread(0.25, aged=-0.25),
    "eye-eyefold-angle-up": Spread(0.20, aged=-0.15),
    "eye-trans-out": Spread(0.20),
    "eye-push1-out": Spread(0.15),
    "eye-push2-out": Spread(0.15),
    "eye-epicanthus-out": Spread(0.20),
    "eye-bag-incr": Spread(0.15, aged=0.45),
    "eye-bag-out": Spread(0.10, aged=0.25),
    "eyebrows-trans-up": Spread(0.25, female=0.10, aged=-0.10),
    "eyebrows-trans-forward": Spread(0.22, female=-0.30, male=0.10),
    "eyebrows-angle-up": Spread(0.22),
    "nose-scale-vert-incr": Spread(0.25, aged=0.12),
    "nose-scale-horiz-incr": Spread(0.28, female=-0.18),
    "nose-scale-depth-incr": Spread(0.25),
    "nose-width1-incr": Spread(0.25),
    "nose-width2-incr": Spread(0.25),
    "nose-width3-incr": Spread(0.22),
    "nose-point-width-incr": Spread(0.28, female=-0.10),
    "nose-point-up": Spread(0.28, female=0.10, aged=-0.15),
    "nose-hump-incr": Spread(0.28, female=-0.10),
    "nose-curve-convex": Spread(0.20),
    "nose-trans-forward": Spread(0.20),
    "nose-trans-up": Spread(0.12),
    "nose-volume-incr": Spread(0.25, female=-0.15, aged=0.10),
    "nose-flaring-incr": Spread(0.22),
    "nose-greek-incr": Spread(0.20),
    "nose-nostrils-width-incr": Spread(0.18),
    "mouth-scale-horiz-incr": Spread(0.26, aged=0.05),
    "mouth-upperlip-volume-incr": Spread(0.28, female=0.15, aged=-0.35),
    "mouth-lowerlip-volume-incr": Spread(0.28, female=0.15, aged=-0.30),
    "mouth-upperlip-height-incr": Spread(0.22, female=0.10, aged=-0.35),
    "mouth-lowerlip-height-incr": Spread(0.22, female=0.08, aged=-0.25),
    "mouth-cupidsbow-incr": Spread(0.25, female=0.15, aged=-0.20),
    "mouth-cupidsbow-width-incr": Spread(0.20),
    "mouth-angles-up": Spread(0.08, female=0.24, male=0.22, aged=-0.02),
    "mouth-philtrum-volume-incr": Spread(0.20),
    "mouth-trans-up": Spread(0.10),
    "mouth-laugh-lines-out": Spread(0.12, aged=0.45),
    "head-scale-horiz-incr": Spread(0.13, female=-0.04),
    "head-scale-vert-incr": Spread(0.10, female=-0.03),
    "head-scale-depth-incr": Spread(0.10),
    "head-fat-incr": Spread(0.13),
    "head-back-scale-depth-incr": Spread(0.12),
    "forehead-temple-incr": Spread(0.28),
    "forehead-scale-vert-incr": Spread(0.08),
    "forehead-nubian-incr": Spread(0.08),
    "forehead-trans-forward": Spread(0.15),
    "neck-scale-horiz-incr": Spread(0.15, female=-0.20),
    "neck-double-incr": Spread(0.06, aged=0.16),
    "ear-wing-incr": Spread(0.25, female=-0.05),
    "ear-scale-incr": Spread(0.22, female=-0.10, aged=0.22),
    "ear-lobe-incr": Spread(0.25, aged=0.20),
    "ear-shape-round": Spread(0.25),
}
"""By the source's name, without its side."""

LIMIT_SIGMAS = 1.7
"""Nobody's feature lies farther from the mean of their sex and age."""

LARGEST = 0.85
"""Largest local change of all; beyond it noses and lips leave the human range."""

_SKEW = 0.10
"""Share of the spread by which left and right differ."""


def local_changes(
    labels: list[str],
    *,
    female: float,
    age_years: float,
    spread: float,
    rng: np.random.Generator,
    chosen: dict[str, float] | None = None,
) -> dict[str, float]:
    """Draw the features of one face, nearly symmetric.

    Args:
        labels: The source's local changes; sides as ``l-`` and ``r-``.
        female: 0..1.
        age_years: Age.
        spread: Factor on all spreads; 0 gives the mean of this sex and age.
        rng: Draws.
        chosen: Features given by hand, added to what is drawn.
    """
    aged = float(np.clip((age_years - 45) / 30, -0.5, 1.1))
    given = chosen or {}
    known = set(labels)
    changes: dict[str, float] = {}
    for name, row in SPREADS.items():
        drawn = float(np.clip(rng.normal(), -LIMIT_SIGMAS, LIMIT_SIGMAS)) * row.sigma * spread
        skew = float(np.clip(rng.normal(), -2, 2)) * _SKEW * row.sigma * spread
        value = drawn + female * row.female + (1 - female) * row.male + aged * row.aged
        value = float(np.clip(value + given.get(name, 0.0), -LARGEST, LARGEST))
        if name in known:
            changes[name] = value
        elif "l-" + name in known:
            changes["l-" + name], changes["r-" + name] = value + skew, value - skew
        else:
            msg = f"Expected a local change of the source, but it has no {name!r}."
            raise ValueError(msg)
    unknown = set(given) - set(SPREADS)
    if unknown:
        msg = f"Expected features among those that may vary, but got {sorted(unknown)}."
        raise ValueError(msg)
    return changes
