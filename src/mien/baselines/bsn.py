"""BSN: where expressions may begin and end, which pairs make one, and how good each pair is.

Source: Lin, Zhao, Su, Wang and Yang, *BSN: boundary sensitive network for temporal action proposal
generation*, ECCV 2018. A temporal network gives probabilities of start, end and action (TEM), pairs
of likely starts and ends become proposals, a second network rates each by the course of the action
probability (PEM), and proposals that overlap better ones lose score (Soft-NMS).
"""

from collections.abc import Sequence
from dataclasses import dataclass

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

ACTION, START, END = 0, 1, 2
"""Rows of what the temporal network gives."""

WINDOW = 100
"""Snippets in a window of the training."""

HIDDEN, RATING_HIDDEN, FULL_WIDTH = 512, 256, 64
BOUNDARY_SHARE = 0.1
"""Length of the region around a start or end, as a part of the event."""

PEAK_SHARE = 0.5
"""Any place above this part of the largest probability may begin or end a proposal."""

MAX_S = 4.0
"""A window's length: no proposal is longer."""

ACTION_POINTS, BOUNDARY_POINTS, BOUNDARY_REACH = 16, 8, 0.2
RATED = 32
"""Numbers that a proposal is rated by: 16 within, 8 around its start, 8 around its end."""

MOST_TRAINED, MOST_RATED = 500, 1000
"""Proposals of a video by their boundaries alone, in training and in spotting."""

GOOD, BAD = 0.6, 0.2
"""Overlaps with a coded event above and below which a proposal is a good or a bad example."""

DECAY = 0.1
"""Of the score of an overlapping proposal, exp(-IoU^2 / decay)."""

EPOCHS = 20
_BATCH, _RATING_BATCH = 16, 256
_MATCHED = 0.5


class TemporalNetwork(nn.Module):
    """TEM: three convolutions along time give the probabilities of action, start and end."""

    def __init__(self, width: int = FULL_WIDTH, features: int = FEATURES) -> None:
        super().__init__()
        hidden = max(1, round(HIDDEN * width / FULL_WIDTH))
        self.first = nn.Conv1d(features, hidden, 3, padding=1)
        self.second = nn.Conv1d(hidden, hidden, 3, padding=1)
        self.third = nn.Conv1d(hidden, 3, 1)

    def forward(
        self, features: Float[torch.Tensor, "video feature snippet"]
    ) -> Float[torch.Tensor, "video 3 snippet"]:
        """Give logits of action, start and end at every snippet."""
        hidden = self.second(self.first(features).relu()).relu()
        logits: Float[torch.Tensor, "video 3 snippet"] = self.third(hidden)
        return logits


class RatingNetwork(nn.Module):
    """PEM: a hidden layer rates a proposal by the course of the action probability."""

    def __init__(self, width: int = FULL_WIDTH) -> None:
        super().__init__()
        hidden = max(1, round(RATING_HIDDEN * width / FULL_WIDTH))
        self.hidden = nn.Linear(RATED, hidden)
        self.rating = nn.Linear(hidden, 1)

    def forward(
        self, courses: Float[torch.Tensor, "proposal 32"]
    ) -> Float[torch.Tensor, " proposal"]:
        """Guess the overlap of each proposal with an event, 0..1."""
        ratings: Float[torch.Tensor, " proposal"] = self.rating(self.hidden(courses).relu())[
            :, 0
        ].sigmoid()
        return ratings


def boundary_labels(
    count: int, spans_s: Float[np.ndarray, "event 2"], step_s: float
) -> Float32[np.ndarray, "3 snippet"]:
    """Mark snippets of which more than half lies in an event, or in the region of a start or end.

    The region of a boundary reaches a twentieth of the event to either side, and half a snippet
    at least.
    """
    begin_s = (np.arange(count) - 0.5) * step_s
    snippets = np.stack([begin_s, begin_s + step_s], axis=1)
    half_s = np.maximum(BOUNDARY_SHARE * (spans_s[:, 1] - spans_s[:, 0]), step_s) / 2
    regions = [
        spans_s,
        np.stack([spans_s[:, 0] - half_s, spans_s[:, 0] + half_s], axis=1),
        np.stack([spans_s[:, 1] - half_s, spans_s[:, 1] + half_s], axis=1),
    ]
    labels = np.zeros((3, count), np.float32)
    for row, region_s in enumerate(regions):
        shared = np.minimum(snippets[:, None, 1], region_s[None, :, 1]) - np.maximum(
            snippets[:, None, 0], region_s[None, :, 0]
        )
        covered = np.clip(shared, 0, None) / step_s
        # Half a snippet on either side of a start that lies between two belongs to both.
        labels[row] = (covered >= _MATCHED - 1e-9).any(axis=1)
    return labels


