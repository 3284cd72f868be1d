"""What a system under test is: learns from labelled clips, then predicts what it is shown."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol, runtime_checkable

import numpy as np
from jaxtyping import Float

from mien.core.track import Event
from mien.datasets.clips import Clips, LabelledClips, LabelledVideo, Video
from mien.work import Progress


class SystemTask(StrEnum):
    """What a system does; figures of different tasks cannot be compared."""

    RECOGNITION = "recognition"
    """One prediction for a cut clip."""

    SPOTTING = "spotting"
    """Intervals in an uncut video."""


@dataclass(frozen=True)
class Predictions:
    """What a recogniser says of clips; None for what it does not say."""

    emotion: Float[np.ndarray, "clip class"]
    """Probabilities, rows sum to 1."""

    units: Float[np.ndarray, "clip unit"] | None = None
    """Probability that each unit of the training labels occurs."""

    unit_intensity: Float[np.ndarray, "clip unit"] | None = None
    """Activation at the apex, 0..1."""

    times: Float[np.ndarray, "clip 3"] | None = None
    """Onset, apex and offset in 0..1 of the window."""

    step_units: Float[np.ndarray, "clip step unit"] | None = None
    """Activation of each unit at each picture, 0..1, from which curves are made."""


@dataclass(frozen=True)
class Budget:
    """What a system may spend; every table says it."""

    width: int = 64
    """Channels of the first stage of a residual backbone; 64 is the full network."""

    max_epochs: int = 100
    """A system whose own default is less keeps its own."""

    precision: str = "fp32"
    """``fp32`` or ``bf16``."""

    device: str = "cpu"


@runtime_checkable
class RecognitionSystem(Protocol):
    """Predicts emotion (and units, times) of cut clips."""

    def fit(self, clips: LabelledClips, *, seed: int, progress: Progress) -> None:
        """Learn from clips; nothing else may be looked at."""
        ...

    def predict(self, clips: Clips) -> Predictions:
        """Predict clips, each on its own: the others must not matter."""
        ...


@runtime_checkable
class SpottingSystem(Protocol):
    """Finds events in uncut videos."""

    def fit(self, videos: Sequence[LabelledVideo], *, seed: int, progress: Progress) -> None:
        """Learn from videos; a method without training does nothing."""
        ...

    def spot(self, video: Video) -> tuple[Event, ...]:
        """Find events, in seconds on the clock of the video."""
        ...


def _nothing() -> str:
    return ""


@dataclass(frozen=True)
class SystemSpec:
    """A system with what tables say of it; a plug-in registers one under ``mien.systems``."""

    name: str
    """As printed in tables."""

    task: SystemTask
    category: str
    """``hand-crafted``, ``deep-learning`` or ``ours``."""

    summary: str
    """One sentence: what it does, and what differs from the publication."""

    source: str
    """The publication."""

    inputs: tuple[str, ...]
    """Names of the inputs that it reads (see :mod:`mien.datasets.inputs`); for a spotter
    ``faces``, ``landmarks_px`` or ``unit_curves``."""

    build: Callable[[Budget], RecognitionSystem | SpottingSystem]
    paper: Mapping[str, float] = field(default_factory=dict)
    """Figures that the paper prints for it, in percent: accuracy, f1, kfold, loso."""

    made_from: Callable[[], str] = _nothing
    """What else its results depend on, such as the sha256 of weights that it starts from; empty
    for nothing. Results of different ones are never mixed."""
