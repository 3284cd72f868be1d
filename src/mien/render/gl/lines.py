"""Programs for strands: lit as points, then drawn as quads that are as wide as their soft edge."""

from mien.render.gl.block import Block, storage
from mien.render.gl.kinds import Array, Number
from mien.render.gl.shading import VERSION
from mien.render.gl.translate import Translator
from mien.render.lashes import SOFT_M
from mien.render.shade_hair import light_point
from mien.render.strokes import EDGE, line_weight, shown_share

DRAWN = 8
"""Numbers of a point in the picture: x, y, inverse depth, half width, colour (3), opacity."""

GROWN = 11
"""Numbers of a point at rest: place (3), colour (3), outward (3), open sky, half width."""

GROUP = 64

VIEW = Block(
    {
        "turn": (3, 3),
        "shift": (3,),
        "lamps": (6, 3),
        "room": (2, 3),
        "eye": (3,),
        "axes": (3, 3),
        "focal_px": (),
        "middle_px": (2,),
        "opacity": (),
    }
)
"""How hair is turned (as posed: turn times place at rest, plus shift), lit and seen."""


def lighting_source(strands: int, points: int) -> str:
    """Give the compute shader that turns, lights and projects every point of the hair."""
    shape = (strands, points)
    translator = Translator()
    function = translator.call(
        light_point,
        (
            (
                Array("posed", (*shape, 3)),
                Array("colour", (*shape, 3)),
                Array("outward", (*shape, 3)),
                Array("open_sky", shape),
            ),
            *(VIEW[name] for name in ("turn", "lamps", "room", "eye")),
            (Number("strand", "int"), Number("point", "int")),
            Array("lit", (*shape, 3)),
        ),
    )
    return f"""{VERSION}
layout(local_size_x={GROUP}) in;
{VIEW.declaration(0)}
{storage("grown", 1, (strands, points, GROWN))}
{storage("drawn", 2, (strands, points, DRAWN))}
#define colour(s, p, k) grown(s, p, 3 + (k))
#define outward(s, p, k) grown(s, p, 6 + (k))
#define open_sky(s, p) grown(s, p, 9)
float posed(int strand, int point, int k) {{
    return turn(k, 0) * grown(strand, point, 0) + turn(k, 1) * grown(strand, point, 1)
        + turn(k, 2) * grown(strand, point, 2) + shift(k);
}}
float lit_data[3];
#define lit(s, p, k) lit_data[k]
{translator.source()}
void main() {{
    int place = int(gl_GlobalInvocationID.x);
    if (place >= {strands * points}) return;
    int strand = place / {points}, point = place % {points};
    {function.name}(strand, point);
    float away[3], seen[3];
    for (int k = 0; k < 3; k++) away[k] = posed(strand, point, k) - eye(k);
    for (int k = 0; k < 3; k++)
        seen[k] = axes(k, 0) * away[0] + axes(k, 1) * away[1] + axes(k, 2) * away[2];
    float near = -1.0 / seen[2];
    drawn(strand, point, 0) = seen[0] * focal_px * near + middle_px(0);
    drawn(strand, point, 1) = -seen[1] * focal_px * near + middle_px(1);
    drawn(strand, point, 2) = near;
    drawn(strand, point, 3) = grown(strand, point, 10) * near * focal_px;
    for (int k = 0; k < 3; k++) drawn(strand, point, 4 + k) = lit_data[k];
    drawn(strand, point, 7) = opacity;
}}
"""


def drawing_sources(
    strands: int, points: int, width_px: int, height_px: int, *, root_last: bool
) -> tuple[str, str]:
    """Give vertex and fragment shader that draw strands in their order, six vertices a segment.

    ``root_last`` lays the segments of a strand from tip to root, as
    :func:`mien.render.strokes.draw_hair` does, instead of from root to tip.
    """
    segments = points - 1
    within = f"gl_VertexID / 6 % {segments}"
    vertex = f"""{VERSION}
{storage("drawn", 2, (strands, points, DRAWN))}
flat out vec4 from_line, to_line, from_light, to_light;
void main() {{
    int strand = gl_VertexID / {6 * segments};
    int segment = {f"{segments - 1} - {within}" if root_last else within};
    from_line = vec4(drawn(strand, segment, 0), drawn(strand, segment, 1),
        drawn(strand, segment, 2), drawn(strand, segment, 3));
    to_line = vec4(drawn(strand, segment + 1, 0), drawn(strand, segment + 1, 1),
        drawn(strand, segment + 1, 2), drawn(strand, segment + 1, 3));
    from_light = vec4(drawn(strand, segment, 4), drawn(strand, segment, 5),
        drawn(strand, segment, 6), drawn(strand, segment, 7));
    to_light = vec4(drawn(strand, segment + 1, 4), drawn(strand, segment + 1, 5),
        drawn(strand, segment + 1, 6), drawn(strand, segment + 1, 7));
    vec2 way = to_line.xy - from_line.xy;
    float size = length(way);
    vec2 along = size > 0.0 ? way / size : vec2(0.0);
    float reach = max(from_line.w, to_line.w) + {EDGE};
    int corner = gl_VertexID % 6;
    float end = corner == 0 || corner == 1 || corner == 3 ? -0.5 : size + 0.5;
    float side = corner == 0 || corner == 2 || corner == 4 ? -reach : reach;
    vec2 place = from_line.xy + end * along + side * vec2(-along.y, along.x);
    gl_Position = vec4(
        2.0 * (place + 0.5) / vec2({width_px}.0, {height_px}.0) - 1.0, 0.0, 1.0
    );
}}
"""
    translator = Translator()
    floats = [Number("", "float")] * 7
    weight = translator.call(line_weight, tuple(floats))
    soft = Number(repr(SOFT_M), "float", everywhere=True)
    shown = translator.call(shown_share, (*floats[:3], soft))
    fragment = f"""{VERSION}
layout(binding=0) uniform sampler2D depth_map;
flat in vec4 from_line, to_line, from_light, to_light;
out vec4 result;
{translator.source()}
void main() {{
    vec2 way = to_line.xy - from_line.xy, away = gl_FragCoord.xy - 0.5 - from_line.xy;
    float t, alpha;
    {weight.name}(
        away.x, away.y, way.x, way.y, 1.0 / length(way), from_line.w, to_line.w, t, alpha
    );
    if (alpha == 0.0) discard;
    vec4 there = texelFetch(depth_map, ivec2(gl_FragCoord.xy), 0);
    float near = from_line.z + (to_line.z - from_line.z) * t;
    alpha *= from_light.w * {shown.name}(near, there.x, there.y);
    result = vec4(mix(from_light.rgb, to_light.rgb, t), alpha);
}}
"""
    return vertex, fragment
