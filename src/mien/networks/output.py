"""What a recogniser network says of a batch of clips."""

from dataclasses import dataclass

import torch


@dataclass(frozen=True)
class NetworkOutput:
    """Logits unless said otherwise; None for what the network has no head for."""

    features: torch.Tensor
    """(clip, feature): the vector F of the paper."""

    emotion: torch.Tensor
    """(clip, class): the linear classifier on F, the y of L_seg."""

    units: torch.Tensor
    """(clip, unit): whether each unit occurs."""

    unit_intensity: torch.Tensor
    """(clip, unit): activation at the apex, 0..1."""

    times: torch.Tensor
    """(clip, 3): onset, apex, offset in 0..1 of the window."""

    graph_emotion: torch.Tensor | None = None
    """(clip, class): read from the graph's nodes, the emotion layer."""

    step_units: torch.Tensor | None = None
    """(clip, step, unit): whether each unit is active at each step."""

    @property
    def final_emotion(self) -> torch.Tensor:
        """The logits that a prediction is made from: the graph's where it has an emotion layer."""
        return self.emotion if self.graph_emotion is None else self.graph_emotion
