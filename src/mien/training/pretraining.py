"""A backbone that is pre-trained on other clips than those of a corpus, such as synthetic ones.

The published weights of Kinetics-400 fit a backbone of full width alone; for a narrower one mien
pre-trains its own. They are not the paper's, and whatever uses them has to say so.
"""

from dataclasses import replace
from pathlib import Path

from mien.core.errors import UsageError
from mien.datasets.clips import LabelledClips
from mien.store.weights import write_weights
from mien.training.config import FLOW_IMAGES, CooccurrenceSettings, NetworkSettings, TrainConfig
from mien.training.losses import LossSettings
from mien.training.system import GraphSystem
from mien.work import Progress

_BACKBONE = "backbone."
_LEAST_BATCH = 8
"""Clips together: batch statistics of fewer say little."""


def pretrain_backbone(
    config: TrainConfig,
    clips: LabelledClips,
    out: Path,
    *,
    learned_from: str,
    seed: int,
    progress: Progress,
) -> None:
    """Train the backbone of a configuration on clips, and write it as safetensors.

    Emotion, moments and action units of the clips are learned through linear layers alone, which
    are then left behind. The backbone has batch normalisation, as ``norm = "frozen"`` reads it;
    batches have at least 8 clips.

    Args:
        config: the configuration that the backbone is for; its input, width, stride, loop and
            augmentation count.
        clips: what is learned from.
        out: the file.
        learned_from: what the clips are, in words that are kept with the weights.
        seed: of everything that is drawn at random.
        progress: who is told.

    Raises:
        UsageError: a configuration without backbone, or clips that teach nothing.
        InputError: an input that is not a number.
        OutputError: the file cannot be written.
    """
    if config.input in FLOW_IMAGES:
        msg = f"Expected a configuration with a backbone, but {config.preset} reads {config.input}."
        raise UsageError(msg)
    if config.network.backbone != "resnet3d":
        msg = (
            f"Expected a configuration with the backbone resnet3d, but {config.preset} has "
            f"{config.network.backbone}, which starts from random numbers."
        )
        raise UsageError(msg)
    network = NetworkSettings(
        width=config.network.width,
        temporal_stride=config.network.temporal_stride,
        norm="batch",
        graph=False,
    )
    alone = TrainConfig(
        preset=config.preset,
        input=config.input,
        shrink=config.shrink,
        units=clips.labels.unit_numbers or config.units,
        network=network,
        cooccurrence=CooccurrenceSettings(),
        loss=LossSettings(graph=bool(clips.labels.unit_numbers)),
        loop=replace(config.loop, batch_size=max(config.loop.batch_size, _LEAST_BATCH)),
        augmentation=config.augmentation,
    )
    system = GraphSystem(alone)
    system.fit(clips, seed=seed, progress=progress)
    tensors = {
        name.removeprefix(_BACKBONE): value.detach().cpu().numpy()
        for name, value in system.recogniser.network.state_dict().items()
        if name.startswith(_BACKBONE)
    }
    notes = {
        "schema": "mien/backbone",
        "version": 1,
        "learned_from": learned_from,
        "input": config.input,
        "clips": len(clips),
        "seed": seed,
    }
    write_weights(out, tensors, notes)
