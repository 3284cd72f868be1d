"""What one pixel shows: its samples' attributes, averaged by material."""

import typing

from numba import njit

from mien.render.raster import stagger, weights_at

MATERIALS = 5


@njit(cache=True, nogil=True)
@typing.no_type_check
def gather(mesh, seen, samples, pixel, sums):  # noqa: ANN001, ANN201, C901
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
    sums[:, last] = 0.0
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
    offset = stagger(samples)
    # Where one triangle fills the pixel, its middle is the mean of all samples.
    side = 1 if same else samples
    each = 1.0 / (side * side)
    for y in range(top, top + side):
        for x in range(left, left + side):
            if ids[y, x] < 0:
                continue
            px = float(column)
            py = float(row)
            if not same:
                px = (x + (offset if y & 1 else -offset) + 0.5) / samples - 0.5
                py = (y + (-offset if x & 1 else offset) + 0.5) / samples - 0.5
            a = triangles[ids[y, x], 0]
            b = triangles[ids[y, x], 1]
            c = triangles[ids[y, x], 2]
            wb, wc = weights_at(screen, a, b, c, px, py)
            wa = 1.0 - wb - wc
            kind = material[ids[y, x]]
            if sums[kind, last] == 0.0:
                sums[kind, :last] = 0.0
            for index in range(last):
                sums[kind, index] += each * (
                    wa * attributes[a, index] + wb * attributes[b, index] + wc * attributes[c, index]
                )
            sums[kind, last] += each
    for kind in range(sums.shape[0]):
        if sums[kind, last] > 0.0:
            for index in range(last):
                sums[kind, index] /= sums[kind, last]
    return 1.0 - covered / (samples * samples), far / covered
