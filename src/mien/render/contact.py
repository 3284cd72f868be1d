"""A contact sheet: people down, units across."""

from collections.abc import Sequence

import numpy as np

from mien.core.arrays import ImageRgb
from mien.core.errors import UsageError
from mien.core.facs import Channel
from mien.head import Head, Person, au_delta
from mien.render.labels import draw_text
from mien.render.portrait import Portrait

_HEADER_PX = 26


def contact_sheet(
    head: Head,
    people: Sequence[Person],
    channels: Sequence[Channel],
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
    deltas = np.stack([np.zeros_like(head.mean_m)] + [au_delta(head, c) for c in channels])
    columns = len(deltas)
    sheet = np.full((len(people) * size_px + _HEADER_PX, columns * size_px, 3), 24, np.uint8)
    for column, name in enumerate(("at rest", *map(str, channels))):
        place = (column * size_px + size_px // 2, 18)
        draw_text(sheet, name, place, size_px=13, anchor="middle")
    for row, person in enumerate(people):
        portrait = Portrait(
            head,
            person,
            width_px=size_px,
            height_px=size_px,
            quality=quality,
            unit_deltas_m=deltas.astype(np.float32),
        )
        top = _HEADER_PX + row * size_px
        for column in range(columns):
            weights = np.zeros(columns)
            weights[column] = activation
            left = column * size_px
            sheet[top : top + size_px, left : left + size_px] = portrait.frame(weights)
        draw_text(sheet, person.name, (6, top + size_px - 8), size_px=12)
    return sheet
