"""Light on hair: thin cylinders with two highlights, one white and one of the hair's own colour.

The diffuse part is that of Kajiya & Kay (1989); the two highlights are shifted towards root and tip
as Marschner et al. (2003) measured them, in the form that Scheuermann (2004) draws.
"""

import typing

import numpy as np
from numba import njit

_WHITE_SHIFT, _OWN_SHIFT = -0.10, 0.14
"""Slope by which the highlights are moved along the hair."""

_WHITE, _OWN = 0.085, 0.8


@njit(cache=True, nogil=True, inline="always")
@typing.no_type_check
def light_point(strands, turn, lamps, room, eye, place, lit):  # noqa: ANN001, ANN201, PLR0915 - unrolled over three channels
    """Light one point of one strand; place: strand, point."""
    points, colour, outward, open_sky = strands
    strand, point = place
    last = points.shape[1] - 1
    a = max(point - 1, 0)
    b = min(point + 1, last)
    tx = points[strand, b, 0] - points[strand, a, 0]
    ty = points[strand, b, 1] - points[strand, a, 1]
    tz = points[strand, b, 2] - points[strand, a, 2]
    length = np.sqrt(tx * tx + ty * ty + tz * tz) + 1e-12
    tx /= length
    ty /= length
    tz /= length
    vx = eye[0] - points[strand, point, 0]
    vy = eye[1] - points[strand, point, 1]
    vz = eye[2] - points[strand, point, 2]
    length = np.sqrt(vx * vx + vy * vy + vz * vz)
    vx /= length
    vy /= length
    vz /= length
    rx = outward[strand, point, 0]
    ry = outward[strand, point, 1]
    rz = outward[strand, point, 2]
    ox = turn[0, 0] * rx + turn[0, 1] * ry + turn[0, 2] * rz
    oy = turn[1, 0] * rx + turn[1, 1] * ry + turn[1, 2] * rz
    oz = turn[2, 0] * rx + turn[2, 1] * ry + turn[2, 2] * rz
    sky = open_sky[strand, point]
    up = 0.5 + 0.5 * oy
    red = 0.8 * sky * (room[1, 0] + (room[0, 0] - room[1, 0]) * up)
    green = 0.8 * sky * (room[1, 1] + (room[0, 1] - room[1, 1]) * up)
    blue = 0.8 * sky * (room[1, 2] + (room[0, 2] - room[1, 2]) * up)
    white_red = 0.0
    white_green = 0.0
    white_blue = 0.0
    reach = 0.25 + 0.75 * sky
    for light in range(3):
        lx = lamps[light, 0]
        ly = lamps[light, 1]
        lz = lamps[light, 2]
        facing = (ox * lx + oy * ly + oz * lz + 0.3) / 1.3
        if facing <= 0.0:
            continue
        facing = min(facing, 1.0) * reach
        cosine = tx * lx + ty * ly + tz * lz
        across = np.sqrt(max(1.0 - cosine * cosine, 0.0))
        hx = lx + vx
        hy = ly + vy
        hz = lz + vz
        half = np.sqrt(hx * hx + hy * hy + hz * hz) + 1e-9
        lean = (tx * hx + ty * hy + tz * hz) / half
        one = lean + _WHITE_SHIFT
        two = lean + _OWN_SHIFT
        one = max(1.0 - one * one, 0.0)
        two = max(1.0 - two * two, 0.0)
        one = one * one
        one = one * one
        one = one * one  # sine to the 16th
        one = one * one * one
        two = two * two * two
        two = two * two  # sine to the 12th
        body = (0.72 * across + _OWN * two) * facing
        shine = _WHITE * one * facing
        red += lamps[3 + light, 0] * body
        green += lamps[3 + light, 1] * body
        blue += lamps[3 + light, 2] * body
        white_red += lamps[3 + light, 0] * shine
        white_green += lamps[3 + light, 1] * shine
        white_blue += lamps[3 + light, 2] * shine
    lit[strand, point, 0] = colour[strand, point, 0] * red + white_red
    lit[strand, point, 1] = colour[strand, point, 1] * green + white_green
    lit[strand, point, 2] = colour[strand, point, 2] * blue + white_blue


@njit(cache=True, nogil=True)
@typing.no_type_check
def light_hair(strands, turn, lamps, room, eye, lit):  # noqa: ANN001, ANN201
    """Fill ``lit`` with the light that every point of every strand sends to the eye.

    strands: points (strand, point, 3) as posed, colour, outward at rest, open sky (strand, point).
    turn: rotation of the head (3, 3). lamps: directions and colours (6, 3). room: light from above
    and below (2, 3). eye: (3,). lit: (strand, point, 3).
    """
    points = strands[0]
    for strand in range(points.shape[0]):
        for point in range(points.shape[1]):
            light_point(strands, turn, lamps, room, eye, (strand, point), lit)
