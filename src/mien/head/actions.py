"""Action units as shapes of the built-in head: the scale of every track, 1.0 is the full shape.

The table is ``data/action_units.json``. What the shapes cannot do:

- AU38 and AU39 (nostrils) have no shape; AU11 and AU13 are mixtures of their neighbours.
- No shape carries skin folds, so strong AU4, AU6, AU9 and AU10 look smooth.
- AU17 moves the lower lip most, and the boss of the chin about 3 mm, which the bake added: the
  source's shape leaves the boss almost still. AU15 does not pull the chin along, as it often does.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType

import numpy as np
from jaxtyping import Float, Float32

from mien.core.facs import ACTION_UNITS, Channel, Side, channels_of
from mien.head.model import Head

MIDLINE_WIDTH_M = 0.02
"""Width over which a midline shape passes from one half to the other."""


@dataclass(frozen=True)
class ActionShape:
    """One action unit in terms of the head's units."""

    shapes: Mapping[str, float]
    """Weight by ARKit name, ``{side}`` standing for Left or Right; empty when absent."""

    halves: bool
    """Whether the sides are halves of midline shapes."""

    absent: str
    """Why the head cannot show it; empty when it can."""

    note: str
    """What to know about the shape."""


@cache
def action_shapes() -> Mapping[int, ActionShape]:
    """Read the table: every action unit of :data:`mien.core.facs.ACTION_UNITS` by number."""
    text = files("mien.head").joinpath("data").joinpath("action_units.json").read_text("utf-8")
    table = json.loads(text)
    return MappingProxyType(
        {
            unit.number: ActionShape(
                shapes=MappingProxyType(entry.get("shapes", {})),
                halves=entry.get("halves", False),
                absent=entry.get("absent", ""),
                note=entry.get("note", ""),
            )
            for unit in ACTION_UNITS
            for entry in (table[str(unit.number)],)
        }
    )


def shown_channels() -> tuple[Channel, ...]:
    """Every channel that the head can show, in the order of the unit numbers."""
    return tuple(
        channel
        for number, shape in action_shapes().items()
        if not shape.absent
        for channel in channels_of(number)
    )


def au_weights(channel: Channel) -> Mapping[str, float]:
    """Weights of the ARKit shapes at activation 1.0.

    Empty for units that the head cannot show. For AU1 both sides name ``browInnerUp``, which has
    no sides: a rig that knows only ARKit takes the larger side, :func:`au_delta` knows the halves.

    >>> from mien.core.facs import Channel
    >>> dict(au_weights(Channel.parse("AU12L")))
    {'mouthSmileLeft': 1.0}
    """
    side = {Side.LEFT: "Left", Side.RIGHT: "Right", Side.BOTH: ""}[channel.side]
    shapes = action_shapes()[channel.au].shapes
    return MappingProxyType({name.format(side=side): weight for name, weight in shapes.items()})


def au_delta(head: Head, channel: Channel) -> Float32[np.ndarray, "vertex 3"]:
    """Displacement of the head's vertices at activation 1.0, in metres.

    The halves of a midline shape sum to the whole shape. Zero for units that the head cannot show.
    """
    total = np.zeros_like(head.mean_m)
    for name, weight in au_weights(channel).items():
        total += np.float32(weight) * head.unit_deltas_m[head.unit_index(name)]
    if action_shapes()[channel.au].halves:
        share = left_share(head.mean_m[:, 0])
        total *= (share if channel.side is Side.LEFT else 1 - share)[:, None]
    return total


def left_share(x_m: Float[np.ndarray, " vertex"]) -> Float32[np.ndarray, " vertex"]:
    """Share of a midline shape that belongs to the left side: a smooth step over 2 cm.

    >>> left_share(np.array([-0.01, 0.0, 0.01])).tolist()
    [0.0, 0.5, 1.0]

    Args:
        x_m: Distance from the midline of the average person, positive to the left.
    """
    step = np.clip(x_m / MIDLINE_WIDTH_M + 0.5, 0.0, 1.0)
    share: Float32[np.ndarray, " vertex"] = (step * step * (3.0 - 2.0 * step)).astype(np.float32)
    return share
