"""Fast shading: light at the vertices, texture at the pixels."""

import typing

import numpy as np
from numba import njit

from mien.render.raster import stagger, weights_at

# Columns of the vertex attributes: light on white (3), gloss, texel x, texel y, blur.
ATTRIBUTES = 7


@njit(cache=True, nogil=True)
@typing.no_type_check
def light_vertices(vertices, normals, eye, lights, room, surface, occlusion, attributes):  # noqa: ANN001, ANN201, PLR0913
    """Fill the columns of ``attributes`` that depend on light and view.

    surface: (vertex, 6) tint (3), wrap of the light, gloss, sharpness of the gloss.
    """
    for vertex in range(vertices.shape[0]):
        nx = normals[vertex, 0]
        ny = normals[vertex, 1]
        nz = normals[vertex, 2]
        vx = eye[0] - vertices[vertex, 0]
        vy = eye[1] - vertices[vertex, 1]
        vz = eye[2] - vertices[vertex, 2]
        length = np.sqrt(vx * vx + vy * vy + vz * vz)
        vx /= length
        vy /= length
        vz /= length
        open_sky = occlusion[vertex]
        up = 0.5 + 0.5 * ny
        red = (room[1, 0] + (room[0, 0] - room[1, 0]) * up) * open_sky
        green = (room[1, 1] + (room[0, 1] - room[1, 1]) * up) * open_sky
        blue = (room[1, 2] + (room[0, 2] - room[1, 2]) * up) * open_sky
        gloss = 0.0
        wrap = surface[vertex, 3]
        shade = 0.25 + 0.75 * open_sky
        for light in range(3):
            lx = lights[light, 0]
            ly = lights[light, 1]
            lz = lights[light, 2]
            facing = nx * lx + ny * ly + nz * lz
            lit = max(0.0, (facing + wrap) / (1.0 + wrap))
            lit = lit * shade
            # Light that has gone through skin comes out red where it fades.
            fade = lit * (1.0 + wrap * max(0.0, 0.5 - facing))
            red += lights[3 + light, 0] * fade
            green += lights[3 + light, 1] * lit
            blue += lights[3 + light, 2] * lit
            if facing > 0.0:
                hx = lx + vx
                hy = ly + vy
                hz = lz + vz
                half = (nx * hx + ny * hy + nz * hz) / np.sqrt(hx * hx + hy * hy + hz * hz)
                if half > 0.0:
                    power = half ** surface[vertex, 5]
                    gloss += lights[3 + light, 1] * power * min(1.0, 4.0 * facing)
        attributes[vertex, 0] = red * surface[vertex, 0]
        attributes[vertex, 1] = green * surface[vertex, 1]
        attributes[vertex, 2] = blue * surface[vertex, 2]
        attributes[vertex, 3] = gloss * surface[vertex, 4] * open_sky
        seen = nx * vx + ny * vy + nz * vz
        attributes[vertex, 6] = min(max((1.0 / max(seen, 0.05) - 1.6) / 3.0, 0.0), 1.0)


