"""A trained recogniser as ONNX, which runs without torch, and a card that says what it is."""

import copy
import json
import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

import mien
from mien.core.errors import OutputError
from mien.store.atomic import atomic_path, write_text_atomic
from mien.store.digest import sha256_of_path
from mien.training.clip_tensors import (
    CHANNELS,
    IMAGE_MOTION_PX,
    IMAGE_STRAIN,
    LEVEL_SPREAD,
    MOTION_PX,
    STRAIN,
)
from mien.training.config import FLOW_IMAGES
from mien.training.recogniser import Recogniser, said_by

SCHEMA, VERSION = "mien/model-card", 1
OPSET = 20

_PICTURE_NOTE = f"grey levels 0..255, minus the mean of the clip and channel, / {LEVEL_SPREAD:g}"
_MEANINGS = {
    "emotion": "probability of each class, (clip, class)",
    "units": "probability that each action unit occurs, (clip, unit)",
    "unit_intensity": "activation of each unit at the apex, 0..1, (clip, unit)",
    "times": "onset, apex and offset in 0..1 of the window, (clip, 3)",
    "step_units": "activation of each unit at each step, 0..1, (clip, step, unit)",
}


def export_onnx(recogniser: Recogniser, path: Path) -> dict[str, Any]:
    """Write a recogniser as an ONNX file and a card beside it, ``NAME.json``; give the card.

    The input is ``clip``, 32-bit floats (clip, channel, step, row, column), without steps for flow
    images; any number of clips. Outputs are those of :class:`mien.evaluation.systems.Predictions`,
    as probabilities, with the units of the card.

    Raises:
        OutputError: the folder cannot be written.
    """
    # A copy, since a recogniser on a graphics card has to stay there.
    network = copy.deepcopy(_Saying(recogniser)).cpu().eval()
    example = torch.zeros(2, *_input_shape(recogniser))
    names = list(said_by(recogniser.config, network.network(example)))
    write_onnx(network, example, names, path)
    card = _card(recogniser, names, path)
    write_text_atomic(path.with_suffix(".json"), json.dumps(card, indent=2) + "\n")
    return card


def write_onnx(network: nn.Module, example: torch.Tensor, names: list[str], path: Path) -> None:
    """Write a network on a processor as an ONNX file whose input ``clip`` has any number of clips.

    Raises:
        OutputError: the folder cannot be written.
    """
    with atomic_path(path) as temporary, _quiet():
        # Strict, so that a batch size that got fixed on the way is an error and not a surprise.
        traced = torch.export.export(
            network,
            (example,),
            dynamic_shapes={"clip": {0: torch.export.Dim("clips")}},
            strict=True,
        )
        program = torch.onnx.export(
            traced,
            dynamo=True,
            verbose=False,
            input_names=["clip"],
            output_names=names,
            opset_version=OPSET,
        )
        if program is None:
            msg = "Expected torch to export the network, but it gave nothing."
            raise OutputError(msg)
        program.save(str(temporary), external_data=False)


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep what the exporter says of its own parts, and of those it lacks, from the user."""
    exporter = logging.getLogger("torch.onnx")
    level = exporter.level
    exporter.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        exporter.setLevel(level)


class _Saying(nn.Module):
    """The network with its outputs as probabilities, in a row."""

    def __init__(self, recogniser: Recogniser) -> None:
        super().__init__()
        self.network = recogniser.network
        self._config = recogniser.config

    def forward(self, clip: torch.Tensor) -> tuple[torch.Tensor, ...]:
        """Say everything that was learned."""
        said = said_by(self._config, self.network(clip))
        return tuple(value.float() for value in said.values())


def _input_shape(recogniser: Recogniser) -> tuple[int, ...]:
    *steps, rows, columns, _ = next(iter(recogniser.shapes.values()))
    config = recogniser.config
    shrink = config.shrink
    if config.input == "flow+flow_image":
        steps = [steps[0] + 1]
    return (CHANNELS[config.input], *steps, rows // shrink, columns // shrink)


def _card(recogniser: Recogniser, names: list[str], path: Path) -> dict[str, Any]:
    config, graph = recogniser.config, recogniser.graph
    channels: dict[str, list[str]] = {
        "rgb": [f"red, green, blue: {_PICTURE_NOTE}"],
        "grey": [f"grey (.299 red + .587 green + .114 blue): {_PICTURE_NOTE}"],
        "flow": [
            f"u (right), v (down) in px of the 112 px face / {MOTION_PX:g}, strain / {STRAIN:g}"
        ],
    }
    channels["grey+flow"] = channels["grey"] + channels["flow"]
    channels["flow+flow_image"] = [
        f"{channels['flow'][0]}; the last step is the flow from onset to apex, in the same units"
    ]
    image = (
        f"u (right), v (down) in px of the 256 px face / {IMAGE_MOTION_PX:g}, strain in px a cell "
        f"/ {IMAGE_STRAIN:g}"
    )
    return {
        "schema": SCHEMA,
        "version": VERSION,
        "file": path.name,
        "sha256": sha256_of_path(path),
        "mien": mien.__version__,
        "opset": OPSET,
        "parameters": int(sum(np.prod(one.shape) for one in recogniser.network.parameters())),
        "input": {
            "name": "clip",
            "kind": config.input,
            "shape": ["clips", *_input_shape(recogniser)],
            "channels": [image] if config.input in FLOW_IMAGES else channels[config.input],
        },
        "outputs": {name: _MEANINGS[name] for name in names},
        "classes": list(graph.classes),
        "units": list(graph.unit_numbers),
        "trained_on": list(recogniser.trained_on),
        "training_clips": graph.clips,
        "config": json.loads(config.to_json()),
    }
