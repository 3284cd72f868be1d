"""A backbone of one's own: what it learned goes into another training, and is told."""

from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from mien.core.errors import UsageError
from mien.datasets.clips import LabelledClips
from mien.evaluation.systems import Budget
from mien.networks.graph_recogniser import GraphRecogniser
from mien.recognition.cooccurrence import published_cooccurrence
from mien.store.weights import read_weights
from mien.training.building import build_network, start_backbone
from mien.training.config import TrainConfig, preset
from mien.training.pretraining import pretrain_backbone
from mien.work import Silent

MakeClips = Callable[..., LabelledClips]


def test_a_backbone_is_written_with_its_statistics_and_read_into_a_frozen_one(
    make_clips: MakeClips, tmp_path: Path
) -> None:
    file = tmp_path / "backbone.safetensors"
    config = preset("cnn3d_pretrained").within(Budget(width=4, max_epochs=2))
    pretrain_backbone(
        config, make_clips(8), file, learned_from="made clips", seed=3, progress=Silent()
    )
    weights = read_weights(file)
    assert weights.notes["learned_from"] == "made clips"
    assert weights.notes["clips"] == 8
    assert weights.tensors["stem.1.running_mean"].any()
    network = build_network(config, published_cooccurrence("casme2", config.unit_numbers), seed=0)
    start_backbone(network, config.model_copy(update={"weights": file}))
    assert isinstance(network, GraphRecogniser)
    for name, value in network.backbone.state_dict().items():
        assert torch.equal(value, torch.from_numpy(weights.tensors[name])), name


def test_a_configuration_without_backbone_is_refused(make_clips: MakeClips, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"a backbone, but custom reads flow_image"):
        pretrain_backbone(
            TrainConfig(input="flow_image"),
            make_clips(8),
            tmp_path / "b.safetensors",
            learned_from="nothing",
            seed=0,
            progress=Silent(),
        )
