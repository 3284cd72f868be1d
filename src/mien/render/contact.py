"""Contact sheets: people down and units across, or units down and their levels across."""

from collections.abc import Mapping, Sequence

import numpy as np
from jaxtyping import Float, Float32

from mien.core.arrays import ImageRgb
from mien.core.errors import UsageError
from mien.core.facs import Channel
from mien.head import Head, Person, au_delta
from mien.render.labels import draw_text
from mien.render.portrait import Portrait

_HEADER_PX = 26
_MARGIN_PX = 64
_FACE = (0.17, 0.21, 0.66)
"""The face in the view of that name: left, top and side as shares of the picture."""

Unit = Channel | tuple[Channel, ...]
"""What moves in one picture: a channel, or several together such as both sides of a unit."""


def contact_sheet(
    head: Head,
    people: Sequence[Person],
    channels: Sequence[Unit],
    *,
    size_px: int = 192,
    activation: float = 1.0,
    quality: str = "fast",
) -> ImageRgb:
    """Draw every person at rest and with each unit.

    Args:
        head: the built-in head.
        people: one row each.
        channels: one column each, after the column at rest.
        size_px: side of every picture.
        activation: 0..1, of the column's unit.
        quality: of every picture.

    Raises:
        UsageError: nobody to draw, or an activation out of range.
    """
    if not people:
        msg = "Expected at least one person on the contact sheet, but got none."
        raise UsageError(msg)
    if not 0 <= activation <= 1:
        msg = f"Expected an activation in 0..1, but got {activation}."
        raise UsageError(msg)
    deltas = np.stack([np.zeros_like(head.mean_m)] + [_delta(head, c) for c in channels])
    columns = len(deltas)
    sheet = np.full((len(people) * size_px + _HEADER_PX, columns * size_px, 3), 24, np.uint8)
    for column, name in enumerate(("at rest", *map(_name, channels))):
        place = (column * size_px + size_px // 2, 18)
        draw_text(sheet, name, place, size_px=13, anchor="middle")
    for row, person in enumerate(people):
        portrait = _portrait(head, person, deltas, size_px, quality)
        top = _HEADER_PX + row * size_px
        for column in range(columns):
            left = column * size_px
            sheet[top : top + size_px, left : left + size_px] = portrait.frame(
                _only(column, columns, activation)
            )
        draw_text(sheet, person.name, (6, top + size_px - 8), size_px=12)
    return sheet


def level_sheet(
    head: Head,
    people: Sequence[Person],
    units: Sequence[Unit],
    levels: Mapping[str, float],
    *,
    size_px: int = 96,
    quality: str = "fast",
) -> ImageRgb:
    """Draw each unit in a row, at several levels, on several people beside each other.

    The pictures are cut to the face.

    Args:
        head: the built-in head.
        people: a block of columns each.
        units: one row each.
        levels: activation 0..1 by the name that stands above its column.
        size_px: side of every picture.
        quality: of every picture.

    Raises:
        UsageError: nobody, no unit or no level to draw, or an activation out of range.
    """
    for what, given in (("person", people), ("unit", units), ("level", levels)):
        if not given:
            msg = f"Expected at least one {what} on the sheet, but got none."
            raise UsageError(msg)
    outside = [value for value in levels.values() if not 0 <= value <= 1]
    if outside:
        msg = f"Expected levels in 0..1, but got {outside[0]}."
        raise UsageError(msg)
    deltas = np.stack([_delta(head, unit) for unit in units])
    width = _MARGIN_PX + len(people) * len(levels) * size_px
    sheet = np.full((len(units) * size_px + _HEADER_PX, width, 3), 24, np.uint8)
    for row, unit in enumerate(units):
        middle = _HEADER_PX + row * size_px + size_px // 2
        draw_text(sheet, _name(unit), (6, middle), size_px=13)
    left = _MARGIN_PX
    whole_px = round(size_px / _FACE[2])
    cut = tuple(
        slice(start, start + size_px)
        for start in (round(share * whole_px) for share in _FACE[1::-1])
    )
    for person in people:
        portrait = _portrait(head, person, deltas, whole_px, quality)
        for name, level in levels.items():
            title = f"{person.name} {name}"
            draw_text(sheet, title, (left + size_px // 2, 18), size_px=13, anchor="middle")
            for row in range(len(units)):
                top = _HEADER_PX + row * size_px
                picture = portrait.frame(_only(row, len(units), level))
                sheet[top : top + size_px, left : left + size_px] = picture[cut]
            left += size_px
    return sheet


def _name(unit: Unit) -> str:
    """Give the channel's name; of both sides, the unit's: ``AU12``."""
    if isinstance(unit, Channel):
        return str(unit)
    numbers = sorted({channel.au for channel in unit})
    return "+".join(f"AU{number}" for number in numbers)


def _delta(head: Head, unit: Unit) -> Float32[np.ndarray, "vertex 3"]:
    channels = (unit,) if isinstance(unit, Channel) else unit
    total = np.zeros_like(head.mean_m)
    for channel in channels:
        total += au_delta(head, channel)
    return total


def _only(column: int, columns: int, activation: float) -> Float[np.ndarray, " column"]:
    weights = np.zeros(columns)
    weights[column] = activation
    return weights


def _portrait(
    head: Head,
    person: Person,
    deltas_m: Float[np.ndarray, "unit vertex 3"],
    size_px: int,
    quality: str,
) -> Portrait:
    return Portrait(
        head,
        person,
        width_px=size_px,
        height_px=size_px,
        quality=quality,
        unit_deltas_m=deltas_m.astype(np.float32),
    )
