"""Which units moved: greedy pursuit of one field over the units of the face."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from mien.core.facs import Channel, Side
from mien.recognition.basis import Whitened
from mien.recognition.nonnegative import nonnegative_course

MAX_UNITS = 3
MIN_GAIN = 0.12
"""A further unit must add this part to what all units together explain of the motion."""

SURE_GAIN, SURE_ENERGY = 0.08, 100.0
"""Or this part, when that is so many squared noise units that it cannot be noise: nothing but
noise is explained up to 60 of them in half a minute."""

LONE_GAIN, LONE_ENERGY = 0.03, 400.0
"""Or, when it has no rival, this part with that many squared noise units: narrow movements (lids,
lips that part) have little energy beside broad ones, but a place of their own."""

RIVAL = 0.3
"""A rival is another unit that adds this part of what the best one adds: what is left may be
either, or neither."""

RAISED, PARTED, PARTED_SHARE = 10, 25, 0.7
"""Of lips that part (25) flow loses much, for what opens between them was not there before, and a
raised upper lip (10) may explain the rest a little better. It is 25 from this part of 10's gain on:
of 24 drawn smiles with a raised lip none left 25 more than .58 of it, and of as many with parted
lips, those above the noise (13) left .88 or more."""

BROAD_GAIN = 0.15
"""Or this part of what is explained where neighbours' noise is left alike, being no noise."""

ONE_SIDED_RATIO = 0.35
"""A side with less than this part of the other side's share is not named."""

FAMILIES: dict[str, frozenset[int]] = {
    "mouth corner": frozenset({12, 13, 14, 20, 24}),
}
"""Units whose fields on the built-in head differ too little to be told apart."""


@dataclass(frozen=True)
class NamedUnit:
    """One action unit found in a motion field."""

    au: int
    channels: tuple[Channel, ...]
    """The sides that moved."""

    cosine: float
    """Cosine of the unit's field with the whole motion, -1..1."""

    gain: float
    """Part of the motion's energy that this unit adds to what the units before explain."""

    family: str = ""
    """Name of the family when other members fit nearly as well."""


def candidates(channels: tuple[Channel, ...]) -> dict[tuple[int, str], tuple[int, ...]]:
    """Index sets of the atoms: every unit with both sides together, and each side alone."""
    atoms: dict[tuple[int, str], tuple[int, ...]] = {}
    for au in sorted({channel.au for channel in channels}):
        mine = tuple(i for i, channel in enumerate(channels) if channel.au == au)
        atoms[au, "both"] = mine
        if len(mine) > 1:
            for index in mine:
                atoms[au, str(channels[index].side)] = (index,)
    return atoms


def atom_cosines(
    whitened: Whitened, vector: Float[np.ndarray, " value"]
) -> dict[tuple[int, str], float]:
    """Cosine of a motion with every atom, in the whitened space; 0 for a motion of length 0."""
    length = float(np.linalg.norm(vector))
    cosines: dict[tuple[int, str], float] = {}
    for key, members in candidates(whitened.basis.channels).items():
        atom = whitened.design[:, members].sum(axis=1)
        size = float(np.linalg.norm(atom))
        cosines[key] = float(atom @ vector) / (length * size) if length > 0 and size > 0 else 0.0
    return cosines


def _explained(design: Float[np.ndarray, "value atom"], vector: np.ndarray) -> float:
    gram, right = design.T @ design, (design.T @ vector)[None]
    share = nonnegative_course(gram, right)[0]
    return float(2 * share @ right[0] - share @ gram @ share)


@dataclass(frozen=True)
class _Trial:
    """One motion in one space, and the atoms that are tried on it."""

    columns: dict[tuple[int, str], Float[np.ndarray, " value"]]
    vector: Float[np.ndarray, " value"]
    energy: float
    """What all units together explain of the motion."""

    def gains(
        self, chosen: list[tuple[int, str]], further: list[tuple[int, str]]
    ) -> dict[tuple[int, str], float]:
        """What each further atom adds to the chosen ones, as a part of the energy."""
        before = self._explained_by(chosen) if chosen else 0.0
        return {key: (self._explained_by([*chosen, key]) - before) / self.energy for key in further}

    def lone(self, best: tuple[int, str], gains: dict[tuple[int, str], float]) -> bool:
        """Whether the best gain is no noise, and no other unit has a claim to it."""
        gain = gains[best]
        alike = {best[0], RAISED} if best[0] == PARTED else {best[0]}
        rivals = [one for (au, _), one in gains.items() if au not in alike and one > RIVAL * gain]
        return gain >= LONE_GAIN and gain * self.energy > LONE_ENERGY and not rivals

    def _explained_by(self, keys: list[tuple[int, str]]) -> float:
        return _explained(np.stack([self.columns[key] for key in keys], axis=1), self.vector)


def _trial(whitened: Whitened, vector: Float[np.ndarray, " value"]) -> _Trial:
    atoms = candidates(whitened.basis.channels)
    columns = {key: whitened.design[:, members].sum(axis=1) for key, members in atoms.items()}
    return _Trial(columns, vector, _explained(whitened.design, vector))


