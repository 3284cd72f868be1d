"""The eye: an iris seen through the cornea, a film of tears, the shadow of the lids.

Shapes are exact, not those of the mesh: the sclera is a sphere, the cornea a smaller one, so that
what they mirror has a clean outline.
"""

import typing

import numpy as np
from numba import njit

from mien.head.eye import CORNEA_CURVATURE, IRIS_DEPTH, LIMBUS
from mien.render.atlas import EYE_REACH_RAD, EYE_TEXELS, IRIS_REACH, IRIS_TEXELS
from mien.render.lamps import fifth, lit_share, rise, softbox
from mien.render.lids import lid_distances, lid_light

_CORNEA_CENTRE = np.sqrt(1 - LIMBUS**2) - CORNEA_CURVATURE * np.cos(
    np.arcsin(LIMBUS / CORNEA_CURVATURE)
)
_IRIS_PLANE = np.sqrt(1 - LIMBUS**2) - IRIS_DEPTH
_WATER = 1.0 / 1.336  # refraction from air into the aqueous humour
_TEAR_M, _TEAR_WIDTH_M = 0.00022, 0.00026  # middle and half width of the film along the lower lid
_PAINTED = 1.12  # radii of the iris within which it may be seen
_IRIS_EDGE = 0.98  # of its map
_BEHIND = -0.2  # lamps further behind the face are not mirrored in the eye
_EYE_MIDDLE = 0.5 * (EYE_TEXELS - 1)
_IRIS_MIDDLE = 0.5 * (IRIS_TEXELS - 1)


@njit(cache=True, nogil=True, inline="always")
@typing.no_type_check
def _look_up(texture, row, column, out):  # noqa: ANN001, ANN202
    iu = int(column)
    iv = int(row)
    fu = column - iu
    fv = row - iv
    for channel in range(3):
        top = texture[iv, iu, channel] * (1.0 - fu) + texture[iv, iu + 1, channel] * fu
        low = texture[iv + 1, iu, channel] * (1.0 - fu) + texture[iv + 1, iu + 1, channel] * fu
        out[channel] = top * (1.0 - fv) + low * fv


