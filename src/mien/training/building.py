"""From a configuration to a network, untrained or with a backbone that was learned elsewhere."""

from pathlib import Path

import torch
from torch import nn

from mien.core.errors import MissingError, UsageError
from mien.networks.flow_net import FlowNet
from mien.networks.graph_recogniser import GraphRecogniser
from mien.recognition.cooccurrence import CooccurrenceGraph
from mien.store.digest import sha256_of_path
from mien.store.weights import read_weights, require_tensors
from mien.training.clip_tensors import CHANNELS
from mien.training.config import FLOW_IMAGES, TrainConfig

PRETRAINED_VARIABLE = "MIEN_PRETRAINED"
"""Environment variable: safetensors file of a backbone for the system 3D-CNN (pre-trained)."""


def build_network(config: TrainConfig, graph: CooccurrenceGraph, *, seed: int) -> nn.Module:
    """Build the network of a configuration for the classes and units of a graph.

    Its weights are random numbers of the seed.
    """
    classes, units = len(graph.classes), len(graph.unit_numbers)
    with torch.random.fork_rng(devices=()):
        torch.default_generator.manual_seed(seed)
        if config.input in FLOW_IMAGES:
            return FlowNet(classes=classes, units=units, in_channels=CHANNELS[config.input])
        settings = config.network
        return GraphRecogniser(
            classes=classes,
            units=units,
            adjacency=torch.from_numpy(graph.adjacency) if settings.graph else None,
            emotion_prior=torch.from_numpy(graph.emotion_given_unit),
            backbone=settings.backbone,
            apex_last=config.input == "flow+flow_image",
            unit_skip=settings.unit_skip,
            in_channels=CHANNELS[config.input],
            width=settings.width,
            temporal_stride=settings.temporal_stride,
            norm=settings.norm,
            temporal_enrichment=settings.temporal_enrichment,
            order=settings.order,
            graph=settings.graph,
            node_init=settings.node_init,
            normalisation=settings.normalisation,
            self_loop=settings.self_loop,
            hidden=settings.hidden,
            pool=settings.pool,
            emotion_layer=settings.emotion_layer,
            step_units=settings.step_units,
            dropout=settings.dropout,
        )


def start_backbone(network: nn.Module, config: TrainConfig) -> None:
    """Give the backbone the weights that the configuration names, if it names any.

    Raises:
        MissingError: they are not there, or none are named and batch statistics shall stay as they
            come.
        FormatError: a file of torch, a damaged one, or one of another network.
    """
    if not isinstance(network, GraphRecogniser):
        return
    if config.weights is not None:
        load_tensors(network.backbone, config.weights)
    elif config.network.norm == "frozen":
        msg = (
            f"Expected a pre-trained backbone for {config.preset}, whose batch statistics stay as "
            f"they come, but none is named. Set {PRETRAINED_VARIABLE} or `weights` to a "
            "safetensors file: r3d_18 of torchvision by `mien models convert` for width 64, or one "
            "that mien pre-trained on synthetic clips of other people, by `mien train "
            f"{config.preset} --pretrain --dataset PREPARED --width {config.network.width} --out "
            "FILE.safetensors`."
        )
        raise MissingError(msg)


def load_tensors(network: nn.Module, path: Path) -> None:
    """Put the weights of a file into a network, all of them.

    Raises:
        MissingError: there is no such file.
        FormatError: a file of torch, a damaged one, or one of another network.
    """
    found = read_weights(path).tensors
    require_tensors(
        {name: value.shape for name, value in found.items()},
        {name: tuple(value.shape) for name, value in network.state_dict().items()},
        path.name,
    )
    network.load_state_dict({name: torch.from_numpy(value) for name, value in found.items()})


def weights_digest(path: Path | None) -> str:
    """Give the sha256 of the weights that a training starts from; empty for none.

    A file that is not there gives nothing either: the training itself refuses it.
    """
    return sha256_of_path(path) if path is not None and path.is_file() else ""


def stage_two_parts(network: nn.Module) -> tuple[nn.Module, ...]:
    """Give the parts that stay as they are in the second stage: all that L_seg has trained.

    Raises:
        UsageError: a network without stages.
    """
    if not isinstance(network, GraphRecogniser):
        msg = f"Expected a network with stages, but got {type(network).__name__}."
        raise UsageError(msg)
    parts = (network.backbone, network.enrichment, network.emotion, network.segmentation)
    return tuple(part for part in parts if part is not None)
