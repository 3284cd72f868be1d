"""Flow on the canonical face -> what networks read: without head motion, all of one size."""

from functools import cache

import numpy as np
from jaxtyping import Bool, Float, Float32
from scipy.ndimage import binary_erosion

from mien.motion import optical_strain
from mien.recognition.canonical import canonical_basis

_ITERATIONS = 6
_SOFT = 1.5  # times the median residual, where the say of a cell begins to fall
_LEAST = 1e-6  # of a pixel: a picture without any motion stays without
_CHUNK = 2048  # fields at once


def without_rigid(
    flow_px: Float[np.ndarray, "field 28 28 2"],
) -> Float32[np.ndarray, "field 28 28 2"]:
    """Take the head's shifts and turns out of fields on the canonical face; 0 off the face.

    The six rigid modes are fitted to all cells with Cauchy weights: what most of the face does is
    the head, what parts of it do beside that is expression. A constant offset, such as a zero level
    that is not known, goes too.
    """
    seen, design, products = _modes()
    rest = np.zeros(flow_px.shape, np.float32)
    for first in range(0, len(flow_px), _CHUNK):
        part = slice(first, first + _CHUNK)
        cells = flow_px[part][:, seen].astype(np.float64)
        flat = np.concatenate([cells[..., 0], cells[..., 1]], axis=1)
        left = flat - _fitted(flat, design, products) @ design.T
        half = left.shape[1] // 2
        rest[part][:, seen] = np.stack([left[:, :half], left[:, half:]], axis=-1)
    return rest


def network_images(
    flow_px: Float[np.ndarray, "image 28 28 2"],
) -> Float32[np.ndarray, "image 3 28 28"]:
    """Give u, v and strain of flow images, without rigid motion, u and v of root mean square 1."""
    return network_volumes(flow_px[:, None])[:, :, 0]


def network_volumes(
    flow_px: Float[np.ndarray, "clip step 28 28 2"],
) -> Float32[np.ndarray, "clip 3 step 28 28"]:
    """Give u, v and strain of flow volumes, without rigid motion.

    All steps of a clip share one scale: at the step of most motion u and v have a root mean square
    of 1. How large a movement is, is not for the networks to say.
    """
    clips, steps = flow_px.shape[:2]
    single = flow_px.reshape(clips * steps, *flow_px.shape[2:])
    still = without_rigid(single).reshape(flow_px.shape)
    seen, _, _ = _modes()
    energy = np.square(still[:, :, seen]).mean(axis=(2, 3)).max(axis=1, initial=0)
    scaled = still / np.maximum(np.sqrt(energy), _LEAST)[:, None, None, None, None]
    strain = optical_strain(scaled) * _inner()
    planes = np.concatenate([scaled, strain[..., None]], axis=-1)
    volumes: Float32[np.ndarray, "clip 3 step 28 28"] = np.ascontiguousarray(
        planes.transpose(0, 4, 1, 2, 3), np.float32
    )
    return volumes.reshape(clips, 3, steps, *flow_px.shape[2:4])


def _fitted(
    flat: Float[np.ndarray, "field value"],
    design: Float[np.ndarray, "value mode"],
    products: Float[np.ndarray, "value pair"],
) -> Float[np.ndarray, "field mode"]:
    modes = design.shape[1]
    weight = np.ones_like(flat)
    found = np.zeros((len(flat), modes))
    half = flat.shape[1] // 2
    ridge = 1e-9 * np.eye(modes)
    for _ in range(_ITERATIONS):
        normal = (weight @ products).reshape(-1, modes, modes) + ridge
        found = np.linalg.solve(normal, ((weight * flat) @ design)[..., None])[..., 0]
        error = flat - found @ design.T
        size = np.hypot(error[:, :half], error[:, half:])
        soft = np.maximum(_SOFT * np.median(size, axis=1, keepdims=True), _LEAST)
        weight = np.tile(1 / (1 + np.square(size / soft)), 2)
    return found


@cache
def _modes() -> tuple[
    Bool[np.ndarray, "row column"],
    Float[np.ndarray, "value mode"],
    Float[np.ndarray, "value pair"],
]:
    """Seen cells, the rigid modes there (orthonormal), and the products of each two of them."""
    basis = canonical_basis()
    cells = basis.rigid_px[:, basis.seen]
    design, _ = np.linalg.qr(np.concatenate([cells[..., 0], cells[..., 1]], axis=1).T)
    products = (design[:, :, None] * design[:, None, :]).reshape(len(design), -1)
    return basis.seen, design, products


@cache
def _inner() -> Float32[np.ndarray, "row column"]:
    """1 in cells whose neighbours are all seen: elsewhere strain would be that of the mask."""
    inner: Float32[np.ndarray, "row column"] = binary_erosion(canonical_basis().seen).astype(
        np.float32
    )
    return inner
