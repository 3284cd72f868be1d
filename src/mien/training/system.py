"""The recogniser of a configuration as a system under test, and those of the paper's tables."""

import os
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import torch

from mien.core.errors import UsageError
from mien.datasets.clips import Clips, LabelledClips, Labels
from mien.evaluation.systems import Budget, Predictions, SystemSpec, SystemTask
from mien.recognition.cooccurrence import cooccurrence
from mien.training.building import (
    PRETRAINED_VARIABLE,
    build_network,
    start_backbone,
    weights_digest,
)
from mien.training.clip_tensors import read_clip, shapes_of
from mien.training.config import TrainConfig, preset
from mien.training.fitting import fit_network
from mien.training.loop import TrainingReport
from mien.training.losses import Targets
from mien.training.recogniser import Recogniser
from mien.training.recogniser_files import load_recogniser, save_recogniser
from mien.training.unit_columns import UnitColumns, unit_columns
from mien.work import Progress

_FEWEST_CLASSES = 2


class GraphSystem:
    """Trains the network of a configuration on clips, and predicts with it.

    Args:
        config: all choices.
        folder: where checkpoints and the log of the training go; None for neither.
    """

    def __init__(self, config: TrainConfig, *, folder: Path | None = None) -> None:
        self.config = config
        self.reports: tuple[TrainingReport, ...] = ()
        """How the training went, one of each stage."""

        self._folder = folder
        self._recogniser: Recogniser | None = None

    @property
    def recogniser(self) -> Recogniser:
        """What was learned.

        Raises:
            UsageError: nothing was.
        """
        if self._recogniser is None:
            msg = f"Expected {self.config.preset} to be trained, but it is not. Call fit first."
            raise UsageError(msg)
        return self._recogniser

    def fit(self, clips: LabelledClips, *, seed: int, progress: Progress) -> None:
        """Learn from clips, and count the graph on them alone.

        Clips that have neither a class nor, where action units are learned, a coded unit are left
        out. Where no clip has a coded intensity, none is learned or told, and a coded unit counts
        as full at the apex for the units at each step. The seed takes the place of that of the
        configuration.

        Raises:
            UsageError: no clip, a single class of emotion, or no coded action unit.
            InputError: an input that is not a number.
            MissingError: a pre-trained backbone that is not there.
        """
        config = self.config.model_copy(update={"loop": replace(self.config.loop, seed=seed)})
        useful = clips.labels.emotion >= 0
        if config.loss.graph:
            useful |= np.isfinite(clips.labels.units).any(axis=1)
        kept = np.flatnonzero(useful)
        chosen = clips.take(kept)
        self._refuse_useless(chosen)
        people = sorted(set(chosen.clips.subjects))
        if len(people) == 1:
            progress.warn(
                f"All {len(chosen)} clips are of {people[0]}: what is learned may hold for one "
                "person only."
            )
        labels = chosen.labels
        columns = self._columns(labels, progress)
        units = columns.of_labels(labels.units)
        graph = cooccurrence(
            units, columns.told, labels.emotion, labels.classes, **asdict(config.cooccurrence)
        )
        network = build_network(config, graph, seed=seed)
        start_backbone(network, config)
        levels = np.full(units.shape, np.nan)
        if labels.intensity is not None:
            levels = columns.of_labels(labels.intensity)
        elif config.loss.intensity_weight:
            progress.warn("No clip has a coded intensity: intensities are not learned.")
            config = config.model_copy(update={"loss": replace(config.loss, intensity_weight=0.0)})
        targets = Targets(
            emotion=torch.from_numpy(labels.emotion.astype(np.int64)),
            units=torch.from_numpy(units).float(),
            times=torch.from_numpy(labels.times).float(),
            intensity=torch.from_numpy(levels).float(),
        )
        self.reports = fit_network(
            network,
            config,
            chosen.clips,
            targets,
            len(labels.classes),
            folder=self._folder,
            progress=progress,
        )
        self._recogniser = Recogniser(
            config=config,
            network=network,
            graph=graph,
            columns=columns,
            shapes=shapes_of(chosen.clips, config.input),
            trained_on=tuple(sorted({name.partition("/")[0] for name in chosen.clips.names})),
        )

    def predict(self, clips: Clips) -> Predictions:
        """Predict clips, each on its own; see :meth:`mien.training.recogniser.Recogniser.predict`.

        Raises:
            UsageError: not trained, or clips of other shapes than those of the training.
            InputError: an input that is not a number.
        """
        return self.recogniser.predict(clips)

    def save(self, folder: Path) -> None:
        """Keep weights, choices, classes, units and graph in a folder.

        Raises:
            UsageError: not trained.
            OutputError: the folder cannot be written.
        """
        save_recogniser(self.recogniser, folder)

    @classmethod
    def load(cls, folder: Path, *, device: str = "cpu") -> "GraphSystem":
        """Read what :meth:`save` kept.

        Raises:
            MissingError: there is no recogniser.
            FormatError: it is damaged, or its files do not belong together.
        """
        recogniser = load_recogniser(folder, device=device)
        system = cls(recogniser.config)
        system._recogniser = recogniser
        return system

    def _columns(self, labels: Labels, progress: Progress) -> UnitColumns:
        wanted = self.config.unit_numbers
        if not self.config.loss.graph:
            # The network has outputs for units all the same; they are neither learned nor told.
            return UnitColumns(labels.unit_numbers, wanted, (0.0,) * len(labels.unit_numbers))
        columns = unit_columns(wanted, labels.unit_numbers, labels.units)
        lacking = [str(number) for number in wanted if number not in columns.told]
        if lacking:
            progress.warn(
                f"No clip is coded for action units {', '.join(lacking)}: they are left out of the "
                "graph."
            )
        return columns

    def _refuse_useless(self, clips: LabelledClips) -> None:
        """Refuse clips from which nothing can be told apart, and broken ones before hours pass."""
        emotion = clips.labels.emotion
        present = np.unique(emotion[emotion >= 0])
        if len(present) < _FEWEST_CLASSES:
            names = [clips.labels.classes[one] for one in present]
            msg = (
                f"Expected at least two classes of emotion to train {self.config.preset}, but got "
                f"{len(clips)} clips{''.join(f' of {name}' for name in names)}. "
                "Train on more clips, or with another labelling scheme."
            )
            raise UsageError(msg)
        for position in range(len(clips)):
            read_clip(clips.clips, self.config.input, position)


