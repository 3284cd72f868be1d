"""Everything that a user may choose for the main job."""

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from mien.core.label_statistics import DEFAULT_PRIOR
from mien.recognition.sensitivity import DEFAULT_CONFIDENCE

PACKAGED, ALONE = "packaged", "none"


@dataclass(frozen=True)
class RunSettings:
    """Choices for one run; the defaults are what most people want."""

    face: int | None = None
    """Number of the face to read, counted from 0 by size; None takes the largest."""

    rate: Fraction | None = None
    """Frames per second of a folder of images; a video file has its own time stamps."""

    prior: str = DEFAULT_PRIOR
    """Label statistics for the emotion posterior."""

    recogniser: str = PACKAGED
    """Trained networks that judge each movement: ``packaged`` for those that come with mien, the
    folder of others, or ``none`` for analysis by synthesis alone."""

    neutral: tuple[float, float] | Path | None = None
    """Where the face is neutral: seconds of the video from and to, or a picture or short video of
    the same person; None looks for it in the video."""

    confidence: float = DEFAULT_CONFIDENCE
    """Probability of being true that a brief movement must reach to be reported, 0..1."""

    rig: str = "arkit52"
    quality: str = "fast"
    """Render quality: ``fast`` or ``portrait``."""

    render_size_px: int = 448
    """Height of the pictures in render.mp4."""

    loop: bool = True
    """Read the rendered digital human back and compare."""

    face_model: Path | None = None
    """Folder or .task file with the landmark models."""

    use_cache: bool = True
    seed: int = 0
    camera_duration_s: float = 10.0
    """Seconds to record when the source is a camera."""
