"""Where the face lies in a corpus of flow images, found without a label or a landmark.

Units move one way only. So a placement is good where the head's units explain more of the pictures
than the same units moving backwards do: whatever a larger, smoother or luckier field explains by
chance, it explains both ways, and it cancels.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import permutations, product

import numpy as np
from jaxtyping import Float

from mien.core.errors import UsageError
from mien.recognition.canonical import CANONICAL_GRID, Placement, canonical_basis
from mien.recognition.flow_scale import free_stretched
from mien.recognition.pursuit import candidates

STRETCHES = (0.8, 0.9, 1.0, 1.12, 1.25, 1.4)
SHIFTS = (-0.1, -0.05, 0.0, 0.05, 0.1)
DROPS = (-0.2, -0.15, -0.1, -0.05, 0.0, 0.05, 0.1, 0.15, 0.2)
"""The coarse grid: faces of these sizes, so far to the right and down, in parts of the side."""

POWER = 1.2
"""Of the cosine with the best unit. At 2 a few strong pictures rule, and find a wrong crop where
people move otherwise than the head; at 1 the weak ones blur it where they do not."""

LIMITS = (0.65, 1.6)
"""Stretches that the refinement may reach."""

SKEW_PENALTY = 0.02
"""For the squared logarithm of the ratio of both stretches. Most units move up or down, so that the
width is told least surely; faces are cut out with their proportions, about."""

ORDER_PICTURES, FIT_PICTURES = 150, 600
"""Pictures that are looked at for the order of channels and for the placement; of more, as many
evenly from all."""

SURE_DISTANCE = 4.0
"""Standard errors over pictures by which another order of channels must fit better than the one
that is told, to be believed."""

SURE_RATIO = 1.05
"""And by how much its motion must be more like that of a face."""

STRAIN_WEIGHT = 0.1
"""Of the likeness of the third channel with the strain of the other two, beside what units explain:
both tell the order, the second where strain was taken for flow."""

FEWEST_PICTURES = 12
"""With fewer, a placement would follow single faces."""

_STARTS, _FIRST_STEP, _LAST_STEP = 4, 0.03, 0.0035  # steps in parts of the side
_HALF = 0.25  # of the face, from its middle to where steps are taken: brows and mouth, cheeks
_SENSES = tuple(product((1, -1), (1, -1)))


@dataclass(frozen=True)
class FittedPlacement:
    """A placement with how surely it was found."""

    placement: Placement
    gain: float
    """Mean likeness of a picture to its best unit, less that to the best backward one."""

    distance: float
    """The gain in standard errors over pictures: below about 3 nothing like a face was found."""

    pictures: int


@dataclass(frozen=True)
class OrderFit:
    """Which order of channels makes the flow the motion of a face."""

    told: tuple[str, ...]
    best: tuple[str, ...]
    """What the told channels u, v and strain hold in truth, such as ``("v", "u", "strain")``; a
    minus is written where the sense is turned, such as ``-v`` for up."""

    told_gain: float
    best_gain: float
    distance: float
    """By how many standard errors over pictures the best fits better than the told one, motion and
    strain together."""

    @property
    def wrong(self) -> bool:
        """Whether another order is surely the right one."""
        better = self.best_gain > SURE_RATIO * max(self.told_gain, 0.0)
        return self.best != self.told and better and self.distance > SURE_DISTANCE


def fit_flow_placement(flow: Float[np.ndarray, "picture side side 2"]) -> FittedPlacement:
    """Fit stretch and shift of the faces in flow images that were cut out alike.

    Args:
        flow: u (right) and v (down) in any unit, each picture in its own.

    Raises:
        UsageError: fewer than :data:`FEWEST_PICTURES` pictures that show any motion.
    """
    vectors = _vectors(flow[_evenly(len(flow), FIT_PICTURES)])
    if len(vectors) < FEWEST_PICTURES:
        msg = (
            f"Expected at least {FEWEST_PICTURES} flow images with motion to find the face in them,"
            f" but got {len(vectors)}. Take more pictures of the corpus, or say that they are "
            "registered to the canonical face already."
        )
        raise UsageError(msg)
    side = flow.shape[1]
    grid = _grid()
    coarse = [float(_gains(vectors, _atoms(side, one, whole=True)).mean()) for one in grid]
    starts = [grid[int(place)] for place in np.argsort(coarse)[::-1][:_STARTS]]
    found = [_refined(vectors, side, one, _FIRST_STEP, _FIRST_STEP / 2) for one in starts]
    _, best = max(found, key=lambda one: one[0])
    _, placement = _refined(vectors, side, best, _FIRST_STEP / 2, _LAST_STEP)
    gains = _gains(vectors, _atoms(side, placement))
    return FittedPlacement(placement, float(gains.mean()), _distance(gains), len(vectors))


def find_order(
    values: Float[np.ndarray, "picture side side channel"], *, stretched: bool
) -> OrderFit:
    """Try every order and sense of the channels of pictures that were cut out alike.

    Args:
        values: the channels as they are told: u, v and, if there is a third, strain.
        stretched: whether each channel has its own scale.
    """
    words = ("u", "v", "strain")[: values.shape[3]]
    some = values[_evenly(len(values), ORDER_PICTURES)]
    side = values.shape[1]
    readings = []
    for order in permutations(range(len(words))):
        freed = free_stretched(some[..., order])
        flow = freed.flow if stretched else some[..., order[:2]]
        likeness = np.nan_to_num(freed.likeness) * STRAIN_WEIGHT
        readings.append((order, _both_axes(flow), likeness))
    best: dict[tuple[str, ...], _Trial] = {}
    for placement in _grid():
        atoms = _atoms(side, placement, whole=True)
        half = atoms.shape[1] // 2
        for order, vectors, likeness in readings:
            right = vectors[:, :half] @ atoms[:, :half].T
            down = vectors[:, half:] @ atoms[:, half:].T
            for senses in _SENSES:
                gains = _signed_gains(senses[0] * right + senses[1] * down)
                name = _told_as(order, senses, words)
                if name not in best or gains.mean() > best[name].gain:
                    best[name] = _Trial(float(gains.mean()), gains + likeness)
    winner = max(best, key=lambda name: best[name].evidence.mean())
    ahead = best[winner].evidence - best[words].evidence
    return OrderFit(words, winner, best[words].gain, best[winner].gain, _distance(ahead))


@dataclass(frozen=True)
class _Trial:
    """The best placement of one order."""

    gain: float
    evidence: Float[np.ndarray, " picture"]


def _told_as(
    order: Sequence[int], senses: tuple[int, int], words: tuple[str, ...]
) -> tuple[str, ...]:
    """Name what each told channel holds when u, v and strain are found in the given order."""
    held = [""] * len(words)
    for word, place in zip(words, order, strict=True):
        turned = word in {"u", "v"} and senses[0 if word == "u" else 1] < 0
        held[place] = f"-{word}" if turned else word
    return tuple(held)


@cache
def _grid() -> tuple[Placement, ...]:
    return tuple(
        Placement((size, size), (shift, drop))
        for size in STRETCHES
        for shift in SHIFTS
        for drop in DROPS
    )


def _evenly(count: int, most: int) -> np.ndarray:
    return np.unique(np.linspace(0, count - 1, min(count, most)).round().astype(int))


def _both_axes(
    flow: Float[np.ndarray, "picture side side 2"],
) -> Float[np.ndarray, "picture value"]:
    """Lay u before v, without their means, every picture to length 1."""
    flat = np.moveaxis(flow, 3, 1).reshape(len(flow), 2, -1)
    flat = (flat - flat.mean(axis=2, keepdims=True)).reshape(len(flow), -1)
    length = np.linalg.norm(flat, axis=1, keepdims=True)
    unit: Float[np.ndarray, "picture value"] = flat / np.where(length > 0, length, 1.0)
    return unit


def _vectors(flow: Float[np.ndarray, "picture side side 2"]) -> Float[np.ndarray, "moving value"]:
    flat = _both_axes(flow)
    moving: Float[np.ndarray, "moving value"] = flat[np.abs(flat).max(axis=1) > 0]
    return moving


@cache
def _fields() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Atoms of whole units, those of single sides, and rigid modes; 0 where no face is seen."""
    basis = canonical_basis()
    seen = basis.seen[..., None]
    members = candidates(basis.channels)
    whole = [rows for (_, side), rows in members.items() if side == "both"]
    sides = [rows for (_, side), rows in members.items() if side != "both"]

    def summed(groups: Sequence[tuple[int, ...]]) -> np.ndarray:
        fields = np.stack([basis.fields_px[list(rows)].sum(axis=0) for rows in groups])
        return np.ascontiguousarray(np.moveaxis(fields * seen, 3, 1))

    return summed(whole), summed(sides), np.moveaxis(basis.rigid_px * seen, 3, 1)


