"""The lights of a portrait: key, fill, rim and the room."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float64

Colour = tuple[float, float, float]
"""Linear red, green, blue; 1 is the brightness of a white sheet in full light."""


@dataclass(frozen=True)
class Light:
    """Lamps at any distance; directions point from the face to the lamp (x to its left, y up)."""

    key_direction: tuple[float, float, float] = (-0.55, 0.55, 0.75)
    key_colour: Colour = (0.78, 0.735, 0.68)
    fill_direction: tuple[float, float, float] = (0.75, 0.1, 0.65)
    fill_colour: Colour = (0.2, 0.215, 0.235)
    rim_direction: tuple[float, float, float] = (0.62, 0.45, -0.65)
    rim_colour: Colour = (0.2, 0.21, 0.24)
    sky_colour: Colour = (0.21, 0.22, 0.24)
    """Light of the room from above."""

    ground_colour: Colour = (0.115, 0.1, 0.09)
    """Light of the room from below."""

    background_top: Colour = (0.155, 0.165, 0.18)
    background_bottom: Colour = (0.07, 0.073, 0.08)
    exposure: float = 1.0
    key_softness: float = 1.0
    """Width of the edge of the key light's shadow; 1 is that of a large softbox."""

    def table(self) -> Float64[np.ndarray, "6 3"]:
        """Give rows key, fill, rim direction (unit) and then key, fill, rim colour."""
        directions = np.array([self.key_direction, self.fill_direction, self.rim_direction])
        directions /= np.linalg.norm(directions, axis=1, keepdims=True)
        colours = np.array([self.key_colour, self.fill_colour, self.rim_colour]) * self.exposure
        return np.vstack((directions, colours))

    def room(self) -> Float64[np.ndarray, "2 3"]:
        """Give the colours of the room from above and from below."""
        return np.array([self.sky_colour, self.ground_colour]) * self.exposure
