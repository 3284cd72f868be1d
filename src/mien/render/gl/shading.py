"""The program that shades: the portrait's kernels for every pixel, once the mesh is rasterised."""

from dataclasses import dataclass

from mien.render.camera import Camera
from mien.render.gather import MATERIALS
from mien.render.gl.block import Block, accessor, storage
from mien.render.gl.kinds import Array, Number, Value
from mien.render.gl.translate import Translator
from mien.render.shade_portrait import shade_pixel
from mien.render.shade_skin import ATTRIBUTES
from mien.render.shadow import SIDE
from mien.render.tone import developed

VERSION = "#version 430\n"
GROUP = 8
"""Side of the square of pixels that is worked on together."""

SCENE = Block(
    {
        "eye": (3,),
        "up": (3,),
        "lights": (6, 3),
        "room": (2, 3),
        "frame": (4, 4),
        "look": (3,),
        "texels_per_m": (),
        "eye_frames": (2, 4, 3),
        "eye_radius": (),
        "eye_maps": (2, 2),
        "head_axes": (2, 3),
        "lid_heights": (2, 2, 33),
        "lid_ends": (2, 2),
        "pixel_m": (),
    }
)
"""What changes from picture to picture, but for the vertices."""

_HEAD = f"""{VERSION}
layout(local_size_x={GROUP}, local_size_y={GROUP}) in;
"""

_PICTURES = """
layout(binding=0) uniform sampler2DArray paint_map;
layout(binding=1) uniform sampler2D shadow_map;
layout(binding=2) uniform sampler2D seen_map;
layout(binding=3) uniform sampler2D behind_map;
layout(binding=0, rgba32f) uniform writeonly image2D linear_image;
layout(binding=1, rg32f) uniform writeonly image2D depth_image;
"""


@dataclass(frozen=True)
class MeshSize:
    """Numbers that a program is made for."""

    vertices: int
    triangles: int
    texture: tuple[int, int, int]
    samples: int

    def buffers(self) -> str:
        """Declare the mesh's buffers."""
        return "".join(
            (
                storage("screen", 1, (self.vertices, 3)),
                storage("attributes", 2, (self.vertices, ATTRIBUTES)),
                storage("corners", 3, (self.triangles, 3), "int"),
                storage("material", 4, (self.triangles,), "int"),
            )
        )


def shading_source(size: MeshSize, camera: Camera) -> str:
    """Give the compute shader that turns the triangles seen into linear light."""
    width, height = camera.width_px, camera.height_px
    samples = size.samples
    translator = Translator()
    mesh = (
        Array("screen", (size.vertices, 3)),
        Array("corners", (size.triangles, 3), "int"),
        Array("material", (size.triangles,), "int"),
        Array("attributes", (size.vertices, ATTRIBUTES)),
    )
    paint = (Array("paint", size.texture), SCENE["texels_per_m"], SCENE["look"])
    seen = (
        Array("seen_id", (height * samples, width * samples), "int"),
        Array("seen_near", (height * samples, width * samples)),
    )
    scene = (
        *(SCENE[name] for name in ("eye", "up", "lights", "room")),
        Array("shadow", (SIDE, SIDE)),
        SCENE["frame"],
    )
    eyes = tuple(
        SCENE[name]
        for name in (
            "eye_frames",
            "eye_radius",
            "eye_maps",
            "head_axes",
            "lid_heights",
            "lid_ends",
            "pixel_m",
        )
    )
    canvas = (
        Array("behind", (height, width, 3)),
        Array("linear", (height, width, 3)),
        Array("depth", (height, width)),
        Array("cover", (height, width)),
    )
    pixel: Value = (Number("row", "int"), Number("column", "int"))
    function = translator.call(
        shade_pixel,
        (
            mesh,
            paint,
            Number(str(samples), "int", everywhere=True),
            pixel,
            seen,
            scene,
            eyes,
            canvas,
            Array("sums", (MATERIALS, ATTRIBUTES + 1)),
            Array("lit", (3,)),
        ),
    )
    cells = MATERIALS * (ATTRIBUTES + 1)
    own = f"""
float sums_data[{cells}];
{accessor("sums", "sums_data", (MATERIALS, ATTRIBUTES + 1))}
float lit_data[3];
#define lit(k) lit_data[k]
float light_data[3];
#define linear(row, column, k) light_data[k]
float depth_data;
#define depth(row, column) depth_data
float cover_data;
#define cover(row, column) cover_data
#define behind(row, column, k) texelFetch(behind_map, ivec2(column, row), 0)[k]
#define shadow(row, column) texelFetch(shadow_map, ivec2(column, row), 0).x
#define paint(row, column, k) texelFetch(paint_map, ivec3(column, row, (k) / 4), 0)[(k) % 4]
ivec2 sample_place(int row, int column) {{
    ivec2 tile = ivec2(column, row) % {samples};
    return ivec2(column, row) / {samples} + tile * ivec2({width}, {height});
}}
#define seen_id(row, column) int(texelFetch(seen_map, sample_place(row, column), 0).x)
#define seen_near(row, column) texelFetch(seen_map, sample_place(row, column), 0).y
"""
    main = f"""
void main() {{
    int row = int(gl_GlobalInvocationID.y), column = int(gl_GlobalInvocationID.x);
    if (row >= {height} || column >= {width}) return;
    for (int cell = 0; cell < {cells}; cell++) sums_data[cell] = 0.0;
    {function.name}(row, column);
    vec4 light = vec4(light_data[0], light_data[1], light_data[2], 1.0);
    imageStore(linear_image, ivec2(column, row), light);
    imageStore(depth_image, ivec2(column, row), vec4(depth_data, cover_data, 0.0, 0.0));
}}
"""
    return "".join(
        (_HEAD, SCENE.declaration(0), size.buffers(), _PICTURES, own, translator.source(), main)
    )


def developing_source(camera: Camera, steps: int, white: float) -> str:
    """Give the compute shader that turns linear light into bytes."""
    translator = Translator()
    function = translator.call(
        developed,
        (
            Number("light", "float"),
            Array("tones", (steps,)),
            Number(repr(white), "float", everywhere=True),
        ),
    )
    width, height = camera.width_px, camera.height_px
    return f"""{_HEAD}
layout(binding=0) uniform sampler2D linear_map;
{storage("tones", 0, (steps,))}
layout(std430, binding=1) buffer B_bytes {{ uint bytes_data[]; }};
{translator.source()}
void main() {{
    int row = int(gl_GlobalInvocationID.y), column = int(gl_GlobalInvocationID.x);
    if (row >= {height} || column >= {width}) return;
    vec4 light = texelFetch(linear_map, ivec2(column, row), 0);
    uint red = uint({function.name}(light.x) + 0.5);
    uint green = uint({function.name}(light.y) + 0.5);
    uint blue = uint({function.name}(light.z) + 0.5);
    bytes_data[row * {width} + column] = red | green << 8 | blue << 16;
}}
"""
