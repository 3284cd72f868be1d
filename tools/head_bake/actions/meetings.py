"""Shapes that are added where units meet, so that nothing moves twice."""

import numpy as np
from head_bake.actions import brows
from head_bake.actions.surface import Field, Surface

from mien.head.action_definition import CorrectiveRule, action_definition

_JAW_DROP = 0.7
_SMOOTHING = 2
_STAYS_LEFT = 0.8
"""Of a lower lid's rise, what has no room when the upper lid has come down."""

LIPS_FOLLOW = {"AU24+AU26": 1.0, "AU17+AU26": 0.5, "AU23+AU26": 0.4}
"""Share of the jaw's way that the lips make up for."""

TAKEN_BACK = {
    "AU24+AU25": "AU25",
    "AU26+AU27": "AU26",
    "AU43+AU45": "AU43",
    "AU46+shut": "AU46",
}
"""Correctives that undo one of the units."""

LIDS_TAKEN_BACK = {
    "AU05+shut": 1.0,
    "AU06+shut": _STAYS_LEFT,
    "AU07+shut": _STAYS_LEFT,
    "AU63+shut": 1.0,
    "AU64+shut": 1.0,
}
"""Correctives that undo what the first unit does to the lids."""


def corrective_fields(s: Surface, units: dict[str, Field]) -> dict[str, Field]:
    """Displacement of every corrective at weight 1.

    Args:
        s: the face.
        units: displacement of every primary weight by name.
    """
    return {
        name: _field(s, units, rule, name)
        for rule in action_definition().correctives
        for name in rule.names
    }


def _field(s: Surface, units: dict[str, Field], rule: CorrectiveRule, name: str) -> Field:
    first, second = name.split("+")
    letter = next((part[-1] for part in (first, second) if part[-1] in "LR"), "")
    if rule.name in LIPS_FOLLOW:
        return _of_side(s, LIPS_FOLLOW[rule.name] * _JAW_DROP * s.unit("mouthClose"), letter)
    if rule.name in TAKEN_BACK:
        return -units[TAKEN_BACK[rule.name] + letter]
    if rule.name in LIDS_TAKEN_BACK:
        return -LIDS_TAKEN_BACK[rule.name] * _of_lids(s, units[first])
    if rule.name == "AU01+AU04":
        return _oblique(s, units[second], letter)
    field = shared(s, units[first], units[second])
    return field + _level_lip(s, letter) if rule.name == "AU15+AU17" else field


def _of_side(s: Surface, whole: Field, letter: str) -> Field:
    """The half of a side, or all of it."""
    if not letter:
        return whole
    left = s.halves(whole)
    return left if letter == "L" else s.mirrored(left)


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


def _oblique(s: Surface, lowered: Field, letter: str) -> Field:
    """AU1 with AU4: the inner end stays up, the lowering keeps its inward part."""
    inner = s.mark(*brows.INNER) * ((1 if letter == "L" else -1), 1, 1)
    near = s.reach(inner[None] + np.array((0, 2, 0)), 26.0)[:, None]
    down = np.minimum(lowered[:, 1:2], 0) * (0, 1, 0)
    return -0.6 * near * down


def _level_lip(s: Surface, letter: str) -> Field:
    """AU15 with AU17: the lifted lip stays between the corners."""
    corner = s.marks[291] * ((1 if letter == "L" else -1), 1, 1)
    return 0.9 * s.along(corner[None], np.array((0.0, -1.0, 0.0)), 13.0)
