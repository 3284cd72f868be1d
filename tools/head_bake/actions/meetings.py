"""Shapes that are added where units meet, so that nothing moves twice."""

import numpy as np
from head_bake.actions import brows
from head_bake.actions.surface import Field, Surface

from mien.head.action_definition import action_definition
from mien.head.corrective import correctives

_JAW_DROP = 0.7
_LIP_FOLLOWS = {"AU24+AU26": 1.0, "AU17+AU26": 0.5, "AU23+AU26": 0.4}
_SMOOTHING = 2


def corrective_fields(s: Surface, units: dict[str, Field]) -> dict[str, Field]:
    """Displacement of every corrective at weight 1.

    Args:
        s: the face.
        units: displacement of every primary weight by name.
    """
    sides = [name for rule in action_definition().correctives for name in rule.names]
    rules = {
        name: rule.name for rule in action_definition().correctives for name in rule.names
    }
    assert sides == [one.name for one in correctives()]  # noqa: S101 - one order for both
    return {name: _field(s, units, rules[name], name) for name in sides}


def _field(s: Surface, units: dict[str, Field], rule: str, name: str) -> Field:
    first, second = name.split("+")
    letter = first[-1] if first[-1] in "LR" else second[-1]
    if rule in _LIP_FOLLOWS:
        whole = _LIP_FOLLOWS[rule] * _JAW_DROP * s.unit("mouthClose")
        if letter not in "LR":
            return whole
        left = s.halves(whole)
        return left if letter == "L" else s.mirrored(left)
    if rule == "AU26+AU27":
        return -units["AU26"]
    if rule in {"AU43+AU45", "AU46+shut"}:
        return -units[f"AU43{letter}"]
    if rule in {"AU05+shut", "AU63+shut", "AU64+shut"}:
        return -_of_lids(s, units[first])
    if rule in {"AU06+shut", "AU07+shut"}:
        return -0.8 * _of_lids(s, units[first])
    if rule == "AU24+AU25":
        return -units["AU25"]
    if rule == "AU01+AU04":
        return _oblique(s, units[first], units[second], letter)
    if rule == "AU15+AU17":
        return shared(s, units[first], units[second]) + _level_lip(s, letter)
    return shared(s, units[first], units[second])


def shared(s: Surface, one: Field, other: Field) -> Field:
    """Take back what two units move twice.

    Along the direction of their sum, motions in the same sense go together only as far as the
    root of the sum of their squares; across it, and where they are opposed, both stay whole.
    """
    total = one + other
    length = np.linalg.norm(total, axis=1, keepdims=True)
    way = total / np.maximum(length, 1e-9)
    a = np.maximum((one * way).sum(axis=1, keepdims=True), 0)
    b = np.maximum((other * way).sum(axis=1, keepdims=True), 0)
    return s.smoothed((np.hypot(a, b) - a - b) * way, _SMOOTHING)


def _of_lids(s: Surface, field: Field) -> Field:
    """The part of a field that moves the lids and their lashes."""
    lids = s.smoothed(s.head.masks["eyelids"].astype(np.float64), 3)
    share = np.clip(2.0 * lids, 0, 1)
    share[s.skin.stop :] = 0
    return s.share_with_lashes(share)[:, None] * field


def _oblique(s: Surface, raised: Field, lowered: Field, letter: str) -> Field:
    """AU1 with AU4: the inner end stays up, the lowering keeps its inward part."""
    inner = s.mark(*brows.INNER) * ((1 if letter == "L" else -1), 1, 1)
    near = s.reach(inner[None] + (0, 2, 0), 26.0)[:, None]
    down = np.minimum(lowered[:, 1:2], 0) * (0, 1, 0)
    return -0.6 * near * down + 0.0 * raised


def _level_lip(s: Surface, letter: str) -> Field:
    """AU15 with AU17: the lifted lip stays between the corners."""
    corner = s.marks[291] * ((1 if letter == "L" else -1), 1, 1)
    return 0.9 * s.along(corner[None], np.array((0.0, -1.0, 0.0)), 13.0)
