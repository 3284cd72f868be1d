"""Activation 0..1 against the scales of others: OpenFace's 0-5 and the letters A-E of FACS."""

import math

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
