"""Fast shading: light at the vertices; the texture comes at the pixels."""

import typing

import numpy as np
from numba import njit

# Columns of the vertex attributes: light on white (3), gloss, texel x, texel y, blur, depth of the
# folds (2).
TEXELS = 4
FOLDS = 7
ATTRIBUTES = 9


@njit(cache=True, nogil=True)
@typing.no_type_check
def light_vertices(seen, mesh, eye, lamps, surface, occlusion, attributes):  # noqa: ANN001, ANN201
    """Fill the columns of ``attributes`` that depend on light and view.

    seen: vertices that are lit, the others are left as they are. mesh: vertices, normals.
    lamps: directions and colours (6, 3), the room from above and below (2, 3).
    surface: tint (vertex, 3); wrap of the light, gloss, sharpness of the gloss (vertex, 3).
    """
    vertices, normals = mesh
    lights, room = lamps
    tint, shine = surface
    for vertex in seen:
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
        wrap = shine[vertex, 0]
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
                    power = half ** shine[vertex, 2]
                    gloss += lights[3 + light, 1] * power * min(1.0, 4.0 * facing)
        attributes[vertex, 0] = red * tint[vertex, 0]
        attributes[vertex, 1] = green * tint[vertex, 1]
        attributes[vertex, 2] = blue * tint[vertex, 2]
        attributes[vertex, 3] = gloss * shine[vertex, 1] * open_sky
        seen = nx * vx + ny * vy + nz * vz
        attributes[vertex, 6] = min(max((1.0 / max(seen, 0.05) - 1.6) / 3.0, 0.0), 1.0)
