"""The paper's recogniser: 3D-ResNet-18, segmentation, and a graph of action units."""

from typing import Literal

import torch
from jaxtyping import Float
from torch import nn

from mien.core.errors import UsageError
from mien.networks.attention_pool import SelfAttentionPool
from mien.networks.graph import AuGraph, Normalisation, SelfLoop, normalised
from mien.networks.output import NetworkOutput
from mien.networks.resnet3d import Norm, ResNet3d, TemporalStride
from mien.networks.segmentation import Order, SegmentationHead
from mien.networks.step_net import StepNet
from mien.networks.temporal_enrichment import TemporalEnrichment

Backbone = Literal["resnet3d", "steps"]
NodeInit = Literal["onehot", "visual", "onehot+visual"]
Pool = Literal["none", "attention"]
EmotionLayer = Literal["none", "head", "node"]


class GraphRecogniser(nn.Module):
    """From a clip to emotion, action units and their times.

    The graph layers turn the nodes' own features into a classifier of each unit, which is applied
    to the clip's features (Chen et al., *Multi-label image recognition with graph convolutional
    networks*, CVPR 2019): so one-hot nodes and layers of 1,024 and 512 outputs, as printed in
    section 4.1.2, go together with a 512-d vector of the clip. The product of a node's classifier
    and the clip's vector, element by element, is what that node holds of this clip; pooling and
    the emotion layer read those.

    Args:
        classes: number of emotions.
        units: number of action units.
        adjacency: (unit, unit), P(U_i | U_j) of the training fold; None without a graph.
        emotion_prior: (unit, class), P(emotion | U_i) of the training fold, for the emotion layer
            ``node``.
        backbone: ``resnet3d``, the paper's, or ``steps``, a small network on each step.
        apex_last: whether the last step of a clip is its motion at the apex, which then stands for
            the clip; the others give the times and the units at each step.
        in_channels: channels of the clip.
        width: channels of the first stage; 64 is the paper's.
        temporal_stride: ``table1`` halves the time three times, ``keep`` never.
        norm: see :func:`mien.networks.resnet3d.normalisation`.
        temporal_enrichment: an LSTM over the steps.
        order: see :class:`mien.networks.segmentation.SegmentationHead`.
        graph: whether there is one; without it units are linear in the features.
        node_init: what a node starts from: its own number (``onehot``), the clip's features as
            that unit weighs them (``visual``; unweighed, all nodes would be the same), or both.
        normalisation: of the adjacency, with ``self_loop``.
        self_loop: see :func:`mien.networks.graph.normalised`.
        hidden: outputs of the graph layers.
        pool: ``attention`` keeps half of the nodes for the emotion layer; every unit keeps its
            own output.
        emotion_layer: ``head`` reads the classes from the nodes, ``node`` also gives each node
            P(emotion | unit), ``none`` leaves the emotion to the clip's features.
        unit_skip: whether each unit is also linear in the clip's features.
        step_units: whether units are also told at each step.
        dropout: of the clip's features.
    """

    matrix: torch.Tensor
    prior: torch.Tensor

    def __init__(  # noqa: PLR0913 - the paper leaves as much open; each is one of its readings
        self,
        *,
        classes: int,
        units: int,
        adjacency: torch.Tensor | None,
        emotion_prior: torch.Tensor | None = None,
        backbone: Backbone = "resnet3d",
        apex_last: bool = False,
        in_channels: int = 3,
        width: int = 64,
        temporal_stride: TemporalStride = "table1",
        norm: Norm = "group",
        temporal_enrichment: bool = False,
        order: Order = "penalty",
        graph: bool = True,
        node_init: NodeInit = "onehot",
        normalisation: Normalisation = "symmetric",
        self_loop: SelfLoop = "replace",
        hidden: tuple[int, ...] = (1024, 512),
        pool: Pool = "none",
        emotion_layer: EmotionLayer = "none",
        unit_skip: bool = False,
        step_units: bool = False,
        dropout: float = 0.0,
    ) -> None:
        super().__init__()
        self.backbone: ResNet3d | StepNet = (
            StepNet(in_channels=in_channels, width=width)
            if backbone == "steps"
            else ResNet3d(
                in_channels=in_channels, width=width, temporal_stride=temporal_stride, norm=norm
            )
        )
        size = self.backbone.features
        self.enrichment = TemporalEnrichment(size) if temporal_enrichment else None
        self.dropout = nn.Dropout(dropout)
        self.emotion = nn.Linear(size, classes)
        self.segmentation = SegmentationHead(size, order=order)
        self.intensity = nn.Linear(size, units)
        self.steps = nn.Linear(size, units) if step_units else None
        self.node_init, self.emotion_layer = node_init, emotion_layer
        self.apex_last = apex_last
        _refuse_loose_parts(graph=graph, pool=pool, emotion_layer=emotion_layer)
        if not graph:
            self.graph = None
            self.units: nn.Module = nn.Linear(size, units)
            return
        if adjacency is None or adjacency.shape[0] != units:
            shape = None if adjacency is None else tuple(adjacency.shape)
            msg = f"Expected an adjacency of {units} units, but got {shape}."
            raise UsageError(msg)
        self.register_buffer("matrix", normalised(adjacency.float(), normalisation, self_loop))
        own = units if "onehot" in node_init else 0
        seen = size if "visual" in node_init else 0
        self.graph = AuGraph(own + seen, hidden=hidden)
        self.views = nn.Parameter(1 + 0.5 * torch.randn(units, size)) if seen else None
        self.projection = nn.Linear(size, self.graph.out_features)
        self.unit_bias = nn.Parameter(torch.zeros(units))
        self.direct = nn.Linear(size, units, bias=False) if unit_skip else None
        self.pool = SelfAttentionPool(self.graph.out_features) if pool == "attention" else None
        if emotion_layer == "none":
            return
        prior = 0
        if emotion_layer == "node":
            if emotion_prior is None or tuple(emotion_prior.shape) != (units, classes):
                shape = None if emotion_prior is None else tuple(emotion_prior.shape)
                msg = f"Expected P(emotion | unit) of {units} x {classes}, but got {shape}."
                raise UsageError(msg)
            self.register_buffer("prior", emotion_prior.float())
            prior = classes
        self.graph_emotion = nn.Linear(self.graph.out_features + prior, classes)

    def forward(
        self, clip: Float[torch.Tensor, "batch channel time height width"]
    ) -> NetworkOutput:
        """Say everything of a batch of clips."""
        steps = self.backbone(clip)
        if self.apex_last:
            apex, steps = steps[:, :, -1], steps[:, :, :-1]
        pooled = steps.mean(dim=2) if self.enrichment is None else self.enrichment(steps)
        course = self.dropout(pooled)
        features = self.dropout(apex) if self.apex_last else course
        graph_emotion = None
        if self.graph is None:
            units = self.units(features)
        else:
            nodes = self._nodes(features)
            units = nodes.sum(dim=2) / nodes.shape[2] ** 0.5 + self.unit_bias
            if self.direct is not None:
                units = units + self.direct(features)
            if self.emotion_layer != "none":
                graph_emotion = self._read_emotion(nodes)
        return NetworkOutput(
            features=features,
            emotion=self.emotion(features),
            units=units,
            unit_intensity=torch.sigmoid(self.intensity(features).float()),
            times=self.segmentation(course),
            graph_emotion=graph_emotion,
            step_units=None if self.steps is None else self.steps(steps.transpose(1, 2)),
        )

    def _nodes(self, features: torch.Tensor) -> torch.Tensor:
        """What each node holds of each clip: (clip, unit, feature)."""
        if self.graph is None:
            msg = "Expected a graph."
            raise UsageError(msg)
        count = len(self.unit_bias)
        own = torch.eye(count, dtype=features.dtype, device=features.device)
        if self.views is None:
            start = own
        else:
            seen = features[:, None, :] * self.views
            start = seen
            if self.node_init == "onehot+visual":
                start = torch.cat([own.expand(features.shape[0], -1, -1), seen], dim=2)
        classifiers = self.graph(self.matrix.to(features.dtype), start)
        held: torch.Tensor = classifiers * self.projection(features)[:, None, :]
        return held

    def _read_emotion(self, nodes: torch.Tensor) -> torch.Tensor:
        where = None
        if self.pool is not None:
            nodes, _, where = self.pool(self.matrix.to(nodes.dtype), nodes)
        read = torch.relu(nodes).mean(dim=1)
        if self.emotion_layer == "node":
            # A node brings its share of emotions as far as the clip shows its unit.
            shown = torch.sigmoid(nodes.sum(dim=2) / nodes.shape[2] ** 0.5)
            prior = self.prior.to(nodes.dtype)
            prior = prior.expand(nodes.shape[0], -1, -1) if where is None else prior[where]
            read = torch.cat([read, (shown[..., None] * prior).mean(dim=1)], dim=1)
        logits: torch.Tensor = self.graph_emotion(read)
        return logits


def _refuse_loose_parts(*, graph: bool, pool: Pool, emotion_layer: EmotionLayer) -> None:
    """Refuse parts that nothing would read."""
    if not graph and emotion_layer != "none":
        msg = (
            f"Expected a graph for the emotion layer {emotion_layer} to read. Switch the graph on."
        )
        raise UsageError(msg)
    if pool != "none" and emotion_layer == "none":
        msg = f"Expected an emotion layer to read what pooling by {pool} keeps, but there is none."
        raise UsageError(msg)
