"""Drawing and shading for footage: as many pictures as possible from one core.

What :mod:`mien.render.raster` and :mod:`mien.render.gather` do in two passes with exact
perspective, this does with the weights that the drawing finds anyway; over one triangle of a face
before a long lens the perspective is less than a hundredth of a pixel.
"""

import typing

import numpy as np
from numba import njit

from mien.render.material import SKIN
from mien.render.shade_fast import ATTRIBUTES

_LEAST_FOLD = np.float32(0.03)  # shallower ones are not looked up


@njit(cache=True, nogil=True, error_model="numpy", fastmath={"contract", "arcp", "nsz"})
@typing.no_type_check
def draw_triangles(screen, triangles, samples, offset, ids, nearness, weights):  # noqa: ANN001, ANN201
    """Fill the sample buffers: triangle (-1 none), inverse depth, weights of its b and c.

    screen: (vertex, 3) picture x, y in pixels, inverse depth; samples: along a side of a pixel;
    offset: of the samples from a square grid. Back faces are left out.
    """
    height, width = ids.shape
    count = screen.shape[0]
    placed = np.empty((count, 3), np.float32)
    for vertex in range(count):
        placed[vertex, 0] = (screen[vertex, 0] + 0.5) * samples - 0.5
        placed[vertex, 1] = (screen[vertex, 1] + 0.5) * samples - 0.5
        placed[vertex, 2] = screen[vertex, 2]
    ids[:] = -1
    nearness[:] = 0.0
    zero = np.float32(0.0)
    for triangle in range(triangles.shape[0]):
        a = triangles[triangle, 0]
        b = triangles[triangle, 1]
        c = triangles[triangle, 2]
        ax = placed[a, 0]
        ay = placed[a, 1]
        bx = placed[b, 0] - ax
        by = placed[b, 1] - ay
        cx = placed[c, 0] - ax
        cy = placed[c, 1] - ay
        area = bx * cy - cx * by
        if area >= 0.0:  # y runs down, so a face turned to the camera has negative area
            continue
        # Samples stand up to the offset beside the middle of their square.
        top = max(0, int(np.ceil(ay + min(zero, by, cy) - offset)))
        bottom = min(height - 1, int(np.floor(ay + max(zero, by, cy) + offset)))
        left = max(0, int(np.ceil(ax + min(zero, bx, cx) - offset)))
        right = min(width - 1, int(np.floor(ax + max(zero, bx, cx) + offset)))
        if top > bottom or left > right:
            continue
        inverse = np.float32(1.0) / area
        ux = cy * inverse
        uy = -cx * inverse
        vx = -by * inverse
        vy = bx * inverse
        near_a = placed[a, 2]
        near_b = placed[b, 2] - near_a
        near_c = placed[c, 2] - near_a
        for row in range(top, bottom + 1):
            shift = (offset if row & 1 else -offset) - ax
            down = np.float32(row) - ay
            for column in range(left, right + 1):
                x = np.float32(column) + shift
                y = down + (-offset if column & 1 else offset)
                u = ux * x + uy * y
                v = vx * x + vy * y
                if u >= zero and v >= zero and u + v <= np.float32(1.0):
                    near = near_a + u * near_b + v * near_c
                    if near > nearness[row, column]:
                        nearness[row, column] = near
                        ids[row, column] = triangle
                        weights[row, column, 0] = u
                        weights[row, column, 1] = v


@njit(cache=True, nogil=True)
@typing.no_type_check
def seen_vertices(ids, triangles, count):  # noqa: ANN001, ANN201
    """List the vertices of the triangles that some sample sees, rising."""
    wanted = np.zeros(count, np.bool_)
    last = -1
    for row in range(ids.shape[0]):
        for column in range(ids.shape[1]):
            triangle = ids[row, column]
            if triangle >= 0 and triangle != last:
                last = triangle
                for corner in range(3):
                    wanted[triangles[triangle, corner]] = True
    return np.flatnonzero(wanted)


