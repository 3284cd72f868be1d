"""What reads a flow image without ever having seen a labelled one: the sources of zero-shot."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
from jaxtyping import Bool, Float
from scipy.special import logsumexp

from mien.core.movement_statistics import movement_statistics
from mien.recognition.flow_companions import sharpened
from mien.recognition.flow_emotion import CLASS_OF, FLOW_CLASSES, class_logits, unit_evidence
from mien.recognition.flow_scores import unit_cosines, unit_shares
from mien.recognition.fusion import packaged_recogniser
from mien.recognition.model_card import RecogniserCard

FUSED = "fused"

USUAL_PX = 0.5
"""Of a face of 256 px: about what micro-expressions move, given to flow whose size is lost."""


@dataclass(frozen=True)
class RegisteredFlow:
    """Flow images laid onto the canonical face."""

    flow: Float[np.ndarray, "picture 28 28 2"]
    """u (right) and v (down)."""

    strain: Float[np.ndarray, "picture 28 28"]
    """Of this flow."""

    sized: Bool[np.ndarray, " picture"]
    """Whether the flow is in pixels; else the picture has a unit of its own, such that the length
    of its motion in the mean of the face is :data:`USUAL_PX`."""

    def __len__(self) -> int:
        """Count the pictures."""
        return len(self.flow)


@dataclass(frozen=True)
class SourceReading:
    """What one source says of pictures."""

    units: Float[np.ndarray, "picture unit"]
    """A score of each of :data:`~mien.recognition.atoms.READ_UNITS`; only its order matters."""

    classes: Float[np.ndarray, "picture class"]
    """Logits of :data:`~mien.recognition.flow_emotion.FLOW_CLASSES`."""

    features: Float[np.ndarray, "picture feature"]
    """What a machine that learns from labelled pictures gets of it."""


@runtime_checkable
class ZeroShotSource(Protocol):
    """Reads each picture on its own; whatever joins has this one method."""

    @property
    def name(self) -> str:
        """As tables print it."""

    @property
    def stems_from(self) -> tuple[str, ...]:
        """Names of the label statistics, and of corpora, that it was made from."""

    def read(self, faces: RegisteredFlow, prior: str) -> SourceReading:
        """Score pictures; classes by the label statistics of that name."""


@dataclass(frozen=True)
class CosineSource:
    """Cosine with the motion of every unit of the head."""

    name: str = "cosine"
    sharp: bool = False
    stems_from: tuple[str, ...] = ()

    def read(self, faces: RegisteredFlow, prior: str) -> SourceReading:
        """Score pictures."""
        scores = unit_cosines(faces.flow, sharp=self.sharp)
        return SourceReading(scores, class_logits(unit_evidence(scores), prior), scores)


@dataclass(frozen=True)
class ShareSource:
    """Shares of the units that explain the flow together, none negative."""

    name: str = "sharp shares"
    sharp: bool = True
    stems_from: tuple[str, ...] = ()

    def read(self, faces: RegisteredFlow, prior: str) -> SourceReading:
        """Score pictures."""
        shares = unit_shares(faces.flow, sharp=self.sharp)
        # Most shares are exactly 0; the cosine orders those pictures without saying more.
        scores = shares + 1e-3 * unit_cosines(faces.flow, sharp=self.sharp)
        return SourceReading(scores, class_logits(unit_evidence(shares), prior), shares)


@dataclass(frozen=True)
class NetworkSource:
    """The packaged network on flow images; it learned from flow of the head alone."""

    name: str = "network"

    @property
    def stems_from(self) -> tuple[str, ...]:
        """Label statistics and corpora behind its training, as its card says."""
        card = packaged_recogniser().card
        return (*card.priors, *card.corpora)

    def read(self, faces: RegisteredFlow, prior: str) -> SourceReading:
        """Score pictures; the classes are those that it learned, whatever the prior."""
        del prior
        recogniser = packaged_recogniser()
        said = recogniser.image.images(faces.flow)
        return SourceReading(
            said.units, classes_of_emotions(said.emotion, recogniser.card), said.features
        )


def zero_shot_sources() -> tuple[ZeroShotSource, ...]:
    """Give every source that there is."""
    return (
        CosineSource(),
        CosineSource("sharp cosine", sharp=True),
        ShareSource(),
        NetworkSource(),
    )


def classes_of_emotions(
    logs: Float[np.ndarray, "picture emotion"], card: RecogniserCard
) -> Float[np.ndarray, "picture class"]:
    """Add emotions up to :data:`~mien.recognition.flow_emotion.FLOW_CLASSES`, as logits.

    Every class is taken to be equally likely beforehand, so its share among what the network
    learned from is divided out.
    """
    place = np.array([FLOW_CLASSES.index(CLASS_OF[one]) for one in card.classes])
    usual = np.array([emotion_share(one, card.priors) for one in card.classes])
    columns = [
        logsumexp(logs[:, place == one], axis=1) - np.log(usual[place == one].sum())
        for one in range(len(FLOW_CLASSES))
    ]
    return np.stack(columns, axis=1)


def emotion_share(emotion: str, priors: Sequence[str]) -> float:
    """How often an emotion is drawn where a set is drawn from some priors in turn."""
    shares = []
    for prior in priors:
        statistics = movement_statistics(prior)
        clips = {
            one: statistics.counts[one].clips if statistics.counts else 1
            for one in statistics.emotions
        }
        shares.append(clips.get(emotion, 0) / sum(clips.values()))
    return float(np.mean(shares))


def fuse_readings(readings: Sequence[SourceReading], prior: str) -> SourceReading:
    """Add what sources say with equal weights, then let units that go together help each other.

    Scores of each unit, and logits of the classes, are first brought to one spread over the
    pictures, which needs no label.
    """
    units = np.mean([standardised(one.units, axis=0) for one in readings], axis=0)
    classes = np.mean([standardised(one.classes) for one in readings], axis=0)
    return SourceReading(
        units=sharpened(2 * units, prior),
        classes=classes,
        features=np.concatenate([one.features for one in readings], axis=1),
    )


def standardised(
    values: Float[np.ndarray, "picture column"], axis: int | None = None
) -> Float[np.ndarray, "picture column"]:
    """Bring columns, or logits about each picture's mean, to a spread of 1."""
    centred = values - values.mean(axis=1 if axis is None else axis, keepdims=True)
    spread = centred.std(axis=axis, keepdims=True)
    standardised: Float[np.ndarray, "picture column"] = centred / np.where(spread > 0, spread, 1.0)
    return standardised
