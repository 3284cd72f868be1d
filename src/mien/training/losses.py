"""What training drives down: L_seg and L_graph of the paper, and what only mien asks for.

Every loss is a mean over the rows of a batch, and a row's part never depends on the other rows: so
batches may be of any size and gradients accumulate exactly. What is not known of a row (an emotion
of -1, a NaN) adds nothing.
"""

from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float, Int
from pydantic import ConfigDict, with_config
from torch.nn import functional

from mien.core.errors import UsageError
from mien.networks.output import NetworkOutput


@dataclass(frozen=True)
class Targets:
    """What the network should say of each clip."""

    emotion: Int[torch.Tensor, " clip"]
    """Position among the classes; -1 where it has none."""

    units: Float[torch.Tensor, "clip unit"]
    """1 where coded, 0 where not, NaN where not known."""

    times: Float[torch.Tensor, "clip 3"]
    """Onset, apex and offset in 0..1 of the clip; NaN where not coded."""

    intensity: Float[torch.Tensor, "clip unit"]
    """Activation at the apex, 0..1; NaN where not known."""


@with_config(ConfigDict(extra="forbid", strict=True, use_attribute_docstrings=True))
@dataclass(frozen=True)
class LossSettings:
    """Which losses there are, and how they weigh."""

    segmentation: bool = True
    """Whether L_seg is part of it: the emotion from the clip's features, and the times
    (section 3.2)."""

    graph: bool = True
    """Whether L_graph is part of it: action units and the emotion layer (section 3.3)."""

    time_weight: float = 0.5
    """lambda of L_seg, the weight of the squared error of the times, a number without unit
    (section 3.2: 0.5)."""

    order_weight: float = 1.0
    """Weight of the squared overlap where a moment comes before the one that it must follow, a
    number without unit (section 3.1 names such a constraint and gives no weight)."""

    unit_share: float = 0.7
    """alpha of L_graph, the share of the action units against the emotion layer, 0..1
    (section 3.3: 0.7)."""

    intensity_weight: float = 0.0
    """Weight of the squared error of the activation at the apex, a number without unit; 0 leaves
    it out (not in the paper)."""

    step_weight: float = 0.0
    """Weight of the action units at each step, a number without unit; 0 leaves them out
    (facts of the study II.4, 17: the per-frame head)."""

    class_weights: bool = False
    """Whether rare emotions count for more: by the inverse of their number, 1 in the mean over the
    clips (not in the paper)."""

    unit_weights: bool = False
    """Whether clips that show a rare action unit count for more, up to 10 times: clips without it
    for each with it (not in the paper)."""

    def __post_init__(self) -> None:
        """Refuse weights that mean nothing."""
        for name in ("time_weight", "order_weight", "intensity_weight", "step_weight"):
            if not 0 <= getattr(self, name) < np.inf:
                msg = f"Expected {name} of at least 0, but got {getattr(self, name)}."
                raise UsageError(msg)
        if not 0 <= self.unit_share <= 1:
            msg = f"Expected unit_share in 0..1, but got {self.unit_share}."
            raise UsageError(msg)
        if not (self.segmentation or self.graph):
            msg = "Expected a loss to train with. Switch segmentation or graph on."
            raise UsageError(msg)


MOST_UNIT_WEIGHT = 10.0


def emotion_loss(
    logits: Float[torch.Tensor, "clip class"],
    emotion: Int[torch.Tensor, " clip"],
    class_weights: Float[torch.Tensor, " class"] | None = None,
) -> Float[torch.Tensor, ""]:
    """Cross-entropy of the emotion, -sum y log(y^) of L_seg."""
    known = emotion >= 0
    each = functional.cross_entropy(
        logits.float(), emotion.clamp(min=0), weight=class_weights, reduction="none"
    )
    return torch.where(known, each, 0.0).mean()


def time_loss(
    times: Float[torch.Tensor, "clip 3"], coded: Float[torch.Tensor, "clip 3"]
) -> Float[torch.Tensor, ""]:
    """Squared error of onset, apex and offset, summed over those that are coded: sum (t - t^)^2."""
    known = torch.isfinite(coded)
    error = torch.where(known, times.float() - torch.where(known, coded, 0.0), 0.0)
    return error.square().sum(dim=1).mean()


def order_loss(times: Float[torch.Tensor, "clip 3"]) -> Float[torch.Tensor, ""]:
    """Squared overlap where apex comes before onset, or offset before apex."""
    return torch.relu(-times.float().diff(dim=1)).square().sum(dim=1).mean()


def unit_loss(
    logits: Float[torch.Tensor, "clip *step unit"],
    units: Float[torch.Tensor, "clip *step unit"],
    positive_weights: Float[torch.Tensor, " unit"] | None = None,
) -> Float[torch.Tensor, ""]:
    """Binary cross-entropy of units, L_AU: mean over what is known of a clip, then over clips.

    Targets between 0 and 1 are allowed.
    """
    known = torch.isfinite(units)
    each = functional.binary_cross_entropy_with_logits(
        logits.float(),
        torch.where(known, units, 0.0),
        pos_weight=positive_weights,
        reduction="none",
    )
    return _mean_of_known(each, known)


def intensity_loss(
    intensity: Float[torch.Tensor, "clip unit"], levels: Float[torch.Tensor, "clip unit"]
) -> Float[torch.Tensor, ""]:
    """Squared error of the activation at the apex, averaged as :func:`unit_loss` is."""
    known = torch.isfinite(levels)
    return _mean_of_known((intensity.float() - torch.where(known, levels, 0.0)).square(), known)


