"""What three recognisers say of one movement, and what that comes to together.

Analysis by synthesis compares the motion with the head's; a small network reads the motion from
onset to apex; the network of the paper reads the whole course. None is chosen for having been
right more often: each is calibrated, and the mean of their logarithms of odds counts.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from jaxtyping import Float
from scipy.special import expit, log_softmax, softmax

from mien.recognition.flow_network import FlowNetwork, NetworkSaid
from mien.recognition.flow_scores import unit_cosines, unit_shares
from mien.recognition.model_card import RecogniserCard, packaged_folder, read_card

SYNTHESIS, IMAGE, VOLUME = "analysis by synthesis", "flow image", "flow volume"
"""Names of the three."""


@dataclass(frozen=True)
class Opinions:
    """What one recogniser says of clips, calibrated."""

    units: Float[np.ndarray, "clip unit"]
    """Logarithm of the odds of each unit."""

    emotion: Float[np.ndarray, "clip class"] | None
    """Logarithm of each emotion's probability; None where it says nothing of emotions."""


@dataclass(frozen=True)
class Verdict:
    """What the recognisers say of clips together."""

    units: Float[np.ndarray, "clip unit"]
    """Probability of each unit."""

    emotion: Float[np.ndarray, "clip class"]
    """Probability of each emotion of the card."""

    opinions: Mapping[str, Opinions]
    """By the recogniser's name."""

    features: Float[np.ndarray, "clip feature"]
    """Of the network on flow images."""

    times: Float[np.ndarray, "clip 3"] | None
    """Onset, apex and offset in 0..1 of the volumes; None without volumes."""


class TrainedRecogniser:
    """The three recognisers of a folder, ready to read flow on the canonical face."""

    def __init__(self, folder: Path | None = None) -> None:
        """Load the networks that come with mien, or those of another folder.

        Raises:
            MissingError: a file is not there.
            FormatError: a file is cut short, of another version, or has other units.
        """
        cards = read_card(folder or packaged_folder())
        self.card: RecogniserCard = cards.card
        self.image = FlowNetwork(cards, "image")
        self.volume = FlowNetwork(cards, "volume")

    @property
    def sha256(self) -> dict[str, str]:
        """Of the networks, by file name."""
        return {one.file: one.sha256 for one in self.card.networks}

    @property
    def steps(self) -> int:
        """Pictures of a volume."""
        return self.volume.steps

    def read(
        self,
        images_px: Float[np.ndarray, "clip 28 28 2"],
        volumes_px: Float[np.ndarray, "clip step 28 28 2"] | None = None,
    ) -> Verdict:
        """Read clips by their flow from onset to apex and, where there is one, their course.

        Args:
            images_px: flow on the canonical face, in pixels of any size.
            volumes_px: flow of :attr:`steps` even steps from rest to rest, against rest.
        """
        image = self.image.images(images_px)
        volume = None if volumes_px is None else self.volume.volumes(volumes_px)
        numbers = raw_opinions(images_px, image, volume)
        opinions = {
            name: calibrated(self.card, name, units, emotion)
            for name, (units, emotion) in numbers.items()
        }
        units, emotion = fused(self.card, opinions)
        return Verdict(
            units=units,
            emotion=emotion,
            opinions=opinions,
            features=image.features,
            times=None if volume is None else volume.times,
        )


@cache
def packaged_recogniser() -> TrainedRecogniser:
    """Load the networks that come with mien, once."""
    return TrainedRecogniser()


def raw_opinions(
    images_px: Float[np.ndarray, "clip 28 28 2"],
    image: NetworkSaid,
    volume: NetworkSaid | None,
) -> dict[str, tuple[Float[np.ndarray, "clip unit number"], Float[np.ndarray, "clip c"] | None]]:
    """Give each recogniser's numbers for every unit, and its logarithms of the emotions."""
    likeness = np.stack([unit_cosines(images_px), unit_shares(images_px)], axis=-1)
    found: dict[str, tuple[np.ndarray, np.ndarray | None]] = {
        SYNTHESIS: (likeness, None),
        IMAGE: (image.units[..., None], image.emotion),
    }
    if volume is not None:
        found[VOLUME] = (volume.units[..., None], volume.emotion)
    return found


def calibrated(
    card: RecogniserCard,
    name: str,
    units: Float[np.ndarray, "clip unit number"],
    emotion: Float[np.ndarray, "clip class"] | None,
) -> Opinions:
    """Turn one recogniser's numbers into logarithms of odds."""
    rule = card.sources[name]
    odds = units @ np.asarray(rule.slopes) + np.asarray(rule.offsets)
    said = None if emotion is None else log_softmax(rule.emotion_sharpness * emotion, axis=1)
    return Opinions(odds, said)


def fused(
    card: RecogniserCard, opinions: Mapping[str, Opinions]
) -> tuple[Float[np.ndarray, "clip unit"], Float[np.ndarray, "clip class"]]:
    """Give the probabilities that the mean of the opinions comes to."""
    odds = np.mean([one.units for one in opinions.values()], axis=0)
    units = expit(card.fused_slope * odds + np.asarray(card.fused_offsets))
    said = [one.emotion for one in opinions.values() if one.emotion is not None]
    emotion = softmax(card.emotion_sharpness * np.mean(said, axis=0), axis=1)
    return units, emotion
