"""How a person is staged: light, background, and where the camera stands."""

from dataclasses import dataclass

from mien.render.backdrop import check_background
from mien.render.camera import LENS_MM
from mien.render.lights import light_named


@dataclass(frozen=True)
class Staging:
    """Everything about a picture but the person, its size and its quality.

    >>> Staging(light="rembrandt", background="room").lens_mm
    85.0
    """

    light: str = "soft"
    """One of :data:`mien.render.LIGHTS`."""

    background: str = "studio"
    """One of :data:`mien.render.BACKGROUNDS`."""

    lens_mm: float = LENS_MM
    """Focal length on a full-frame camera."""

    yaw_rad: float = 0.0
    """How far the camera stands to the subject's left."""

    pitch_rad: float = 0.0
    """How far the camera stands above."""

    f_stop: float | None = None
    """Focal length over the opening of the lens; None draws everything sharp."""

    def __post_init__(self) -> None:
        """Refuse names that do not exist."""
        light_named(self.light)
        check_background(self.background)