def _atoms(
    side: int, placement: Placement, *, whole: bool = False
) -> Float[np.ndarray, "atom value"]:
    """Give the units as the picture would show them, of length 1, without what is no expression."""
    of_units, of_sides, rigid = _fields()
    fields = np.concatenate([rigid, of_units] if whole else [rigid, of_units, of_sides])
    across = _showing(side, placement.stretch[0], placement.shift[0])
    down = _showing(side, placement.stretch[1], placement.shift[1])
    shown = (down @ (fields @ across.T)) * np.asarray(placement.stretch)[None, :, None, None]
    flat = shown.reshape(len(fields), -1)
    nuisance = np.concatenate([flat[: len(rigid)], _affine(side)])
    modes = np.linalg.qr(nuisance.T)[0]
    atoms = flat[len(rigid) :]
    atoms = atoms - (atoms @ modes) @ modes.T
    length = np.linalg.norm(atoms, axis=1, keepdims=True)
    unit: Float[np.ndarray, "atom value"] = atoms / np.where(length > 0, length, 1.0)
    return unit


@cache
def _affine(side: int) -> Float[np.ndarray, "6 value"]:
    """Shifts, stretches and shears of the whole picture: hair and neck move with the head."""
    down, right = np.mgrid[:side, :side] / max(side - 1, 1) - 0.5
    one, none = np.ones((side, side)), np.zeros((side, side))
    pairs = ((one, none), (none, one), (right, none), (none, right), (down, none), (none, down))
    return np.stack([np.stack(pair).reshape(-1) for pair in pairs])


