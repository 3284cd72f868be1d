"""One frame with its true time, and what is known of a video before it is decoded."""

from dataclasses import dataclass
from fractions import Fraction

from mien.core.arrays import ImageRgb


@dataclass(frozen=True)
class Frame:
    """One picture, upright as its file says, with the time at which it is shown."""

    index: int
    """Position among the frames of the source, from 0; frames left out are not counted."""

    time_s: float
    """Seconds on the clock of the source."""

    rgb: ImageRgb
    """8 bit, full range."""

    key: bool = False
    """Whether the file holds this picture whole, not as a change against others."""


@dataclass(frozen=True)
class VideoInfo:
    """What a source says of itself, read without decoding it all."""

    name: str
    """Name of the file or folder, without where it lies."""

    width_px: int
    """Width of the frames as given out, after rotation."""

    height_px: int
    """Height of the frames as given out, after rotation."""

    rate: Fraction
    """Frames per second: the nominal rate where frames are evenly spaced, else 1 / median step."""

    variable_rate: bool
    """Whether steps between frames differ by more than a tenth of the median step."""

    frame_count: int | None
    """Number of frames; None where only decoding would tell."""

    duration_s: float | None
    """Seconds from the first frame to the end of the last; None where unknown."""

    rotation_deg: int
    """Counter-clockwise turn that was applied because the file asks for it: 0, 90, 180 or 270."""

    pixel_format: str
    """The name of the stored pixel format, such as yuv420p10le."""

    source: str
    """Path of the file or folder."""
