"""Activation 0..1 against the scales of others: OpenFace's 0-5 and the letters A-E of FACS."""

import math

from mien.core.errors import UsageError

OPENFACE_FULL = 5.0
"""OpenFace's intensity of a unit's full shape."""

TRACE_ACTIVATION = 0.1
"""Half of letter A: less is nearer to nothing than to the weakest letter."""

_LETTERS = "ABCDE"


def intensity_letter(activation: float) -> str:
    """Give the FACS letter nearest to an activation of 0..1; empty for less than half of A.

    A stands for 0.2, E for 1.0.

    >>> [intensity_letter(value) for value in (0.05, 0.1, 0.42, 1.0)]
    ['', 'A', 'B', 'E']
    """
    if math.isnan(activation) or activation < TRACE_ACTIVATION:
        return ""
    step = math.floor(activation * OPENFACE_FULL + 0.5)
    return _LETTERS[min(max(step, 1), len(_LETTERS)) - 1]


def letter_activation(letter: str) -> float:
    """Give the activation that a letter of FACS stands for.

    FACS leaves the letters' widths open (its manual draws C widest); they are evenly spaced here,
    as OpenFace's scale of 0 to 5 is.

    >>> [letter_activation(letter) for letter in "ABCDE"]
    [0.2, 0.4, 0.6, 0.8, 1.0]

    Raises:
        UsageError: not a letter from A to E.
    """
    if len(letter) != 1 or letter.upper() not in _LETTERS:
        msg = f"Expected a letter of FACS from A to E, but got {letter!r}."
        raise UsageError(msg)
    return (_LETTERS.index(letter.upper()) + 1) / OPENFACE_FULL
