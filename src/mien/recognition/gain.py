"""How much of a movement dense flow returns, by action unit."""

from collections.abc import Mapping

_GAIN: Mapping[int, float] = {
    1: 0.76,
    2: 0.68,
    4: 0.87,
    5: 0.78,
    6: 0.87,
    7: 0.69,
    9: 0.80,
    10: 0.90,
    12: 0.93,
    14: 0.84,
    15: 0.84,
    16: 0.83,
    17: 0.86,
    18: 0.76,
    20: 0.84,
    23: 0.75,
    24: 0.85,
    25: 0.86,
    26: 0.89,
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
