"""Action units as shapes of the built-in head: the scale of every track, 1.0 is the full shape.

Every unit is a shape of its own, baked by ``tools/bake_actions.py`` into ``data/actions.npz``, and
fits every person. ``data/actions.json`` says what each does, and declares the correctives: shapes
that are added where units meet, so that nothing moves twice.
"""

import io
import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType

import numpy as np
from jaxtyping import Float, Float32

from mien.core.arrays import Vertices
from mien.core.errors import FormatError, UsageError
from mien.core.facs import ACTION_UNITS, Channel, Side, channels_of
from mien.core.nearest import unknown_name
from mien.head.action_definition import action_definition
from mien.head.corrective import corrective_weights, correctives, primary_names
from mien.head.model import Head
from mien.head.person import Person


def action_channels() -> tuple[Channel, ...]:
    """Every channel of the head, in the order of the unit numbers, left before right."""
    return tuple(channel for unit in ACTION_UNITS for channel in channels_of(unit.number))


def action_names() -> tuple[str, ...]:
    """Names of the shapes of :func:`action_deltas`.

    The channels, then the lids that follow each turn of an eye (``AU61L`` .. ``AU64R``), then the
    correctives (``AU06L+AU12L``).
    """
    return (*primary_names(), *(one.name for one in correctives()))


def au_weights(channel: Channel) -> Mapping[str, float]:
    """Weights of the ARKit shapes that come nearest to a channel at activation 1.0.

    For rigs that have ARKit's shapes only; the head itself uses :func:`au_delta`. Empty where no
    ARKit shape is near. Where a unit has sides and its ARKit shape has none (AU1, AU17, AU18), both
    sides name it: such a rig takes the larger side.

    >>> from mien.core.facs import Channel
    >>> dict(au_weights(Channel.parse("AU12L")))
    {'mouthSmileLeft': 1.0}
    """
    side = {Side.LEFT: "Left", Side.RIGHT: "Right", Side.BOTH: ""}[channel.side]
    unit = next(unit for unit in action_definition().units if unit.au == channel.au)
    return MappingProxyType({name.format(side=side): w for name, w in unit.arkit.items()})


def au_delta(head: Head, channel: Channel) -> Float32[np.ndarray, "vertex 3"]:
    """Displacement of the head's vertices at activation 1.0, in metres.

    The halves of a unit of the midline (AU1, AU17, AU18) sum to the whole.

    Raises:
        UsageError: a head with another mesh.
    """
    return _delta(head, str(channel))


def action_deltas(head: Head) -> Float32[np.ndarray, "shape vertex 3"]:
    """Displacement of every shape of :func:`action_names`, in metres.

    Give it to ``Portrait(..., unit_deltas_m=action_deltas(head))`` and draw frames with
    :func:`action_weights`.

    Raises:
        UsageError: a head with another mesh.
    """
    return np.stack([_delta(head, name) for name in action_names()])


def action_weights(weights: Mapping[Channel | str, float]) -> Float[np.ndarray, " shape"]:
    """Weights of all shapes of :func:`action_names`, correctives included, from primary ones.

    >>> found = dict(zip(action_names(), action_weights({"AU06L": 1.0, "AU12L": 0.5}), strict=True))
    >>> float(found["AU06L+AU12L"])
    0.5

    Args:
        weights: 0..1 by channel, or by name; ``AU61L`` .. ``AU64R`` are the lids that follow gaze.

    Raises:
        UsageError: a name that is no primary weight, or a weight that is not finite.
    """
    names = primary_names()
    primary = np.zeros(len(names))
    for key, weight in weights.items():
        name = str(key)
        if name not in names:
            msg = unknown_name("a channel", name, names)
            raise UsageError(msg)
        if not np.isfinite(weight):
            msg = f"Expected a finite weight for {name}, but got {weight}."
            raise UsageError(msg)
        primary[names.index(name)] = weight
    return with_correctives(primary)


