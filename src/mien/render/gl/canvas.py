"""The picture on the graphics card: linear light, the depth behind strands, and bytes at last."""

import typing
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from jaxtyping import Float32, UInt8

from mien.core.arrays import ImageRgb
from mien.render.camera import Camera
from mien.render.focus import Defocus, Focus
from mien.render.gl.shading import GROUP, developing_source
from mien.render.gl.strands import DrawnLines
from mien.render.tone import WHITE, tone_table

if typing.TYPE_CHECKING:
    import moderngl


@dataclass
class Canvas:
    """What shading writes and strands are blended over."""

    context: "moderngl.Context"
    camera: Camera
    _laid: Float32[np.ndarray, "row column 3"] | None = field(default=None, init=False)

    def begin(self, behind: Float32[np.ndarray, "row column 3"]) -> None:
        """Lay the background, and take what the shading program writes."""
        if behind is not self._laid:
            alpha = np.ones((*behind.shape[:2], 1), np.float32)
            self._behind.write(np.ascontiguousarray(np.concatenate((behind, alpha), axis=2)))
            self._laid = behind
        self._behind.use(3)
        self._linear.bind_to_image(0, read=False, write=True)
        self._depth.bind_to_image(1, read=False, write=True)

    def lay(self, lines: list[DrawnLines]) -> None:
        """Blend lines over the picture."""
        context = self.context
        self._target.use()
        context.enable_only(context.BLEND)
        context.blend_func = context.SRC_ALPHA, context.ONE_MINUS_SRC_ALPHA
        context.memory_barrier()
        self._depth.use(0)
        for one in lines:
            one.draw()

    def picture(self, focus: Focus | None) -> ImageRgb:
        """Give the picture as it is seen through a lens."""
        if focus is not None:
            self._soften(focus)
        self._tones.bind_to_storage_buffer(0)
        self._bytes.bind_to_storage_buffer(1)
        self._linear.use(0)
        self._developing.run(*self._groups)
        self.context.memory_barrier()
        height, width = self.camera.height_px, self.camera.width_px
        read: UInt8[np.ndarray, "row column 4"] = np.frombuffer(
            self._bytes.read(), np.uint8
        ).reshape(height, width, 4)
        return np.ascontiguousarray(read[..., :3])

    def _soften(self, focus: Focus) -> None:
        height, width = self.camera.height_px, self.camera.width_px
        linear = np.frombuffer(self._linear.read(), np.float32).reshape(height, width, 4)
        seen = np.frombuffer(self._depth.read(), np.float32).reshape(height, width, 2)
        parts = (linear[..., :3], seen[..., 0], seen[..., 1])
        defocus = Defocus(focus, *(np.ascontiguousarray(part) for part in parts))
        defocus.band(np.array([0, height]))
        alpha = np.ones((height, width, 1), np.float32)
        self._linear.write(np.ascontiguousarray(np.concatenate((defocus.picture, alpha), axis=2)))

    @property
    def _groups(self) -> tuple[int, int]:
        return -(-self.camera.width_px // GROUP), -(-self.camera.height_px // GROUP)

    def _texture(self, components: int) -> "moderngl.Texture":
        size = (self.camera.width_px, self.camera.height_px)
        return self.context.texture(size, components, dtype="f4")

    @cached_property
    def _behind(self) -> "moderngl.Texture":
        return self._texture(4)

    @cached_property
    def _linear(self) -> "moderngl.Texture":
        return self._texture(4)

    @cached_property
    def _depth(self) -> "moderngl.Texture":
        return self._texture(2)

    @cached_property
    def _target(self) -> "moderngl.Framebuffer":
        return self.context.framebuffer([self._linear])

    @cached_property
    def _tones(self) -> "moderngl.Buffer":
        return self.context.buffer(tone_table())

    @cached_property
    def _bytes(self) -> "moderngl.Buffer":
        return self.context.buffer(reserve=4 * self.camera.width_px * self.camera.height_px)

    @cached_property
    def _developing(self) -> "moderngl.ComputeShader":
        steps = len(tone_table())
        return self.context.compute_shader(developing_source(self.camera, steps, WHITE))
