"""Everything that a user may choose for pictures of a performance."""

from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import numpy as np
from jaxtyping import Float

from mien.core.errors import UsageError
from mien.core.nearest import unknown_name
from mien.render.camera import VIEWS, Camera, camera_for
from mien.render.staging import Staging

RENDER_QUALITIES = ("fast", "portrait", "gpu", "cinema")
"""``fast`` for footage, ``portrait`` for people to look at, ``gpu`` the same drawn by a graphics
card, ``cinema`` drawn by Blender."""

POSES = ("auto", "relative", "absolute")
"""Head and gaze as differences from the usual pose, or as the input says; ``auto`` takes the
differences where a camera saw the face."""

_SIZES_PX = (16, 8192)
_FASTEST = 1000
_MOST_SAMPLES = 4096


@dataclass(frozen=True)
class RenderSettings:
    """Choices for one rendering; the defaults are what most people want."""

    person: str | None = None
    """Name of a built-in person; None takes that of the demo."""

    quality: str = "portrait"
    view: str = "face"
    staging: Staging = field(default_factory=Staging)
    width_px: int = 512
    height_px: int = 512
    rate: Fraction = Fraction(60)
    frames: tuple[int, int] | None = None
    """First frame, and the one after the last; None for all."""

    stills_s: tuple[float, ...] = ()
    """Times of single pictures; with any, no video is made."""

    master: bool = False
    """Whether to write a lossless video too."""

    pose: str = "auto"
    seed: int = 0
    workers: int | None = None
    """Processes; None decides by the work and the cores."""

    blender: Path | None = None
    """Blender, or a Python that has bpy, for ``cinema``."""

    samples: int = 48
    """Light paths per pixel of ``cinema``."""

    def __post_init__(self) -> None:
        """Refuse what cannot be drawn."""
        for what, name, known in (
            ("a quality", self.quality, RENDER_QUALITIES),
            ("a view", self.view, VIEWS),
            ("a pose", self.pose, POSES),
        ):
            if name not in known:
                raise UsageError(unknown_name(what, name, known))
        low, high = _SIZES_PX
        if not (low <= self.width_px <= high and low <= self.height_px <= high):
            msg = (
                f"Expected a size of {low}x{low} to {high}x{high} pixels, "
                f"but got {self.width_px}x{self.height_px}."
            )
            raise UsageError(msg)
        if not 0 < self.rate <= _FASTEST:
            msg = f"Expected a rate of at most {_FASTEST} frames per second, but got {self.rate}."
            raise UsageError(msg)
        if self.frames is not None and not 0 <= self.frames[0] < self.frames[1]:
            msg = f"Expected frames a:b with 0 <= a < b, but got {self.frames[0]}:{self.frames[1]}."
            raise UsageError(msg)
        if self.stills_s and (self.frames is not None or self.master):
            msg = "Expected either stills or a video. Leave out --still, or --frames and --master."
            raise UsageError(msg)
        if self.staging.f_stop is not None and self.quality == "fast":
            msg = (
                f"Expected portrait, gpu or cinema quality for depth of field, but got "
                f"{self.quality}. Leave out --f-stop, or choose --quality portrait."
            )
            raise UsageError(msg)
        if not 1 <= self.samples <= _MOST_SAMPLES:
            msg = f"Expected 1 to {_MOST_SAMPLES} samples per pixel, but got {self.samples}."
            raise UsageError(msg)

    def camera(self, eyes_m: Float[np.ndarray, "2 3"]) -> Camera:
        """Place the camera before a pair of eyes.

        Raises:
            UsageError: a lens or a place that no camera has.
        """
        return camera_for(
            eyes_m,
            width_px=self.width_px,
            height_px=self.height_px,
            view=self.view,
            lens_mm=self.staging.lens_mm,
            yaw_rad=self.staging.yaw_rad,
            pitch_rad=self.staging.pitch_rad,
        )
