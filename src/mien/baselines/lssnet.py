"""LSSNet: temporal convolutions over two streams propose intervals, with anchors and without.

Source: Yu, Jiang and Li, *LSSNet: a two-stream convolutional neural network for spotting macro- and
micro-expression in long videos*, ACM MM 2021. Sizes that it does not print are those of the
authors' later program (github.com/williamlee91/LGSNet): two long convolutions, a pyramid of four
levels, location suppression in the finest one, and two heads that all levels share.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from jaxtyping import Bool, Float, Float32, Int
from torch import nn
from torch.nn import functional

from mien.baselines.scored_intervals import (
    ScoredIntervals,
    as_events,
    coded_spans,
    overlaps,
    threshold_for_strangers,
)
from mien.baselines.snippet_features import (
    FEATURES,
    Scale,
    features_of,
    scale_of,
    snippet_stride,
)
from mien.core.errors import InputError, UsageError
from mien.core.track import Event
from mien.datasets.clips import LabelledVideo, Video
from mien.evaluation.systems import Budget, SystemSpec, SystemTask
from mien.training.loop import LoopSettings, run_training
from mien.work import Progress

WINDOW = 128
"""Snippets that the network sees at once."""

BASE_STRIDE = 4
LEVELS = 4
"""Each level has half of the places of the one before."""

RATIOS = (0.5, 0.75, 1.0, 1.5, 2.0)
"""Lengths of the anchors at a place, as parts of the distance to the next place."""

REACHES = ((0.0, 1.25), (0.5, 2.0), (0.5, 2.0), (1.0, 4.0))
"""How far the farther boundary may lie from a place that is to find it, in the same distances."""

FOREGROUND, BACKGROUND = 0.5, 0.4
"""Overlaps above and below which an anchor is an example of an expression or of none."""

FULL_WIDTH = 64
NMS_OVERLAP = 0.1
"""Of two intervals that overlap more, the lower one goes."""

MOST_PROPOSED = 200
EPOCHS = 30
_BATCH, _LEARNING_RATE = 16, 8e-4
_HOP = 32
_GROUPS = 8


class LocationSuppression(nn.Module):
    """Residual convolutions whose every place is damped by what all places say of it."""

    def __init__(self, channels: int, places: int) -> None:
        super().__init__()
        self.wide = nn.Conv1d(channels, channels, 3, padding=1)
        self.narrow = nn.Conv1d(channels, channels, 1)
        self.norms = nn.ModuleList(nn.GroupNorm(_GROUPS, channels) for _ in range(2))
        self.gate = nn.Linear(places, places)

    def forward(
        self, features: Float[torch.Tensor, "window channel place"]
    ) -> Float[torch.Tensor, "window channel place"]:
        """Damp places between 0 and 1."""
        refined = self.norms[0](self.wide(features)) + self.norms[1](self.narrow(features))
        kept = self.gate(features.mean(dim=1)).sigmoid()
        suppressed: Float[torch.Tensor, "window channel place"] = functional.mish(
            refined * kept[:, None]
        )
        return suppressed


class Heads(NamedTuple):
    """What the network says at every place of all levels, finest first."""

    anchor_class: Float[torch.Tensor, "window place 5"]
    """Logit that an anchor holds an expression."""

    anchor_overlap: Float[torch.Tensor, "window place 5"]
    """Logit of the anchor's overlap with it."""

    anchor_shift: Float[torch.Tensor, "window place 5 2"]
    """Of its centre in anchor lengths, and the logarithm of its length in the same."""

    free_class: Float[torch.Tensor, "window place"]
    """Logit that a place lies in an expression."""

    free_reach: Float[torch.Tensor, "window place 2"]
    """From the place back to the start and on to the end, in distances between places."""


