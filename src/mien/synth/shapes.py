"""The channels and shapes that footage is made of: the one place that knows how units add up."""

from functools import cache

import numpy as np
from jaxtyping import Float, Float32

from mien.core.facs import GAZE_UNITS, Channel
from mien.head import Head, action_channels, action_deltas, action_names, with_correctives
from mien.head.corrective import primary_names


@cache
def footage_channels() -> tuple[Channel, ...]:
    """Every channel that the head can show, in order; weights follow it."""
    return action_channels()


@cache
def known_units() -> frozenset[int]:
    """FACS numbers that the head can show."""
    return frozenset(channel.au for channel in footage_channels())


@cache
def _drawn() -> tuple[int, ...]:
    """Columns of the head's shapes that footage weighs: all but the lids that follow gaze.

    The renderer turns those with the eyes itself.
    """
    gaze = tuple(f"AU{au}" for au in GAZE_UNITS)
    return tuple(i for i, name in enumerate(action_names()) if not name.startswith(gaze))


@cache
def shape_units() -> tuple[int, ...]:
    """FACS number of each shape; one that corrects several units has that of the first."""
    return tuple(int(action_names()[column][2:4]) for column in _drawn())


def shape_deltas(head: Head) -> Float32[np.ndarray, "shape vertex 3"]:
    """Displacement by each shape at weight 1, metres: the channels, then the correctives."""
    return action_deltas(head)[list(_drawn())]


def shape_weights(
    channels: tuple[Channel, ...], activation: Float[np.ndarray, "frame channel"]
) -> Float[np.ndarray, "frame shape"]:
    """Weights of the shapes for activations of some channels, correctives included."""
    names = primary_names()
    primary = np.zeros((len(activation), len(names)))
    for column, channel in enumerate(channels):
        if str(channel) in names:
            primary[:, names.index(str(channel))] = activation[:, column]
    return with_correctives(primary)[:, list(_drawn())]
