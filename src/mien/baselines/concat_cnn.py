"""Concat-CNN: three convolutions of different length look for expressions in action unit curves.

Source: Yang, Wu, Zhou et al., *Facial action unit-based deep learning framework for spotting macro-
and micro-expressions in long video sequences*, ACM MM 2021, and the layers of the authors' program
(github.com/KDDI-AI-Center/FME-2021).
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
)
from mien.baselines.snippet_features import KeptArrays
from mien.core.errors import InputError, UsageError
from mien.core.facs import Channel
from mien.core.track import Event
from mien.datasets.clips import LabelledVideo, Video
from mien.evaluation.systems import Budget, SystemSpec, SystemTask
from mien.training.loop import LoopSettings, run_training
from mien.work import Progress

SAMPLES = 8
"""Samples of the curves in a window, as in the authors' variant for single units."""

SAMPLE_RATE = 40.0
"""Samples a second: a window lasts .2 s, as in the variant for fast video."""

HOP = 2
"""Samples from one window to the next."""

KERNELS, POOLS, FILTERS = (3, 4, 5), (8, 4, 2), 256
FULL_WIDTH = 64
DROPOUT = 0.5
EPOCHS = 300
NEGATIVES = 1.5
"""Windows without an expression for each one with it."""

THRESHOLDS = tuple(round(0.1 * tenth, 1) for tenth in range(1, 10))
GAPS = tuple(range(4))
"""Windows below the threshold that do not end an expression; the authors try 1 to 15."""

_BATCH, _LEARNING_RATE = 256, 1e-3


