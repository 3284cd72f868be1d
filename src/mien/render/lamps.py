"""What the kernels know about lamps: highlights, shadows, mirrored softboxes.

Everything here is inlined into the kernels that call it: a call between kernels would count the
references to every array that it passes, for every pixel.
"""

import typing

import numpy as np
from numba import njit


@njit(cache=True, nogil=True, inline="always")
@typing.no_type_check
def rise(low, high, value):  # noqa: ANN001, ANN201
    """Rise smoothly from 0 to 1 between low and high."""
    part = min(max((value - low) / (high - low), 0.0), 1.0)
    return part * part * (3.0 - 2.0 * part)


@njit(cache=True, nogil=True, inline="always")
@typing.no_type_check
def ggx(nh, alpha):  # noqa: ANN001, ANN201
    """Distribution of microfacet slopes (Trowbridge & Reitz 1975)."""
    square = alpha * alpha
    below = nh * nh * (square - 1.0) + 1.0
    return square / (np.pi * below * below)


@njit(cache=True, nogil=True, inline="always")
@typing.no_type_check
def fifth(value):  # noqa: ANN001, ANN201
    """Give the fifth power (Schlick 1994), which is cheaper written out."""
    square = value * value
    return square * square * value


@njit(cache=True, nogil=True, inline="always")
@typing.no_type_check
def _lit_tap(shadow, u, v, near, soft):  # noqa: ANN001, ANN202
    """Compare a nearness with the shadow map at one place: 1 lit, 0 in shadow."""
    side = shadow.shape[0]
    share = 1.0
    if u >= 0.0 and v >= 0.0 and u < side - 1.0 and v < side - 1.0:
        iu = int(u)
        iv = int(v)
        fu = u - iu
        top = shadow[iv, iu] + fu * (shadow[iv, iu + 1] - shadow[iv, iu])
        low = shadow[iv + 1, iu] + fu * (shadow[iv + 1, iu + 1] - shadow[iv + 1, iu])
        share = 1.0 - min(max((top + (v - iv) * (low - top) - near) / soft, 0.0), 1.0)
    return share


@njit(cache=True, nogil=True, inline="always")
@typing.no_type_check
def lit_share(shadow, frame, x, y, z):  # noqa: ANN001, ANN201
    """Share of the key light that reaches a point: up to 16 soft looks at the shadow map."""
    u = x * frame[0, 0] + y * frame[0, 1] + z * frame[0, 2] + frame[0, 3]
    v = x * frame[1, 0] + y * frame[1, 1] + z * frame[1, 2] + frame[1, 3]
    near = x * frame[2, 0] + y * frame[2, 1] + z * frame[2, 2] + frame[2, 3]
    step = frame[3, 0]
    soft = frame[3, 1]
    near += frame[3, 2]
    total = 0.0
    for j in range(0, 4, 3):  # the four outer corners tell whether the rest need asking
        for i in range(0, 4, 3):
            total += _lit_tap(shadow, u + (i - 1.5) * step, v + (j - 1.5) * step, near, soft)
    share = 0.25 * total
    if share > 0.0 and share < 1.0:
        for j in range(4):
            for i in range(4):
                if i in (1, 2) or j in (1, 2):
                    total += _lit_tap(
                        shadow, u + (i - 1.5) * step, v + (j - 1.5) * step, near, soft
                    )
        share = total / 16.0
    return share


@njit(cache=True, nogil=True, inline="always")
@typing.no_type_check
def softbox(lx, ly, lz, rx, ry, rz, half, edge):  # noqa: ANN001, ANN201, PLR0913, PLR0917
    """How much of a square softbox in direction l is seen in the mirrored direction r, 0..1.

    half: its half width as a tangent; edge: how soft its border is drawn.
    """
    wide = np.sqrt(lx * lx + lz * lz) + 1e-9
    across = (rx * lz - rz * lx) / wide
    above = ry - ly
    soft = min(edge, 2.0 * half)
    window = min(max((half + 0.5 * soft - abs(across)) / soft, 0.0), 1.0)
    window *= min(max((half * 1.25 + 0.5 * soft - abs(above)) / soft, 0.0), 1.0)
    return window if rx * lx + ry * ly + rz * lz > 0.0 else 0.0
