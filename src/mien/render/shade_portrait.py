"""Portrait shading: every pixel is lit by itself, with skin, eyes and cloth each in their way."""

import typing

import numpy as np
from numba import njit

from mien.render.gather import MATERIALS, begin_pixel
from mien.render.material import EYE, SHIRT, SKIN, TEETH, TONGUE

_TURNED_AWAY = -0.45  # cosine below which the key light's shadow is not looked up

# Columns of the vertex attributes: normal (3), position (3), texel (2), tint (3), light of the
# room that arrives (1), gloss (1), wrinkle (1).
ATTRIBUTES = 14


@njit(cache=True, nogil=True)
@typing.no_type_check
def _ggx(nh, alpha):  # noqa: ANN001, ANN202
    """Distribution of microfacet slopes (Trowbridge & Reitz 1975)."""
    square = alpha * alpha
    below = nh * nh * (square - 1.0) + 1.0
    return square / (np.pi * below * below)


@njit(cache=True, nogil=True)
@typing.no_type_check
def _lit_tap(shadow, u, v, near, soft):  # noqa: ANN001, ANN202
    """Compare a nearness with the shadow map at one place: 1 lit, 0 in shadow."""
    side = shadow.shape[0]
    if u < 0.0 or v < 0.0 or u >= side - 1.0 or v >= side - 1.0:
        return 1.0
    iu = int(u)
    iv = int(v)
    fu = u - iu
    top = shadow[iv, iu] + fu * (shadow[iv, iu + 1] - shadow[iv, iu])
    low = shadow[iv + 1, iu] + fu * (shadow[iv + 1, iu + 1] - shadow[iv + 1, iu])
    return 1.0 - min(max((top + (v - iv) * (low - top) - near) / soft, 0.0), 1.0)


@njit(cache=True, nogil=True)
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
    if share in (0.0, 1.0):
        return share
    for j in range(4):
        for i in range(4):
            if i in (1, 2) or j in (1, 2):
                total += _lit_tap(shadow, u + (i - 1.5) * step, v + (j - 1.5) * step, near, soft)
    return total / 16.0