class ConcatCnn(nn.Module):
    """Convolutions of length 3, 4 and 5 side by side, pooled differently, joined along time."""

    def __init__(self, units: int, width: int = FULL_WIDTH, samples: int = SAMPLES) -> None:
        super().__init__()
        filters = max(1, round(FILTERS * width / FULL_WIDTH))
        self.convolutions = nn.ModuleList(nn.Conv1d(units, filters, kernel) for kernel in KERNELS)
        self.dropout = nn.Dropout(DROPOUT)
        self.score = nn.Linear(filters * sum(samples // pool for pool in POOLS), 1)

    def forward(
        self, windows: Float[torch.Tensor, "window unit sample"]
    ) -> Float[torch.Tensor, " window"]:
        """Give the probability that each window lies in an expression."""
        parts = []
        for convolution, kernel, pool in zip(self.convolutions, KERNELS, POOLS, strict=True):
            # A kernel of even length reaches farther to the right, as in the authors' library.
            padded = functional.pad(windows, ((kernel - 1) // 2, kernel // 2))
            parts.append(functional.max_pool1d(convolution(padded).relu(), pool))
        joined = self.dropout(torch.cat(parts, dim=2).flatten(1))
        scores: Float[torch.Tensor, " window"] = self.score(joined)[:, 0].sigmoid()
        return scores


def unit_numbers(names: Sequence[str]) -> tuple[int, ...]:
    """FACS numbers of the channels, each once, in rising order.

    >>> unit_numbers(["AU12L", "AU12R", "AU04L"])
    (4, 12)
    """
    return tuple(sorted({Channel.parse(name).au for name in names}))


def _make(video: Video) -> Float32[np.ndarray, "sample unit"]:
    if video.unit_curves is None:
        msg = (
            f"Expected {video.name} to have action unit curves, but it was prepared without. "
            "Prepare the corpus again with curves."
        )
        raise InputError(msg)
    numbers = unit_numbers(video.unit_names)
    owners = [Channel.parse(name).au for name in video.unit_names]
    curves = np.nan_to_num(np.asarray(video.unit_curves, np.float64), nan=0.0)
    sides = np.stack(
        [curves[:, [one == number for one in owners]].max(axis=1) for number in numbers], axis=1
    )
    times_s = np.arange(len(curves)) / video.rate
    wanted_s = np.arange(0.0, times_s[-1] + 1e-9, 1 / SAMPLE_RATE)
    resampled = np.stack([np.interp(wanted_s, times_s, curve) for curve in sides.T], axis=1)
    return resampled.astype(np.float32)


features_of = KeptArrays(_make)
"""Each action unit, the larger side, 0..1, 40 times a second, shape (sample, unit) in the order of
:func:`unit_numbers`; 0 where it is not seen. Raises InputError for a video without curves."""


def windows_of(
    curves: Float32[np.ndarray, "sample unit"],
) -> Float32[np.ndarray, "window unit 8"]:
    """Cut curves into windows of 8 samples, 2 samples apart."""
    view = np.lib.stride_tricks.sliding_window_view(curves, SAMPLES, axis=0)[::HOP]
    return np.ascontiguousarray(view, np.float32)


def window_spans(count: int) -> Float[np.ndarray, "window 2"]:
    """First and last sample of every window, in seconds after the first frame."""
    first_s = np.arange(count) * HOP / SAMPLE_RATE
    return np.stack([first_s, first_s + (SAMPLES - 1) / SAMPLE_RATE], axis=1)


def window_labels(
    count: int, spans_s: Float[np.ndarray, "event 2"]
) -> Float32[np.ndarray, " window"]:
    """Mark windows within an event, or around a shorter one, 1; those that touch none 0; NaN else.

    The authors mark windows within events only; of events shorter than a window none would be.
    """
    windows = window_spans(count)
    labels = np.zeros(count, np.float32)
    for onset_s, offset_s in spans_s:
        touching = (windows[:, 1] >= onset_s) & (windows[:, 0] <= offset_s)
        labels[touching & (labels == 0)] = np.nan
        within = (windows[:, 0] >= onset_s) & (windows[:, 1] <= offset_s)
        around = (windows[:, 0] <= onset_s) & (windows[:, 1] >= offset_s)
        labels[within | around] = 1.0
    return labels


def without_lonely(found: Bool[np.ndarray, " window"]) -> Bool[np.ndarray, " window"]:
    """Drop a window that neither neighbour confirms.

    >>> without_lonely(np.array([True, False, True, True, False])).tolist()
    [False, False, True, True, False]
    """
    before = np.concatenate([[False], found[:-1]])
    after = np.concatenate([found[1:], [False]])
    kept: Bool[np.ndarray, " window"] = found & (before | after)
    return kept


def joined(found: Bool[np.ndarray, " window"], gap: int) -> Int[np.ndarray, "run 2"]:
    """First and last window of every run; up to ``gap`` windows between do not end one.

    >>> joined(np.array([True, True, False, True, False, False, True]), 1).tolist()
    [[0, 3], [6, 6]]
    """
    places = np.flatnonzero(found)
    if not len(places):
        return np.zeros((0, 2), np.int64)
    ends = np.flatnonzero(np.diff(places) > gap + 1)
    first = places[np.concatenate([[0], ends + 1])]
    last = places[np.concatenate([ends, [len(places) - 1]])]
    return np.stack([first, last], axis=1)


@dataclass(frozen=True)
class Rule:
    """What makes windows an interval; chosen on the training videos."""

    threshold: float
    gap: int

    def __call__(self, scores: Float[np.ndarray, " window"]) -> ScoredIntervals:
        """Join windows above the threshold; an interval has the largest score in it."""
        runs = joined(without_lonely(scores > self.threshold), self.gap)
        spans = window_spans(len(scores))
        best = [float(scores[first : last + 1].max()) for first, last in runs]
        return ScoredIntervals(
            np.stack([spans[runs[:, 0], 0], spans[runs[:, 1], 1]], axis=1), np.array(best)
        )


def best_rule(
    videos: Sequence[tuple[Float[np.ndarray, "..."], Float[np.ndarray, "_ 2"]]],
) -> Rule:
    """Choose threshold and gap with the most hits for what is found, F1 pooled over the videos.

    Of equally good ones the middle threshold, then the smallest gap. The authors choose them on
    the test subjects; here they see training videos only.

    Args:
        videos: scores of the windows and coded intervals of each video.
    """
    table = np.array(
        [[_f1(Rule(threshold, gap), videos) for gap in GAPS] for threshold in THRESHOLDS]
    )
    good = np.flatnonzero(table.max(axis=1) >= table.max() - 1e-9)
    chosen = int(good[len(good) // 2])
    return Rule(THRESHOLDS[chosen], GAPS[int(np.argmax(table[chosen]))])


def _f1(
    rule: Rule,
    videos: Sequence[tuple[Float[np.ndarray, "..."], Float[np.ndarray, "_ 2"]]],
) -> float:
    hits = total = 0
    for scores, coded_s in videos:
        found = rule(scores)
        table = overlaps(found.spans_s, coded_s) >= 0.5  # noqa: PLR2004 - as everywhere
        # Windows at the ends of two runs may overlap, so both runs can stand for one event.
        hits += int(min(table.any(axis=1).sum(), table.any(axis=0).sum()))
        total += len(found.scores) + len(coded_s)
    return 2 * hits / total if total else 0.0


@dataclass(frozen=True)
class _Trained:
    model: ConcatCnn
    rule: Rule
    units: tuple[int, ...]
    low: Float32[np.ndarray, " unit"]
    spread: Float32[np.ndarray, " unit"]

    def scaled(
        self, curves: Float32[np.ndarray, "sample unit"]
    ) -> Float32[np.ndarray, "sample unit"]:
        scaled: Float32[np.ndarray, "sample unit"] = (curves - self.low) / self.spread
        return scaled.astype(np.float32)


class ConcatCnnSystem:
    """Spots by windows of action unit curves."""

    def __init__(self, budget: Budget) -> None:
        self._budget = budget
        self._trained: _Trained | None = None

    def fit(self, videos: Sequence[LabelledVideo], *, seed: int, progress: Progress) -> None:
        """Learn from videos.

        Raises:
            UsageError: no video has an expression, or the videos differ in their units.
            InputError: a video has no action unit curves, or none long enough.
        """
        self._trained = None
        units = _common_units(videos)
        curves = [_long_enough(labelled.video) for labelled in videos]
        spans = [coded_spans(labelled) for labelled in videos]
        if not sum(map(len, spans)):
            msg = (
                "Expected videos with micro- or macro-expressions to learn from, but none of the "
                f"{len(videos)} has one."
            )
            raise UsageError(msg)
        whole = np.concatenate(curves)
        low = whole.min(axis=0)
        spread = np.maximum(whole.max(axis=0) - low, 1e-3).astype(np.float32)
        windows = [windows_of(((one - low) / spread).astype(np.float32)) for one in curves]
        labels = [window_labels(len(own), span) for own, span in zip(windows, spans, strict=True)]
        model = self._train(np.concatenate(windows), np.concatenate(labels), seed, progress)
        scored = [(self._score(model, own), span) for own, span in zip(windows, spans, strict=True)]
        self._trained = _Trained(model, best_rule(scored), units, low, spread)

    def _train(
        self,
        windows: Float32[np.ndarray, "window unit 8"],
        labels: Float32[np.ndarray, " window"],
        seed: int,
        progress: Progress,
    ) -> ConcatCnn:
        chooser = np.random.default_rng(seed)
        positive, negative = np.flatnonzero(labels == 1), np.flatnonzero(labels == 0)
        most = max(1, round(NEGATIVES * len(positive)))
        rows = np.concatenate([positive, np.sort(chooser.permutation(negative)[:most])])

        def load(
            chosen: Int[np.ndarray, " sample"], rng: np.random.Generator
        ) -> tuple[torch.Tensor, torch.Tensor]:
            del rng  # nothing is altered
            picked = rows[chosen]
            return torch.from_numpy(windows[picked]), torch.from_numpy(labels[picked])

        def loss(
            model: nn.Module, batch: tuple[torch.Tensor, torch.Tensor]
        ) -> tuple[torch.Tensor, dict[str, float]]:
            return functional.mse_loss(model(batch[0]).float(), batch[1]), {}

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
            model = ConcatCnn(windows.shape[1], self._budget.width)
            run_training(model, len(rows), load, loss, settings, progress=progress)
        return model.eval()

    def _score(
        self, model: ConcatCnn, windows: Float32[np.ndarray, "window unit 8"]
    ) -> Float[np.ndarray, " window"]:
        with torch.inference_mode():
            given = model(torch.from_numpy(windows).to(self._budget.device))
        scores: Float[np.ndarray, " window"] = given.float().cpu().numpy().astype(np.float64)
        return scores

    def spot(self, video: Video) -> tuple[Event, ...]:
        """Find events: runs of windows that the network takes for part of an expression.

        Raises:
            UsageError: not trained.
            InputError: the video is shorter than a window, or has no or other curves.
        """
        trained = self._trained
        if trained is None:
            msg = "Expected Concat-CNN to be trained, but it is not. Call fit first."
            raise UsageError(msg)
        curves = _long_enough(video)
        if unit_numbers(video.unit_names) != trained.units:
            msg = (
                f"Expected curves of the units {trained.units} as in the training, but "
                f"{video.name} has {unit_numbers(video.unit_names)}. Prepare all alike."
            )
            raise InputError(msg)
        scores = self._score(trained.model, windows_of(trained.scaled(curves)))
        return as_events(trained.rule(scores), video)


def _common_units(videos: Sequence[LabelledVideo]) -> tuple[int, ...]:
    found = {unit_numbers(labelled.video.unit_names) for labelled in videos}
    if len(found) != 1:
        listed = " and ".join(map(str, sorted(found))) or "no video"
        msg = f"Expected the curves of all videos to be of the same units, but got {listed}."
        raise UsageError(msg)
    return next(iter(found))


def _long_enough(video: Video) -> Float32[np.ndarray, "sample unit"]:
    curves = features_of(video)
    if len(curves) < SAMPLES:
        msg = (
            f"Expected {video.name} to last at least {SAMPLES / SAMPLE_RATE:.2f} s for "
            f"Concat-CNN's window, but it has {len(video.faces) / video.rate:.2f} s. Give a longer "
            "video."
        )
        raise InputError(msg)
    return curves


SPEC = SystemSpec(
    name="Concat-CNN",
    task=SystemTask.SPOTTING,
    category="deep-learning",
    summary=(
        "Windows of action unit curves are judged by three convolutions side by side, and runs of "
        "windows are spotted. Here the curves are mien's own in place of OpenFace's, windows last "
        ".2 s and are .05 s apart, the learning rate is constant, and threshold and gap are chosen "
        "on training videos, not on the test."
    ),
    source=(
        "Yang, Wu, Zhou et al., Facial action unit-based deep learning framework for spotting "
        "macro- and micro-expressions in long video sequences, ACM MM 2021"
    ),
    inputs=("unit_curves",),
    build=ConcatCnnSystem,
    paper={"accuracy": 25.05, "f1": 20.19},
)
