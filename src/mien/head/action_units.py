"""What each action unit looks like on the built-in head, as shapes of its 52 units."""

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

import numpy as np
from jaxtyping import Float32

from mien.core.errors import UsageError
from mien.core.facs import Channel, Side
from mien.head.model import Head

_MIDLINE_HALF_WIDTH_M = 0.01
"""A shape without sides is split by a ramp of two centimetres over the midline."""


@cache
def _definition() -> Mapping[int, Mapping[str, float]]:
    text = files("mien.head").joinpath("data", "action_units.json").read_text(encoding="utf-8")
    return {int(au): shapes for au, shapes in json.loads(text)["units"].items()}


def shaped_units() -> tuple[int, ...]:
    """Action units that the head has a shape for.

    >>> 12 in shaped_units(), 11 in shaped_units()
    (True, False)
    """
    return tuple(_definition())


def au_weights(channel: Channel) -> Mapping[str, float]:
    """Weights of the head's units that make one channel; a shape without sides is whole.

    >>> from mien.core.facs import Channel
    >>> au_weights(Channel.parse("AU12L"))
    {'mouthSmileLeft': 1.0}

    Raises:
        UsageError: the head has no shape for the unit.
    """
    shapes = _definition().get(channel.au)
    if shapes is None:
        known = ", ".join(map(str, shaped_units()))
        msg = f"Expected an action unit with a shape ({known}), but got AU{channel.au}."
        raise UsageError(msg)
    side = {Side.LEFT: "Left", Side.RIGHT: "Right", Side.BOTH: ""}[channel.side]
    return {name.replace("*", side): weight for name, weight in shapes.items()}


def au_delta(head: Head, channel: Channel) -> Float32[np.ndarray, "vertex 3"]:
    """Displacement of every vertex at activation 1 of one channel, in metres.

    Where the head's shape has no sides (AU1), a side is the shape times a smooth mask; both
    sides add up to the whole shape.

    Raises:
        UsageError: the head has no shape for the unit.
    """
    delta = np.zeros_like(head.mean_m)
    mask = _side_mask(head, channel.side)
    for name, weight in au_weights(channel).items():
        own = head.unit_deltas_m[head.unit_index(name)] * np.float32(weight)
        sided = name.endswith(("Left", "Right"))
        delta += own if sided else own * mask[:, None]
    return delta


def _side_mask(head: Head, side: Side) -> Float32[np.ndarray, " vertex"]:
    left = np.clip(0.5 + head.mean_m[:, 0] / (2 * _MIDLINE_HALF_WIDTH_M), 0, 1)
    masks = {Side.LEFT: left, Side.RIGHT: 1 - left, Side.BOTH: np.ones_like(left)}
    return masks[side].astype(np.float32)
