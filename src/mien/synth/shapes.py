"""The channels and shapes that footage is made of: the one place that knows how units add up."""

from functools import cache

import numpy as np
from jaxtyping import Float, Float32

from mien.core.facs import Channel
from mien.head import Head, action_channels, au_delta


@cache
def footage_channels() -> tuple[Channel, ...]:
    """Every channel that the head can show, in order; weights follow it."""
    return action_channels()


@cache
def known_units() -> frozenset[int]:
    """FACS numbers that the head can show."""
    return frozenset(channel.au for channel in footage_channels())


def shape_units() -> tuple[int, ...]:
    """FACS number of each shape; one that corrects several units has that of the first."""
    return tuple(channel.au for channel in footage_channels())


def shape_deltas(head: Head) -> Float32[np.ndarray, "shape vertex 3"]:
    """Displacement by each shape at weight 1, metres."""
    return np.stack([au_delta(head, channel) for channel in footage_channels()])


def shape_weights(
    channels: tuple[Channel, ...], activation: Float[np.ndarray, "frame channel"]
) -> Float[np.ndarray, "frame shape"]:
    """Weights of the shapes for activations of some channels."""
    order = footage_channels()
    weights = np.zeros((len(activation), len(order)))
    for column, channel in enumerate(channels):
        if channel in order:
            weights[:, order.index(channel)] = activation[:, column]
    return weights