@njit(cache=True, nogil=True)
@typing.no_type_check
def shade_rows(  # noqa: ANN201, C901, PLR0912, PLR0913, PLR0915
    screen,  # noqa: ANN001
    triangles,  # noqa: ANN001
    material,  # noqa: ANN001
    attributes,  # noqa: ANN001
    texture,  # noqa: ANN001
    samples,  # noqa: ANN001
    rows,  # noqa: ANN001
    ids,  # noqa: ANN001
    nearness,  # noqa: ANN001
    background,  # noqa: ANN001
    linear,  # noqa: ANN001
    depth,  # noqa: ANN001
    cover_of,  # noqa: ANN001
):
    """Shade picture rows rows[0] <= row < rows[1]; one texture look-up per pixel and material."""
    offset = stagger(samples)
    materials = 5
    width = linear.shape[1]
    each = 1.0 / (samples * samples)
    sums = np.zeros((materials, 8))
    for row in range(rows[0], rows[1]):
        for column in range(width):
            top = row * samples
            left = column * samples
            first = ids[top, left]
            same = True
            far = 0.0
            covered = 0.0
            for y in range(samples):
                for x in range(samples):
                    if ids[top + y, left + x] != first:
                        same = False
                    near = nearness[top + y, left + x]
                    if near > 0.0:
                        far += 1.0 / near
                        covered += 1.0
            cover_of[row, column] = covered * each
            depth[row, column] = far / covered if covered > 0.0 else 0.0
            if same and first < 0:
                for channel in range(3):
                    linear[row, column, channel] = background[row, channel]
                continue
            for kind in range(materials):
                sums[kind, 7] = 0.0
            count = 1 if same else samples * samples
            empty = 0.0
            for sample in range(count):
                y = sample // samples
                x = sample % samples
                triangle = ids[top + y, left + x]
                if triangle < 0:
                    empty += each
                    continue
                px = float(column)
                py = float(row)
                if not same:
                    sx = left + x
                    sy = top + y
                    px = (sx + (offset if sy & 1 else -offset) + 0.5) / samples - 0.5
                    py = (sy + (-offset if sx & 1 else offset) + 0.5) / samples - 0.5
                a = triangles[triangle, 0]
                b = triangles[triangle, 1]
                c = triangles[triangle, 2]
                wb, wc = weights_at(screen, a, b, c, px, py)
                wa = 1.0 - wb - wc
                kind = material[triangle]
                if sums[kind, 7] == 0.0:
                    for column_of in range(7):
                        sums[kind, column_of] = 0.0
                for column_of in range(7):
                    sums[kind, column_of] += (
                        wa * attributes[a, column_of]
                        + wb * attributes[b, column_of]
                        + wc * attributes[c, column_of]
                    )
                sums[kind, 7] += 1.0
            red = empty * background[row, 0]
            green = empty * background[row, 1]
            blue = empty * background[row, 2]
            for kind in range(materials):
                amount = sums[kind, 7]
                if amount == 0.0:
                    continue
                share = 1.0 / amount
                u = min(max(sums[kind, 4] * share, 0.0), texture.shape[1] - 1.001)
                v = min(max(sums[kind, 5] * share, 0.0), texture.shape[0] - 1.001)
                iu = int(u)
                iv = int(v)
                fu = u - iu
                fv = v - iv
                w00 = (1.0 - fu) * (1.0 - fv)
                w10 = fu * (1.0 - fv)
                w01 = (1.0 - fu) * fv
                w11 = fu * fv
                cover = 1.0 / count
                gloss = sums[kind, 3]
                tr = w00 * texture[iv, iu, 0] + w10 * texture[iv, iu + 1, 0]
                tr += w01 * texture[iv + 1, iu, 0] + w11 * texture[iv + 1, iu + 1, 0]
                tg = w00 * texture[iv, iu, 1] + w10 * texture[iv, iu + 1, 1]
                tg += w01 * texture[iv + 1, iu, 1] + w11 * texture[iv + 1, iu + 1, 1]
                tb = w00 * texture[iv, iu, 2] + w10 * texture[iv, iu + 1, 2]
                tb += w01 * texture[iv + 1, iu, 2] + w11 * texture[iv + 1, iu + 1, 2]
                if kind == 0 and sums[kind, 6] > 0.0:
                    blur = sums[kind, 6] * share
                    far_red = w00 * texture[iv, iu, 5] + w10 * texture[iv, iu + 1, 5]
                    far_red += w01 * texture[iv + 1, iu, 5] + w11 * texture[iv + 1, iu + 1, 5]
                    far_green = w00 * texture[iv, iu, 6] + w10 * texture[iv, iu + 1, 6]
                    far_green += w01 * texture[iv + 1, iu, 6] + w11 * texture[iv + 1, iu + 1, 6]
                    far_blue = w00 * texture[iv, iu, 7] + w10 * texture[iv, iu + 1, 7]
                    far_blue += w01 * texture[iv + 1, iu, 7] + w11 * texture[iv + 1, iu + 1, 7]
                    tr += blur * (far_red - tr)
                    tg += blur * (far_green - tg)
                    tb += blur * (far_blue - tb)
                red += cover * (sums[kind, 0] * tr + gloss)
                green += cover * (sums[kind, 1] * tg + gloss)
                blue += cover * (sums[kind, 2] * tb + gloss)
            linear[row, column, 0] = red
            linear[row, column, 1] = green
            linear[row, column, 2] = blue
