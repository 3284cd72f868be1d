"""What each part of the trained recogniser is worth: networks that lack it, trained alike."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from scipy.special import expit
from torch import nn
from train_default import LEARNED_FROM, MEASURED_WITH, drawn, people, read

from mien.recognition.atoms import READ_UNITS
from mien.training.default_recogniser import CLASSES, Course, train_image, train_volume
from mien.training.motion_samples import MotionSamples, joined
from mien.training.motion_training import (
    IMAGE_LOOP,
    VOLUME_LOOP,
    MotionNetworkSettings,
    image_network,
    train_motion_network,
)
from mien.work.progress import Silent

IMAGES, VOLUMES = 8_000, 3_000
EPOCHS = {"image": 8, "volume": 4}
_SEED = 0

Summary = Callable[..., Mapping[str, Any]]


@dataclass(frozen=True)
class Variant:
    """One network, and what it is trained on."""

    kind: str
    name: str
    asks: str
    """What it is compared for."""

    sets: tuple[str, ...] = ("true",)
    volume: MotionNetworkSettings = MotionNetworkSettings()  # noqa: RUF009 - frozen


VARIANTS: tuple[Variant, ...] = (
    Variant("image", "geometric flow", "measured against geometric flow"),
    Variant("image", "measured flow", "measured against geometric flow", ("measured",)),
    Variant("image", "half of each", "measured against geometric flow", ("true", "measured")),
    Variant("volume", "the packaged kind", "graph, emotion layer, backbone"),
    Variant(
        "volume",
        "no places",
        "planes that hold the place of each cell",
        volume=MotionNetworkSettings(places=False),
    ),
    Variant(
        "volume",
        "symmetric graph",
        "asymmetric against symmetric",
        volume=MotionNetworkSettings(graph="mean"),
    ),
    Variant(
        "volume",
        "no graph",
        "graph against none",
        volume=MotionNetworkSettings(graph=None, emotion_layer=False),
    ),
    Variant(
        "volume",
        "no emotion layer",
        "emotion layer",
        volume=MotionNetworkSettings(emotion_layer=False),
    ),
    Variant(
        "volume",
        "no LSTM",
        "temporal enrichment",
        volume=MotionNetworkSettings(temporal_enrichment=False),
    ),
    Variant(
        "volume",
        "network on each step",
        "3D-ResNet-18 against a small network on each step",
        volume=MotionNetworkSettings(backbone="steps", width=8),
    ),
)


def ablation_rows(
    sets: Mapping[str, Path], test: Path, summary: Summary, chosen: Sequence[Variant] = VARIANTS
) -> list[dict[str, Any]]:
    """Train every variant on as many samples and epochs, and score it on the test set alone."""
    rows = []
    asked = read([test], "volume")
    for variant in chosen:
        image = variant.kind == "image"
        most = IMAGES if image else VOLUMES
        each = most // len(variant.sets)
        samples = joined([_first(read([sets[name]], variant.kind), each) for name in variant.sets])
        course = Course(
            volume=variant.volume,
            image_loop=replace(IMAGE_LOOP, epochs=EPOCHS["image"]),
            volume_loop=replace(VOLUME_LOOP, epochs=EPOCHS["volume"]),
            seed=_SEED,
        )
        print(f"ablation: {variant.kind}, {variant.name}", flush=True)
        network = (train_image if image else train_volume)(samples, course, Silent())
        units, emotion = _said(network, asked.as_images() if image else asked)
        subjects = [str(one) for one in asked.person]
        right = (emotion.argmax(axis=1) == asked.emotion).mean()
        rows.append(
            {
                "kind": variant.kind,
                "name": variant.name,
                "asks": variant.asks,
                "samples": len(samples),
                "epochs": EPOCHS[variant.kind],
                **summary(asked.units, expit(units), READ_UNITS, subjects, 0.5),
                "emotion_accuracy": float(right),
                "classes": len(CLASSES),
            }
        )
    return rows


PIXEL_SETS = {
    "train-pictures": replace(
        LEARNED_FROM,
        images=4_000,
        volumes=0,
        seed=13,
        measured=True,
        pictures=True,
        views_per_shard=12,
    ),
    "test-pictures": replace(
        MEASURED_WITH, images=800, volumes=0, people=people(8400, 60), seed=803, pictures=True
    ),
}
"""The same faces as pictures and as flow."""


def pixel_rows(work: Path, workers: int | None, summary: Summary) -> list[dict[str, Any]]:
    """Train the network on flow images on flow, and on the pictures that the flow is of."""
    learned, asked = (drawn(work, name, one, workers) for name, one in PIXEL_SETS.items())
    samples, test = read([learned], "image"), read([asked], "image")
    rows = []
    for name, pixels in (("flow", False), ("pixels of both faces, 56 px", True)):
        print(f"ablation: image, {name}", flush=True)
        network = image_network(len(READ_UNITS), len(CLASSES), seed=_SEED)
        loop = replace(IMAGE_LOOP, epochs=2 * EPOCHS["image"])
        train_motion_network(
            network,
            samples,
            loop,
            planes=_pixels(learned) if pixels else None,
            turned=() if pixels else (0,),
        )
        units, emotion = _said(network, test, planes=_pixels(asked) if pixels else None)
        subjects = [str(one) for one in test.person]
        rows.append(
            {
                "kind": "image",
                "name": name,
                "asks": "flow against pixels",
                "samples": len(samples),
                "epochs": loop.epochs,
                **summary(test.units, expit(units), READ_UNITS, subjects, 0.5),
                "emotion_accuracy": float((emotion.argmax(axis=1) == test.emotion).mean()),
                "classes": len(CLASSES),
            }
        )
    return rows


def _pixels(folder: Path) -> np.ndarray:
    """Give both faces of each sample and what changed, each face of mean 0 and spread 1."""
    files = sorted((folder / "images").glob("*.npz"))
    parts = []
    for file in files:
        with np.load(file, allow_pickle=False) as shard:
            parts.append(shard["pictures"].astype(np.float32))
    faces = np.concatenate(parts)
    level = faces[:, :1].mean(axis=(2, 3), keepdims=True)
    spread = faces[:, :1].std(axis=(2, 3), keepdims=True)
    even = (faces - level) / np.maximum(spread, 1.0)
    change = even[:, 1:] - even[:, :1]
    scale = np.maximum(change.std(axis=(2, 3), keepdims=True), 1e-3)
    return np.concatenate([even, change / scale], axis=1).astype(np.float16)


def _first(samples: MotionSamples, most: int) -> MotionSamples:
    return samples.take(np.arange(min(most, len(samples))))


def _said(
    network: nn.Module, samples: MotionSamples, planes: np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray]:
    planes = samples.planes() if planes is None else planes
    network.eval()
    units, emotion = [], []
    with torch.inference_mode():
        for first in range(0, len(planes), 64):
            said = network(torch.from_numpy(planes[first : first + 64].astype(np.float32)))
            units.append(said.units.numpy())
            emotion.append(said.final_emotion.numpy())
    return np.concatenate(units).astype(np.float64), np.concatenate(emotion)
