"""How much a registered flow image looks like the motion of each action unit of the head."""

from dataclasses import dataclass
from functools import cache

import numpy as np
from jaxtyping import Bool, Float
from scipy.ndimage import binary_fill_holes, distance_transform_edt

from mien.recognition.atoms import READ_UNITS
from mien.recognition.basis import noise_likeness
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

    seen: Bool[np.ndarray, "row column"]
    weight: Float[np.ndarray, "row column"]
    apart: Float[np.ndarray, "cell cell"] | None
    """Takes what neighbouring cells have in common out, as the noise of flow has; None for not."""

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
        flat = _flat(flow, self.seen, self.weight, self.apart)
        return _of_length_1(flat - (flat @ self.rigid) @ self.rigid.T)


@cache
def flow_atoms(*, sharp: bool = False) -> FlowAtoms:
    """Make the atoms of the canonical face.

    Args:
        sharp: take the likeness of neighbouring cells out, as reading of video does
            (:func:`~mien.recognition.basis.noise_likeness`): what noise, skin that moves otherwise
            and other motion add to flow is smooth, and units differ where it is not.
    """
    basis = canonical_basis()
    inner = distance_transform_edt(np.pad(binary_fill_holes(basis.seen), 1))[1:-1, 1:-1]
    weight = np.minimum(inner / RIM_CELLS, 1.0)
    apart = np.linalg.inv(np.linalg.cholesky(noise_likeness(basis.seen))) if sharp else None
    modes = _flat(basis.rigid_px, basis.seen, weight, apart)
    rigid = np.linalg.svd(modes.T, full_matrices=False)[0]
    fields = _flat(basis.fields_px, basis.seen, weight, apart)
    fields = fields - (fields @ rigid) @ rigid.T
    members = candidates(basis.channels)
    return FlowAtoms(
        seen=basis.seen,
        weight=weight,
        apart=apart,
        rigid=rigid,
        channels=_of_length_1(fields),
        channel_units=tuple(channel.au for channel in basis.channels),
        sides=_of_length_1(np.stack([fields[list(one)].sum(axis=0) for one in members.values()])),
        side_units=tuple(au for au, _ in members),
    )


def unit_cosines(
    flow: Float[np.ndarray, "picture 28 28 2"], *, sharp: bool = False
) -> Float[np.ndarray, "picture unit"]:
    """Cosine with each of :data:`~mien.recognition.atoms.READ_UNITS`, the best of its sides.

    Neither the size of the flow nor a rigid motion of the face changes it.
    """
    atoms = flow_atoms(sharp=sharp)
    return _largest(atoms.vectors(flow) @ atoms.sides.T, atoms.side_units)


def unit_shares(
    flow: Float[np.ndarray, "picture 28 28 2"], *, sharp: bool = False
) -> Float[np.ndarray, "picture unit"]:
    """Share of each unit when all explain the flow together and none is negative.

    In parts of the picture's length, the larger of a unit's sides.
    """
    atoms = flow_atoms(sharp=sharp)
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
    seen: Bool[np.ndarray, "28 28"],
    weight: Float[np.ndarray, "28 28"],
    apart: Float[np.ndarray, "cell cell"] | None,
) -> Float[np.ndarray, "field value"]:
    weighted = (fields[:, seen] * weight[seen][:, None]).astype(np.float64)
    axes = [weighted[..., axis] for axis in range(2)]
    if apart is not None:
        axes = [one @ apart.T for one in axes]
    flat: Float[np.ndarray, "field value"] = np.concatenate(axes, axis=1)
    return flat


def _of_length_1(
    vectors: Float[np.ndarray, "field value"],
) -> Float[np.ndarray, "field value"]:
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit: Float[np.ndarray, "field value"] = vectors / np.where(length > 0, length, 1.0)
    return unit
