"""What a report shows, as plain nouns; whoever has the numbers fills them in."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np
from jaxtyping import Float

from mien.core.arrays import ImageRgb
from mien.core.errors import UsageError
from mien.core.facs import Channel
from mien.core.provenance import Provenance
from mien.core.track import ActionUnitTrack, Event


@dataclass(frozen=True)
class SourceFacts:
    """The video that was read."""

    name: str
    """File name without its folder, or a word for a camera."""

    width_px: int
    height_px: int
    rate: Fraction | None = None
    """Frames per second as the container says; None where it varies."""

    frame_count: int | None = None
    duration_s: float | None = None
    rotation_deg: int = 0
    """Turn that the container asks for."""

    face_model: str = ""
    """Kind of the landmark models, such as ``official`` or ``wheel``."""


@dataclass(frozen=True)
class EventDetail:
    """One event with the pictures and numbers behind it."""

    event: Event
    face_id: int = 0
    onset_rgb: ImageRgb | None = None
    """Aligned face at the onset; all three of one size."""

    apex_rgb: ImageRgb | None = None
    offset_rgb: ImageRgb | None = None
    flow_px: Float[np.ndarray, "row column 2"] | None = None
    """Motion at the apex (x right, y down) on an even grid over the apex picture, in its pixels."""

    noise_px: float = float("nan")
    """Noise of one cell of the motion, in the same pixels; smaller arrows are not drawn."""

    cosines: Mapping[str, float] = field(default_factory=dict)
    """Cosine of the motion with each candidate, best first, by name such as ``AU12 both``."""


@dataclass(frozen=True)
class ExportRoute:
    """One file for an engine, read back and compared with the curves."""

    name: str
    file: str = ""
    max_error: float = float("nan")
    """Largest difference of any control at any time, in the control's own 0..1."""

    rms_error: float = float("nan")
    note: str = ""


@dataclass(frozen=True)
class LoopRow:
    """One channel read from the video against the same read from the rendered digital human."""

    channel: Channel
    correlation: float
    """Pearson, over time; NaN where undefined."""

    apex_shift_s: float
    """Apex in the rendered video minus apex in the source."""

    note: str = ""


@dataclass(frozen=True)
class TruthRow:
    """A planned event against the one found for it; None for what is not there."""

    planned: Event | None
    found: Event | None

    def __post_init__(self) -> None:
        """Refuse a row about nothing."""
        if self.planned is None and self.found is None:
            msg = "Expected a planned event, a found one or both, but got neither."
            raise UsageError(msg)


@dataclass(frozen=True)
class Refusal:
    """A movement that was seen and is not reported."""

    apex_s: float
    reason: str


@dataclass(frozen=True)
class StageTiming:
    """What one stage cost."""

    stage: str
    cpu_ms_per_frame: float


@dataclass(frozen=True)
class ReportContent:
    """Everything on one report."""

    title: str
    source: SourceFacts
    tracks: Mapping[int, ActionUnitTrack] = field(default_factory=dict)
    """By face id; empty where no face was found."""

    details: tuple[EventDetail, ...] = ()
    """Events to show at length; the others of the tracks appear in the table."""

    summary: tuple[str, ...] = ()
    """Sentences to stand first; by default the events are counted."""

    warnings: tuple[str, ...] = ()
    refused: tuple[Refusal, ...] = ()
    smallest: Mapping[int, float] = field(default_factory=dict)
    """Activation from which on a brief movement of each unit would have been found."""

    routes: tuple[ExportRoute, ...] = ()
    loop: tuple[LoopRow, ...] = ()
    truth: tuple[TruthRow, ...] = ()
    timings: tuple[StageTiming, ...] = ()
    provenance: Provenance = field(default_factory=Provenance)
    """Versions, models with their hashes, settings and seed."""

    why_empty: str = ""
    """Why there is no face, in a sentence; shown when there is no track."""