def _best(gains: dict[tuple[int, str], float]) -> tuple[int, str]:
    """Choose a further unit."""
    best = max(gains, key=lambda key: gains[key])
    parted = (PARTED, "both")
    if best[0] == RAISED and parted in gains and gains[parted] >= PARTED_SHARE * gains[best]:
        return parted
    return best


def name_units(
    whitened: Whitened,
    vector: Float[np.ndarray, " value"],
    *,
    broad: tuple[Whitened, Float[np.ndarray, " value"]] | None = None,
    max_units: int = MAX_UNITS,
    min_gain: float = MIN_GAIN,
) -> tuple[NamedUnit, ...]:
    """Name the units of one motion field, strongest first.

    The first unit is the one whose atom (both sides, left, or right) has the largest cosine with
    the motion. Each further one is the atom that explains most of what the units so far leave,
    all shares refitted and non-negative. Sides are settled last: both sides of every chosen unit
    are fitted, and a side that carries little is left out.

    Args:
        whitened: the units in noise units.
        vector: the motion at its apex, in the same space.
        broad: the same motion with the likeness of neighbours' noise left in. Flow smooths, and
            the sharp parts by which the first space tells units apart go first; a unit that adds
            much here and is no noise there is named too.
        max_units: stop after so many units.
        min_gain: stop when the next unit adds less than this part of what all units explain, unless
            it stands far above the noise, the farther the less it adds.
    """
    sharp = _trial(whitened, vector)
    if sharp.energy <= 0:
        return ()
    wide = _trial(*broad) if broad is not None else None
    cosines = atom_cosines(whitened, vector)
    chosen: list[tuple[int, str]] = []
    gains: list[float] = []
    while len(chosen) < max_units:
        taken = {au for au, _ in chosen}
        further = [key for key in sharp.columns if key[0] not in taken and cosines[key] > 0]
        if not further:
            break
        trials = sharp.gains(chosen, further)
        best = _best(trials) if chosen else max(trials, key=lambda key: trials[key])
        gain = trials[best]
        sure = gain >= SURE_GAIN and gain * sharp.energy > SURE_ENERGY
        if gain < min_gain and not sure and not sharp.lone(best, trials):
            seen = [key for key in further if trials[key] * sharp.energy > SURE_ENERGY]
            if wide is None or not seen:
                break
            trials = wide.gains(chosen, seen)
            best = _best(trials)
            gain = trials[best]
            if gain < BROAD_GAIN:
                break
        chosen.append(best)
        gains.append(gain)
    return _with_sides(whitened, vector, chosen, gains, cosines)


def units_of(
    whitened: Whitened, vector: Float[np.ndarray, " value"], numbers: tuple[int, ...]
) -> tuple[NamedUnit, ...]:
    """Settle sides and shares of units that are known to have moved, in the order given.

    Args:
        whitened: the units in noise units.
        vector: the motion at its apex, in the same space.
        numbers: FACS numbers, each of a unit of the basis.
    """
    if not numbers:
        return ()
    trial = _trial(whitened, vector)
    cosines = atom_cosines(whitened, vector)
    chosen: list[tuple[int, str]] = []
    gains: list[float] = []
    for number in numbers:
        # Both sides are fitted; one that carries little falls out in the end.
        both = (number, "both")
        gains.append(max(trial.gains(chosen, [both])[both], 0.0) if trial.energy > 0 else 0.0)
        chosen.append(both)
    return _with_sides(whitened, vector, chosen, gains, cosines)


def _with_sides(
    whitened: Whitened,
    vector: Float[np.ndarray, " value"],
    chosen: list[tuple[int, str]],
    gains: list[float],
    cosines: dict[tuple[int, str], float],
) -> tuple[NamedUnit, ...]:
    channels = whitened.basis.channels
    members = [i for i, channel in enumerate(channels) if channel.au in {au for au, _ in chosen}]
    if not members:
        return ()
    design = whitened.design[:, members]
    share = nonnegative_course(design.T @ design, (design.T @ vector)[None])[0]
    weight = dict(zip(members, share, strict=True))
    named = []
    for (au, side), gain in zip(chosen, gains, strict=True):
        mine = [i for i in members if channels[i].au == au]
        top = max(weight[i] for i in mine)
        if side == "both":
            kept = [i for i in mine if weight[i] >= ONE_SIDED_RATIO * top or len(mine) == 1]
        else:
            kept = [i for i in mine if channels[i].side == Side(side)]
        best = max(cosines[key] for key in cosines if key[0] == au)
        named.append(
            NamedUnit(
                au=au,
                channels=tuple(channels[i] for i in kept) or tuple(channels[i] for i in mine),
                cosine=best,
                gain=gain,
                family=family_of(au, cosines),
            )
        )
    return tuple(named)


def family_of(au: int, cosines: dict[tuple[int, str], float], *, margin: float = 0.85) -> str:
    """Name the family of a unit when another member fits nearly as well, else an empty string."""
    own = max(value for key, value in cosines.items() if key[0] == au)
    for name, members in FAMILIES.items():
        rivals = [value for key, value in cosines.items() if key[0] in members - {au}]
        if au in members and rivals and max(rivals) >= margin * own:
            return name
    return ""
