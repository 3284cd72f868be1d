"""What a manifest says of a flow picture: order and sense of its channels, and what values mean."""

import math
import re
from collections.abc import Sequence

FLOW_CHANNELS = ("u", "v", "strain")
"""As pictures circulate: red u (right), green v (down), blue strain. OpenCV lists the colours the
other way round, so there it is strain, v, u."""

STRETCHED = "stretched"
"""Scaling of a flow picture whose channels were each stretched to their own range; the same as
:data:`MINMAX8`."""

MINMAX8 = "minmax8"
PIXELS = "pixels"

_STRETCHED_WORDS = frozenset({"minmax8", "minmax", "minmax01", "stretched"})
_PIXEL_WORDS = frozenset({"pixels", "pixel", "px"})
_CHANNEL_WORDS = {
    **dict.fromkeys(("u", "x", "dx", "horizontal"), "u"),
    **dict.fromkeys(("v", "y", "dy", "vertical"), "v"),
    **dict.fromkeys(("strain", "os", "opticalstrain"), "strain"),
}
_LETTERS = "rgb"


def read_channels(text: str) -> tuple[str, ...] | None:
    """Read what red, green and blue (of an array: its last axis in order) hold.

    A minus turns a channel round, ``-v`` is v upwards. Behind ``BGR:`` the channels are listed as
    OpenCV does, blue first. ``RGB`` or ``BGR`` alone, or nothing, is :data:`FLOW_CHANNELS`.

    Returns:
        the channels; None for what is no order of them.

    >>> read_channels("BGR: strain, v, u"), read_channels("B=strain G=-v R=u")
    (('u', 'v', 'strain'), ('u', '-v', 'strain'))
    """
    plain = re.sub(r"optical[\s_-]+strain", "opticalstrain", text.casefold().strip())
    listed = re.fullmatch(r"(rgb|bgr)\b[\s:=]*(.*)", plain)
    colours, plain = (listed[1], listed[2].strip(" ()[]")) if listed else (_LETTERS, plain)
    if not plain:
        return FLOW_CHANNELS
    lettered = re.findall(r"\b(r|g|b)(?:ed|reen|lue)?\s*[=:]\s*(-?\s*\w+)", plain)
    if lettered:
        by_letter = {letter: _channel(word) for letter, word in lettered}
        words = [by_letter.get(letter, "") for letter in _LETTERS]
        return _complete(words) if len(lettered) == len(_LETTERS) else None
    words = [_channel(word) for word in re.split(r"[\s,;/|()\[\]]+", plain) if word]
    if colours == "bgr":
        words = words[::-1]
    return _complete(words)


def _channel(word: str) -> str:
    sense = "-" if word.startswith("-") else ""
    known = _CHANNEL_WORDS.get(word.lstrip("+-").strip(), "")
    return f"{sense}{known}" if known else ""


def _complete(words: Sequence[str]) -> tuple[str, ...] | None:
    bare = sorted(word.removeprefix("-") for word in words)
    if bare not in (sorted(FLOW_CHANNELS), ["u", "v"]) or "-strain" in words:
        return None
    return tuple(words)


def scaling_word(text: str) -> str:
    """Give ``minmax8`` or ``pixels`` for whatever means them; anything else comes back plain.

    >>> scaling_word("Min-Max 8"), scaling_word("stretched"), scaling_word("px")
    ('minmax8', 'minmax8', 'pixels')
    """
    plain = re.sub(r"[\s_-]+", "", text.casefold())
    if plain in _STRETCHED_WORDS:
        return MINMAX8
    return PIXELS if plain in _PIXEL_WORDS else text.casefold().strip()


def read_ranges(text: str, channels: int) -> tuple[tuple[float, float], ...] | None:
    """Read one range for all channels, or one for each; None for what is no such thing.

    >>> read_ranges("-8:8", 2)
    ((-8.0, 8.0), (-8.0, 8.0))
    """
    found = []
    for part in text.split():
        low, _, high = part.partition(":")
        try:
            limits = (float(low), float(high))
        except ValueError:
            return None
        if not (limits[0] < limits[1] and all(map(math.isfinite, limits))):
            return None
        found.append(limits)
    if len(found) == 1:
        found *= channels
    return tuple(found) if len(found) == channels else None


def read_registered(text: str) -> bool | None:
    """Read yes or no; nothing is no, None for anything else."""
    plain = text.casefold().strip()
    if plain in {"", "no", "n", "0", "0.0", "false"}:
        return False
    return True if plain in {"yes", "y", "1", "1.0", "true"} else None
