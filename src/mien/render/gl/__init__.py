"""The gpu quality: the portrait's own kernels, translated to GLSL and run by OpenGL."""

from mien.render.gl.context import check_driver, driver_name
from mien.render.gl.painter import GlPainter

__all__ = ["GlPainter", "check_driver", "driver_name"]
