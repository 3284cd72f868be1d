"""Pictures of the built-in digital human, made by mien's own rasteriser."""

from mien.render.light import Light
from mien.render.portrait import Portrait

__all__ = ["Light", "Portrait"]
