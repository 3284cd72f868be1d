"""Clips and uncut videos as recognisers get them: arrays by name, labels apart."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from jaxtyping import Float, Int, Shaped

from mien.core.errors import UsageError
from mien.core.track import Event

ONSET, APEX, OFFSET = 0, 1, 2
"""Columns of the times of a clip."""


@dataclass(frozen=True)
class Clips:
    """Clips without labels: what a recogniser is given to predict.

    The arrays may be memory-mapped and are never copied as a whole; ``rows`` says which of their
    rows these clips are.
    """

    names: tuple[str, ...]
    """Corpus, subject and clip, such as ``casme2/sub01/EP02_01f``; each once."""

    subjects: tuple[str, ...]
    """Corpus and subject, so that equal numbers of two corpora are two people."""

    arrays: Mapping[str, Shaped[np.ndarray, "..."]]
    """By input name, see :mod:`mien.datasets.inputs`; the first axis is the row."""

    rows: Int[np.ndarray, " clip"]

    def __post_init__(self) -> None:
        """Refuse clips of other numbers than rows, and one that is there twice."""
        if not len(self.names) == len(self.subjects) == len(self.rows):
            msg = (
                f"Expected as many names as subjects and rows, but got {len(self.names)}, "
                f"{len(self.subjects)} and {len(self.rows)}."
            )
            raise UsageError(msg)
        if len(set(self.names)) < len(self.names):
            twice = next(name for name in self.names if self.names.count(name) > 1)
            msg = f"Expected every clip once, but {twice} is there twice."
            raise UsageError(msg)

    def __len__(self) -> int:
        """Count the clips."""
        return len(self.rows)

    def take(self, positions: Sequence[int] | Int[np.ndarray, " some"]) -> "Clips":
        """Give some of the clips, by their positions among these."""
        return replace(
            self,
            names=tuple(self.names[i] for i in positions),
            subjects=tuple(self.subjects[i] for i in positions),
            rows=self.rows[np.asarray(positions, np.int64)],
        )

    def read(
        self, name: str, positions: Sequence[int] | Int[np.ndarray, " some"] | None = None
    ) -> Shaped[np.ndarray, "..."]:
        """Read one input of some of the clips, all of them when not said.

        Raises:
            UsageError: the corpus was prepared without that input.
        """
        if name not in self.arrays:
            known = ", ".join(sorted(self.arrays)) or "nothing"
            msg = (
                f"Expected the input {name!r} of the clips, but they were prepared with {known}. "
                "Prepare the corpus again with that input."
            )
            raise UsageError(msg)
        chosen = self.rows if positions is None else self.rows[np.asarray(positions, np.int64)]
        return np.asarray(self.arrays[name][chosen])


@dataclass(frozen=True)
class Labels:
    """What is known of each clip."""

    classes: tuple[str, ...]
    """Names of the emotion classes of the labelling scheme in use, in the order of scores."""

    emotion: Int[np.ndarray, " clip"]
    """Position among the classes; -1 where the clip has none of them."""

    unit_numbers: tuple[int, ...]
    """FACS numbers of the columns of ``units``."""

    units: Float[np.ndarray, "clip unit"]
    """1 where coded, 0 where not; NaN where the coding says that it is not known."""

    times: Float[np.ndarray, "clip 3"]
    """Onset, apex and offset in 0..1 of the clip's window; NaN where not coded."""

    window_s: Float[np.ndarray, " clip"]
    """Length of each clip's window in seconds."""

    intensity: Float[np.ndarray, "clip unit"] | None = None
    """Activation of each unit at the apex, 0..1; NaN where not known, None where nobody coded any.
    """

    def take(self, positions: Sequence[int] | Int[np.ndarray, " some"]) -> "Labels":
        """Give the labels of some of the clips."""
        chosen = np.asarray(positions, np.int64)
        return replace(
            self,
            emotion=self.emotion[chosen],
            units=self.units[chosen],
            times=self.times[chosen],
            window_s=self.window_s[chosen],
            intensity=None if self.intensity is None else self.intensity[chosen],
        )


@dataclass(frozen=True)
class LabelledClips:
    """Clips with their labels: what a recogniser is given to learn from."""

    clips: Clips
    labels: Labels

    def __len__(self) -> int:
        """Count the clips."""
        return len(self.clips)

    def take(self, positions: Sequence[int] | Int[np.ndarray, " some"]) -> "LabelledClips":
        """Give some of the clips with their labels."""
        return LabelledClips(self.clips.take(positions), self.labels.take(positions))


@dataclass(frozen=True)
class Video:
    """One uncut video without labels: what a spotter is given.

    Faces are aligned by one similarity a frame that follows the smoothed head, as
    :mod:`mien.faces` does it, so that only the face itself moves.
    """

    name: str
    subject: str
    rate: float
    """Frames a second, evenly spaced."""

    start_s: float
    """Time of the first frame on the clock of the source."""

    faces: Shaped[np.ndarray, "frame size size"]
    """Aligned grey faces, uint8; may be memory-mapped. All zero where there is no face."""

    landmarks_px: Float[np.ndarray, "frame point 2"]
    """The 468 mesh points in pixels of the aligned face; NaN where there is no face."""

    unit_names: tuple[str, ...] = ()
    """Channels of ``unit_curves``, such as ``AU12L``."""

    unit_curves: Float[np.ndarray, "frame channel"] | None = None
    """Action units over time as mien reads them, 0..1; None when they were not prepared."""

    seen: Shaped[np.ndarray, " frame"] | None = field(default=None, repr=False)
    """Whether each frame has a face; None for all of them."""


@dataclass(frozen=True)
class LabelledVideo:
    """An uncut video with the events that were coded in it."""

    video: Video
    events: tuple[Event, ...]
    """Micro- and macro-expressions, in seconds on the clock of the video."""

    emotions: tuple[str, ...] = ()
    """Coded emotion of each event, empty where there is none; nothing where none was coded."""
