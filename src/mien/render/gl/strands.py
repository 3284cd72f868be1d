"""Strands on the graphics card."""

import typing
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Float32

from mien.head.pose import HeadPose
from mien.head.view import head_rotation
from mien.render.body import Body
from mien.render.camera import Camera
from mien.render.gl.lines import DRAWN, GROUP, VIEW, drawing_sources, lighting_source
from mien.render.hair import OPACITY, Hair
from mien.render.light import Light
from mien.render.strokes import StrokeSet

if typing.TYPE_CHECKING:
    import moderngl


@dataclass(frozen=True)
class DrawnLines:
    """Lines that lie in a buffer as :data:`mien.render.gl.lines.DRAWN` numbers a point."""

    context: "moderngl.Context"
    camera: Camera
    strands: int
    points: int
    root_last: bool

    @cached_property
    def buffer(self) -> "moderngl.Buffer":
        """Where the points lie."""
        return self.context.buffer(reserve=4 * DRAWN * self.strands * self.points)

    @cached_property
    def _quads(self) -> "moderngl.VertexArray":
        vertex, fragment = drawing_sources(
            self.strands,
            self.points,
            self.camera.width_px,
            self.camera.height_px,
            root_last=self.root_last,
        )
        program = self.context.program(vertex_shader=vertex, fragment_shader=fragment)
        return self.context.vertex_array(program, [])

    def fill(self, strokes: StrokeSet) -> None:
        """Write lines that were brought into the picture elsewhere."""
        points, half_width, colour, opacity = strokes
        table: Float32[np.ndarray, "stroke point 8"] = np.empty((*half_width.shape, DRAWN), "f4")
        table[..., :3], table[..., 3], table[..., 4:7] = points, half_width, colour
        table[..., 7] = opacity[:, None]
        self.buffer.write(table)

    def draw(self) -> None:
        """Blend the lines over the picture that is bound, in their order."""
        self.buffer.bind_to_storage_buffer(2)
        self._quads.render(self.context.TRIANGLES, vertices=6 * self.strands * (self.points - 1))


@dataclass(frozen=True)
class GrownHair:
    """Hair that is turned, lit and seen on the graphics card."""

    context: "moderngl.Context"
    hair: Hair
    camera: Camera

    @cached_property
    def lines(self) -> DrawnLines:
        """The hair in the picture."""
        strands, points = self.hair.half_width_m.shape
        return DrawnLines(self.context, self.camera, strands, points, root_last=True)

    @cached_property
    def _light(self) -> "moderngl.ComputeShader":
        return self.context.compute_shader(lighting_source(*self.hair.half_width_m.shape))

    @cached_property
    def _grown(self) -> "moderngl.Buffer":
        hair = self.hair
        table = np.concatenate(
            (
                hair.points_m,
                hair.colour,
                hair.outward,
                hair.open_sky[..., None],
                hair.half_width_m[..., None],
            ),
            axis=2,
        )
        return self.context.buffer(np.ascontiguousarray(table, np.float32))

    @cached_property
    def _view(self) -> "moderngl.Buffer":
        return self.context.buffer(reserve=4 * VIEW.numbers)

    def pose(self, body: Body, pose: HeadPose, light: Light) -> None:
        """Turn, light and project every point."""
        turn = head_rotation(*pose.rotation_rad)
        camera = self.camera
        values = {
            "turn": turn,
            "shift": body.neck.turn_points(np.zeros((1, 3)), pose)[0],
            "lamps": light.table(),
            "room": light.room(),
            "eye": camera.centre_m,
            "axes": camera.axes,
            "focal_px": camera.focal_px,
            "middle_px": ((camera.width_px - 1) / 2, (camera.height_px - 1) / 2),
            "opacity": OPACITY,
        }
        self._view.write(VIEW.packed(values))
        self._view.bind_to_storage_buffer(0)
        self._grown.bind_to_storage_buffer(1)
        self.lines.buffer.bind_to_storage_buffer(2)
        self._light.run(-(-self.hair.half_width_m.size // GROUP))
