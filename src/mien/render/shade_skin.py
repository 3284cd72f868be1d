"""Skin, lips and cloth: light that scatters under the surface, an oily sheen, fine hair."""

import typing

import numpy as np
from numba import njit

from mien.render.lamps import fifth, ggx, lit_share
from mien.render.material import SKIN

_SEEN = 0.004  # what is less is left out
_UNLIT = -0.62  # cosine below which a lamp adds nothing
_TURNED_AWAY = -0.45  # cosine below which the key light's shadow is not looked up

# Columns of the vertex attributes, here and in the other shaders: normal (3), position (3),
# texel (2), tint (3), light of the room that arrives (1), gloss (1), depth of the folds (2),
# how thin the flesh is (1).
NORMAL, POSITION, TEXEL, TINT, OPEN, GLOSS, FOLDS, THIN = 0, 3, 6, 8, 11, 12, 13, 15
ATTRIBUTES = 16


@njit(cache=True, nogil=True, inline="always")
@typing.no_type_check
def shade_skin(kind, got, paint, scene, out):  # noqa: ANN001, ANN201, C901, PLR0915
    """Shade one point of skin or cloth into ``out``.

    paint: texture, texels per metre, look of the skin (share of scattered light, sheen, fuzz).
    """
    texture, scale, look = paint
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
    open_sky = got[11]
    gloss = got[12]

    u = min(max(got[6], 1.0), texture.shape[1] - 2.001)
    v = min(max(got[7], 1.0), texture.shape[0] - 2.001)
    iu = int(u)
    iv = int(v)
    fu = u - iu
    fv = v - iv
    w00 = (1.0 - fu) * (1.0 - fv)
    w10 = fu * (1.0 - fv)
    w01 = (1.0 - fu) * fv
    w11 = fu * fv
    red = w00 * texture[iv, iu, 0] + w10 * texture[iv, iu + 1, 0]
    red += w01 * texture[iv + 1, iu, 0] + w11 * texture[iv + 1, iu + 1, 0]
    green = w00 * texture[iv, iu, 1] + w10 * texture[iv, iu + 1, 1]
    green += w01 * texture[iv + 1, iu, 1] + w11 * texture[iv + 1, iu + 1, 1]
    blue = w00 * texture[iv, iu, 2] + w10 * texture[iv, iu + 1, 2]
    blue += w01 * texture[iv + 1, iu, 2] + w11 * texture[iv + 1, iu + 1, 2]
    facing_eye = max(nx * vx + ny * vy + nz * vz, 0.0)

    wrap_red = 0.12
    wrap_green = 0.12
    wrap_blue = 0.12
    rough = 0.9
    rough_low = 0.9
    reflect = 0.012
    fuzz = 0.0
    thin = 0.0
    along = 0.0  # slope of pores and fine lines, which scattered light smooths away
    down = 0.0
    fold_along = 0.0  # slope of folds, which it does not
    fold_down = 0.0
    tx = 1.0
    ty = 0.0
    tz = 0.0
    sx = 0.0
    sy = 1.0
    sz = 0.0
    if kind == SKIN:
        # Skin seen from the side falls together into few pixels: take its blurred colours.
        blur = min(max((1.0 / max(facing_eye, 0.05) - 1.6) / 3.0, 0.0), 1.0)
        if blur > 0.0:
            far = w00 * texture[iv, iu, 5] + w10 * texture[iv, iu + 1, 5]
            far += w01 * texture[iv + 1, iu, 5] + w11 * texture[iv + 1, iu + 1, 5]
            red += blur * (far - red)
            far = w00 * texture[iv, iu, 6] + w10 * texture[iv, iu + 1, 6]
            far += w01 * texture[iv + 1, iu, 6] + w11 * texture[iv + 1, iu + 1, 6]
            green += blur * (far - green)
            far = w00 * texture[iv, iu, 7] + w10 * texture[iv, iu + 1, 7]
            far += w01 * texture[iv + 1, iu, 7] + w11 * texture[iv + 1, iu + 1, 7]
            blue += blur * (far - blue)
        slope = scale * (1.0 - blur)
        h0 = texture[iv, iu, 3]
        h1 = texture[iv, iu + 1, 3]
        h2 = texture[iv + 1, iu, 3]
        h3 = texture[iv + 1, iu + 1, 3]
        along = ((h1 - h0) * (1.0 - fv) + (h3 - h2) * fv) * slope
        down = ((h2 - h0) * (1.0 - fu) + (h3 - h1) * fu) * slope
        first = got[13]
        second = got[14]
        if first > _SEEN or second > _SEEN:
            h0 = first * texture[iv, iu, 4] + second * texture[iv, iu, 8]
            h1 = first * texture[iv, iu + 1, 4] + second * texture[iv, iu + 1, 8]
            h2 = first * texture[iv + 1, iu, 4] + second * texture[iv + 1, iu, 8]
            h3 = first * texture[iv + 1, iu + 1, 4] + second * texture[iv + 1, iu + 1, 8]
            fold_along = ((h1 - h0) * (1.0 - fv) + (h3 - h2) * fv) * slope
            fold_down = ((h2 - h0) * (1.0 - fu) + (h3 - h1) * fu) * slope
            # Valleys of folds see less of the sky.
            hollow = w00 * h0 + w10 * h1 + w01 * h2 + w11 * h3
            open_sky *= min(max(1.0 + 750.0 * hollow, 0.5), 1.06)
        tx = up[1] * nz - up[2] * ny
        ty = up[2] * nx - up[0] * nz
        tz = up[0] * ny - up[1] * nx
        length = np.sqrt(tx * tx + ty * ty + tz * tz) + 1e-6
        tx /= length
        ty /= length
        tz /= length
        sx = ny * tz - nz * ty
        sy = nz * tx - nx * tz
        sz = nx * ty - ny * tx
        wet = min(max((gloss - 1.4) * 1.1, 0.0), 1.0)
        wrap_red = 0.44 * look[0]
        wrap_green = 0.20 * look[0]
        wrap_blue = 0.12 * look[0]
        rough = 0.60 - 0.20 * wet
        rough_low = 0.37 - 0.13 * wet
        reflect = 0.028 * gloss * look[1]
        fuzz = look[2] * (1.0 - wet)
        thin = got[15]
    red *= got[8]
    green *= got[9]
    blue *= got[10]

    bx = nx - (along + fold_along) * tx + (down + fold_down) * sx
    by = ny - (along + fold_along) * ty + (down + fold_down) * sy
    bz = nz - (along + fold_along) * tz + (down + fold_down) * sz
    length = np.sqrt(bx * bx + by * by + bz * bz)
    bx /= length
    by /= length
    bz /= length

    shallow = fifth(1.0 - facing_eye)
    level = 0.5 + 0.5 * by
    sky_red = room[1, 0] + (room[0, 0] - room[1, 0]) * level
    sky_green = room[1, 1] + (room[0, 1] - room[1, 1]) * level
    sky_blue = room[1, 2] + (room[0, 2] - room[1, 2]) * level
    # Light that bounces within a crease takes on the colour of the surface.
    shut = (1.0 - open_sky) * open_sky * 1.15
    lit_red = sky_red * (open_sky + shut * red)
    lit_green = sky_green * (open_sky + shut * green)
    lit_blue = sky_blue * (open_sky + shut * blue)
    mirrored = (reflect + 2.0 * reflect * shallow) * open_sky
    shine_red = mirrored * sky_red
    shine_green = mirrored * sky_green
    shine_blue = mirrored * sky_blue
    # Fine hair catches light at the silhouette (asperity scattering).
    veil = fuzz * (1.0 - facing_eye) * (1.0 - facing_eye) * (1.0 - facing_eye)
    square = rough * rough
    square_low = rough_low * rough_low

    for light in range(3):
        lx = lights[light, 0]
        ly = lights[light, 1]
        lz = lights[light, 2]
        facing = nx * lx + ny * ly + nz * lz
        glow = 0.0
        if thin > _SEEN:
            glow = thin * min(max(0.55 - facing, 0.0), 1.0)
        if facing < _UNLIT and glow == 0.0:
            continue
        on_along = tx * lx + ty * ly + tz * lz
        on_down = sx * lx + sy * ly + sz * lz
        pores = down * on_down - along * on_along
        folds = fold_down * on_down - fold_along * on_along
        arrives = 0.35 + 0.65 * open_sky
        if light == 0 and facing > _TURNED_AWAY:
            arrives = 0.5 + 0.5 * open_sky
            arrives *= lit_share(
                shadow, frame, got[3] + 0.0012 * nx, got[4] + 0.0012 * ny, got[5] + 0.0012 * nz
            )
        through = arrives
        if kind == SKIN:
            # Red light leaks into the shadow.
            through = np.sqrt(arrives) * 0.35 * look[0] + arrives * (1.0 - 0.35 * look[0])
        soft_red = (facing + 0.30 * pores + 0.85 * folds + wrap_red) / (1.0 + wrap_red)
        soft_green = (facing + 0.62 * pores + 0.95 * folds + wrap_green) / (1.0 + wrap_green)
        soft_blue = (facing + 0.80 * pores + folds + wrap_blue) / (1.0 + wrap_blue)
        soft_red = max(soft_red, 0.0)
        soft_red *= 0.80 + 0.20 * soft_red
        lamp_red = lights[3 + light, 0]
        lamp_green = lights[3 + light, 1]
        lamp_blue = lights[3 + light, 2]
        lit_red += lamp_red * (soft_red * through + 0.55 * glow)
        lit_green += lamp_green * (max(soft_green, 0.0) * arrives + 0.10 * glow)
        lit_blue += lamp_blue * (max(soft_blue, 0.0) * arrives + 0.05 * glow)
        if veil > _SEEN:
            haze = veil * min(max(facing * 0.6 + 0.5, 0.0), 1.0) * arrives
            shine_red += lamp_red * haze
            shine_green += lamp_green * haze
            shine_blue += lamp_blue * haze
        bumped = bx * lx + by * ly + bz * lz
        if bumped <= 0.0:
            continue
        hx = lx + vx
        hy = ly + vy
        hz = lz + vz
        length = np.sqrt(hx * hx + hy * hy + hz * hz) + 1e-9
        nh = max((bx * hx + by * hy + bz * hz) / length, 0.0)
        lh = max((lx * hx + ly * hy + lz * hz) / length, 0.25)
        fresnel = reflect + (1.0 - reflect) * fifth(1.0 - lh) * min(reflect * 20.0, 1.0)
        lobe = 0.70 * ggx(nh, square) + 0.30 * ggx(nh, square_low)
        shine = lobe * fresnel * 0.7854 / (lh * lh) * bumped * arrives
        shine_red += lamp_red * shine
        shine_green += lamp_green * shine
        shine_blue += lamp_blue * shine
    out[0] = red * lit_red + shine_red
    out[1] = green * lit_green + shine_green
    out[2] = blue * lit_blue + shine_blue
