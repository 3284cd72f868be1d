"""Numbers and names as a reader sees them."""

import math

from mien.core.facs import Channel, Side, action_unit
from mien.core.track import EventKind, UnitPeak
from mien.tracks import intensity_letter

KIND_NAMES = {
    EventKind.MICRO: "Micro-expression",
    EventKind.MACRO: "Longer movement",
    EventKind.BLINK: "Blink",
}

NOTHING = "–"  # noqa: RUF001 - a dash of the width of a digit, where a number is missing

_SIDE_NAMES = {Side.LEFT: " left", Side.RIGHT: " right", Side.BOTH: ""}

_EVIDENCE = {
    "score": ("score", "the root of the explained energy times the explained part"),
    "explained_fraction": ("explained part of the motion", "0 to 1, by action units"),
    "energy": ("energy of the motion", "in squared units of noise"),
    "explained_energy": ("energy explained by action units", "in squared units of noise"),
    "largest_motion_px": ("largest motion", "px of the aligned face"),
    "brief_events_inside": ("brief events inside", ""),
}
"""How the recogniser's numbers are worded; unknown names are shown as they are."""


def seconds(value: float) -> str:
    """Give a time with a millisecond.

    >>> seconds(0.63)
    '0.630 s'
    """
    return f"{value:.3f} s"


def number(value: float | None, digits: int = 2) -> str:
    """Give a number, or a dash for NaN and None."""
    if value is None or math.isnan(value):
        return NOTHING
    return f"{value:.{digits}f}"


def significant(value: float) -> str:
    """Give a number of unknown size with three digits that count; a dash for NaN.

    >>> [significant(value) for value in (0.0, 0.000123, 12.345, 48213.0)]
    ['0', '1.23e-04', '12.3', '48213']
    """
    if math.isnan(value):
        return NOTHING
    size = abs(value)
    if size == 0:
        return "0"
    if size < 1e-3 or size >= 1e6:  # noqa: PLR2004 - beyond this, zeros are hard to count
        return f"{value:.2e}"
    digits = max(0, 2 - math.floor(math.log10(size)))
    return f"{value:.{digits}f}"


def milliseconds(value_s: float) -> str:
    """Give a duration in whole milliseconds."""
    return f"{value_s * 1000:.0f} ms"


def channel_phrase(channel: Channel) -> str:
    """Name a channel in full.

    >>> channel_phrase(Channel.parse("AU12L"))
    'AU12 lip corner puller, left'
    """
    side = _SIDE_NAMES[channel.side].strip()
    return f"AU{channel.au:02d} {action_unit(channel.au).name}" + (f", {side}" if side else "")


def unit_phrase(unit: UnitPeak) -> str:
    """Name a unit's part in an event, with intensity and letter where known."""
    text = f"AU{unit.channel.au:02d}{_SIDE_NAMES[unit.channel.side]}"
    if not math.isnan(unit.activation):
        text += f" {unit.activation:.2f}"
        letter = intensity_letter(unit.activation)
        text += f" ({letter})" if letter else ""
    return text


def evidence_words(name: str) -> tuple[str, str]:
    """Word one number of the recogniser: its label and its unit."""
    return _EVIDENCE.get(name, (name.replace("_", " "), ""))
