"""Tables of the head's shapes: how alike their motion is, and what is added where they meet."""

from itertools import combinations
from pathlib import Path

import numpy as np
from docs_making.tables import table_text

from mien.core.facs import ACTION_UNITS, channels_of
from mien.head import au_delta, load_head
from mien.head.action_definition import action_definition
from mien.recognition.likeness import SAME_MOTION, motion_likeness
from mien.store.atomic import write_text_atomic

_LISTED = 12


def write_likeness(path: Path) -> None:
    """Cosines of the motion of all pairs of units, and the most alike."""
    head = load_head()
    units = [unit.number for unit in ACTION_UNITS]
    whole = np.stack([sum(au_delta(head, c) for c in channels_of(au)) for au in units])
    likeness = motion_likeness(head, head.people_of("basis"), whole)
    pairs = sorted(
        (
            (float(likeness[i, j]), one, other)
            for (i, one), (j, other) in combinations(enumerate(units), 2)
            if {one, other} not in SAME_MOTION
        ),
        reverse=True,
    )
    names = {unit.number: unit.name for unit in ACTION_UNITS}
    most = [
        (f"{value:.2f}", f"AU{one} {names[one]}", f"AU{other} {names[other]}")
        for value, one, other in pairs[:_LISTED]
    ]
    rows = [
        (f"**{au}**", *(_cell(float(likeness[row, column])) for column in range(row)))
        for row, au in enumerate(units)
    ]
    full = [(*row, *[""] * (len(units) - len(row) + 1)) for row in rows]
    text = table_text(("cosine", "unit", "unit"), most)
    matrix = table_text(("", *map(str, units)), full).partition("\n\n")[2]
    write_text_atomic(path, f"{text}\nAll pairs, in hundredths:\n\n{matrix}")


def _cell(value: float) -> str:
    return f"{round(100 * value)}"


def write_actions(path: Path) -> None:
    """Say what every unit moves."""
    rows = [(f"AU{unit.au}", unit.motion, unit.note) for unit in action_definition().units] + [
        (
            f"AU{look.au}",
            f"{look.name}: both eyes by {abs(look.yaw_rad or look.pitch_rad):g} rad, lids follow",
            "gaze: an angle, not a channel",
        )
        for look in action_definition().gaze
    ]
    columns = ("unit", "muscle and motion at activation 1", "note")
    write_text_atomic(path, table_text(columns, rows))


def write_correctives(path: Path) -> None:
    """List the shapes that are added where units meet, with their rules."""
    rows = []
    for rule in action_definition().correctives:
        terms = [" or ".join(group) for group in rule.all_of]
        weight = " * ".join(f"({term})" if " or " in term else term for term in terms)
        weight += "".join(f" * (1 - {name})" for name in rule.without)
        rows.append((rule.name, weight, "each side" if rule.sided else "midline", rule.why))
    write_text_atomic(path, table_text(("shape", "weight", "sides", "why"), rows))
