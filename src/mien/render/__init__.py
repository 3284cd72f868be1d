"""Pictures of the built-in digital human, made by mien's own rasteriser."""

from mien.render.camera import VIEWS
from mien.render.compose import ResultComposer
from mien.render.contact import contact_sheet
from mien.render.light import Light
from mien.render.portrait import QUALITIES, Portrait

__all__ = ["QUALITIES", "VIEWS", "Light", "Portrait", "ResultComposer", "contact_sheet"]
