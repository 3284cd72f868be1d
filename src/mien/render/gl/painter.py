"""The gpu quality: the portrait drawn by OpenGL."""

import typing
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Float64

from mien.core.arrays import ImageRgb
from mien.head import Strands
from mien.head.pose import HeadPose
from mien.render.backdrop import background
from mien.render.body import Body
from mien.render.camera import Camera
from mien.render.focus import Focus
from mien.render.gl.canvas import Canvas
from mien.render.gl.context import gl_context
from mien.render.gl.meshes import casting_sources, seeing_sources
from mien.render.gl.shading import GROUP, SCENE, MeshSize, shading_source
from mien.render.gl.strands import DrawnLines, GrownHair
from mien.render.gl.target import Target
from mien.render.hair import Hair
from mien.render.lashes import lash_strokes
from mien.render.light import Light
from mien.render.material import SKIN
from mien.render.paint import Paint
from mien.render.posed import PosedMesh, posed_mesh
from mien.render.raster import stagger
from mien.render.shade_skin import ATTRIBUTES
from mien.render.shadow import SIDE, shadow_frame

if typing.TYPE_CHECKING:
    import moderngl

_LAYERS = 3  # of four channels each, which hold the nine of the paint


@dataclass(frozen=True)
class GlPainter:
    """Draws posed meshes as :class:`mien.render.deferred.DeferredPainter` does."""

    body: Body
    paint: Paint
    camera: Camera
    lashes: Strands
    hair: Hair | None
    samples: int = 2
    backdrop: str = "studio"
    focus: Focus | None = None

    def draw(
        self,
        vertices: Float64[np.ndarray, "vertex 3"],
        pose: HeadPose,
        light: Light,
        folds: Float64[np.ndarray, "head_vertex 2"] | None = None,
    ) -> ImageRgb:
        """Draw one posed mesh, with folds 0..1 deep."""
        mesh = posed_mesh(self.body, self.paint, self.camera, vertices, pose, folds)
        self._hand_over(mesh, light)
        self._cast()
        self._see(float(mesh.screen[:, 2].max()))
        self._shade(light)
        lines = [self._lashes]
        self._lashes.fill(lash_strokes(self.lashes, vertices, self.body.baked, self.camera))
        if self._grown is not None:
            self._grown.pose(self.body, pose, light)
            lines.insert(0, self._grown.lines)
        self._canvas.lay(lines)
        return self._canvas.picture(self.focus)

    def _hand_over(self, mesh: PosedMesh, light: Light) -> None:
        """Send what changes from picture to picture."""
        eyes, table = mesh.eyes, light.table()
        values = {
            "eye": self.camera.centre_m,
            "up": mesh.up,
            "lights": table,
            "room": light.room(),
            "frame": shadow_frame(table[0], mesh.shadow_centre_m, light.key_softness),
            "look": self.paint.look,
            "texels_per_m": self.paint.atlas.texels_per_m,
            "eye_frames": eyes.frames,
            "eye_radius": eyes.radius_m,
            "eye_maps": eyes.maps,
            "head_axes": eyes.head,
            "lid_heights": eyes.heights,
            "lid_ends": eyes.ends,
            "pixel_m": eyes.pixel_m,
        }
        self._scene.write(SCENE.packed(values))
        self._screen.write(np.ascontiguousarray(mesh.screen, np.float32))
        self._attributes.write(np.ascontiguousarray(mesh.attributes, np.float32))

    def _bind(self, corners: "moderngl.Buffer") -> None:
        buffers = (self._scene, self._screen, self._attributes, corners, self._material)
        for binding, buffer in enumerate(buffers):
            buffer.bind_to_storage_buffer(binding)

    def _cast(self) -> None:
        """Look at the person from the key light."""
        context, corners = self._context, self._casters
        self._bind(corners)
        self._shadow.begin(0.0)
        self._casting.render(context.TRIANGLES, vertices=corners.size // 4)

    def _see(self, nearest: float) -> None:
        """Find the triangle at every sample, the samples of each place in a tile of their own."""
        width, height = self.camera.width_px, self.camera.height_px
        self._bind(self._corners)
        self._seen.begin(-1.0)
        program = self._seeing.program
        program["nearest"] = 1.01 * nearest
        offset = stagger(self.samples)
        for down in range(self.samples):
            for over in range(self.samples):
                column = over + (offset if down & 1 else -offset)
                row = down + (-offset if over & 1 else offset)
                place = ((at + 0.5) / self.samples - 0.5 for at in (column, row))
                program["place"] = tuple(place)
                self._seen.buffer.viewport = (over * width, down * height, width, height)
                self._seeing.render(self._context.TRIANGLES, vertices=3 * self._size.triangles)

    def _shade(self, light: Light) -> None:
        self._paint.use(0)
        self._shadow.numbers.use(1)
        self._seen.numbers.use(2)
        self._canvas.begin(background(light, self.camera, self.backdrop))
        self._shading.run(-(-self.camera.width_px // GROUP), -(-self.camera.height_px // GROUP))
        self._context.memory_barrier()

    @cached_property
    def _context(self) -> "moderngl.Context":
        return gl_context()

    @cached_property
    def _size(self) -> MeshSize:
        rows, columns, channels = self.paint.texture.shape
        return MeshSize(
            vertices=len(self.body.weld),
            triangles=len(self.body.triangles),
            texture=(rows, columns, channels),
            samples=self.samples,
        )

    @cached_property
    def _canvas(self) -> Canvas:
        return Canvas(self._context, self.camera)

    @cached_property
    def _scene(self) -> "moderngl.Buffer":
        return self._context.buffer(reserve=4 * SCENE.numbers)

    @cached_property
    def _screen(self) -> "moderngl.Buffer":
        return self._context.buffer(reserve=4 * 3 * self._size.vertices)

    @cached_property
    def _attributes(self) -> "moderngl.Buffer":
        return self._context.buffer(reserve=4 * ATTRIBUTES * self._size.vertices)

    @cached_property
    def _corners(self) -> "moderngl.Buffer":
        return self._context.buffer(np.ascontiguousarray(self.body.triangles, np.int32))

    @cached_property
    def _casters(self) -> "moderngl.Buffer":
        skin = self.body.triangles[self.body.material == SKIN]
        return self._context.buffer(np.ascontiguousarray(skin, np.int32))

    @cached_property
    def _material(self) -> "moderngl.Buffer":
        return self._context.buffer(np.ascontiguousarray(self.body.material, np.int32))

    @cached_property
    def _paint(self) -> "moderngl.TextureArray":
        rows, columns, channels = self._size.texture
        layers = np.zeros((_LAYERS, rows, columns, 4), np.float32)
        for channel in range(channels):
            layers[channel // 4, :, :, channel % 4] = self.paint.texture[..., channel]
        return self._context.texture_array((columns, rows, _LAYERS), 4, layers, dtype="f4")

    @cached_property
    def _shadow(self) -> Target:
        return Target(self._context, SIDE, SIDE)

    @cached_property
    def _seen(self) -> Target:
        width, height = self.camera.width_px, self.camera.height_px
        return Target(self._context, self.samples * width, self.samples * height)

    @cached_property
    def _casting(self) -> "moderngl.VertexArray":
        return self._triangles(*casting_sources(self._size))

    @cached_property
    def _seeing(self) -> "moderngl.VertexArray":
        return self._triangles(*seeing_sources(self._size, self.camera))

    def _triangles(self, vertex: str, fragment: str) -> "moderngl.VertexArray":
        context = self._context
        program = context.program(vertex_shader=vertex, fragment_shader=fragment)
        return context.vertex_array(program, [])

    @cached_property
    def _shading(self) -> "moderngl.ComputeShader":
        return self._context.compute_shader(shading_source(self._size, self.camera))

    @cached_property
    def _lashes(self) -> DrawnLines:
        strands, points = self.lashes.radius_m.shape
        return DrawnLines(self._context, self.camera, strands, points, root_last=False)

    @cached_property
    def _grown(self) -> GrownHair | None:
        return None if self.hair is None else GrownHair(self._context, self.hair, self.camera)
