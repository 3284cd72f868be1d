"""A published network as a system: checks and reads clips, trains, predicts each clip alone."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import NamedTuple, TypeAlias

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import nn
from torch.nn import functional

from mien.core.errors import InputError, UsageError
from mien.datasets.clips import Clips, LabelledClips, Labels
from mien.evaluation.systems import Budget, Predictions
from mien.training.loop import LoopSettings, run_training
from mien.work import Progress

Positions: TypeAlias = Int[np.ndarray, " sample"]
Inputs: TypeAlias = tuple[torch.Tensor, ...]

_PREDICTION_BATCH = 16
_FEWEST_CLASSES = 2


class Scores(NamedTuple):
    """What a network says of each clip, before it is made a probability."""

    emotion: Float[torch.Tensor, "clip class"]
    units: Float[torch.Tensor, "clip unit"] | None = None


class Batch(NamedTuple):
    """What the loop hands to the loss."""

    inputs: Inputs
    emotion: Int[torch.Tensor, " clip"]
    units: Float[torch.Tensor, "clip unit"]


def every_clip_once(labels: Labels) -> Int[np.ndarray, "sample 2"]:
    """Give each clip as one sample of its first variant."""
    count = len(labels.emotion)
    return np.stack([np.arange(count), np.zeros(count, np.int64)], axis=1)


def cross_entropy(scores: Scores, batch: Batch) -> Float[torch.Tensor, ""]:
    """Compare logits with the emotions, mean over the clips."""
    return functional.cross_entropy(scores.emotion.float(), batch.emotion)


def softmax(scores: Float[torch.Tensor, "clip class"]) -> Float[torch.Tensor, "clip class"]:
    """Make logits probabilities."""
    return scores.softmax(dim=1)


@dataclass(frozen=True)
class Recipe:
    """What is a network's own: how it is built, fed, judged and trained."""

    name: str

    build: Callable[[LabelledClips, Budget], nn.Module]
    """The untrained network for these training clips; it gives :class:`Scores`."""

    read: Callable[[Clips, Positions, Positions, np.random.Generator | None], Inputs]
    """Inputs of the clips at some positions, in some variants; no generator when predicting."""

    settings: Callable[[int, Budget], LoopSettings]
    """How the publication trains on so many samples, within the budget."""

    inputs: tuple[str, ...]

    samples: Callable[[Labels], Int[np.ndarray, "sample 2"]] = every_clip_once
    """Clip and variant of each sample of an epoch."""

    loss: Callable[[Scores, Batch], torch.Tensor] = cross_entropy
    probabilities: Callable[[torch.Tensor], torch.Tensor] = softmax


class NetworkSystem:
    """Trains the network of a recipe and predicts with it."""

    def __init__(self, recipe: Recipe, budget: Budget) -> None:
        self._recipe = recipe
        self._budget = budget
        self._model: nn.Module | None = None
        self._classes: tuple[str, ...] = ()
        self._shapes: dict[str, tuple[int, ...]] = {}

    @property
    def model(self) -> nn.Module:
        """The trained network.

        Raises:
            UsageError: it has not been trained.
        """
        if self._model is None:
            msg = f"Expected {self._recipe.name} to be trained, but it is not. Call fit first."
            raise UsageError(msg)
        return self._model

    def fit(self, clips: LabelledClips, *, seed: int, progress: Progress) -> None:
        """Learn from clips; those without a class of the labelling scheme are left out.

        Raises:
            UsageError: no clip, or a single class of emotion.
            InputError: an input that is not a number.
        """
        recipe, budget = self._recipe, self._budget
        known = clips.take(np.flatnonzero(clips.labels.emotion >= 0))
        self._refuse_useless(known)
        samples = recipe.samples(known.labels)
        emotion = torch.from_numpy(known.labels.emotion.astype(np.int64))
        units = torch.from_numpy(known.labels.units.astype(np.float32))

        def load(rows: Positions, rng: np.random.Generator) -> Batch:
            positions, variants = samples[rows].T
            inputs = recipe.read(known.clips, positions, variants, rng)
            chosen = torch.from_numpy(positions)
            return Batch(inputs, emotion[chosen], units[chosen])

        def loss(model: nn.Module, batch: Batch) -> tuple[torch.Tensor, dict[str, float]]:
            return recipe.loss(model(*batch.inputs), batch), {}

        settings = replace(
            recipe.settings(len(samples), budget),
            precision=budget.precision,
            device=budget.device,
            seed=seed,
        )
        # The loop seeds itself; here only the first weights are drawn, always on the processor.
        with torch.random.fork_rng(devices=[]):
            torch.default_generator.manual_seed(seed)
            model = recipe.build(known, budget)
        run_training(model, len(samples), load, loss, settings, progress=progress)
        self._model = model.eval()
        self._classes = known.labels.classes
        self._shapes = self._shapes_of(known.clips)

    def predict(self, clips: Clips) -> Predictions:
        """Predict clips, each on its own.

        Raises:
            UsageError: not trained, or pictures of another size than those of the training.
            InputError: an input that is not a number.
        """
        model = self.model
        if self._shapes_of(clips) != self._shapes:
            msg = (
                f"Expected {self._recipe.name} to read {', '.join(self._recipe.inputs)} of "
                f"{self._shapes} as in its training, but got {self._shapes_of(clips)}."
            )
            raise UsageError(msg)
        self._refuse_broken(clips)
        classes = len(self._classes)
        emotion, units = [np.zeros((0, classes))], []
        with torch.inference_mode():
            for start in range(0, len(clips), _PREDICTION_BATCH):
                positions = np.arange(start, min(len(clips), start + _PREDICTION_BATCH))
                inputs = self._recipe.read(clips, positions, np.zeros_like(positions), None)
                scores: Scores = model(*(one.to(self._budget.device) for one in inputs))
                emotion.append(_array(self._recipe.probabilities(scores.emotion.double())))
                if scores.units is not None:
                    units.append(_array(scores.units.double().sigmoid()))
        return Predictions(
            emotion=np.concatenate(emotion), units=np.concatenate(units) if units else None
        )

    def _shapes_of(self, clips: Clips) -> dict[str, tuple[int, ...]]:
        return {name: clips.read(name, []).shape[1:] for name in self._recipe.inputs}

    def _refuse_useless(self, known: LabelledClips) -> None:
        """Refuse clips from which no two classes can be told apart."""
        present = np.unique(known.labels.emotion)
        if len(present) < _FEWEST_CLASSES:
            names = [known.labels.classes[one] for one in present]
            msg = (
                f"Expected at least two classes of emotion to train {self._recipe.name}, but got "
                f"{len(known)} clips{''.join(f' of {name}' for name in names)}. "
                "Train on more clips, or with another labelling scheme."
            )
            raise UsageError(msg)
        self._refuse_broken(known.clips)

    def _refuse_broken(self, clips: Clips) -> None:
        """Refuse numbers that are none, in whole inputs, so that no batch meets one later."""
        for name in self._recipe.inputs:
            if not np.issubdtype(clips.read(name, []).dtype, np.floating):
                continue
            for position, clip in enumerate(clips.names):
                if not np.isfinite(clips.read(name, [position])).all():
                    msg = (
                        f"Expected only numbers in {name} of {clip} for {self._recipe.name}, but "
                        "some are NaN or infinite. Prepare the corpus again, or leave the clip out."
                    )
                    raise InputError(msg)


def _array(values: torch.Tensor) -> Float[np.ndarray, "clip _"]:
    array: np.ndarray = values.cpu().numpy()
    return array
