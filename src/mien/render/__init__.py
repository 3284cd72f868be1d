"""Pictures of the built-in digital human, made by mien's own rasteriser."""

from mien.render.backdrop import BACKGROUNDS
from mien.render.camera import VIEWS
from mien.render.compose import ResultComposer
from mien.render.contact import contact_sheet, level_sheet
from mien.render.light import Light
from mien.render.lights import LIGHTS, light_named
from mien.render.portrait import QUALITIES, Portrait
from mien.render.staging import Staging

__all__ = [
    "BACKGROUNDS",
    "LIGHTS",
    "QUALITIES",
    "VIEWS",
    "Light",
    "Portrait",
    "ResultComposer",
    "Staging",
    "contact_sheet",
    "level_sheet",
    "light_named",
]
