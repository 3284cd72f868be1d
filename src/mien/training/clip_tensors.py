"""From the arrays of prepared clips to what a network reads."""

from collections.abc import Sequence
from typing import Literal, TypeAlias

import numpy as np
import torch
from jaxtyping import Float, Int

from mien.core.errors import InputError
from mien.datasets.clips import Clips
from mien.datasets.inputs import FACE_PX

InputKind = Literal[
    "rgb", "grey", "flow", "grey+flow", "flow_image", "flow_image_own", "flow+flow_image"
]

ARRAYS_OF: dict[str, tuple[str, ...]] = {
    "rgb": ("rgb",),
    "grey": ("rgb",),
    "flow": ("flow",),
    "grey+flow": ("rgb", "flow"),
    "flow_image": ("flow_image",),
    "flow_image_own": ("flow_image_own",),
    "flow+flow_image": ("flow", "flow_image"),
}
"""Arrays of a prepared corpus that each kind of input is made of."""

CHANNELS: dict[str, int] = {
    "rgb": 3,
    "grey": 1,
    "flow": 3,
    "grey+flow": 4,
    "flow_image": 3,
    "flow_image_own": 3,
    "flow+flow_image": 3,
}

LEVEL_SPREAD = 0.225 * 255
"""Grey levels that become 1: the spread of the pictures of Kinetics-400, so that weights that were
learned there see numbers of the size that they know. The mean of each clip and channel becomes 0,
which the light of the room cannot change."""

MOTION_PX = 1.0
"""Pixels of the 112 px face that become 1: micro-expressions move skin by half to two of them."""

STRAIN = 0.1
"""Strain that becomes 1 (px a px), at the 112 px face."""

IMAGE_MOTION_PX = MOTION_PX * 256 / FACE_PX
"""The same motion in px of the 256 px face of flow images."""

IMAGE_STRAIN = STRAIN * 256 / 28
"""The same strain in px a cell of flow images."""

_LUMA = np.array([0.299, 0.587, 0.114], np.float32)
"""Of red, green and blue, as ITU-R BT.601 has them."""

Planes: TypeAlias = Float[np.ndarray, "*steps row column channel"]
"""One clip as floats, channels last, in the units of the prepared arrays."""


def read_clip(clips: Clips, kind: str, position: int) -> dict[str, Planes]:
    """Read one clip as floats, by array; ``rgb`` as 0..255, ``grey`` of it when asked for.

    Raises:
        UsageError: the corpus was prepared without an array.
        InputError: a number that is none, with the name of the clip.
    """
    found = {}
    for name in ARRAYS_OF[kind]:
        values = clips.read(name, [position])[0].astype(np.float32)
        if name == "rgb" and kind != "rgb":
            values = (values @ _LUMA)[..., None]
        elif not np.isfinite(values).all():
            msg = (
                f"Expected only numbers in {name} of {clips.names[position]}, but some are NaN or "
                "infinite. Prepare the corpus again, or leave the clip out."
            )
            raise InputError(msg)
        found[name] = values
    return found


def scaled(
    kind: str, planes: dict[str, Planes], *, shrink: int = 1
) -> Float[torch.Tensor, "together ..."]:
    """Give what the network reads of one clip: scaled, channels first.

    Pictures lose the mean of the clip in each channel and are divided by :data:`LEVEL_SPREAD`;
    flow is divided by constants alone. The mean over blocks of ``shrink`` x ``shrink`` pixels is
    taken; motion stays in pixels of the whole face. ``flow+flow_image`` has the flow image behind
    the last step.

    Raises:
        InputError: ``shrink`` does not divide the side, or leaves another than that of the flow
            image beside it.
    """
    parts = []
    for name in ARRAYS_OF[kind]:
        values = planes[name]
        if name == "rgb":
            axes = tuple(range(values.ndim - 1))
            parts.append((values - values.mean(axis=axes)) / LEVEL_SPREAD)
        elif name == "flow":
            parts.append(values / np.array([MOTION_PX, MOTION_PX, STRAIN], np.float32))
        else:
            size = [IMAGE_MOTION_PX, IMAGE_MOTION_PX, IMAGE_STRAIN]
            parts.append(values / np.array(size, np.float32))
    if kind == "flow+flow_image":
        volume, image = _averaged(parts[0], shrink), parts[1]
        if volume.shape[1:] != image.shape:
            msg = (
                f"Expected steps as large as the flow image, {image.shape[0]} x {image.shape[1]}, "
                f"but they are {volume.shape[1]} x {volume.shape[2]}. "
                "Faces of 112 px need shrink 4."
            )
            raise InputError(msg)
        joined = np.concatenate([volume, image[None]]).astype(np.float32)
    else:
        joined = _averaged(np.concatenate(parts, axis=-1).astype(np.float32), shrink)
    return torch.from_numpy(np.ascontiguousarray(np.moveaxis(joined, -1, 0)))


def _averaged(values: Planes, block: int) -> Float[np.ndarray, "..."]:
    if block == 1:
        return values
    *steps, rows, columns, channels = values.shape
    if rows % block or columns % block:
        msg = (
            f"Expected shrink to divide the side of {rows} x {columns} px, but got {block}. "
            "Choose 1, 2, 4 or 8."
        )
        raise InputError(msg)
    blocks = values.reshape(*steps, rows // block, block, columns // block, block, channels)
    mean: Float[np.ndarray, ...] = blocks.mean(axis=(-4, -2))
    return mean


def clip_tensors(
    clips: Clips,
    kind: str,
    positions: Sequence[int] | Int[np.ndarray, " some"],
    *,
    shrink: int = 1,
) -> Float[torch.Tensor, "clip channel *rest"]:
    """Give a batch of some clips as they are, without augmentation.

    ``rgb``, ``grey``, ``flow``, ``grey+flow``: (clip, channel, step, row, column); flow images
    without steps, ``flow+flow_image`` with one step more.

    Raises:
        UsageError: the corpus was prepared without an array.
        InputError: a number that is none, with the name of the clip.
    """
    return torch.stack(
        [scaled(kind, read_clip(clips, kind, int(one)), shrink=shrink) for one in positions]
    )


def shapes_of(clips: Clips, kind: str) -> dict[str, tuple[int, ...]]:
    """Give the shape of one clip in each array.

    Raises:
        UsageError: the corpus was prepared without an array.
    """
    return {name: clips.read(name, []).shape[1:] for name in ARRAYS_OF[kind]}