def step_targets(
    intensity: Float[torch.Tensor, "clip unit"],
    times: Float[torch.Tensor, "clip 3"],
    steps: int,
) -> Float[torch.Tensor, "clip step unit"]:
    """Give the activation of each unit at each step: the level times an envelope of the times.

    The envelope is 0 at onset and offset and 1 at the apex, with half a cosine between. A unit that
    does not occur is 0 at every step whatever the times; one that does in a clip without all three
    times is NaN.
    """
    at = torch.linspace(0, 1, steps, dtype=times.dtype, device=times.device)[None]
    onset, apex, offset = times[:, :1], times[:, 1:2], times[:, 2:]
    # A rise or fall of no length is over at once.
    rise = torch.where(apex > onset, (at - onset) / (apex - onset), (at >= apex).to(at))
    fall = torch.where(offset > apex, (offset - at) / (offset - apex), (at <= apex).to(at))
    height = torch.minimum(rise, fall).clamp(0, 1)
    envelope = 0.5 - 0.5 * torch.cos(torch.pi * height)
    envelope = torch.where(torch.isfinite(times).all(dim=1, keepdim=True), envelope, torch.nan)
    levels = intensity[:, None, :]
    return torch.where(levels == 0, 0.0, levels * envelope[:, :, None])


@dataclass(frozen=True)
class TrainingLoss:
    """The sum that is driven down, with the weights of one training fold."""

    settings: LossSettings
    class_weights: Float[torch.Tensor, " class"] | None = None
    positive_weights: Float[torch.Tensor, " unit"] | None = None
    ordered: bool = True
    """Whether the order of the times is left to the loss."""

    def __call__(
        self, output: NetworkOutput, targets: Targets
    ) -> tuple[torch.Tensor, dict[str, torch.Tensor]]:
        """Give L = L_seg + L_graph + what mien adds, and its parts for the log.

        The parts are without the weights of the sum.
        """
        settings = self.settings
        parts: dict[str, torch.Tensor] = {}
        total = output.features.new_zeros((), dtype=torch.float32)
        if settings.segmentation:
            parts["emotion"] = emotion_loss(output.emotion, targets.emotion, self._classes(output))
            parts["times"] = time_loss(output.times, targets.times)
            total = total + parts["emotion"] + settings.time_weight * parts["times"]
            if self.ordered:
                parts["order"] = order_loss(output.times)
                total = total + settings.order_weight * parts["order"]
        if settings.graph:
            positive = self.positive_weights
            parts["units"] = unit_loss(
                output.units,
                targets.units,
                None if positive is None else positive.to(output.units.device),
            )
            share = settings.unit_share if output.graph_emotion is not None else 1.0
            total = total + share * parts["units"]
            if output.graph_emotion is not None:
                parts["graph emotion"] = emotion_loss(
                    output.graph_emotion, targets.emotion, self._classes(output)
                )
                total = total + (1 - share) * parts["graph emotion"]
        if settings.intensity_weight:
            parts["intensity"] = intensity_loss(output.unit_intensity, targets.intensity)
            total = total + settings.intensity_weight * parts["intensity"]
        if settings.step_weight and output.step_units is not None:
            # A unit of unknown intensity counts as full.
            known = torch.isfinite(targets.intensity)
            levels = torch.where(known, targets.intensity, targets.units)
            aim = step_targets(levels, targets.times, output.step_units.shape[1])
            parts["steps"] = unit_loss(output.step_units, aim)
            total = total + settings.step_weight * parts["steps"]
        return total, {name: value.detach() for name, value in parts.items()}

    def _classes(self, output: NetworkOutput) -> torch.Tensor | None:
        weights = self.class_weights
        return None if weights is None else weights.to(output.emotion.device)


def class_weights(emotion: Int[np.ndarray, " clip"], classes: int) -> Float[np.ndarray, " class"]:
    """Weigh each class by the inverse of its number, so that the mean over the clips is 1.

    A class that no clip has gets 0. Clips of -1 do not count.

    >>> class_weights(np.array([0, 0, 0, 1]), 3).round(3).tolist()
    [0.667, 2.0, 0.0]
    """
    counts = np.bincount(emotion[emotion >= 0], minlength=classes).astype(float)
    there = counts > 0
    total = counts.sum()
    weights: Float[np.ndarray, " class"] = np.divide(
        total, there.sum() * counts, out=np.zeros(classes), where=there
    )
    return weights


def positive_weights(units: Float[np.ndarray, "clip unit"]) -> Float[np.ndarray, " unit"]:
    """Give for each unit the clips without it for each clip with it, from 1 up to 10.

    A unit that no clip shows gets 1.

    >>> positive_weights(np.array([[1.0, 0], [0, 0], [0, 0], [np.nan, 0]])).tolist()
    [2.0, 1.0]
    """
    shown = (units == 1).sum(axis=0)
    not_shown = (units == 0).sum(axis=0)
    ratio = np.divide(not_shown, shown, out=np.ones(units.shape[1]), where=shown > 0)
    weights: Float[np.ndarray, " unit"] = ratio.clip(1.0, MOST_UNIT_WEIGHT)
    return weights


def _mean_of_known(
    each: Float[torch.Tensor, "clip ..."], known: torch.Tensor
) -> Float[torch.Tensor, ""]:
    """Average over what is known of each clip, then over the clips; 0 for one of nothing."""
    flat, mask = each.flatten(1), known.flatten(1)
    counted = mask.sum(dim=1)
    return (torch.where(mask, flat, 0.0).sum(dim=1) / counted.clamp(min=1)).mean()
