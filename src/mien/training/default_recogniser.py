"""From motion sets to the networks that come with mien: trained, calibrated, exported."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from jaxtyping import Float, Int
from scipy.special import expit
from torch import nn

import mien
from mien.recognition.atoms import READ_UNITS
from mien.recognition.calibration import fit_odds, fit_sharpness
from mien.recognition.flow_network import FlowNetwork
from mien.recognition.fusion import calibrated, raw_opinions
from mien.recognition.model_card import (
    CARD,
    SCHEMA,
    VERSION,
    CardFolder,
    NetworkEntry,
    RecogniserCard,
    SourceCalibration,
)
from mien.store.atomic import write_text_atomic
from mien.store.digest import sha256_of_path
from mien.training.loop_settings import LoopSettings
from mien.training.motion_export import export_motion_network
from mien.training.motion_samples import MotionSamples
from mien.training.motion_training import (
    IMAGE_LOOP,
    VOLUME_LOOP,
    MotionNetworkSettings,
    image_network,
    motion_graph,
    train_motion_network,
    volume_network,
)
from mien.work import Progress

CLASSES = ("anger", "contempt", "disgust", "fear", "happiness", "sadness", "surprise")
"""Emotions that both of the default's priors know."""

FILES = {"image": "flow_image.onnx", "volume": "flow_volume.onnx"}
_THRESHOLDS = np.arange(0.2, 0.71, 0.02)


NARROW = MotionNetworkSettings()


@dataclass(frozen=True)
class Course:
    """How both networks are trained."""

    volume: MotionNetworkSettings = NARROW
    image_loop: LoopSettings = IMAGE_LOOP
    volume_loop: LoopSettings = VOLUME_LOOP
    seed: int = 0


def train_image(samples: MotionSamples, course: Course, progress: Progress) -> nn.Module:
    """Train the small network on flow images."""
    network = image_network(len(READ_UNITS), len(CLASSES), seed=course.seed)
    loop = replace(course.image_loop, seed=course.seed)
    train_motion_network(network, samples, loop, progress=progress)
    return network


def train_volume(samples: MotionSamples, course: Course, progress: Progress) -> nn.Module:
    """Train the network of the paper on flow volumes."""
    graph = motion_graph(samples, READ_UNITS, CLASSES, course.volume.graph or "asymmetric")
    network = volume_network(graph, course.volume, seed=course.seed)
    loop = replace(course.volume_loop, seed=course.seed)
    train_motion_network(network, samples, loop, progress=progress)
    return network


def write_default(
    folder: Path,
    networks: Mapping[str, nn.Module],
    calibration: MotionSamples,
    *,
    priors: tuple[str, ...],
    training: Mapping[str, Any],
) -> RecogniserCard:
    """Export both networks, calibrate them with what analysis by synthesis says, write the card.

    Args:
        folder: of the files; the card is written last.
        networks: by kind.
        calibration: volumes of people whom no network has seen.
        priors: label statistics behind the training samples.
        training: how it was made, for the card.

    Raises:
        OutputError: the folder cannot be written.
    """
    entries = []
    steps = calibration.flow_px.shape[1]
    for kind, name in FILES.items():
        path = folder / name
        count = export_motion_network(
            networks[kind], path, steps=steps if kind == "volume" else None
        )
        entries.append(
            NetworkEntry(
                file=name,
                sha256=sha256_of_path(path),
                bytes=path.stat().st_size,
                parameters=count,
                kind=kind,
                steps=steps if kind == "volume" else 1,
            )
        )
    units = len(READ_UNITS)
    blank = RecogniserCard(
        schema_name=SCHEMA,
        version=VERSION,
        mien=mien.__version__,
        units=READ_UNITS,
        classes=CLASSES,
        networks=tuple(entries),
        sources={},
        fused_slope=1.0,
        fused_offsets=(0.0,) * units,
        emotion_sharpness=1.0,
        threshold=0.5,
        priors=priors,
        corpora=(),
        training=dict(training),
    )
    card = calibrate(CardFolder(blank, folder), calibration)
    write_text_atomic(folder / CARD, card.model_dump_json(indent=1) + "\n")
    return card


