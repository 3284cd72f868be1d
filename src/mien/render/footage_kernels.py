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

SPARE = 8
"""Samples that are drawn together; the buffers are as much wider than the picture."""

_LEAST_FOLD = np.float32(0.03)  # shallower ones are not looked up


@njit(cache=True, nogil=True, error_model="numpy", fastmath={"contract", "arcp", "nsz"})
@typing.no_type_check
def draw_triangles(screen, triangles, samples, offset, ids, nearness, planes):  # noqa: ANN001, ANN201, PLR0915 - one loop, whose numbers stay in registers
    """Fill the sample buffers: triangle (-1 none) and inverse depth.

    screen: (vertex, 3) picture x, y in pixels, inverse depth; samples: along a side of a pixel;
    offset: of the samples from a square grid. Back faces are left out. ids, nearness: (row,
    column), :data:`SPARE` columns wider than the picture. planes: (triangle, 6) slopes of the
    weights of b and c along x and y, and the corner where both are 0, for each triangle that is
    drawn.
    """
    height, width = ids.shape[0], ids.shape[1] - SPARE
    count = screen.shape[0]
    placed = np.empty((count, 3), np.float32)
    for vertex in range(count):
        placed[vertex, 0] = (screen[vertex, 0] + 0.5) * samples - 0.5
        placed[vertex, 1] = (screen[vertex, 1] + 0.5) * samples - 0.5
        placed[vertex, 2] = screen[vertex, 2]
    ids[:] = -1
    nearness[:] = 0.0
    zero, one = np.float32(0.0), np.float32(1.0)
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
        inverse = one / area
        ux = cy * inverse
        uy = -cx * inverse
        vx = -by * inverse
        vy = bx * inverse
        planes[triangle, 0] = ux
        planes[triangle, 1] = uy
        planes[triangle, 2] = vx
        planes[triangle, 3] = vy
        planes[triangle, 4] = ax
        planes[triangle, 5] = ay
        near_a = placed[a, 2]
        near_b = placed[b, 2] - near_a
        near_c = placed[c, 2] - near_a
        # Whole groups of samples without a branch, which the compiler turns into vectors: a few
        # samples too many cost less than a jump that the processor guesses wrong.
        left &= ~1
        across = (right - left + SPARE) // SPARE * SPARE
        for row in range(top, bottom + 1):
            shift = (offset if row & 1 else -offset) - ax
            down = np.float32(row) - ay
            own = ids[row]
            nearest = nearness[row]
            for step in range(across):
                x = np.float32(np.int32(left) + np.int32(step)) + shift
                y = down + (-offset if np.int32(step) & np.int32(1) else offset)
                u = ux * x + uy * y
                v = vx * x + vy * y
                near = near_a + u * near_b + v * near_c
                known = nearest[left + step]
                hit = (u >= zero) & (v >= zero) & (u + v <= one) & (near > known)
                nearest[left + step] = near if hit else known
                own[left + step] = np.int32(triangle) if hit else own[left + step]


@njit(cache=True, nogil=True)
@typing.no_type_check
def seen_vertices(ids, triangles, count):  # noqa: ANN001, ANN201
    """List the vertices of the triangles that some sample sees, rising."""
    shown = np.zeros(len(triangles) + 1, np.bool_)  # the first one stands for none
    for row in range(ids.shape[0]):
        for column in range(ids.shape[1]):
            shown[ids[row, column] + 1] = True
    wanted = np.zeros(count, np.bool_)
    for triangle in range(len(triangles)):
        if shown[triangle + 1]:
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


@njit(cache=True, nogil=True, inline="always")
@typing.no_type_check
def _add(triangles, attributes, triangle, wb, wc, whole, sums):  # noqa: ANN001, ANN202
    """Add samples of one triangle: their attributes, and in the last place how many they are."""
    a = triangles[triangle, 0]
    b = triangles[triangle, 1]
    c = triangles[triangle, 2]
    wa = whole - wb - wc
    for index in range(ATTRIBUTES):
        sums[index] += (
            wa * attributes[a, index] + wb * attributes[b, index] + wc * attributes[c, index]
        )
    sums[ATTRIBUTES] += whole


@njit(cache=True, nogil=True, error_model="numpy", fastmath={"contract", "arcp", "nsz"})
@typing.no_type_check
def shade_samples(mesh, texture, grid, seen, canvas):  # noqa: ANN001, ANN201, C901
    """Shade a picture; samples of one material share a texture look-up.

    mesh: triangles, material of each, attributes (vertex, 9) as
    :data:`mien.render.shade_fast.ATTRIBUTES` counts them.
    grid: samples along a side of a pixel, and their offset from a square grid.
    seen: what :func:`draw_triangles` fills. canvas: background, linear light, depth, cover.
    """
    triangles, material, attributes = mesh
    samples, offset = grid
    ids, nearness, planes = seen
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
            last = -1
            wb = np.float32(0.0)
            wc = np.float32(0.0)
            whole = np.float32(0.0)
            for y in range(row * samples, (row + 1) * samples):
                for step in range(samples):
                    # Back and forth, so that neighbours in one triangle follow each other.
                    x = column * samples + (samples - 1 - step if y & 1 else step)
                    triangle = ids[y, x]
                    if triangle < 0:
                        continue
                    covered += 1
                    far += np.float32(1.0) / nearness[y, x]
                    if triangle != last:
                        if last >= 0:
                            _add(triangles, attributes, last, wb, wc, whole, sums)
                        last = triangle
                        wb = np.float32(0.0)
                        wc = np.float32(0.0)
                        whole = np.float32(0.0)
                        now = material[triangle]
                        if now != kind:
                            if kind >= 0:
                                _lay(texture, sums, kind == SKIN, share, linear, row, column)
                            kind = now
                            for index in range(ATTRIBUTES + 1):
                                sums[index] = 0.0
                    across = np.float32(x) + ((offset if y & 1 else -offset) - planes[triangle, 4])
                    down = np.float32(y) - planes[triangle, 5] + (-offset if x & 1 else offset)
                    wb += planes[triangle, 0] * across + planes[triangle, 1] * down
                    wc += planes[triangle, 2] * across + planes[triangle, 3] * down
                    whole += np.float32(1.0)
            if kind >= 0:
                _add(triangles, attributes, last, wb, wc, whole, sums)
                _lay(texture, sums, kind == SKIN, share, linear, row, column)
            part = covered * share
            cover[row, column] = part
            depth[row, column] = far / covered if covered else np.float32(0.0)
            for channel in range(3):
                linear[row, column, channel] += (1 - part) * background[row, column, channel]
