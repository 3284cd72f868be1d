"""Programs that rasterise the mesh: as the camera sees its samples, and as the key light does."""

from mien.render.camera import Camera
from mien.render.gl.shading import SCENE, VERSION, MeshSize
from mien.render.shadow import NEAREST, SIDE

_FRAGMENT = f"""{VERSION}
flat in int triangle;
in float near;
out vec2 seen;
void main() {{ seen = vec2(float(triangle), near); }}
"""


def seeing_sources(size: MeshSize, camera: Camera) -> tuple[str, str]:
    """Give vertex and fragment shader that write the triangle and nearness of one sample a pixel.

    The uniform ``place`` is that sample's place in the pixel; ``nearest`` is the largest inverse
    depth of the mesh.
    """
    vertex = f"""{VERSION}
{size.buffers()}
uniform vec2 place;
uniform float nearest;
flat out int triangle;
out float near;
void main() {{
    triangle = gl_VertexID / 3;
    int vertex = corners(triangle, gl_VertexID % 3);
    near = screen(vertex, 2);
    vec2 at = (vec2(screen(vertex, 0), screen(vertex, 1)) - place + 0.5)
        / vec2({camera.width_px}.0, {camera.height_px}.0);
    gl_Position = vec4(2.0 * at - 1.0, 1.0 - 2.0 * near / nearest, 1.0);
}}
"""
    return vertex, _FRAGMENT


def casting_sources(size: MeshSize) -> tuple[str, str]:
    """Give vertex and fragment shader that write what the key light sees."""
    vertex = f"""{VERSION}
{SCENE.declaration(0)}
{size.buffers()}
flat out int triangle;
out float near;
float along(int vertex, int axis) {{
    return frame(axis, 0) * attributes(vertex, 3) + frame(axis, 1) * attributes(vertex, 4)
        + frame(axis, 2) * attributes(vertex, 5) + frame(axis, 3);
}}
void main() {{
    triangle = gl_VertexID / 3;
    int vertex = corners(triangle, gl_VertexID % 3);
    near = along(vertex, 2);
    vec2 at = (vec2(along(vertex, 0), along(vertex, 1)) + 0.5) / {SIDE}.0;
    gl_Position = vec4(2.0 * at - 1.0, 1.0 - near / {NEAREST}, 1.0);
}}
"""
    return vertex, _FRAGMENT.replace("vec2(float(triangle), near)", "vec2(near, 0.0)")