class LssNet(nn.Module):
    """The network: base, pyramid with location suppression, two heads."""

    def __init__(self, width: int = FULL_WIDTH, features: int = FEATURES) -> None:
        super().__init__()
        base, head = _GROUPS * width, 4 * width
        sizes = (base, base, 2 * base, 2 * base)
        self.base = nn.ModuleList(
            nn.Conv1d(before, base, 9, padding=4) for before in (features, base)
        )
        self.pyramid = nn.ModuleList(
            nn.Conv1d(before, size, 3, stride=1 if level == 0 else 2, padding=1)
            for level, (before, size) in enumerate(zip((base, *sizes), sizes, strict=False))
        )
        self.suppression = LocationSuppression(base, WINDOW // BASE_STRIDE)
        self.reduce = nn.ModuleList(nn.Conv1d(size, base, 1) for size in sizes)
        self.branches = nn.ModuleList(
            nn.ModuleList(nn.Conv1d(before, head, 3, padding=1) for before in (base, head))
            for _ in range(2)
        )
        self.anchored = nn.Conv1d(head, 4 * len(RATIOS), 3, padding=1)
        self.free = nn.Conv1d(head, 3, 3, padding=1)

    def forward(self, windows: Float[torch.Tensor, "window feature 128"]) -> Heads:
        """Judge every place of every window."""
        features = windows
        for convolution in self.base:
            features = functional.max_pool1d(functional.mish(convolution(features)), 2)
        anchored, free = [], []
        for level, convolution in enumerate(self.pyramid):
            features = functional.mish(convolution(features))
            if level == 0:
                features = self.suppression(features)
            level_features = functional.mish(self.reduce[level](features))
            anchored.append(self.anchored(self._branch(0, level_features)))
            free.append(self.free(self._branch(1, level_features)))
        by_anchor = torch.cat(anchored, dim=2).transpose(1, 2)
        by_anchor = by_anchor.reshape(len(windows), -1, len(RATIOS), 4)
        by_place = torch.cat(free, dim=2).transpose(1, 2)
        return Heads(
            anchor_class=by_anchor[..., 0],
            anchor_overlap=by_anchor[..., 1],
            anchor_shift=by_anchor[..., 2:],
            free_class=by_place[..., 0],
            free_reach=functional.softplus(by_place[..., 1:]),
        )

    def _branch(self, number: int, features: torch.Tensor) -> torch.Tensor:
        branch = self.branches[number]
        if isinstance(branch, nn.ModuleList):
            for convolution in branch:
                features = functional.mish(convolution(features))
        return features


def places() -> Float32[np.ndarray, "place 2"]:
    """Centre and distance to the next of every place of all levels, in snippets of the window."""
    rows = []
    for level in range(LEVELS):
        stride = BASE_STRIDE * 2**level
        centres = (np.arange(WINDOW // stride) + 0.5) * stride - 0.5
        rows.append(np.stack([centres, np.full_like(centres, stride)], axis=1))
    return np.concatenate(rows).astype(np.float32)


def anchors() -> Float32[np.ndarray, "place 5 2"]:
    """Centre and length of every anchor, in snippets of the window."""
    at = places()
    lengths = at[:, 1:] * np.array(RATIOS, np.float32)
    centres = np.broadcast_to(at[:, :1], lengths.shape)
    return np.stack([centres, lengths], axis=2).astype(np.float32)


class Wanted(NamedTuple):
    """What the heads should say of a window."""

    anchor_class: Float32[np.ndarray, "place 5"]
    """1 and 0; NaN where an anchor is no example."""

    anchor_overlap: Float32[np.ndarray, "place 5"]
    anchor_shift: Float32[np.ndarray, "place 5 2"]
    free_class: Float32[np.ndarray, " place"]
    free_reach: Float32[np.ndarray, "place 2"]


def wanted_of(spans: Float[np.ndarray, "event 2"]) -> Wanted:
    """Lay events over the places of a window.

    An anchor is an example of the event that it overlaps most, from one half on; the best anchor
    of each event always is. A place without anchor finds the shortest event that it lies in, where
    the farther boundary is in the reach of its level.

    Args:
        spans: onset and offset in snippets of the window.
    """
    boxes, at = anchors(), places()
    count = len(at)
    flat = boxes.reshape(-1, 2)
    edges = np.stack([flat[:, 0] - flat[:, 1] / 2, flat[:, 0] + flat[:, 1] / 2], axis=1)
    kind = np.zeros(len(flat), np.float32)
    share = np.zeros(len(flat), np.float32)
    shift = np.zeros((len(flat), 2), np.float32)
    free = np.zeros(count, np.float32)
    reach = np.zeros((count, 2), np.float32)
    if len(spans):
        table = overlaps(edges.astype(np.float64), spans.astype(np.float64))
        owner, share = table.argmax(axis=1), table.max(axis=1).astype(np.float32)
        kind[share >= BACKGROUND] = np.nan
        kind[share >= FOREGROUND] = 1.0
        for event, best in enumerate(table.argmax(axis=0)):
            if table[best, event] > 0:
                kind[best], owner[best] = 1.0, event
        centre, length = spans.mean(axis=1)[owner], (spans[:, 1] - spans[:, 0])[owner]
        shift[:, 0] = (centre - flat[:, 0]) / flat[:, 1]
        shift[:, 1] = np.log(np.maximum(length, 0.5) / flat[:, 1])
        for onset, offset in spans[np.argsort(spans[:, 0] - spans[:, 1])]:  # the shortest last
            both = np.stack([at[:, 0] - onset, offset - at[:, 0]], axis=1) / at[:, 1:]
            limits = np.repeat(REACHES, [WINDOW // BASE_STRIDE // 2**i for i in range(LEVELS)], 0)
            fitting = (both.min(axis=1) >= 0) & (both.max(axis=1) >= limits[:, 0])
            fitting &= both.max(axis=1) <= limits[:, 1]
            free[fitting] = 1.0
            reach[fitting] = both[fitting]
    return Wanted(
        kind.reshape(count, -1), share.reshape(count, -1), shift.reshape(count, -1, 2), free, reach
    )


def heads_loss(heads: Heads, wanted: Sequence[torch.Tensor]) -> Float[torch.Tensor, ""]:
    """Both classes equally weighted; boundaries and overlaps where there is an expression."""
    kind, share, shift, free, reach = wanted
    total = _by_class(heads.anchor_class, kind) + _by_class(heads.free_class, free)
    good, inside = kind == 1, free == 1
    if bool(good.any()):
        total = total + functional.smooth_l1_loss(heads.anchor_shift[good], shift[good])
        total = total + functional.mse_loss(heads.anchor_overlap[good].sigmoid(), share[good])
    if bool(inside.any()):
        found, true = heads.free_reach[inside], reach[inside]
        shared = torch.minimum(found, true).sum(dim=1)
        whole = torch.maximum(found, true).sum(dim=1)
        total = total + (1 - shared / whole.clamp(min=1e-6)).mean()
    return total


def _by_class(logits: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    """Cross entropy, mean over the examples of each class, summed; NaN is no example."""
    total = torch.zeros((), device=logits.device)
    for mark in (0.0, 1.0):
        chosen = logits[labels == mark]
        if len(chosen):
            target = torch.full_like(chosen, mark)
            total = total + functional.binary_cross_entropy_with_logits(chosen, target)
    return total


def proposals_of(heads: Heads) -> list[ScoredIntervals]:
    """Intervals of every window in snippets: the anchors as they are moved, and the free ones."""
    boxes, at = anchors(), places()
    found = []
    one, share, shift, free, reach = (part.float().cpu().numpy() for part in heads)
    for window in range(len(one)):
        centre = boxes[..., 0] + shift[window, ..., 0] * boxes[..., 1]
        length = boxes[..., 1] * np.exp(np.clip(shift[window, ..., 1], -3, 3))
        anchored = np.stack([centre - length / 2, centre + length / 2], axis=-1).reshape(-1, 2)
        around = at[:, :1] + reach[window] * at[:, 1:] * np.array([-1.0, 1.0], np.float32)
        spans = np.concatenate([anchored, around]).astype(np.float64)
        scores = np.concatenate(
            [(_sigmoid(one[window]) * _sigmoid(share[window])).ravel(), _sigmoid(free[window])]
        )
        best = np.argsort(-scores, kind="stable")[:MOST_PROPOSED]
        found.append(ScoredIntervals(spans[best], scores[best].astype(np.float64)))
    return found


def nms(proposed: ScoredIntervals, *, most: float = NMS_OVERLAP) -> ScoredIntervals:
    """Keep the best interval, drop all that overlap it by more than ``most``, and so on."""
    left = np.argsort(-proposed.scores, kind="stable")
    kept: list[int] = []
    while len(left):
        kept.append(int(left[0]))
        shares = overlaps(proposed.spans_s[left[:1]], proposed.spans_s[left[1:]])[0]
        left = left[1:][shares <= most]
    return proposed.take(np.array(kept, np.int64))


def _sigmoid(logits: np.ndarray) -> np.ndarray:
    return np.asarray(1 / (1 + np.exp(-np.clip(logits, -30, 30))))


@dataclass(frozen=True)
class _Network:
    scale: Scale
    model: LssNet


@dataclass(frozen=True)
class _Trained:
    network: _Network
    threshold: float


class LssNetSystem:
    """Spots by intervals that two heads propose."""

    def __init__(self, budget: Budget) -> None:
        self._budget = budget
        self._trained: _Trained | None = None

    def fit(self, videos: Sequence[LabelledVideo], *, seed: int, progress: Progress) -> None:
        """Learn from videos.

        Raises:
            UsageError: no video has an expression.
            InputError: a video shows no face.
        """
        self._trained = None
        if not any(len(coded_spans(labelled)) for labelled in videos):
            msg = (
                "Expected videos with micro- or macro-expressions to learn from, but none of the "
                f"{len(videos)} has one."
            )
            raise UsageError(msg)
        progress.start("LSSNet: features", len(videos), "videos")
        known: dict[int, Float[np.ndarray, "_ feature"]] = {}
        for done, labelled in enumerate(videos, start=1):
            known[id(labelled.video)] = features_of(labelled.video)
            progress.update(done)
        progress.finish()

        def train(some: Sequence[LabelledVideo]) -> _Network:
            features = [known[id(labelled.video)] for labelled in some]
            return self._train(some, features, seed, progress)

        def propose(network: _Network, video: Video) -> ScoredIntervals:
            return self._proposed(network, known[id(video)], _step_s(video))

        threshold = threshold_for_strangers(videos, train, propose)
        self._trained = _Trained(train(videos), threshold)

    def _train(
        self,
        videos: Sequence[LabelledVideo],
        features: Sequence[Float[np.ndarray, "_ feature"]],
        seed: int,
        progress: Progress,
    ) -> _Network:
        spans = [coded_spans(labelled) for labelled in videos]
        steps_s = [_step_s(labelled.video) for labelled in videos]
        scale = scale_of(features)
        scaled = [scale(one) for one in features]
        rows = [
            (video, start)
            for video, one in enumerate(scaled)
            for start in window_starts(len(one), _HOP)
        ]

        def load(
            chosen: Int[np.ndarray, " sample"], rng: np.random.Generator
        ) -> tuple[torch.Tensor, ...]:
            del rng  # nothing is altered
            picked = [rows[int(row)] for row in chosen]
            windows = np.stack([window_at(scaled[video], start) for video, start in picked])
            wanted = [
                wanted_of(_inside(spans[video] / steps_s[video] - start)) for video, start in picked
            ]
            targets = [np.stack(parts) for parts in zip(*wanted, strict=True)]
            return tuple(torch.from_numpy(array) for array in (windows, *targets))

        def loss(
            model: nn.Module, batch: tuple[torch.Tensor, ...]
        ) -> tuple[torch.Tensor, dict[str, float]]:
            heads = Heads(*(part.float() for part in model(batch[0])))
            return heads_loss(heads, batch[1:]), {}

        settings = LoopSettings(
            epochs=min(EPOCHS, self._budget.max_epochs),
            batch_size=_BATCH,
            optimiser="adam",
            learning_rate=_LEARNING_RATE,
            weight_decay=0.0,
            precision=self._budget.precision,
            device=self._budget.device,
            seed=seed,
        )
        forked = range(torch.cuda.device_count()) if settings.device.startswith("cuda") else ()
        with torch.random.fork_rng(devices=forked):
            torch.manual_seed(seed)
            model = LssNet(self._budget.width, scaled[0].shape[1])
            run_training(model, len(rows), load, loss, settings, progress=progress)
        return _Network(scale, model.eval())

    def _proposed(
        self, network: _Network, features: Float[np.ndarray, "snippet feature"], step_s: float
    ) -> ScoredIntervals:
        scaled = network.scale(features)
        starts = window_starts(len(scaled), WINDOW // 2)
        windows = np.stack([window_at(scaled, start) for start in starts])
        with torch.inference_mode():
            heads = network.model(torch.from_numpy(windows).to(self._budget.device))
        found = proposals_of(heads)
        spans = np.concatenate(
            [one.spans_s + start for one, start in zip(found, starts, strict=True)]
        )
        scores = np.concatenate([one.scores for one in found])
        spans = np.clip(spans, 0, len(scaled) - 1)
        real = spans[:, 1] > spans[:, 0]
        return nms(ScoredIntervals(spans[real] * step_s, scores[real]))

    def spot(self, video: Video) -> tuple[Event, ...]:
        """Find events: proposals that no better one overlaps, from the score of the training on.

        Raises:
            UsageError: not trained.
            InputError: the video has too few snippets, or shows no face.
        """
        trained = self._trained
        if trained is None:
            msg = "Expected LSSNet to be trained, but it is not. Call fit first."
            raise UsageError(msg)
        features = features_of(video)
        if len(features) < 2 * BASE_STRIDE:
            msg = (
                f"Expected {video.name} to last at least {2 * BASE_STRIDE * _step_s(video):.2f} s "
                f"for LSSNet, but it has {len(video.faces) / video.rate:.2f} s. Give a longer one."
            )
            raise InputError(msg)
        found = self._proposed(trained.network, features, _step_s(video))
        return as_events(found.take(found.scores >= trained.threshold), video)


def window_starts(count: int, hop: int) -> list[int]:
    """First snippets of the windows over a video; the last one ends where the video ends.

    >>> window_starts(300, 64)
    [0, 64, 128, 172]
    """
    last = max(0, count - WINDOW)
    return sorted({*range(0, last, hop), last})


def window_at(
    scaled: Float32[np.ndarray, "snippet feature"], start: int
) -> Float32[np.ndarray, "feature 128"]:
    """Cut a window out; where the video is shorter it is 0, the mean."""
    window = np.zeros((scaled.shape[1], WINDOW), np.float32)
    part = scaled[start : start + WINDOW]
    window[:, : len(part)] = part.T
    return window


def _inside(spans: Float[np.ndarray, "event 2"]) -> Float[np.ndarray, "some 2"]:
    """Events of which most lies in the window, cut to it."""
    cut = np.clip(spans, 0, WINDOW - 1)
    most: Bool[np.ndarray, " event"] = cut[:, 1] - cut[:, 0] > (spans[:, 1] - spans[:, 0]) / 2
    inside: Float[np.ndarray, "some 2"] = cut[most]
    return inside


def _step_s(video: Video) -> float:
    return snippet_stride(video) / video.rate


SPEC = SystemSpec(
    name="LSSNet",
    task=SystemTask.SPOTTING,
    category="deep-learning",
    summary=(
        "Two streams of snippet features go through temporal convolutions with location "
        "suppression, and intervals come from a head with anchors and one without. Here motion and "
        "appearance of the video itself replace Kinetics I3D features, sizes that are not printed "
        "are those of the authors' later program, macro and micro are told apart by their length "
        "alone, and the score from which on an interval counts is chosen on a third "
        "of the training people."
    ),
    source=(
        "Yu, Jiang and Li, LSSNet: a two-stream convolutional neural network for spotting macro- "
        "and micro-expression in long videos, ACM MM 2021"
    ),
    inputs=("faces", "landmarks_px"),
    build=LssNetSystem,
    paper={"accuracy": 37.70, "f1": 32.50},
)
