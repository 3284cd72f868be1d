"""Pictures of the built-in digital human, made by mien's own rasteriser."""

from mien.render.camera import View
from mien.render.compose import ResultComposer
from mien.render.contact import contact_sheet
from mien.render.light import Light
from mien.render.portrait import Portrait, Quality

__all__ = ["Light", "Portrait", "Quality", "ResultComposer", "View", "contact_sheet"]