def _builder(name: str) -> Callable[[Budget], GraphSystem]:
    return lambda budget: GraphSystem(preset(name).within(budget))


def _chosen(name: str) -> Callable[[], str]:
    """Give what names the choices of a preset, since the same name may stand for others later."""
    return lambda: preset(name).digest()


def with_named_weights(config: TrainConfig) -> TrainConfig:
    """Let a network whose batch statistics stay as they come start from what the environment names.

    Weights that the configuration names itself come first.
    """
    named = os.environ.get(PRETRAINED_VARIABLE)
    if not named or config.weights is not None or config.network.norm != "frozen":
        return config
    return config.model_copy(update={"weights": Path(named)})


def _pretrained(budget: Budget) -> GraphSystem:
    return GraphSystem(with_named_weights(preset("cnn3d_pretrained").within(budget)))


def _pretrained_from() -> str:
    config = preset("cnn3d_pretrained")
    return f"{config.digest()} {weights_digest(with_named_weights(config).weights)}"


_PREPRINT = (
    "Fang, Yang, Lin, Zhang, Whang: Graph-driven micro-expression rendering with emotionally "
    "diverse expressions for lifelike digital humans. Preprints 2025, 202508.1066."
)
_PUBLISHED = "The same, as published: Biomimetics 2025, 10(9), 587."

SPECS: tuple[SystemSpec, ...] = (
    SystemSpec(
        name="3D-CNN (pre-trained)",
        task=SystemTask.RECOGNITION,
        category="deep-learning",
        summary=(
            "3D-ResNet-18 with L_seg alone, from the weights that "
            f"{PRETRAINED_VARIABLE} names: those of Kinetics-400 at full width, or a narrower "
            "backbone that mien itself pre-trained on synthetic clips, which the paper did not "
            "have. Batch statistics stay as they come."
        ),
        source=_PREPRINT,
        inputs=("rgb",),
        build=_pretrained,
        made_from=_pretrained_from,
        paper={"kfold": 55.37, "loso": 42.64},
    ),
    SystemSpec(
        name="3D-CNN",
        task=SystemTask.RECOGNITION,
        category="deep-learning",
        summary=(
            "3D-ResNet-18 with L_seg alone, from scratch, on single clips; group normalisation in "
            "place of batch normalisation, which single clips cannot feed."
        ),
        source=_PREPRINT,
        inputs=("rgb",),
        build=_builder("cnn3d"),
        made_from=_chosen("cnn3d"),
        paper={"kfold": 57.05, "loso": 45.03},
    ),
    SystemSpec(
        name="AU_GCN_CUR (paper)",
        task=SystemTask.RECOGNITION,
        category="ours",
        summary=(
            "3D-ResNet-18 and a graph of twelve action units with the asymmetric P(U_i | U_j) of "
            "the training clips, self-attention pooling and an emotion layer, as the preprint "
            "prints it; group normalisation, and clips cut anew in time so that their moments vary."
        ),
        source=_PREPRINT,
        inputs=("rgb",),
        build=_builder("paper"),
        made_from=_chosen("paper"),
        paper={"kfold": 64.11, "loso": 45.71, "accuracy": 64.11, "f1": 42.93},
    ),
    SystemSpec(
        name="AU_GCN_CUR (published)",
        task=SystemTask.RECOGNITION,
        category="ours",
        summary=(
            "The same with a symmetric graph and no emotion in it, as the published version has "
            "it; its figures are of its own five folds."
        ),
        source=_PUBLISHED,
        inputs=("rgb",),
        build=_builder("published"),
        made_from=_chosen("published"),
        paper={"accuracy": 84.80, "f1": 77.93},
    ),
    SystemSpec(
        name="mien",
        task=SystemTask.RECOGNITION,
        category="ours",
        summary=(
            "The paper's network on motion instead of pictures, with faces of 28 px: a small "
            "network that keeps places apart reads flow and strain at each of the 16 steps, and "
            "from coded onset to coded apex for what the clip shows; an LSTM over the steps "
            "(temporal enrichment) gives moments that keep their order, without the coded ones; "
            "units at each step and beside the graph; single clips, changed at random, rare "
            "classes and units weighted. Chosen on other people."
        ),
        source=f"mien, after {_PREPRINT}",
        inputs=("flow", "flow_image"),
        build=_builder("mien"),
        made_from=_chosen("mien"),
    ),
)
"""The systems of this package, as tables name them, with the figures that were printed for them."""
