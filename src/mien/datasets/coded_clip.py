"""One row of a corpus: a movement of a face, how it was coded, and where its pictures are."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

from mien.core.errors import UsageError
from mien.core.facs import EMOTIONS
from mien.core.facs_code import UNKNOWN_CODE, FacsCode
from mien.core.track import EventKind

VALENCES = ("negative", "positive")
"""Labels of corpora that tell no finer than this (SMIC, CAS(ME)^2, 4DME)."""

CLIP_LABELS: tuple[str, ...] = (*EMOTIONS, *VALENCES)
"""Every label that a clip can have."""


@dataclass(frozen=True)
class FlowPicture:
    """A picture that holds optical flow, as it circulates in place of the clips."""

    path: Path
    channels: tuple[str, ...]
    """What red, green and blue (of an array: its last axis) hold: ``u`` (right), ``v`` (down) and
    ``strain``, or two of them without strain; ``-u`` and ``-v`` are turned round."""

    ranges: tuple[tuple[float, float], ...] | None = None
    """Values of the darkest and the brightest grey of each channel, in px of a 256 px face (strain
    in px a cell); None where each was stretched to its own range and nobody wrote that down, so
    that zero and scale are lost, and for pixels."""

    pixels: bool = False
    """Whether the file holds pixels themselves, as an array of floats does."""

    registered: bool = False
    """Whether the face lies as the canonical one does, so that nothing is to be fitted."""


@dataclass(frozen=True)
class CodedClip:
    """One micro- or macro-expression of a corpus.

    Frames are counted by the numbers in the names of the pictures (of a video file from 1), as the
    tables count them, and are inclusive.
    """

    corpus: str
    subject: str
    """As the table writes it."""

    subject_key: str
    """Corpus and person, such as ``casme2/sub01``; the same for a person in two parts."""

    name: str
    """As the table writes it."""

    key: str
    """Corpus, subject and clip, such as ``casme2/sub01/EP02_01f``; each once."""

    frames: Path | None = None
    """Folder of numbered pictures, or a video file; None where it is not on disk."""

    first_frame: int | None = None
    """Smallest number on disk; None where not known."""

    last_frame: int | None = None
    rate: Fraction | None = None
    """Frames a second; None where the video file itself tells, and for a flow picture."""

    onset: int | None = None
    """None where not coded, or where the coding contradicts itself; as are apex and offset."""

    apex: int | None = None
    offset: int | None = None
    code: FacsCode = UNKNOWN_CODE
    emotion: str | None = None
    """One of :data:`CLIP_LABELS`; None where none is coded or the word is not known."""

    emotion_as_written: str = ""
    objective_class: int | None = None
    """1 to 7 after Davison et al. 2018; None where not coded."""

    kind: EventKind = EventKind.MICRO
    uncut: Path | None = None
    """Folder or file of the whole recording, numbered alike; None where it is not on disk."""

    part: str = ""
    """Part of the corpus, such as ``A`` of CAS(ME)^3."""

    source: str = ""
    """Name of the table."""

    row: int = 0
    """Row of the table as a spreadsheet counts them, from 1."""

    remarks: tuple[str, ...] = ()
    """What was odd, corrected or clamped."""

    peaks: Mapping[int, float] | None = field(default=None, compare=False)
    """Activation at the apex by FACS number, 0..1; None where only occurrence is coded."""

    flow: FlowPicture | None = None
    """For a clip that exists as a picture of its flow only."""

    def __post_init__(self) -> None:
        """Refuse a label and times that no clip can have."""
        if self.emotion is not None and self.emotion not in CLIP_LABELS:
            msg = f"Expected a label among {', '.join(CLIP_LABELS)}, but got {self.emotion!r}."
            raise UsageError(msg)
        known = [one for one in (self.onset, self.apex, self.offset) if one is not None]
        if known != sorted(known):
            msg = (
                f"Expected onset <= apex <= offset in {self.key}, but got "
                f"{self.onset}, {self.apex}, {self.offset}."
            )
            raise UsageError(msg)

    @property
    def duration_s(self) -> float | None:
        """Seconds from onset to offset; None where one of them or the rate is not known."""
        if self.onset is None or self.offset is None or self.rate is None:
            return None
        return float((self.offset - self.onset) / self.rate)
