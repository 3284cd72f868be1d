"""Action units, sides and emotion labels: the vocabulary of the Facial Action Coding System.

Source: Ekman, Friesen & Hager, *Facial Action Coding System*, 2002; unit names as printed there.
"""

from dataclasses import dataclass
from enum import StrEnum

from mien.core.errors import UsageError


class Side(StrEnum):
    """The subject's side of a channel."""

    LEFT = "left"
    RIGHT = "right"
    BOTH = "both"
    """Midline units, which FACS scores once."""


@dataclass(frozen=True)
class ActionUnit:
    """One action unit of FACS."""

    number: int
    name: str
    """The name in FACS, lower case."""

    sided: bool
    """Whether FACS scores the unit per side."""


ACTION_UNITS: tuple[ActionUnit, ...] = (
    ActionUnit(1, "inner brow raiser", sided=True),
    ActionUnit(2, "outer brow raiser", sided=True),
    ActionUnit(4, "brow lowerer", sided=True),
    ActionUnit(5, "upper lid raiser", sided=True),
    ActionUnit(6, "cheek raiser", sided=True),
    ActionUnit(7, "lid tightener", sided=True),
    ActionUnit(9, "nose wrinkler", sided=True),
    ActionUnit(10, "upper lip raiser", sided=True),
    ActionUnit(11, "nasolabial furrow deepener", sided=True),
    ActionUnit(12, "lip corner puller", sided=True),
    ActionUnit(13, "sharp lip puller", sided=True),
    ActionUnit(14, "dimpler", sided=True),
    ActionUnit(15, "lip corner depressor", sided=True),
    ActionUnit(16, "lower lip depressor", sided=True),
    ActionUnit(17, "chin raiser", sided=True),
    ActionUnit(18, "lip pucker", sided=True),
    ActionUnit(20, "lip stretcher", sided=True),
    ActionUnit(22, "lip funneler", sided=False),
    ActionUnit(23, "lip tightener", sided=False),
    ActionUnit(24, "lip presser", sided=False),
    ActionUnit(25, "lips part", sided=False),
    ActionUnit(26, "jaw drop", sided=False),
    ActionUnit(27, "mouth stretch", sided=False),
    ActionUnit(28, "lip suck", sided=False),
    ActionUnit(38, "nostril dilator", sided=True),
    ActionUnit(39, "nostril compressor", sided=True),
    ActionUnit(43, "eyes closed", sided=True),
    ActionUnit(45, "blink", sided=True),
    ActionUnit(46, "wink", sided=True),
)
"""The units that mien knows, in the order of their numbers."""

GAZE_UNITS: dict[int, str] = {
    61: "eyes turn left",
    62: "eyes turn right",
    63: "eyes up",
    64: "eyes down",
}
"""Directions of gaze by their FACS number. A track holds gaze as angles, not as these units."""

_BY_NUMBER = {unit.number: unit for unit in ACTION_UNITS}

EMOTIONS: tuple[str, ...] = (
    "anger",
    "disgust",
    "fear",
    "happiness",
    "sadness",
    "surprise",
    "contempt",
    "neutral",
    "repression",
    "others",
)
"""The emotion labels, in the order of every posterior."""


def action_unit(number: int) -> ActionUnit:
    """Look one unit up by its FACS number.

    >>> action_unit(12).name
    'lip corner puller'

    Raises:
        UsageError: FACS number unknown to mien.
    """
    unit = _BY_NUMBER.get(number)
    if number in GAZE_UNITS:
        msg = (
            f"Expected an action unit, but AU{number} ({GAZE_UNITS[number]}) is gaze: give it as "
            "the angles of the eyes, in radians."
        )
        raise UsageError(msg)
    if unit is None:
        known = ", ".join(str(known) for known in _BY_NUMBER)
        msg = f"Expected an action unit among {known}, but got {number}."
        raise UsageError(msg)
    return unit


@dataclass(frozen=True, order=True)
class Channel:
    """One signal of a track: an action unit on one of the subject's sides.

    >>> str(Channel(12, Side.LEFT)), str(Channel(24, Side.BOTH))
    ('AU12L', 'AU24')
    >>> Channel.parse("AU12L") == Channel(12, Side.LEFT)
    True
    """

    au: int
    side: Side

    def __post_init__(self) -> None:
        """Refuse a side that FACS does not score for this unit."""
        if action_unit(self.au).sided == (self.side is Side.BOTH):
            expected = "left or right" if action_unit(self.au).sided else "both"
            msg = f"Expected side {expected} for AU{self.au}, but got {self.side}."
            raise UsageError(msg)

    def __str__(self) -> str:
        """Give the field's short name: AU12L, AU12R, AU24."""
        letter = {Side.LEFT: "L", Side.RIGHT: "R", Side.BOTH: ""}[self.side]
        return f"AU{self.au:02d}{letter}"

    @classmethod
    def parse(cls, text: str) -> "Channel":
        """Read the short name back.

        Raises:
            UsageError: ``text`` is not AU, digits and an optional L or R.
        """
        body = text.removeprefix("AU")
        letter = body[-1:] if body[-1:] in {"L", "R"} else ""
        digits = body.removesuffix(letter) if letter else body
        if not (text.startswith("AU") and digits.isascii() and digits.isdigit()):
            msg = f"Expected a channel such as AU12L or AU24, but got {text!r}."
            raise UsageError(msg)
        side = {"L": Side.LEFT, "R": Side.RIGHT, "": Side.BOTH}[letter]
        return cls(int(digits), side)


def channels_of(au: int) -> tuple[Channel, ...]:
    """All channels of one unit: left and right, or both.

    >>> [str(channel) for channel in channels_of(4)]
    ['AU04L', 'AU04R']
    """
    if action_unit(au).sided:
        return (Channel(au, Side.LEFT), Channel(au, Side.RIGHT))
    return (Channel(au, Side.BOTH),)