def balanced_loss(
    logits: Float[torch.Tensor, " place"], labels: Float[torch.Tensor, " place"]
) -> Float[torch.Tensor, ""]:
    """Cross entropy in which the marked places weigh as much as all the others."""
    positive = labels.sum()
    if positive == 0 or positive == len(labels):
        return functional.binary_cross_entropy_with_logits(logits, labels)
    ratio = len(labels) / positive
    weight = torch.where(labels > 0, 0.5 * ratio, 0.5 * ratio / (ratio - 1))
    return functional.binary_cross_entropy_with_logits(logits, labels, weight)


def boundaries(probabilities: Float[np.ndarray, " snippet"]) -> Bool[np.ndarray, " snippet"]:
    """Places that may begin or end a proposal: local peaks, and all above half of the largest.

    >>> boundaries(np.array([0.1, 0.3, 0.2, 0.9, 0.5, 0.1])).tolist()
    [False, True, False, True, True, False]
    """
    high: Bool[np.ndarray, " snippet"] = probabilities > PEAK_SHARE * probabilities.max()
    inner = probabilities[1:-1]
    high[1:-1] |= (inner > probabilities[:-2]) & (inner > probabilities[2:])
    return high


def proposals_of(
    probabilities: Float[np.ndarray, "3 snippet"], step_s: float, most: int
) -> ScoredIntervals:
    """Pair every likely start with every later likely end; the score is the product of the two.

    Args:
        probabilities: of action, start and end at every snippet.
        step_s: from one snippet to the next.
        most: how many of the best are kept.
    """
    begins = np.flatnonzero(boundaries(probabilities[START]))
    ends = np.flatnonzero(boundaries(probabilities[END]))
    first, last = (axis.ravel() for axis in np.meshgrid(begins, ends, indexing="ij"))
    fitting = (last > first) & ((last - first) * step_s <= MAX_S + 1e-9)
    first, last = first[fitting], last[fitting]
    scores = probabilities[START, first] * probabilities[END, last]
    spans_s = np.stack([first, last], axis=1) * step_s
    best = np.argsort(-scores, kind="stable")[:most]
    return ScoredIntervals(spans_s[best], scores[best])


def proposal_courses(
    action: Float[np.ndarray, " snippet"], spans_s: Float[np.ndarray, "proposal 2"], step_s: float
) -> Float32[np.ndarray, "proposal 32"]:
    """Boundary-sensitive feature: the action probability along each proposal and its boundaries.

    16 points from start to end, then 8 around the start and 8 around the end, a fifth of the
    length to either side; linear between snippets, 0 outside the video.
    """
    times_s = np.arange(len(action)) * step_s
    start_s, end_s = spans_s[:, :1], spans_s[:, 1:]
    reach_s = BOUNDARY_REACH * (end_s - start_s)
    within = np.linspace(0.0, 1.0, ACTION_POINTS)
    around = np.linspace(-1.0, 1.0, BOUNDARY_POINTS)
    wanted_s = np.concatenate(
        [
            start_s + (end_s - start_s) * within,
            start_s + reach_s * around,
            end_s + reach_s * around,
        ],
        axis=1,
    )
    courses: Float[np.ndarray, "proposal 32"] = np.interp(
        wanted_s, times_s, action, left=0.0, right=0.0
    )
    return courses.astype(np.float32)


def soft_nms(proposed: ScoredIntervals, *, decay: float = DECAY) -> ScoredIntervals:
    """Lower the score of every interval by each better one that it overlaps, best first.

    Source: Bodla, Singh, Chellappa and Davis, *Soft-NMS*, ICCV 2017: times exp(-IoU^2 / decay).
    """
    table = overlaps(proposed.spans_s, proposed.spans_s)
    scores = proposed.scores.astype(np.float64)
    open_ = np.ones(len(scores), dtype=bool)
    order = []
    for _ in range(len(scores)):
        best = int(np.argmax(np.where(open_, scores, -1.0)))
        open_[best] = False
        order.append(best)
        scores = np.where(open_, scores * np.exp(-(table[best] ** 2) / decay), scores)
    return ScoredIntervals(proposed.spans_s[order], scores[order])


@dataclass(frozen=True)
class _Networks:
    scale: Scale
    temporal: TemporalNetwork
    rating: RatingNetwork


@dataclass(frozen=True)
class _Trained:
    networks: _Networks
    threshold: float