def _showing(side: int, stretch: float, shift: float) -> Float[np.ndarray, "cell canonical"]:
    """Weights by which each cell of the picture along one axis shows the canonical cells."""
    place = ((np.arange(side) + 0.5) / side - 0.5 - shift) / stretch
    place = (place + 0.5) * CANONICAL_GRID - 0.5
    weights: Float[np.ndarray, "cell canonical"] = np.maximum(
        1 - np.abs(place[:, None] - np.arange(CANONICAL_GRID)), 0.0
    )
    return weights


def _gains(
    vectors: Float[np.ndarray, "picture value"], atoms: Float[np.ndarray, "atom value"]
) -> Float[np.ndarray, " picture"]:
    return _signed_gains(vectors @ atoms.T)


def _signed_gains(
    cosines: Float[np.ndarray, "picture atom"],
) -> Float[np.ndarray, " picture"]:
    """How like the best unit each picture is, less how like the best backward one."""
    forth, back = np.maximum(cosines.max(axis=1), 0), np.maximum(-cosines.min(axis=1), 0)
    gains: Float[np.ndarray, " picture"] = forth**POWER - back**POWER
    return gains


def _refined(
    vectors: Float[np.ndarray, "picture value"],
    side: int,
    start: Placement,
    first_step: float,
    last_step: float,
) -> tuple[float, Placement]:
    """Climb from a placement by moving where brows, mouth and both cheeks lie, one at a time.

    Those are told apart by different units, while stretch and shift hang together.
    """

    def placed(edges: tuple[float, ...]) -> Placement:
        left, right, top, bottom = edges
        width, height = (right - left) / (2 * _HALF), (bottom - top) / (2 * _HALF)
        return Placement((width, height), ((left + right) / 2, (top + bottom) / 2))

    def worth(placement: Placement) -> float:
        skew = np.log(placement.stretch[0] / placement.stretch[1]) ** 2
        gain = _gains(vectors, _atoms(side, placement)).mean()
        return float(gain) - SKEW_PENALTY * float(skew)

    (width, height), (across, down) = start.stretch, start.shift
    here: tuple[float, ...] = (
        *(across - _HALF * width, across + _HALF * width),
        *(down - _HALF * height, down + _HALF * height),
    )
    best, step = worth(start), first_step
    while step >= last_step:
        climbed = False
        for edge, sense in product(range(len(here)), (1, -1)):
            tried = tuple(value + sense * step * (i == edge) for i, value in enumerate(here))
            placement = placed(tried)
            if not all(LIMITS[0] <= size <= LIMITS[1] for size in placement.stretch):
                continue
            found = worth(placement)
            if found > best + 1e-9:
                here, best, climbed = tried, found, True
        if not climbed:
            step /= 2
    return best, placed(here)


def _distance(values: Float[np.ndarray, " picture"]) -> float:
    """Mean in standard errors."""
    if len(values) < 2:  # noqa: PLR2004 - no spread of one
        return 0.0
    error = float(values.std(ddof=1)) / float(np.sqrt(len(values)))
    return float(values.mean()) / error if error > 0 else 0.0
