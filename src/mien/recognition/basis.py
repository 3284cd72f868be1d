"""What each action unit would look like on this face: the atoms that measured motion is read by."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float

from mien.core.errors import UsageError
from mien.core.facs import Channel


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

    @property
    def gram(self) -> Float[np.ndarray, "channel channel"]:
        """Inner products of the units' fields."""
        product: Float[np.ndarray, "channel channel"] = self.design.T @ self.design
        return product

    def vectors(
        self, flow_px: Float[np.ndarray, "frame row column 2"]
    ) -> Float[np.ndarray, "frame value"]:
        """Bring measured fields into the same space: noise units, without rigid motion."""
        return _project_out(_flatten(flow_px, self.basis.seen, self.noise_px), self.rigid)


def _flatten(
    flow_px: Float[np.ndarray, "field row column 2"],
    seen: Bool[np.ndarray, "row column"],
    noise_px: Float[np.ndarray, "row column"],
) -> Float[np.ndarray, "field value"]:
    scaled = flow_px[:, seen] / noise_px[seen][:, None]
    flat: Float[np.ndarray, "field value"] = np.concatenate(
        [scaled[..., 0], scaled[..., 1]], axis=1
    )
    return flat


def _project_out(
    vectors: Float[np.ndarray, "field value"], rigid: Float[np.ndarray, "value mode"]
) -> Float[np.ndarray, "field value"]:
    remaining: Float[np.ndarray, "field value"] = vectors - (vectors @ rigid) @ rigid.T
    return remaining


def whiten(basis: Basis, noise_px: Float[np.ndarray, "row column"]) -> Whitened:
    """Divide every cell by its noise and take the rigid motions out of every unit.

    Args:
        basis: fields registered to the face.
        noise_px: standard deviation of each cell at rest, above 0.

    Raises:
        UsageError: a seen cell has no positive noise.
    """
    if not (noise_px[basis.seen] > 0).all():
        msg = "Expected noise above 0 px in every seen cell, but some cell has none."
        raise UsageError(msg)
    modes = _flatten(basis.rigid_px, basis.seen, noise_px).T
    left, size, _ = np.linalg.svd(modes, full_matrices=False)
    rigid = left[:, size > size[0] * 1e-6]
    design = _project_out(_flatten(basis.fields_px, basis.seen, noise_px), rigid).T
    return Whitened(basis, noise_px, np.ascontiguousarray(design), rigid)