class BsnSystem:
    """Spots by pairs of likely boundaries."""

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
        progress.start("BSN: features", len(videos), "videos")
        known: dict[int, Float[np.ndarray, "_ feature"]] = {}
        for done, labelled in enumerate(videos, start=1):
            known[id(labelled.video)] = features_of(labelled.video)
            progress.update(done)
        progress.finish()

        def train(some: Sequence[LabelledVideo]) -> _Networks:
            features = [known[id(labelled.video)] for labelled in some]
            return self._train(some, features, seed, progress)

        def propose(networks: _Networks, video: Video) -> ScoredIntervals:
            return self._proposed(networks, known[id(video)], _step_s(video))

        threshold = threshold_for_strangers(videos, train, propose)
        self._trained = _Trained(train(videos), threshold)

    def _train(
        self,
        videos: Sequence[LabelledVideo],
        features: Sequence[Float[np.ndarray, "_ feature"]],
        seed: int,
        progress: Progress,
    ) -> _Networks:
        spans = [coded_spans(labelled) for labelled in videos]
        steps_s = [_step_s(labelled.video) for labelled in videos]
        scale = scale_of(features)
        scaled = [scale(one) for one in features]
        forked = range(torch.cuda.device_count()) if self._budget.device.startswith("cuda") else ()
        with torch.random.fork_rng(devices=forked):
            torch.manual_seed(seed)
            temporal = self._train_temporal(scaled, spans, steps_s, seed, progress)
            likely = [self._probabilities(temporal, one) for one in scaled]
            rating = self._train_rating(likely, spans, steps_s, seed, progress)
        return _Networks(scale, temporal, rating)

    def _settings(self, seed: int, batch: int, rate: float, decay: float) -> LoopSettings:
        return LoopSettings(
            epochs=min(EPOCHS, self._budget.max_epochs),
            batch_size=batch,
            optimiser="adam",
            learning_rate=rate,
            weight_decay=decay,
            precision=self._budget.precision,
            device=self._budget.device,
            seed=seed,
        )

    def _train_temporal(
        self,
        scaled: Sequence[Float32[np.ndarray, "_ feature"]],
        spans: Sequence[Float[np.ndarray, "_ 2"]],
        steps_s: Sequence[float],
        seed: int,
        progress: Progress,
    ) -> TemporalNetwork:
        labels = [
            boundary_labels(len(one), span, step_s)
            for one, span, step_s in zip(scaled, spans, steps_s, strict=True)
        ]
        rows = [
            (video, start)
            for video, one in enumerate(scaled)
            for start in range(0, max(1, len(one) - WINDOW // 2), WINDOW // 2)
        ]

        def load(
            chosen: Int[np.ndarray, " sample"], rng: np.random.Generator
        ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
            del rng  # nothing is altered
            shape = (len(chosen), scaled[0].shape[1], WINDOW)
            windows = np.zeros(shape, np.float32)
            wanted = np.zeros((len(chosen), 3, WINDOW), np.float32)
            inside = np.zeros((len(chosen), WINDOW), dtype=bool)
            for place, row in enumerate(chosen):
                video, start = rows[int(row)]
                part = scaled[video][start : start + WINDOW]
                windows[place, :, : len(part)] = part.T
                wanted[place, :, : len(part)] = labels[video][:, start : start + WINDOW]
                inside[place, : len(part)] = True
            return torch.from_numpy(windows), torch.from_numpy(wanted), torch.from_numpy(inside)

        def loss(
            model: nn.Module, batch: tuple[torch.Tensor, torch.Tensor, torch.Tensor]
        ) -> tuple[torch.Tensor, dict[str, float]]:
            windows, wanted, inside = batch
            logits = model(windows).float()
            action, start, end = (
                balanced_loss(logits[:, row][inside], wanted[:, row][inside])
                for row in (ACTION, START, END)
            )
            return 2 * action + start + end, {}

        model = TemporalNetwork(self._budget.width, scaled[0].shape[1])
        settings = self._settings(seed, _BATCH, 1e-3, 1e-4)
        run_training(model, len(rows), load, loss, settings, progress=progress)
        return model.eval()

    def _probabilities(
        self, model: TemporalNetwork, scaled: Float32[np.ndarray, "snippet feature"]
    ) -> Float[np.ndarray, "3 snippet"]:
        with torch.inference_mode():
            whole = torch.from_numpy(np.ascontiguousarray(scaled.T))[None]
            logits = model(whole.to(self._budget.device))[0].float()
        likely: Float[np.ndarray, "3 snippet"] = logits.sigmoid().cpu().numpy().astype(np.float64)
        return likely

    def _train_rating(
        self,
        likely: Sequence[Float[np.ndarray, "3 _"]],
        spans: Sequence[Float[np.ndarray, "_ 2"]],
        steps_s: Sequence[float],
        seed: int,
        progress: Progress,
    ) -> RatingNetwork:
        courses, targets = [], []
        for one, span, step_s in zip(likely, spans, steps_s, strict=True):
            proposed = proposals_of(one, step_s, MOST_TRAINED)
            courses.append(proposal_courses(one[ACTION], proposed.spans_s, step_s))
            table = overlaps(proposed.spans_s, span)
            targets.append(table.max(axis=1, initial=0.0))
        every, target = np.concatenate(courses), np.concatenate(targets).astype(np.float32)
        rows = balanced_examples(target, np.random.default_rng(seed))

        def load(
            chosen: Int[np.ndarray, " sample"], rng: np.random.Generator
        ) -> tuple[torch.Tensor, torch.Tensor]:
            del rng  # nothing is altered
            picked = rows[chosen]
            return torch.from_numpy(every[picked]), torch.from_numpy(target[picked])

        def loss(
            model: nn.Module, batch: tuple[torch.Tensor, torch.Tensor]
        ) -> tuple[torch.Tensor, dict[str, float]]:
            return functional.smooth_l1_loss(model(batch[0]).float(), batch[1]), {}

        model = RatingNetwork(self._budget.width)
        settings = self._settings(seed, _RATING_BATCH, 1e-2, 1e-5)
        run_training(model, len(rows), load, loss, settings, progress=progress)
        return model.eval()

    def _proposed(
        self, networks: _Networks, features: Float[np.ndarray, "snippet feature"], step_s: float
    ) -> ScoredIntervals:
        likely = self._probabilities(networks.temporal, networks.scale(features))
        proposed = proposals_of(likely, step_s, MOST_RATED)
        courses = proposal_courses(likely[ACTION], proposed.spans_s, step_s)
        with torch.inference_mode():
            ratings = networks.rating(torch.from_numpy(courses).to(self._budget.device)).float()
        scores = proposed.scores * ratings.cpu().numpy().astype(np.float64)
        return soft_nms(ScoredIntervals(proposed.spans_s, scores))

    def spot(self, video: Video) -> tuple[Event, ...]:
        """Find events: proposals whose score after Soft-NMS reaches that of the training.

        Raises:
            UsageError: not trained.
            InputError: the video has fewer than three snippets, or shows no face.
        """
        trained = self._trained
        if trained is None:
            msg = "Expected BSN to be trained, but it is not. Call fit first."
            raise UsageError(msg)
        features = features_of(video)
        if len(features) < 3:  # noqa: PLR2004 - the length of a convolution
            msg = (
                f"Expected {video.name} to last at least {3 * _step_s(video):.2f} s for BSN, but "
                f"it has {len(video.faces) / video.rate:.2f} s. Give a longer video."
            )
            raise InputError(msg)
        found = self._proposed(trained.networks, features, _step_s(video))
        return as_events(found.take(found.scores >= trained.threshold), video)


def balanced_examples(
    targets: Float32[np.ndarray, " proposal"], rng: np.random.Generator
) -> Int[np.ndarray, " example"]:
    """Choose good, middling and bad proposals as 1 to 1 to 2, at least 16 of the latter each."""
    good = np.flatnonzero(targets > GOOD)
    middling = np.flatnonzero((targets <= GOOD) & (targets > BAD))
    bad = np.flatnonzero(targets <= BAD)
    many = max(len(good), 16)
    chosen = [good, rng.permutation(middling)[:many], rng.permutation(bad)[: 2 * many]]
    return np.sort(np.concatenate(chosen))


def _step_s(video: Video) -> float:
    return snippet_stride(video) / video.rate


SPEC = SystemSpec(
    name="BSN",
    task=SystemTask.SPOTTING,
    category="deep-learning",
    summary=(
        "Likely starts and ends are paired, each pair is rated by the course of the action "
        "probability, and overlapping ones are softly suppressed. Here two-stream features of "
        "the video itself replace those of networks trained on actions, Soft-NMS decays faster "
        "because a duplicate counts as false, the learning rates are constant, and the score from "
        "which on a proposal is an event is chosen on a third of the training people."
    ),
    source=(
        "Lin, Zhao, Su, Wang and Yang, BSN: boundary sensitive network for temporal action "
        "proposal generation, ECCV 2018"
    ),
    inputs=("faces", "landmarks_px"),
    build=BsnSystem,
)
