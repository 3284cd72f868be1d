"""What each action unit would look like on this face: the atoms that measured motion is read by."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from jaxtyping import Bool, Float

from mien.core.errors import UsageError
from mien.core.facs import Channel

LENGTH_CELLS = 3.3
OWN_SHARE = 0.3


@dataclass(frozen=True)
class Basis:
    """Motion fields of the action units, registered to one aligned face."""

    channels: tuple[Channel, ...]
    fields_px: Float[np.ndarray, "channel row column 2"]
    """Displacement of each cell at activation 1, in pixels of the aligned face."""

    rigid_px: Float[np.ndarray, "mode row column 2"]
    """Fields of the head's six rigid motions, in any scale: nuisance, not expression."""

    seen: Bool[np.ndarray, "row column"]
    """Cells that show skin of the face."""

    def __post_init__(self) -> None:
        """Refuse a basis whose parts do not belong together."""
        if len(self.channels) != len(self.fields_px):
            msg = (
                f"Expected one field per channel, but got {len(self.fields_px)} fields "
                f"for {len(self.channels)} channels."
            )
            raise UsageError(msg)
        if not self.seen.any():
            msg = "Expected at least one cell that shows the face, but there is none."
            raise UsageError(msg)


@dataclass(frozen=True)
class Whitened:
    """A basis in units of the noise of each cell, with rigid motion projected out."""

    basis: Basis
    noise_px: Float[np.ndarray, "row column"]
    design: Float[np.ndarray, "value channel"]
    """Each unit's field as a vector: x parts of the seen cells, then y parts."""

    rigid: Float[np.ndarray, "value mode"]
    """Orthonormal rigid modes, same order."""

    apart: Float[np.ndarray, "cell cell"]
    """Takes the likeness of neighbouring cells' noise out of the seen cells."""

    @property
    def gram(self) -> Float[np.ndarray, "channel channel"]:
        """Inner products of the units' fields."""
        product: Float[np.ndarray, "channel channel"] = self.design.T @ self.design
        return product

    def vectors(
        self, flow_px: Float[np.ndarray, "frame row column 2"]
    ) -> Float[np.ndarray, "frame value"]:
        """Bring measured fields into the same space: noise units, without rigid motion."""
        flat = _flatten(flow_px, self.basis.seen, self.noise_px, self.apart)
        return _project_out(flat, self.rigid)


def _flatten(
    flow_px: Float[np.ndarray, "field row column 2"],
    seen: Bool[np.ndarray, "row column"],
    noise_px: Float[np.ndarray, "row column"],
    apart: Float[np.ndarray, "cell cell"],
) -> Float[np.ndarray, "field value"]:
    # In the precision of the fields: measured ones are many, and are not known to seven digits.
    kind = flow_px.dtype
    scaled = flow_px[:, seen] / noise_px[seen][:, None].astype(kind)
    spread = apart.T.astype(kind)
    flat: Float[np.ndarray, "field value"] = np.concatenate(
        [scaled[..., 0] @ spread, scaled[..., 1] @ spread], axis=1
    ).astype(np.float64)
    return flat


def noise_likeness(seen: Bool[np.ndarray, "row column"]) -> Float[np.ndarray, "cell cell"]:
    """Correlation of the flow's noise between seen cells.

    Dense flow smooths, so the noise of neighbours is alike: on photographs, on compressed and on
    turning faces it falls with the distance as exp(-d / 3.3 cells), all the same.
    """
    places = np.argwhere(seen).astype(np.float64)
    distance = np.linalg.norm(places[:, None] - places[None], axis=-1)
    likeness: Float[np.ndarray, "cell cell"] = (1 - OWN_SHARE) * np.exp(-distance / LENGTH_CELLS)
    return likeness + OWN_SHARE * np.eye(len(places))


@lru_cache(maxsize=4)
def _apart(seen: bytes, shape: tuple[int, ...]) -> Float[np.ndarray, "cell cell"]:
    """Take the likeness of neighbours' noise out; kept, as one face asks for it again and again."""
    likeness = noise_likeness(np.frombuffer(seen, bool).reshape(shape))
    apart: Float[np.ndarray, "cell cell"] = np.linalg.inv(np.linalg.cholesky(likeness))
    apart.setflags(write=False)
    return apart


def _project_out(
    vectors: Float[np.ndarray, "field value"], rigid: Float[np.ndarray, "value mode"]
) -> Float[np.ndarray, "field value"]:
    remaining: Float[np.ndarray, "field value"] = vectors - (vectors @ rigid) @ rigid.T
    return remaining


def whiten(
    basis: Basis, noise_px: Float[np.ndarray, "row column"], *, neighbours: bool = True
) -> Whitened:
    """Divide every cell by its noise and take the rigid motions out of every unit.

    Args:
        basis: fields registered to the face.
        noise_px: standard deviation of each cell at rest, above 0.
        neighbours: take the likeness of neighbours' noise out too. That finds movements best; how
            large one is, is better read without, since flow returns broad motion most truly.

    Raises:
        UsageError: a seen cell has no positive noise.
    """
    if not (noise_px[basis.seen] > 0).all():
        msg = "Expected noise above 0 px in every seen cell, but some cell has none."
        raise UsageError(msg)
    count = int(basis.seen.sum())
    apart = _apart(basis.seen.tobytes(), basis.seen.shape) if neighbours else np.eye(count)
    modes = _flatten(basis.rigid_px, basis.seen, noise_px, apart).T
    left, size, _ = np.linalg.svd(modes, full_matrices=False)
    rigid = left[:, size > size[0] * 1e-6]
    design = _project_out(_flatten(basis.fields_px, basis.seen, noise_px, apart), rigid).T
    return Whitened(basis, noise_px, np.ascontiguousarray(design), rigid, apart)
