"""People that nobody chose: one for every seed, the same on every machine."""

# ruff: noqa: PLR2004 - shares and ages are data

import re
from collections.abc import Sequence
from types import MappingProxyType
from typing import Protocol, runtime_checkable

import numpy as np
from jaxtyping import Float32

from mien.core.errors import UsageError
from mien.head.ground import Rgb
from mien.head.looks import Look, appearance_of, grey_share
from mien.head.people_space import Demography, people_space
from mien.head.person import Person

LARGEST_SEED = 2**31 - 1
_NAME = re.compile(r"seed-(\d+)")
_WAY_LIMIT = 1.6
"""No way to differ goes farther, in standard deviations."""

_LENGTH_LIMIT = 1.12
"""Nor does the root mean square over all ways."""

_SPREAD = 0.85

_SKIN: tuple[tuple[Rgb, Rgb], ...] = (
    ((0.33, 0.21, 0.155), (0.52, 0.35, 0.26)),
    ((0.80, 0.62, 0.49), (0.91, 0.77, 0.66)),
    ((0.85, 0.68, 0.56), (0.93, 0.79, 0.71)),
)
"""Darkest and lightest usual skin by family: african, asian, caucasian; sRGB."""

_MIXED_SKIN: tuple[Rgb, Rgb] = ((0.56, 0.38, 0.28), (0.80, 0.62, 0.48))

_DARK_HAIR: tuple[Rgb, ...] = ((0.075, 0.065, 0.06), (0.10, 0.08, 0.07), (0.14, 0.105, 0.085))
_LIGHT_HAIR: tuple[Rgb, ...] = (
    (0.13, 0.10, 0.08),
    (0.24, 0.17, 0.12),
    (0.345, 0.23, 0.145),
    (0.45, 0.33, 0.21),
    (0.56, 0.44, 0.29),
    (0.47, 0.25, 0.14),
)
_DARK_IRIS: tuple[Rgb, ...] = ((0.20, 0.125, 0.085), (0.26, 0.165, 0.10), (0.33, 0.215, 0.12))
_LIGHT_IRIS: tuple[Rgb, ...] = (
    (0.38, 0.50, 0.58),
    (0.42, 0.47, 0.36),
    (0.44, 0.33, 0.20),
    (0.33, 0.215, 0.12),
    (0.45, 0.53, 0.56),
)
_SHIRTS: tuple[Rgb, ...] = (
    (0.17, 0.22, 0.32),
    (0.36, 0.39, 0.42),
    (0.69, 0.63, 0.53),
    (0.33, 0.38, 0.28),
    (0.41, 0.18, 0.20),
    (0.15, 0.16, 0.17),
    (0.78, 0.77, 0.74),
    (0.25, 0.36, 0.38),
)
_WOMENS_STYLES = (
    "bob", "fringe-bob", "shoulder-straight", "long-wavy", "pixie", "low-bun", "ponytail", "bun",
)  # fmt: skip
_MENS_STYLES = ("cropped", "short-parted", "swept-back", "cropped", "short-parted")


@runtime_checkable
class Mesh(Protocol):
    """What a random person is made on; :class:`mien.head.model.Head` is one."""

    @property
    def mean_m(self) -> Float32[np.ndarray, "vertex 3"]:
        """Vertices of the average person."""


def seed_of(name: str) -> int | None:
    """Read the seed of a name such as ``seed-1234``; None for other names.

    >>> seed_of("seed-1234"), seed_of("Ada")
    (1234, None)

    Raises:
        UsageError: a seed that is too large.
    """
    found = _NAME.fullmatch(name)
    if not found:
        return None
    seed = int(found.group(1))
    if seed > LARGEST_SEED or str(seed) != found.group(1):
        msg = (
            f"Expected a name seed-N with N in 0..{LARGEST_SEED} without leading zeros, "
            f"but got {name!r}."
        )
        raise UsageError(msg)
    return seed