def calibrate(cards: CardFolder, samples: MotionSamples) -> RecogniserCard:
    """Fit how each recogniser's numbers become odds, and their mean probabilities.

    The second fit sees opinions of clips that the first one was fitted on without: the people are
    halved, each half's opinions come from the other half's fit.

    Args:
        cards: networks with a card that is not calibrated.
        samples: volumes of people whom no network has seen.
    """
    raw = raw_numbers(cards, samples)
    truth, emotion = samples.units, samples.emotion
    first = np.isin(samples.person, np.unique(samples.person)[::2])
    odds = np.zeros((len(raw), *truth.shape))
    logs = np.zeros((len(raw), len(truth), len(CLASSES)))
    for fitted in (first, ~first):
        card = cards.card.model_copy(update={"sources": _fitted(raw, truth, emotion, fitted)})
        for place, (name, (numbers, said)) in enumerate(raw.items()):
            opinion = calibrated(card, name, numbers, said)
            odds[place, ~fitted] = opinion.units[~fitted]
            if opinion.emotion is not None:
                logs[place, ~fitted] = opinion.emotion[~fitted]
    mean = odds.mean(axis=0)
    slope, offsets = fit_odds(mean[..., None], truth)
    speaking = [place for place, (_, one) in enumerate(raw.values()) if one is not None]
    known = emotion >= 0
    probability = expit(slope[0] * mean + offsets)
    return cards.card.model_copy(
        update={
            "sources": _fitted(raw, truth, emotion, np.ones(len(truth), np.bool_)),
            "fused_slope": float(slope[0]),
            "fused_offsets": tuple(map(float, offsets)),
            "emotion_sharpness": fit_sharpness(logs[speaking].mean(axis=0)[known], emotion[known]),
            "threshold": best_threshold(probability, truth),
        }
    )


def raw_numbers(
    cards: CardFolder, samples: MotionSamples
) -> dict[str, tuple[np.ndarray, np.ndarray | None]]:
    """Give what each recogniser says of volumes, not calibrated."""
    at_apex_px = samples.at_apex_px()
    image = FlowNetwork(cards, "image").images(at_apex_px)
    volume = FlowNetwork(cards, "volume").volumes(samples.flow_px.astype(np.float32))
    return raw_opinions(at_apex_px, image, volume)


def best_threshold(
    probability: Float[np.ndarray, "clip unit"], truth: Float[np.ndarray, "clip unit"]
) -> float:
    """Give the probability from which units are best counted as seen: the best mean F1."""
    scores = []
    for threshold in _THRESHOLDS:
        said = probability >= threshold
        hits = (said & (truth > 0)).sum(axis=0)
        scores.append((2 * hits / np.maximum(said.sum(axis=0) + truth.sum(axis=0), 1)).mean())
    return float(np.round(_THRESHOLDS[int(np.argmax(scores))], 2))


def _fitted(
    raw: Mapping[str, tuple[np.ndarray, np.ndarray | None]],
    truth: Float[np.ndarray, "clip unit"],
    emotion: Int[np.ndarray, " clip"],
    used: np.ndarray,
) -> dict[str, SourceCalibration]:
    found = {}
    known = used & (emotion >= 0)
    for name, (numbers, logs) in raw.items():
        slopes, offsets = fit_odds(numbers[used], truth[used])
        sharpness = 1.0 if logs is None else fit_sharpness(logs[known], emotion[known])
        found[name] = SourceCalibration(
            slopes=tuple(map(float, slopes)),
            offsets=tuple(map(float, offsets)),
            emotion_sharpness=sharpness,
        )
    return found


def course_as_json(course: Course) -> dict[str, Any]:
    """Give the choices of a course for the card."""
    return asdict(course)


def keep_network(network: nn.Module, path: Path) -> None:
    """Keep the weights of a network, so that a run that was ended goes on."""
    from mien.store.weights import write_weights  # noqa: PLC0415 - of the extra [train]

    write_weights(path, {n: t.detach().numpy() for n, t in network.state_dict().items()}, {})


def load_network(network: nn.Module, path: Path) -> nn.Module:
    """Give a network weights that were kept.

    Raises:
        FormatError: weights of another network.
    """
    from mien.store.weights import read_weights  # noqa: PLC0415 - of the extra [train]

    tensors = read_weights(path).tensors
    network.load_state_dict({name: torch.from_numpy(np.array(t)) for name, t in tensors.items()})
    network.eval()
    return network