@njit(cache=True, nogil=True)
@typing.no_type_check
def _shade(kind, got, paint, scene, out):  # noqa: ANN001, ANN202, C901, PLR0912, PLR0915
    """Shade one point of one material into ``out``."""
    texture, scale = paint
    eye, up, lights, room, shadow, frame, mirror_edge = scene
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
    for channel in range(3):
        out[channel] = got[8 + channel] * (
            w00 * texture[iv, iu, channel]
            + w10 * texture[iv, iu + 1, channel]
            + w01 * texture[iv + 1, iu, channel]
            + w11 * texture[iv + 1, iu + 1, channel]
        )
    # Skin seen from the side falls together into few pixels: take its blurred colours.
    side_on = 1.0 / max(nx * vx + ny * vy + nz * vz, 0.05)
    blur = min(max((side_on - 1.6) / 3.0, 0.0), 1.0) if kind == SKIN else 0.0
    if blur > 0.0:
        for channel in range(3):
            far = got[8 + channel] * (
                w00 * texture[iv, iu, 5 + channel]
                + w10 * texture[iv, iu + 1, 5 + channel]
                + w01 * texture[iv + 1, iu, 5 + channel]
                + w11 * texture[iv + 1, iu + 1, 5 + channel]
            )
            out[channel] += blur * (far - out[channel])
    red = out[0]
    green = out[1]
    blue = out[2]

    bx = nx
    by = ny
    bz = nz
    if kind == SKIN:  # the relief of the skin bends the normal
        h0 = texture[iv, iu, 3] + got[13] * texture[iv, iu, 4]
        h1 = texture[iv, iu + 1, 3] + got[13] * texture[iv, iu + 1, 4]
        h2 = texture[iv + 1, iu, 3] + got[13] * texture[iv + 1, iu, 4]
        h3 = texture[iv + 1, iu + 1, 3] + got[13] * texture[iv + 1, iu + 1, 4]
        along = ((h1 - h0) * (1.0 - fv) + (h3 - h2) * fv) * scale * (1.0 - blur)
        down = ((h2 - h0) * (1.0 - fu) + (h3 - h1) * fu) * scale * (1.0 - blur)
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
        bx = nx - along * tx + down * sx
        by = ny - along * ty + down * sy
        bz = nz - along * tz + down * sz
        length = np.sqrt(bx * bx + by * by + bz * bz)
        bx /= length
        by /= length
        bz /= length
        # Valleys of wrinkles see less of the sky.
        hollow = got[13] * (w00 * texture[iv, iu, 4] + w10 * texture[iv, iu + 1, 4])
        hollow += got[13] * (w01 * texture[iv + 1, iu, 4] + w11 * texture[iv + 1, iu + 1, 4])
        open_sky *= min(max(1.0 + 1400.0 * hollow, 0.45), 1.1)

    wrap_red = 0.0
    wrap_green = 0.0
    wrap_blue = 0.0
    rough = 0.5
    rough_low = 0.3
    reflect = 0.0
    if kind == SKIN:
        wrap_red = 0.42
        wrap_green = 0.20
        wrap_blue = 0.13
        rough = 0.58
        rough_low = 0.36
        reflect = 0.030 * got[12]
    elif kind == SHIRT:
        wrap_red = wrap_green = wrap_blue = 0.12
        rough = 0.9
        rough_low = 0.9
        reflect = 0.012
    elif kind == TEETH:
        wrap_red = 0.4
        wrap_green = 0.34
        wrap_blue = 0.28
        rough = 0.28
        rough_low = 0.16
        reflect = 0.05 * got[12]
    elif kind == TONGUE:
        wrap_red = 0.5
        wrap_green = 0.25
        wrap_blue = 0.2
        rough = 0.35
        rough_low = 0.22
        reflect = 0.04 * got[12]
    else:
        wrap_red = 0.3
        wrap_green = 0.22
        wrap_blue = 0.2

    facing_eye = max(nx * vx + ny * vy + nz * vz, 0.0)
    grazing = (1.0 - facing_eye) ** 5
    rise = 0.5 + 0.5 * by
    sky_red = room[1, 0] + (room[0, 0] - room[1, 0]) * rise
    sky_green = room[1, 1] + (room[0, 1] - room[1, 1]) * rise
    sky_blue = room[1, 2] + (room[0, 2] - room[1, 2]) * rise
    # Light that bounces within a crease takes on the colour of the surface.
    shut = 1.0 - open_sky
    lit_red = sky_red * (open_sky + shut * open_sky * 0.9 * red)
    lit_green = sky_green * (open_sky + shut * open_sky * 0.9 * green)
    lit_blue = sky_blue * (open_sky + shut * open_sky * 0.9 * blue)
    shine_red = (reflect + reflect * grazing) * sky_red * open_sky
    shine_green = (reflect + reflect * grazing) * sky_green * open_sky
    shine_blue = (reflect + reflect * grazing) * sky_blue * open_sky

    for light in range(3):
        lx = lights[light, 0]
        ly = lights[light, 1]
        lz = lights[light, 2]
        facing = nx * lx + ny * ly + nz * lz
        bumped = bx * lx + by * ly + bz * lz
        arrives = 0.35 + 0.65 * open_sky
        if light == 0 and facing > _TURNED_AWAY:
            arrives = 0.55 + 0.45 * open_sky
            arrives *= lit_share(
                shadow, frame, got[3] + 0.0012 * nx, got[4] + 0.0012 * ny, got[5] + 0.0012 * nz
            )
        through = arrives
        if kind == SKIN:
            through = np.sqrt(arrives) * 0.35 + arrives * 0.65  # red light leaks into the shadow
        soft_red = 0.6 * facing + 0.4 * bumped
        soft_green = 0.3 * facing + 0.7 * bumped
        diffuse_red = max(0.0, (soft_red + wrap_red) / (1.0 + wrap_red))
        diffuse_green = max(0.0, (soft_green + wrap_green) / (1.0 + wrap_green))
        diffuse_blue = max(0.0, (bumped + wrap_blue) / (1.0 + wrap_blue))
        lit_red += lights[3 + light, 0] * diffuse_red ** (1.0 + 0.35 * wrap_red) * through
        lit_green += lights[3 + light, 1] * diffuse_green * arrives
        lit_blue += lights[3 + light, 2] * diffuse_blue * arrives
        if bumped <= 0.0:
            continue
        hx = lx + vx
        hy = ly + vy
        hz = lz + vz
        length = np.sqrt(hx * hx + hy * hy + hz * hz) + 1e-9
        nh = max((bx * hx + by * hy + bz * hz) / length, 0.0)
        lh = max((lx * hx + ly * hy + lz * hz) / length, 0.25)
        if kind == EYE:
            # A softbox mirrored in the tear film: a soft-edged square around the mirror direction.
            mirror = 2.0 * (nx * vx + ny * vy + nz * vz)
            rx = mirror * nx - vx
            ry = mirror * ny - vy
            rz = mirror * nz - vz
            side_x = lz
            side_z = -lx
            wide = np.sqrt(side_x * side_x + side_z * side_z) + 1e-9
            across = (rx * side_x + rz * side_z) / wide
            above = ry - ly
            ahead = rx * lx + ry * ly + rz * lz
            half = 0.185 if light == 0 else 0.125
            edge = min(mirror_edge, 2.0 * half)
            window = min(max((half + 0.5 * edge - abs(across)) / edge, 0.0), 1.0)
            window *= min(max((half * 1.25 + 0.5 * edge - abs(above)) / edge, 0.0), 1.0)
            if ahead > 0.0 and light <= 1:
                amount = window * (1.15 if light == 0 else 0.35) * min(1.0, arrives * 1.2)
                shine_red += lights[3 + light, 0] * amount
                shine_green += lights[3 + light, 1] * amount
                shine_blue += lights[3 + light, 2] * amount
            continue
        fresnel = reflect + (1.0 - reflect) * (1.0 - lh) ** 5 * min(reflect * 20.0, 1.0)
        lobe = 0.72 * _ggx(nh, rough * rough) + 0.28 * _ggx(nh, rough_low * rough_low)
        shine = lobe * fresnel * 0.25 / (lh * lh) * bumped * arrives * 3.14159
        shine_red += lights[3 + light, 0] * shine
        shine_green += lights[3 + light, 1] * shine
        shine_blue += lights[3 + light, 2] * shine
    if kind == EYE:
        wet = (0.02 + 0.25 * grazing) * open_sky
        shine_red += sky_red * wet
        shine_green += sky_green * wet
        shine_blue += sky_blue * wet
    out[0] = red * lit_red + shine_red
    out[1] = green * lit_green + shine_green
    out[2] = blue * lit_blue + shine_blue


@njit(cache=True, nogil=True)
@typing.no_type_check
def shade_portrait_rows(mesh, paint, samples, rows, seen, scene, canvas):  # noqa: ANN001, ANN201
    """Shade picture rows rows[0] <= row < rows[1]; once per pixel and material.

    mesh, seen: as :func:`mien.render.gather.gather` takes them. paint: texture, texels per metre.
    scene: place of the camera, the head's up, lights (6, 3), room (2, 3), shadow map and its
    frame, softness of what the eye mirrors.
    canvas: background, linear light, depth and cover, the last three to be filled.
    """
    linear = canvas[1]
    sums = np.zeros((MATERIALS, ATTRIBUTES + 1))
    out = np.zeros(3)
    for row in range(rows[0], rows[1]):
        for column in range(linear.shape[1]):
            begin_pixel(mesh, seen, samples, (row, column), sums, canvas)
            for kind in range(MATERIALS):
                if sums[kind, ATTRIBUTES] > 0.0:
                    _shade(kind, sums[kind], paint, scene, out)
                    for channel in range(3):
                        linear[row, column, channel] += sums[kind, ATTRIBUTES] * out[channel]