@njit(cache=True, nogil=True, inline="always")
@typing.no_type_check
def shade_eye(got, texture, scene, eyes, out):  # noqa: ANN001, ANN201, PLR0915
    """Shade one point of an eyeball into ``out``.

    eyes: frames (eye, 4, 3) with centre and axes of each eyeball, its radius, first texels of the
    maps of eye and iris (2, 2), axes of the head to its left and up (2, 3), heights of the lids
    (eye, 2, sample), their ends (eye, 2), width of a pixel in metres.
    """
    eye, _, lights, room, shadow, frame = scene
    frames, radius, maps, head, heights, ends, pixel = eyes
    away0 = abs(got[3] - frames[0, 0, 0])
    away1 = abs(got[3] - frames[1, 0, 0])
    which = 0 if away0 < away1 else 1
    dx = got[3] - frames[which, 0, 0]
    dy = got[4] - frames[which, 0, 1]
    dz = got[5] - frames[which, 0, 2]
    vx = eye[0] - got[3]
    vy = eye[1] - got[4]
    vz = eye[2] - got[5]
    length = np.sqrt(vx * vx + vy * vy + vz * vz)
    vx /= length
    vy /= length
    vz /= length
    # The point and the view in the eyeball's own frame, in radii.
    x = (dx * frames[which, 1, 0] + dy * frames[which, 1, 1] + dz * frames[which, 1, 2]) / radius
    y = (dx * frames[which, 2, 0] + dy * frames[which, 2, 1] + dz * frames[which, 2, 2]) / radius
    z = (dx * frames[which, 3, 0] + dy * frames[which, 3, 1] + dz * frames[which, 3, 2]) / radius
    ex = vx * frames[which, 1, 0] + vy * frames[which, 1, 1] + vz * frames[which, 1, 2]
    ey = vx * frames[which, 2, 0] + vy * frames[which, 2, 1] + vz * frames[which, 2, 2]
    ez = vx * frames[which, 3, 0] + vy * frames[which, 3, 1] + vz * frames[which, 3, 2]
    radial = np.sqrt(x * x + y * y)
    share = radial / LIMBUS
    clear = rise(1.10, 0.90, share) if z > 0.0 else 0.0  # how far the surface is cornea
    ax = x
    ay = y
    az = z - clear * _CORNEA_CENTRE
    length = np.sqrt(ax * ax + ay * ay + az * az) + 1e-9
    ax /= length
    ay /= length
    az /= length
    nx = ax * frames[which, 1, 0] + ay * frames[which, 2, 0] + az * frames[which, 3, 0]
    ny = ax * frames[which, 1, 1] + ay * frames[which, 2, 1] + az * frames[which, 3, 1]
    nz = ax * frames[which, 1, 2] + ay * frames[which, 2, 2] + az * frames[which, 3, 2]

    across = got[3] * head[0, 0] + got[4] * head[0, 1] + got[5] * head[0, 2]
    height = got[3] * head[1, 0] + got[4] * head[1, 1] + got[5] * head[1, 2]
    above, below, left, right = lid_distances(heights[which], ends[which], across, height)
    nose = left if which == 0 else right  # from the corner at the nose
    open_sky = lid_light(above, below, left, right)

    # Sclera: yellower and redder towards the corners, grey where it turns away.
    polar = np.arctan2(radial, z)
    spread = polar / EYE_REACH_RAD * (0.5 * EYE_TEXELS - 1.0) / max(radial, 1e-6)
    _look_up(
        texture,
        min(max(maps[0, 0] + _EYE_MIDDLE - y * spread, 0.0), texture.shape[0] - 2.001),
        min(max(maps[0, 1] + _EYE_MIDDLE + x * spread, 0.0), texture.shape[1] - 2.001),
        out,
    )
    corner = rise(0.0045, 0.0002, min(left, 1.6 * right) if which == 0 else min(1.6 * left, right))
    red = out[0] * (1.0 - 0.16 * corner)
    green = out[1] * (1.0 - 0.34 * corner)
    blue = out[2] * (1.0 - 0.38 * corner)
    flesh = rise(0.0031, 0.0014, nose - 0.25 * abs(above - below))  # caruncle and its fold
    if flesh > 0.0:
        grain = 1.0 + 0.10 * np.sin(2600.0 * across) * np.sin(3100.0 * height)
        red += flesh * (0.44 * grain - red)
        green += flesh * (0.185 * grain - green)
        blue += flesh * (0.16 * grain - blue)
    inside = 0.0
    caustic = 0.0
    if share < _PAINTED and z > 0.0:
        # Into the cornea and on to the plane of the iris.
        cosine = ax * ex + ay * ey + az * ez
        bend = 1.0 - _WATER * _WATER * (1.0 - cosine * cosine)
        along = _WATER * cosine - np.sqrt(max(bend, 0.0))
        ix = -_WATER * ex + along * ax
        iy = -_WATER * ey + along * ay
        iz = -_WATER * ez + along * az
        way = (_IRIS_PLANE - z) / min(iz, -0.15)
        hit_x = x + max(way, 0.0) * ix
        hit_y = y + max(way, 0.0) * iy
        reach = (0.5 * IRIS_TEXELS - 1.0) / (IRIS_REACH * LIMBUS)
        place = np.sqrt(hit_x * hit_x + hit_y * hit_y) / (LIMBUS * IRIS_REACH)
        if place > _IRIS_EDGE:
            hit_x *= _IRIS_EDGE / place
            hit_y *= _IRIS_EDGE / place
        _look_up(
            texture,
            maps[1, 0] + _IRIS_MIDDLE - hit_y * reach,
            maps[1, 1] + _IRIS_MIDDLE + hit_x * reach,
            out,
        )
        soft = 0.05 + 0.35 * pixel / (LIMBUS * radius)
        inside = rise(1.0 + soft, 1.0 - soft, share)
        red += inside * (out[0] - red)
        green += inside * (out[1] - green)
        blue += inside * (out[2] - blue)
        caustic = inside
        hit_x /= LIMBUS
        hit_y /= LIMBUS
    else:
        hit_x = 0.0
        hit_y = 0.0

    facing_eye = max(nx * vx + ny * vy + nz * vz, 0.0)
    level = 0.5 + 0.5 * ny
    lit_red = (room[1, 0] + (room[0, 0] - room[1, 0]) * level) * open_sky
    lit_green = (room[1, 1] + (room[0, 1] - room[1, 1]) * level) * open_sky
    lit_blue = (room[1, 2] + (room[0, 2] - room[1, 2]) * level) * open_sky
    twice = 2.0 * (nx * vx + ny * vy + nz * vz)
    rx = twice * nx - vx
    ry = twice * ny - vy
    rz = twice * nz - vz
    # The room in the film of tears; the lids cover what comes from above and below.
    mirror = 0.02 + 0.5 * fifth(1.0 - facing_eye)
    mirror *= (0.25 + 0.75 * open_sky) * (1.0 - 0.6 * rise(0.0, 0.9, ry))
    level = 0.5 + 0.5 * ry
    shine_red = mirror * (room[1, 0] + (room[0, 0] - room[1, 0]) * level) * 1.3
    shine_green = mirror * (room[1, 1] + (room[0, 1] - room[1, 1]) * level) * 1.3
    shine_blue = mirror * (room[1, 2] + (room[0, 2] - room[1, 2]) * level) * 1.3
    # Tears stand along the lower lid in a fillet that mirrors every lamp somewhere.
    width = max(_TEAR_WIDTH_M, 0.75 * pixel)
    tear = (below - _TEAR_M) / width
    tear = (_TEAR_WIDTH_M / width) * np.exp(-tear * tear) * rise(0.0004, 0.0030, min(left, right))
    wet = tear * 0.34 + flesh * 0.10 * rise(0.4, 0.9, nz)
    edge = 0.05 + 154.0 * pixel  # what the cornea mirrors turns by twice the slope between pixels
    for light in range(3):
        lx = lights[light, 0]
        ly = lights[light, 1]
        lz = lights[light, 2]
        facing = nx * lx + ny * ly + nz * lz
        arrives = open_sky
        if light == 0:
            arrives *= 0.25 + 0.75 * lit_share(
                shadow, frame, got[3] + 0.002 * nx, got[4] + 0.002 * ny, got[5] + 0.002 * nz
            )
        lamp_red = lights[3 + light, 0]
        lamp_green = lights[3 + light, 1]
        lamp_blue = lights[3 + light, 2]
        lit = max(0.0, (facing + 0.22) / 1.22) * arrives
        if caustic > 0.0:
            # The cornea gathers light on the side of the iris that is away from the lamp.
            on_x = lx * frames[which, 1, 0] + ly * frames[which, 1, 1] + lz * frames[which, 1, 2]
            on_y = lx * frames[which, 2, 0] + ly * frames[which, 2, 1] + lz * frames[which, 2, 2]
            lit *= 1.0 + caustic * (0.10 - 0.75 * (hit_x * on_x + hit_y * on_y))
        lit_red += lamp_red * (lit + 0.10 * max(0.0, 0.3 - facing) * (1.0 - inside) * arrives)
        lit_green += lamp_green * lit
        lit_blue += lamp_blue * lit
        if lz <= _BEHIND:
            continue
        if light <= 1:
            window = softbox(lx, ly, lz, rx, ry, rz, 0.185 if light == 0 else 0.125, edge)
            # A mirrored lamp is cut off by the lid, not dimmed by its shadow.
            window *= rise(-0.0002, 0.0010 + pixel, above) * rise(-0.0002, 0.0004 + pixel, below)
            window *= (1.25 if light == 0 else 0.35) * (0.45 + 0.55 * min(1.0, 1.3 * arrives))
            shine_red += lamp_red * window
            shine_green += lamp_green * window
            shine_blue += lamp_blue * window
        fillet = wet * (0.35 + 0.65 * max(0.0, facing)) * (0.4 + 0.6 * arrives)
        shine_red += lamp_red * fillet
        shine_green += lamp_green * fillet
        shine_blue += lamp_blue * fillet
    out[0] = red * lit_red + shine_red
    out[1] = green * lit_green + shine_green
    out[2] = blue * lit_blue + shine_blue
