"""A trained recogniser: a network with all that is needed to use it."""

from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from jaxtyping import Float
from torch import nn

from mien.core.errors import UsageError
from mien.datasets.clips import Clips
from mien.evaluation.systems import Predictions
from mien.networks.output import NetworkOutput
from mien.recognition.cooccurrence import CooccurrenceGraph
from mien.training.clip_tensors import clip_tensors, shapes_of
from mien.training.config import TrainConfig
from mien.training.unit_columns import UnitColumns

_CASTS = {"bf16": torch.bfloat16, "fp16": torch.float16}


@dataclass(frozen=True)
class Recogniser:
    """Predicts clips of the shapes that it was trained on."""

    config: TrainConfig
    network: nn.Module
    graph: CooccurrenceGraph
    """Of the training clips; its classes and units are those of the network."""

    columns: UnitColumns
    shapes: dict[str, tuple[int, ...]]
    """Of one clip in each array."""

    trained_on: tuple[str, ...]
    """Corpora of the training clips."""

    def predict(self, clips: Clips) -> Predictions:
        """Predict clips, one by one, so that the others cannot matter in any precision.

        Units of the labels that the network does not tell have their share of the training clips as
        their probability, and no activation. What had no loss is not said.

        Raises:
            UsageError: clips of other shapes than those of the training.
            InputError: an input that is not a number.
        """
        config = self.config
        shapes = shapes_of(clips, config.input)
        if shapes != self.shapes:
            msg = (
                f"Expected clips of {self.shapes} as in the training of {config.preset}, but got "
                f"{shapes}. Prepare them alike."
            )
            raise UsageError(msg)
        device = torch.device(config.loop.device)
        self.network.eval()
        said: dict[str, list[np.ndarray]] = {}
        with torch.inference_mode(), _cast(device, config.loop.precision):
            for position in range(len(clips)):
                batch = clip_tensors(clips, config.input, [position], shrink=config.shrink).to(
                    device
                )
                for name, values in self._said(self.network(batch)).items():
                    said.setdefault(name, []).append(values.double().cpu().numpy())
        if not said:
            return Predictions(emotion=np.zeros((0, len(self.graph.classes))))
        rows = {name: np.concatenate(values) for name, values in said.items()}
        nothing = [0.0] * len(self.columns.labelled)
        for name in ("units", "unit_intensity", "step_units"):
            if name in rows:
                others = self.columns.shares if name == "units" else nothing
                rows[name] = self.columns.as_labels(rows[name], others)
        return Predictions(**rows)

    def _said(self, output: NetworkOutput) -> dict[str, torch.Tensor]:
        return said_by(self.config, output)


def said_by(
    config: TrainConfig, output: NetworkOutput
) -> dict[str, Float[torch.Tensor, "clip ..."]]:
    """Give what a network says as probabilities and times, without what it had no loss for."""
    loss = config.loss
    said = {"emotion": output.final_emotion.double().softmax(dim=1)}
    if loss.graph:
        said["units"] = output.units.double().sigmoid()
    if loss.intensity_weight:
        said["unit_intensity"] = output.unit_intensity
    if loss.segmentation:
        said["times"] = output.times
    if loss.step_weight and output.step_units is not None:
        said["step_units"] = output.step_units.double().sigmoid()
    return said


def _cast(device: torch.device, precision: str) -> AbstractContextManager[Any]:
    if precision not in _CASTS:
        return nullcontext()
    return torch.autocast(device.type, _CASTS[precision])
