"""Teeth and tongue: wet surfaces in the light that falls through the lips."""

import typing

import numpy as np
from numba import njit

from mien.render.lamps import fifth, ggx, lit_share, softbox
from mien.render.material import TEETH


@njit(cache=True, nogil=True, inline="always")
@typing.no_type_check
def shade_wet(kind, got, paint, scene, out):  # noqa: ANN001, ANN201, PLR0915
    """Shade one point of a tooth or the tongue into ``out``."""
    texture = paint[0]
    eye, up, lights, room, shadow, frame = scene
    length = np.sqrt(got[0] * got[0] + got[1] * got[1] + got[2] * got[2]) + 1e-12
    nx = got[0] / length
    ny = got[1] / length
    nz = got[2] / length
    vx = eye[0] - got[3]
    vy = eye[1] - got[4]
    vz = eye[2] - got[5]
    length = np.sqrt(vx * vx + vy * vy + vz * vz)
    vx /= length
    vy /= length
    vz /= length
    u = min(max(got[6], 1.0), texture.shape[1] - 2.001)
    v = min(max(got[7], 1.0), texture.shape[0] - 2.001)
    iu = int(u)
    iv = int(v)
    fu = u - iu
    fv = v - iv
    for channel in range(3):
        top = texture[iv, iu, channel] * (1.0 - fu) + texture[iv, iu + 1, channel] * fu
        low = texture[iv + 1, iu, channel] * (1.0 - fu) + texture[iv + 1, iu + 1, channel] * fu
        out[channel] = got[8 + channel] * (top * (1.0 - fv) + low * fv)
    # The relief is given as slopes: heights over texels of differing size would not do.
    along = texture[iv, iu, 3] * (1.0 - fu) + texture[iv, iu + 1, 3] * fu
    down = texture[iv, iu, 4] * (1.0 - fv) + texture[iv + 1, iu, 4] * fv
    tx = up[1] * nz - up[2] * ny
    ty = up[2] * nx - up[0] * nz
    tz = up[0] * ny - up[1] * nx
    length = np.sqrt(tx * tx + ty * ty + tz * tz) + 1e-6
    tx /= length
    ty /= length
    tz /= length
    bx = nx - along * tx + down * (ny * tz - nz * ty)
    by = ny - along * ty + down * (nz * tx - nx * tz)
    bz = nz - along * tz + down * (nx * ty - ny * tx)
    length = np.sqrt(bx * bx + by * by + bz * bz)
    bx /= length
    by /= length
    bz /= length

    open_sky = got[11]
    tooth = kind == TEETH
    wrap_red = 0.42 if tooth else 0.5
    wrap_green = 0.38 if tooth else 0.25
    wrap_blue = 0.34 if tooth else 0.2
    reflect = (0.045 if tooth else 0.035) * got[12]
    rough = 0.24 if tooth else 0.36
    facing_eye = max(bx * vx + by * vy + bz * vz, 0.0)
    level = 0.5 + 0.5 * by
    lit_red = (room[1, 0] + (room[0, 0] - room[1, 0]) * level) * open_sky
    lit_green = (room[1, 1] + (room[0, 1] - room[1, 1]) * level) * open_sky
    lit_blue = (room[1, 2] + (room[0, 2] - room[1, 2]) * level) * open_sky
    mirrored = (reflect + 0.5 * fifth(1.0 - facing_eye)) * open_sky
    shine_red = mirrored * room[0, 0]
    shine_green = mirrored * room[0, 1]
    shine_blue = mirrored * room[0, 2]
    twice = 2.0 * (bx * vx + by * vy + bz * vz)
    rx = twice * bx - vx
    ry = twice * by - vy
    rz = twice * bz - vz
    for light in range(3):
        lx = lights[light, 0]
        ly = lights[light, 1]
        lz = lights[light, 2]
        facing = bx * lx + by * ly + bz * lz
        arrives = open_sky
        if light == 0:
            # Lips let some light through, and throw more of it at the teeth.
            share = lit_share(
                shadow, frame, got[3] + 0.002 * nx, got[4] + 0.002 * ny, got[5] + 0.002 * nz
            )
            arrives *= (0.72 if tooth else 0.5) + (0.28 if tooth else 0.5) * share
        lamp_red = lights[3 + light, 0] * arrives
        lamp_green = lights[3 + light, 1] * arrives
        lamp_blue = lights[3 + light, 2] * arrives
        lit_red += lamp_red * max(0.0, (facing + wrap_red) / (1.0 + wrap_red))
        lit_green += lamp_green * max(0.0, (facing + wrap_green) / (1.0 + wrap_green))
        lit_blue += lamp_blue * max(0.0, (facing + wrap_blue) / (1.0 + wrap_blue))
        if facing <= 0.0:
            continue
        hx = lx + vx
        hy = ly + vy
        hz = lz + vz
        length = np.sqrt(hx * hx + hy * hy + hz * hz) + 1e-9
        nh = max((bx * hx + by * hy + bz * hz) / length, 0.0)
        lh = max((lx * hx + ly * hy + lz * hz) / length, 0.25)
        fresnel = reflect + (1.0 - reflect) * fifth(1.0 - lh)
        shine = ggx(nh, rough * rough) * fresnel * 0.7854 / (lh * lh) * facing
        shine = min(shine, 1.6) + 0.25 * softbox(lx, ly, lz, rx, ry, rz, 0.16, 0.12)
        shine_red += lamp_red * shine
        shine_green += lamp_green * shine
        shine_blue += lamp_blue * shine
    out[0] = out[0] * lit_red + shine_red
    out[1] = out[1] * lit_green + shine_green
    out[2] = out[2] * lit_blue + shine_blue