@njit(cache=True, nogil=True, inline="always")
@typing.no_type_check
def _lay(texture, sums, skin, share, linear, row, column):  # noqa: ANN001, ANN202
    """Add what some samples of one material show: their mean light on the texture there."""
    inverse = np.float32(1.0) / sums[9]
    u = min(max(sums[4] * inverse, np.float32(0.0)), np.float32(texture.shape[1] - 1.001))
    v = min(max(sums[5] * inverse, np.float32(0.0)), np.float32(texture.shape[0] - 1.001))
    iu = int(u)
    iv = int(v)
    w11 = (u - iu) * (v - iv)
    w10 = u - iu - w11
    w01 = v - iv - w11
    w00 = np.float32(1.0) - w10 - w01 - w11
    blur = sums[6] * inverse if skin else np.float32(0.0)
    if skin and (sums[7] + sums[8]) * inverse > _LEAST_FOLD:
        first = w00 * texture[iv, iu, 4] + w10 * texture[iv, iu + 1, 4]
        first += w01 * texture[iv + 1, iu, 4] + w11 * texture[iv + 1, iu + 1, 4]
        second = w00 * texture[iv, iu, 8] + w10 * texture[iv, iu + 1, 8]
        second += w01 * texture[iv + 1, iu, 8] + w11 * texture[iv + 1, iu + 1, 8]
        hollow = np.float32(900.0) * inverse * (sums[7] * first + sums[8] * second)
        share *= min(max(np.float32(1.0) + hollow, np.float32(0.55)), np.float32(1.1))
    for channel in range(3):
        colour = w00 * texture[iv, iu, channel] + w10 * texture[iv, iu + 1, channel]
        colour += w01 * texture[iv + 1, iu, channel] + w11 * texture[iv + 1, iu + 1, channel]
        if blur > 0.0:
            other = channel + 5
            soft = w00 * texture[iv, iu, other] + w10 * texture[iv, iu + 1, other]
            soft += w01 * texture[iv + 1, iu, other] + w11 * texture[iv + 1, iu + 1, other]
            colour += blur * (soft - colour)
        linear[row, column, channel] += share * (sums[channel] * colour + sums[3])


@njit(cache=True, nogil=True, error_model="numpy", fastmath={"contract", "arcp", "nsz"})
@typing.no_type_check
def shade_samples(mesh, texture, samples, seen, canvas):  # noqa: ANN001, ANN201, C901
    """Shade a picture; samples of one material share a texture look-up.

    mesh: triangles, material of each, attributes (vertex, 10) as
    :data:`mien.render.shade_fast.ATTRIBUTES` counts them, the last one 1.
    seen: what :func:`draw_triangles` fills. canvas: background, linear light, depth, cover.
    """
    triangles, material, attributes = mesh
    ids, nearness, weights = seen
    background, linear, depth, cover = canvas
    share = np.float32(1.0 / (samples * samples))
    sums = np.zeros(ATTRIBUTES + 1, np.float32)
    for row in range(linear.shape[0]):
        for column in range(linear.shape[1]):
            linear[row, column, 0] = 0.0
            linear[row, column, 1] = 0.0
            linear[row, column, 2] = 0.0
            kind = -1
            covered = 0
            far = np.float32(0.0)
            for y in range(row * samples, (row + 1) * samples):
                for x in range(column * samples, (column + 1) * samples):
                    triangle = ids[y, x]
                    if triangle < 0:
                        continue
                    covered += 1
                    far += np.float32(1.0) / nearness[y, x]
                    now = material[triangle]
                    if now != kind:
                        if kind >= 0:
                            _lay(texture, sums, kind == SKIN, share, linear, row, column)
                        kind = now
                        for index in range(ATTRIBUTES + 1):
                            sums[index] = 0.0
                    a = triangles[triangle, 0]
                    b = triangles[triangle, 1]
                    c = triangles[triangle, 2]
                    wb = weights[y, x, 0]
                    wc = weights[y, x, 1]
                    wa = np.float32(1.0) - wb - wc
                    for index in range(ATTRIBUTES + 1):
                        sums[index] += (
                            wa * attributes[a, index]
                            + wb * attributes[b, index]
                            + wc * attributes[c, index]
                        )
            if kind >= 0:
                _lay(texture, sums, kind == SKIN, share, linear, row, column)
            part = covered * share
            cover[row, column] = part
            depth[row, column] = far / covered if covered else np.float32(0.0)
            for channel in range(3):
                linear[row, column, channel] += (1 - part) * background[row, column, channel]
