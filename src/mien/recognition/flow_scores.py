"""How much a registered flow image looks like the motion of each action unit of the head."""

from dataclasses import dataclass
from functools import cache

import numpy as np
from jaxtyping import Bool, Float
from scipy.ndimage import binary_fill_holes, distance_transform_edt

from mien.recognition.atoms import READ_UNITS
from mien.recognition.canonical import canonical_basis
from mien.recognition.nonnegative import nonnegative_course
from mien.recognition.pursuit import candidates

RIM_CELLS = 6.0
"""Over so many cells from the rim of the face inwards a cell's weight rises from 0 to 1: there the
crop, turns of the head and hair change flow most."""

SPARSITY = 0.02
"""Of the non-negative shares, in parts of a picture's length: units that are nearly alike do not
share what one of them explains."""


@dataclass(frozen=True)
class FlowAtoms:
    """The head's units as vectors, cells weighted, rigid motion taken out."""

    weight: Float[np.ndarray, "row column"]
    seen: Bool[np.ndarray, "row column"]
    rigid: Float[np.ndarray, "value mode"]
    """Orthonormal."""

    channels: Float[np.ndarray, "channel value"]
    """A unit's side each, of length 1."""

    channel_units: tuple[int, ...]
    sides: Float[np.ndarray, "atom value"]
    """Units with both sides together, and each side alone, of length 1."""

    side_units: tuple[int, ...]

    def vectors(
        self, flow: Float[np.ndarray, "picture 28 28 2"]
    ) -> Float[np.ndarray, "picture value"]:
        """Bring flow into the same space, each picture to length 1 (a still one stays 0)."""
        flat = _flat(flow, self.weight, self.seen)
        flat = flat - (flat @ self.rigid) @ self.rigid.T
        length = np.linalg.norm(flat, axis=1, keepdims=True)
        unit: Float[np.ndarray, "picture value"] = flat / np.where(length > 0, length, 1.0)
        return unit


@cache
def flow_atoms() -> FlowAtoms:
    """Make the atoms of the canonical face."""
    basis = canonical_basis()
    inner = distance_transform_edt(np.pad(binary_fill_holes(basis.seen), 1))[1:-1, 1:-1]
    weight = np.minimum(inner / RIM_CELLS, 1.0)
    modes = _flat(basis.rigid_px, weight, basis.seen)
    rigid = np.linalg.svd(modes.T, full_matrices=False)[0]
    fields = _flat(basis.fields_px, weight, basis.seen)
    fields = fields - (fields @ rigid) @ rigid.T
    members = candidates(basis.channels)
    sides = np.stack([fields[list(rows)].sum(axis=0) for rows in members.values()])
    return FlowAtoms(
        weight=weight,
        seen=basis.seen,
        rigid=rigid,
        channels=fields / np.linalg.norm(fields, axis=1, keepdims=True),
        channel_units=tuple(channel.au for channel in basis.channels),
        sides=sides / np.linalg.norm(sides, axis=1, keepdims=True),
        side_units=tuple(au for au, _ in members),
    )


def unit_cosines(
    flow: Float[np.ndarray, "picture 28 28 2"],
) -> Float[np.ndarray, "picture unit"]:
    """Cosine with each of :data:`~mien.recognition.atoms.READ_UNITS`, the best of its sides.

    Neither the size of the flow nor a rigid motion of the face changes it.
    """
    atoms = flow_atoms()
    return _largest(atoms.vectors(flow) @ atoms.sides.T, atoms.side_units)


def unit_shares(
    flow: Float[np.ndarray, "picture 28 28 2"],
) -> Float[np.ndarray, "picture unit"]:
    """Share of each unit when all explain the flow together and none is negative.

    In parts of the picture's length, the larger of a unit's sides.
    """
    atoms = flow_atoms()
    gram = atoms.channels @ atoms.channels.T
    right = atoms.vectors(flow) @ atoms.channels.T
    return _largest(nonnegative_course(gram, right, sparsity=SPARSITY), atoms.channel_units)


def _largest(
    values: Float[np.ndarray, "picture atom"], units: tuple[int, ...]
) -> Float[np.ndarray, "picture unit"]:
    columns = [[i for i, au in enumerate(units) if au == unit] for unit in READ_UNITS]
    return np.stack([values[:, mine].max(axis=1) for mine in columns], axis=1)


def _flat(
    fields: Float[np.ndarray, "field 28 28 2"],
    weight: Float[np.ndarray, "28 28"],
    seen: Bool[np.ndarray, "28 28"],
) -> Float[np.ndarray, "field value"]:
    weighted = fields[:, seen] * weight[seen][:, None]
    values = 2 * int(seen.sum())
    flat: Float[np.ndarray, "field value"] = weighted.reshape(len(fields), values).astype(
        np.float64
    )
    return flat
