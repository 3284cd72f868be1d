"""Shapes of the built-in head by name: ARKit's, those of action units, and their correctives."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32

from mien.head import Head, action_deltas, action_names


@dataclass(frozen=True, eq=False)
class HeadShapes:
    """Named displacements of the head's vertices."""

    names: tuple[str, ...]
    deltas_m: Float32[np.ndarray, "shape vertex 3"]
    """Displacement at weight 1."""


def every_shape(head: Head) -> HeadShapes:
    """All shapes that the head has: ARKit's units, action units by side, and their correctives.

    >>> from mien.head import load_head
    >>> names = every_shape(load_head()).names
    >>> names[0], "AU17L" in names, "AU06L+AU12L" in names
    ('browDownLeft', True, True)
    """
    return HeadShapes(
        (*head.unit_names, *action_names()),
        np.concatenate([head.unit_deltas_m, action_deltas(head)]),
    )


def shapes_named(head: Head, names: Sequence[str]) -> HeadShapes:
    """Look shapes up by name; a name that the head does not know moves nothing.

    >>> from mien.head import load_head
    >>> shapes = shapes_named(load_head(), ("jawOpen", "AU12L", "AU06L+AU12L", "tailWag"))
    >>> [bool(delta.any()) for delta in shapes.deltas_m]
    [True, True, True, False]
    """
    still = np.zeros_like(head.mean_m)
    known = dict(zip(head.unit_names, head.unit_deltas_m, strict=True))
    known |= dict(zip(action_names(), action_deltas(head), strict=True))
    return HeadShapes(tuple(names), np.stack([known.get(name, still) for name in names]))
