"""The time stamps of a stream, read from its packets without decoding a picture."""

from dataclasses import dataclass
from fractions import Fraction
from itertools import islice

import av
import numpy as np
from av.container import InputContainer
from av.video.stream import VideoStream
from jaxtyping import Float

UNEVEN_SHARE = 0.1
"""A step this share off the median step makes a rate variable; phones jitter by less."""

ROUNDING_TICKS = 1.5
"""Steps that differ by at most this many clock ticks differ by rounding alone."""

_DENOMINATORS = 1001
"""Largest denominator of a rate: that of the NTSC family."""


@dataclass(frozen=True)
class StampScan:
    """Time stamps in the order of time, of all or the first packets of a stream."""

    ticks: tuple[int, ...]
    """Stamps in units of the stream's time base, sorted, each once."""

    repeated: int
    """Number of packets whose stamp another packet had too."""

    unstamped: int
    """Number of packets without any stamp."""

    discarded: int
    """Number of packets that the container says are not to be shown."""

    complete: bool
    """Whether the end of the stream was reached."""

    broken: bool
    """Whether demultiplexing ended with an error."""


def scan_stamps(container: InputContainer, stream: VideoStream, limit: int | None) -> StampScan:
    """Read the stamps of the first ``limit`` packets, or of all.

    Raises nothing: a file that breaks off is scanned up to there.
    """
    ticks: list[int] = []
    unstamped, discarded, broken, seen = 0, 0, False, 0
    try:
        for packet in islice(container.demux(stream), limit):
            if packet.size == 0:
                continue
            seen += 1
            stamp = packet.pts if packet.pts is not None else packet.dts
            if packet.is_discard:
                discarded += 1
            elif stamp is None:
                unstamped += 1
            else:
                ticks.append(stamp)
    except (av.FFmpegError, OSError):
        broken = True
    unique = tuple(sorted(set(ticks)))
    complete = not broken and (limit is None or seen < limit)
    return StampScan(unique, len(ticks) - len(unique), unstamped, discarded, complete, broken)


def measure_rate(
    times_s: Float[np.ndarray, " frame"], tick_s: float, nominal: Fraction | None
) -> tuple[Fraction, bool]:
    """Give the frame rate in 1/s and whether it is variable.

    The nominal rate is kept when the stamps bear it out within their rounding; else the rate is
    1 / median step.

    >>> measure_rate(np.arange(5) / 30, 1 / 15360, Fraction(30))
    (Fraction(30, 1), False)
    >>> measure_rate(np.array([0, 0.033, 0.067, 0.1, 0.2]), 1e-3, Fraction(25))
    (Fraction(30, 1), True)
    """
    steps_s = np.diff(times_s)
    if steps_s.size == 0:
        return nominal or Fraction(25), False
    median_s = float(np.median(steps_s))
    uneven_s = max(UNEVEN_SHARE * median_s, ROUNDING_TICKS * tick_s)
    variable = bool(np.any(np.abs(steps_s - median_s) > uneven_s))
    # The mean of the regular steps averages the rounding of coarse clocks out; the median keeps it.
    regular_s = float(steps_s[np.abs(steps_s - median_s) <= uneven_s].mean())
    if nominal and abs(regular_s * nominal - 1) <= 2 * tick_s / (regular_s * steps_s.size) + 1e-3:
        return nominal, variable
    return _nice_rate(1 / regular_s), variable


def _nice_rate(rate: float) -> Fraction:
    """Prefer a whole rate or one of the NTSC family, whichever is nearer; else a fraction."""
    whole = Fraction(round(rate))
    broadcast = Fraction(round(rate * 1.001) * 1000, _DENOMINATORS)
    nearest = min((whole, broadcast), key=lambda candidate: abs(rate - candidate))
    if nearest > 0 and abs(rate / nearest - 1) < 5e-3:  # noqa: PLR2004 - coarse clocks
        return nearest
    return Fraction(rate).limit_denominator(_DENOMINATORS)