def random_person(head: Mesh, seed: int) -> Person:
    """Make the person of a seed: sex, age 20-75, ancestry, features and look are drawn from it.

    Args:
        head: The head, for its average shape.
        seed: 0 or above; the person's name is ``seed-`` and this number.

    Raises:
        UsageError: a seed out of range.
    """
    if not 0 <= seed <= LARGEST_SEED:
        msg = f"Expected a seed in 0..{LARGEST_SEED}, but got {seed}."
        raise UsageError(msg)
    rng = np.random.default_rng((seed, 77))
    female = bool(rng.random() < 0.5)
    age = float(rng.uniform(20, 75.99))
    shares = _ancestry(rng)
    weight = float(np.clip(rng.normal(0.48, 0.06) + 0.03 * (age > 40), 0.36, 0.65))
    space = people_space()
    who = Demography(float(female), age, float(shares[0]), float(shares[1]), weight)
    ways = np.clip(_SPREAD * rng.standard_normal(len(space.way_mm)), -_WAY_LIMIT, _WAY_LIMIT)
    ways /= max(float(np.sqrt(np.mean(ways**2))) / _LENGTH_LIMIT, 1.0)
    delta, eyes, radii = space.shape(who, ways)
    vertices = (head.mean_m + delta).astype(np.float32)
    for array in (vertices, eyes, radii):
        array.flags.writeable = False
    return Person(
        name=f"seed-{seed}",
        role="random",
        sex="female" if female else "male",
        age_years=int(age),
        ancestry=MappingProxyType(
            dict(
                zip(
                    ("african", "asian", "caucasian"),
                    (round(float(share), 3) for share in shares),
                    strict=True,
                )
            )
        ),
        vertices_m=vertices,
        eye_centre_m=eyes,
        eye_radius_m=radii,
        appearance=MappingProxyType(dict(appearance_of(_look(rng, shares, age, female=female)))),
    )


def _ancestry(rng: np.random.Generator) -> np.ndarray:
    if rng.random() < 0.35:
        return rng.dirichlet((1.5, 1.5, 1.5))
    shares = np.full(3, 0.05)
    shares[rng.integers(3)] = 0.90
    return shares


def _look(rng: np.random.Generator, shares: np.ndarray, age: float, *, female: bool) -> Look:
    african, asian, caucasian = (float(share) for share in shares)
    light = caucasian > 0.6
    pace = float(rng.uniform(-1, 1))
    lost = 0.0 if female else float(np.clip((age - 28) / 40, 0, 1) * rng.uniform(0, 1.25))
    bald = float(np.clip(2.2 * (lost - 0.55), 0, 1))
    grey = grey_share(age, pace)
    beard = 0.0
    stubble = 0.0
    if not female:
        stubble = float(rng.uniform(0.1, 0.9)) * (0.45 if asian > 0.6 else 1.0)
        if rng.random() < 0.3 * (1 - 0.7 * asian):
            beard = float(rng.uniform(0.004, 0.010))
    density = 1.0 - 0.25 * float(np.clip((age - 45) / 30, 0, 1)) * float(rng.random())
    return Look(
        female=female,
        age_years=age,
        east_asian=asian,
        skin_rgb=_skin(rng, shares),
        hair_rgb=_pick(rng, _LIGHT_HAIR if light else _DARK_HAIR),
        iris_rgb=_pick(rng, _LIGHT_IRIS if light else _DARK_IRIS),
        shirt_rgb=_pick(rng, _SHIRTS),
        hair_style=_style(rng, african, female=female, thin=lost > 0.5),
        hair_density=density,
        hair_length_scale=float(rng.uniform(0.8, 1.15)),
        grey_share=grey,
        recession=float(min(lost, 1.0)),
        bald=bald,
        stubble=stubble,
        beard_m=beard,
        redness=float(rng.uniform(0.3, 0.5)),
        brow_strength=float(rng.random()),
    )


def _skin(rng: np.random.Generator, shares: np.ndarray) -> Rgb:
    if shares.max() > 0.6:
        dark, pale = _SKIN[int(shares.argmax())]
    else:
        dark, pale = _MIXED_SKIN
    at = float(rng.random())
    red, green, blue = (
        round(low + at * (high - low), 4) for low, high in zip(dark, pale, strict=True)
    )
    return red, green, blue


def _style(rng: np.random.Generator, african: float, *, female: bool, thin: bool) -> str:
    curly = african > 0.45
    if female:
        choices: Sequence[str] = (
            ("afro", "close-afro", "long-curls", "bun", "short-curls") if curly else _WOMENS_STYLES
        )
    elif curly:
        choices = ("close-afro", "close-afro", "cropped", "short-curls")
    else:
        choices = ("cropped",) if thin else (*_MENS_STYLES, "short-curls")
    return str(choices[int(rng.integers(len(choices)))])


def _pick(rng: np.random.Generator, choices: Sequence[Rgb]) -> Rgb:
    return choices[int(rng.integers(len(choices)))]