def with_correctives(
    weights: Float[np.ndarray, "*frame primary"],
) -> Float[np.ndarray, "*frame shape"]:
    """Append the weights of the correctives to primary weights, for one frame or many.

    Args:
        weights: in the order of :func:`mien.head.corrective.primary_names`.

    Raises:
        UsageError: another number of weights.
    """
    return np.concatenate([weights, corrective_weights(weights)], axis=-1)


def gaze_rad(weights: Mapping[int, float]) -> Float[np.ndarray, "2 2"]:
    """Turn of the eyes, (left, right) x (pitch, yaw) in radians, from gaze units.

    >>> gaze_rad({61: 0.5}).tolist()
    [[0.0, 0.35], [0.0, 0.35]]

    Args:
        weights: 0..1 by unit: 61 left, 62 right, 63 up, 64 down.

    Raises:
        UsageError: another number than these.
    """
    looks = {look.au: look for look in action_definition().gaze}
    turn = np.zeros(2)
    for au, weight in weights.items():
        if au not in looks:
            msg = f"Expected gaze units among {tuple(looks)}, but got {au}."
            raise UsageError(msg)
        turn += weight * np.array((looks[au].pitch_rad, looks[au].yaw_rad))
    return np.stack([turn, turn])


def pose_actions(head: Head, person: Person, weights: Mapping[Channel | str, float]) -> Vertices:
    """Move a person by action units, correctives included; vertices in metres.

    Gaze is not here: the eyes are nodes that rotate, see :func:`gaze_rad`.

    Args:
        head: the built-in head.
        person: whose face.
        weights: as for :func:`action_weights`.

    Raises:
        UsageError: as :func:`action_weights`, or a head with another mesh.
    """
    posed = person.vertices_m.copy()
    for name, weight in zip(action_names(), action_weights(weights), strict=True):
        if weight:
            posed += np.float32(weight) * _delta(head, name)
    return posed


def _delta(head: Head, name: str) -> Float32[np.ndarray, "vertex 3"]:
    shapes = _read()
    delta: Float32[np.ndarray, "vertex 3"] = (
        shapes[name] if name in shapes else head.unit_deltas_m[head.unit_index(_lids()[name])]
    )
    if len(head.mean_m) != len(delta):
        msg = f"Expected a head of {len(delta)} vertices, but got one of {len(head.mean_m)}."
        raise UsageError(msg)
    return delta


@cache
def _read() -> Mapping[str, Float32[np.ndarray, "vertex 3"]]:
    """Read all baked shapes by name.

    Raises:
        FormatError: the file of this installation is damaged, or made for another definition.
    """
    data = files("mien.head").joinpath("data", "actions.npz").read_bytes()
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
            text = json.loads(str(arrays["text"]))
            names, count = tuple(text["names"]), int(text["vertices"])
            deltas = np.zeros((len(names), count, 3), np.float32)
            places = arrays["shape"].astype(np.intp), arrays["vertex"].astype(np.intp)
            deltas[places] = arrays["delta_mm"].astype(np.float32) * np.float32(1e-3)
    except (ValueError, KeyError, OSError) as error:
        msg = f"Expected the head's shapes in actions.npz, but it is damaged: {error}. "
        msg += "Reinstall mien."
        raise FormatError(msg) from error
    lacking = sorted(set(action_names()) - set(names) - set(_lids()))
    if lacking:
        msg = f"Expected a shape for each unit in actions.npz, but {lacking} are missing. "
        msg += "Reinstall mien, or run tools/bake_actions.py."
        raise FormatError(msg)
    deltas.flags.writeable = False
    return MappingProxyType(dict(zip(names, deltas, strict=True)))


def _lids() -> Mapping[str, str]:
    """ARKit unit of the lids by name: ``AU61L`` is eyeLookOutLeft."""
    return {
        f"AU{look.au}{side[0].upper()}": name
        for look in action_definition().gaze
        for side, name in look.lids.items()
    }
