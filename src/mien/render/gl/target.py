"""Where triangles are rasterised: two numbers a pixel, the nearest triangle's."""

import typing
from dataclasses import dataclass
from functools import cached_property

if typing.TYPE_CHECKING:
    import moderngl


@dataclass(frozen=True)
class Target:
    """A picture of two numbers a pixel with its depth buffer."""

    context: "moderngl.Context"
    width_px: int
    height_px: int

    @cached_property
    def numbers(self) -> "moderngl.Texture":
        """What was drawn."""
        return self.context.texture((self.width_px, self.height_px), 2, dtype="f4")

    @cached_property
    def buffer(self) -> "moderngl.Framebuffer":
        """Numbers and depths."""
        depth = self.context.depth_texture((self.width_px, self.height_px))
        return self.context.framebuffer([self.numbers], depth)

    def begin(self, nothing: float) -> None:
        """Draw here from now on: faces turned to the eye, the nearest one on top.

        ``nothing`` is the first number where no triangle falls; the second is 0.
        """
        context = self.context
        self.buffer.use()
        self.buffer.viewport = (0, 0, self.width_px, self.height_px)
        self.buffer.clear(nothing, 0.0, 0.0, 0.0, depth=1.0)
        context.enable_only(context.DEPTH_TEST | context.CULL_FACE)
        context.depth_func = "<"
        context.front_face = "cw"  # rows run down in the picture and up in OpenGL
