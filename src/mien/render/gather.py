"""What one pixel shows: its samples' attributes, averaged by material."""

import typing

from numba import njit

from mien.render.raster import stagger, weights_at

MATERIALS = 5


@njit(cache=True, nogil=True, inline="always")
@typing.no_type_check
def gather(mesh, seen, samples, pixel, sums):  # noqa: ANN001, ANN201, C901, PLR0912, PLR0915
    """Average the attributes over a pixel's samples.

    mesh: screen (vertex, 3), triangles, material of each triangle, attributes (vertex, attribute).
    seen: ids and nearness of the samples. pixel: row, column. sums: (material, attribute + 1) is
    filled with the mean attributes and, last, with the share of the pixel.

    Returns the share of the pixel that shows nothing, and the mean depth of the rest (0 if none).
    """
    screen, triangles, material, attributes = mesh
    ids, nearness = seen
    row, column = pixel
    last = attributes.shape[1]
    for kind in range(sums.shape[0]):
        sums[kind, last] = 0.0
    top = row * samples
    left = column * samples
    first = ids[top, left]
    same = True
    far = 0.0
    covered = 0
    for y in range(top, top + samples):
        for x in range(left, left + samples):
            same = same and ids[y, x] == first
            if ids[y, x] >= 0:
                far += 1.0 / nearness[y, x]
                covered += 1
    if covered == 0:
        return 1.0, 0.0
    if same:  # the middle of the pixel is the mean of its samples
        a = triangles[first, 0]
        b = triangles[first, 1]
        c = triangles[first, 2]
        wb, wc = weights_at(screen, a, b, c, float(column), float(row))
        wa = 1.0 - wb - wc
        kind = material[first]
        for index in range(last):
            value = wa * attributes[a, index] + wb * attributes[b, index]
            sums[kind, index] = value + wc * attributes[c, index]
        sums[kind, last] = 1.0
        return 0.0, far / covered
    offset = stagger(samples)
    done = 0  # one bit a sample
    for y in range(samples):
        for x in range(samples):
            own = ids[top + y, left + x]
            if own < 0 or (done >> (y * samples + x)) & 1:
                continue
            # Samples of one triangle are looked up together, at the mean of their places.
            px = 0.0
            py = 0.0
            count = 0.0
            for j in range(y, samples):
                for i in range(samples):
                    if ids[top + j, left + i] == own:
                        done |= 1 << (j * samples + i)
                        px += i + (offset if (top + j) & 1 else -offset)
                        py += j + (-offset if (left + i) & 1 else offset)
                        count += 1.0
            px = (px / count + left + 0.5) / samples - 0.5
            py = (py / count + top + 0.5) / samples - 0.5
            a = triangles[own, 0]
            b = triangles[own, 1]
            c = triangles[own, 2]
            wb, wc = weights_at(screen, a, b, c, px, py)
            wa = (1.0 - wb - wc) * count
            wb *= count
            wc *= count
            kind = material[own]
            if sums[kind, last] == 0.0:
                for index in range(last):
                    value = wa * attributes[a, index] + wb * attributes[b, index]
                    sums[kind, index] = value + wc * attributes[c, index]
            else:
                for index in range(last):
                    value = wa * attributes[a, index] + wb * attributes[b, index]
                    sums[kind, index] += value + wc * attributes[c, index]
            sums[kind, last] += count
    all_samples = samples * samples
    for kind in range(sums.shape[0]):
        count = sums[kind, last]
        if count > 0.0:
            for index in range(last):
                sums[kind, index] /= count
            sums[kind, last] = count / all_samples
    return 1.0 - covered / all_samples, far / covered


@njit(cache=True, nogil=True, inline="always")
@typing.no_type_check
def begin_pixel(mesh, seen, samples, pixel, sums, canvas):  # noqa: ANN001, ANN201
    """Gather a pixel and lay its share of the background, on which its materials are then put.

    canvas: background, linear light, depth and cover, the last three to be filled.
    """
    background, linear, depth, cover = canvas
    row, column = pixel
    empty, far = gather(mesh, seen, samples, pixel, sums)
    cover[row, column] = 1.0 - empty
    depth[row, column] = far
    for channel in range(3):
        linear[row, column, channel] = empty * background[row, column, channel]
