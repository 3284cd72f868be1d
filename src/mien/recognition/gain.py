"""How much of a movement dense flow returns, by action unit."""

from collections.abc import Mapping

_GAIN: Mapping[int, float] = {
    1: 0.89,
    2: 0.82,
    4: 0.87,
    5: 0.91,
    6: 0.81,
    7: 0.34,
    9: 0.73,
    10: 0.86,
    12: 0.91,
    14: 0.47,
    15: 0.81,
    16: 0.83,
    17: 0.77,
    18: 0.73,
    20: 0.81,
    23: 0.80,
    24: 0.52,
    25: 0.89,
    26: 0.91,
}
"""Written by ``tools/measure_gain.py``: medians over the people of the basis, who differ by .1.
Dense flow smooths, so narrow movements (1, 2, 7, 23) come back most reduced."""


def flow_gain(au: int) -> float:
    """Measured over true activation of one unit that motion is read by.

    Measured with :mod:`mien.motion` on rendered pairs of people of the basis, with the noise of a
    sensor.

    Raises:
        KeyError: a unit that is not read by motion.

    >>> flow_gain(4)
    0.87
    """
    return _GAIN[au]
