"""SOFTNet: a shallow network on optical flow scores every interval of half an expression's length.

Source: Liong, See and Wong, *Shallow optical flow three-stream CNN for macro- and micro-expression
spotting from long videos*, ICIP 2021. One network is trained for micro- and one for
macro-expressions.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import cv2
import numpy as np
import torch
from jaxtyping import Bool, Float, Float16, Float32, Int
from scipy.signal import find_peaks
from torch import nn
from torch.nn import functional

from mien.baselines.scored_intervals import (
    EXPRESSIONS,
    ScoredIntervals,
    as_events,
    coded_spans,
)
from mien.baselines.snippet_features import (
    cell_flow,
    flow_stride,
    rest_landmarks,
    seen_frames,
)
from mien.core.arrays import Points2
from mien.core.errors import InputError, UsageError
from mien.core.track import Event, EventKind
from mien.datasets.clips import LabelledVideo, Video
from mien.evaluation.systems import Budget, SystemSpec, SystemTask
from mien.motion import GRID, optical_strain
from mien.training.loop import LoopSettings, run_training
from mien.work import Progress

SIDE = 42
"""Side of the picture that the network sees: the brows above, the mouth below."""

HALF = SIDE // 2
FILTERS, HIDDEN = (3, 5, 8), 400
FULL_WIDTH = 64
THRESHOLD = 0.55
"""Part of the way from the mean score to the largest, from which on a peak counts."""

EPOCHS = 10
_LEARNING_RATE, _MOMENTUM, _BATCH = 5e-4, 0.9, 12

TRAINED_RATE = 25.0
"""Intervals a second that are learned from, about as many as a corpus of 30 frames a second has;
those between are nearly the same."""

_MARGIN = 12 / 128
_EYE_MARGIN = 15 / 128
_NOSE_HALF = 5.5 / 128
_BLUR_PX, _NOISE = 7, 0.1

_BROWS = (
    70,
    63,
    105,
    66,
    107,
    46,
    53,
    52,
    65,
    55,
    300,
    293,
    334,
    296,
    336,
    276,
    283,
    282,
    295,
    285,
)
_LOWER_LIDS = (144, 145, 153, 380, 374, 373)
_LIPS = (61, 291, 0, 17, 37, 267, 84, 314)
_NOSE_RIDGE = 197
_EYES = (
    (33, (160, 158), 133, (153, 144)),
    (362, (385, 387), 263, (373, 380)),
)
"""For each eye the corner that is left in the picture, upper lid, the other corner, lower lid."""


class SoftNet(nn.Module):
    """Three streams (u, v, strain) of one convolution each, joined, then two dense layers."""

    def __init__(self, width: int = FULL_WIDTH) -> None:
        super().__init__()
        filters = [max(1, round(one * width / FULL_WIDTH)) for one in FILTERS]
        hidden = max(1, round(HIDDEN * width / FULL_WIDTH))
        self.streams = nn.ModuleList(nn.Conv2d(1, count, 5, padding=2) for count in filters)
        self.dense = nn.Linear(sum(filters) * (SIDE // 6) ** 2, hidden)
        self.score = nn.Linear(hidden, 1)
        for name, parameter in self.named_parameters():
            if name.endswith("weight"):
                nn.init.xavier_uniform_(parameter)
            else:
                nn.init.zeros_(parameter)

    def forward(
        self, images: Float[torch.Tensor, "image 3 42 42"]
    ) -> Float[torch.Tensor, " image"]:
        """Score each image: near 1 where it shows part of an expression, near 0 where not."""
        parts = [
            functional.max_pool2d(stream(images[:, [channel]]).relu(), 3)
            for channel, stream in enumerate(self.streams)
        ]
        joined = functional.max_pool2d(torch.cat(parts, dim=1), 2)
        hidden: torch.Tensor = self.dense(joined.flatten(1)).relu()
        scores: Float[torch.Tensor, " image"] = self.score(hidden)[:, 0]
        return scores


@dataclass(frozen=True)
class Regions:
    """Where on a face the picture of 42 x 42 is taken, and what is left out of it."""

    x_px: Float[np.ndarray, "42 42"]
    y_px: Float[np.ndarray, "42 42"]
    eyes: Bool[np.ndarray, "42 42"]
    """Over the eyes, where nothing is looked at."""

    nose: Bool[np.ndarray, "row column"]
    """Cells of the motion on the ridge of the nose, which moves with the head."""

    size_px: int


def regions_of(rest_px: Points2, size_px: int) -> Regions:
    """Lay the two boxes and the masks of the eyes over a face at rest.

    The box of the brows reaches from above them to below the eyes, that of the mouth around the
    lips, with margins of 12 pixels at a size of 128; a mask reaches 15 pixels beyond the eye, and
    the nose is a square of 11 pixels.
    """
    x_px, y_px = [], []
    for points in (rest_px[[*_BROWS, *_LOWER_LIDS]], rest_px[[*_LIPS]]):
        low = np.maximum(points.min(axis=0) - _MARGIN * size_px, 0.0)
        high = np.minimum(points.max(axis=0) + _MARGIN * size_px, size_px - 1.0)
        step = np.maximum(high - low, 1.0) / [SIDE, HALF]
        grid_x, grid_y = np.meshgrid(
            low[0] + (np.arange(SIDE) + 0.5) * step[0], low[1] + (np.arange(HALF) + 0.5) * step[1]
        )
        x_px.append(grid_x)
        y_px.append(grid_y)
    x, y = np.concatenate(x_px), np.concatenate(y_px)
    eyes = np.zeros(x.shape, dtype=bool)
    for outline in _eye_outlines(rest_px, size_px):
        for place in np.ndindex(x.shape):
            at = (float(x[place]), float(y[place]))
            eyes[place] |= cv2.pointPolygonTest(outline, at, measureDist=False) >= 0
    cells = (np.arange(GRID) + 0.5) * size_px / GRID - 0.5
    away = np.maximum(
        np.abs(cells - rest_px[_NOSE_RIDGE, 0])[None],
        np.abs(cells - rest_px[_NOSE_RIDGE, 1])[:, None],
    )
    nose = away <= max(_NOSE_HALF * size_px, float(away.min()))
    return Regions(x, y, eyes, nose, size_px)


def _eye_outlines(rest_px: Points2, size_px: int) -> list[Float32[np.ndarray, "6 2"]]:
    margin = _EYE_MARGIN * size_px
    outlines = []
    for left, upper, right, lower in _EYES:
        points = [
            rest_px[left] - [margin, 0],
            *(rest_px[one] - [0, margin] for one in upper),
            rest_px[right] + [margin, 0],
            *(rest_px[one] + [0, margin] for one in lower),
        ]
        outlines.append(np.stack(points).astype(np.float32))
    return outlines


features_of = cell_flow
"""Motion of the cells against the face at rest (see ``snippet_features``): the motion over any
interval is the difference of two of them."""


def interval_images(
    flow_px: Float32[np.ndarray, "step row column 2"], half: int, regions: Regions
) -> Float32[np.ndarray, "interval 3 42 42"]:
    """Motion over each interval of some steps as the network sees it.

    The sizes |u| and |v| and the strain of the difference of two displacements, the nose's taken
    off, eyes masked with 0, brows and mouth cut out, each channel stretched to 0..1 by itself.
    Without motion, and where a step is not seen, all is 0.

    Args:
        flow_px: what :data:`features_of` gives.
        half: steps from the beginning of an interval to its end, k of the publication.
        regions: of the same face.
    """
    moved = np.nan_to_num(flow_px[half:] - flow_px[:-half])
    strain = optical_strain(moved, spacing_px=regions.size_px / GRID)[..., None]
    whole = np.concatenate([moved, strain], axis=-1).astype(np.float32)
    whole = whole - whole[:, regions.nose].mean(axis=1)[:, None, None]
    whole[..., :2] = np.abs(whole[..., :2])
    at_x = ((regions.x_px + 0.5) * GRID / regions.size_px - 0.5).astype(np.float32)
    at_y = ((regions.y_px + 0.5) * GRID / regions.size_px - 0.5).astype(np.float32)
    images = np.zeros((len(whole), 3, SIDE, SIDE), np.float32)
    for place, field in enumerate(whole):
        cut = cv2.remap(field, at_x, at_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        images[place] = cut.transpose(2, 0, 1)
    images[:, :, regions.eyes] = 0.0
    low = images.min(axis=(2, 3), keepdims=True)
    spread = images.max(axis=(2, 3), keepdims=True) - low
    stretched = np.where(spread > 0, (images - low) / np.where(spread > 0, spread, 1), 0.0)
    return stretched.astype(np.float32)


def half_length(spans_s: Float[np.ndarray, "event 2"], step_s: float) -> int:
    """Half of the mean length of the events in steps, as the authors' program rounds it: k.

    >>> half_length(np.array([[1.0, 1.3], [2.0, 2.2]]), 0.02)
    6
    """
    mean = float((spans_s[:, 1] - spans_s[:, 0]).mean() / step_s)
    return max(1, int((mean + 1) / 2))


def pseudo_labels(
    count: int, half: int, spans_s: Float[np.ndarray, "event 2"], step_s: float
) -> Float32[np.ndarray, " interval"]:
    """Mark intervals that share a step with an event: 1, else 0 (IoU above 0).

    Interval i holds the steps from i up to, and without, i + half; an event the steps after its
    onset up to its offset.
    """
    begin = np.arange(count)
    labels = np.zeros(count, np.float32)
    for onset, offset in np.rint(spans_s / step_s).astype(int):
        labels[(begin + half - 1 > onset) & (begin <= offset)] = 1.0
    return labels


def smoothed(scores: Float[np.ndarray, " interval"], half: int) -> Float[np.ndarray, " place"]:
    """Mean of every 2 k scores in a row; the first belongs to the interval at k.

    >>> smoothed(np.array([0.0, 0.0, 1.0, 1.0, 0.0]), 1).tolist()
    [0.0, 0.5, 1.0]
    """
    kept = max(len(scores) - 2 * half, 0)
    sums = np.concatenate([[0.0], np.cumsum(scores, dtype=np.float64)])
    means: Float[np.ndarray, " place"] = (sums[2 * half :] - sums[: -2 * half])[:kept] / (2 * half)
    return means


def peaks_of(
    places: Float[np.ndarray, " place"], half: int, floor: float
) -> Int[np.ndarray, " peak"]:
    """Peaks above the mean plus .55 of the way to the largest value, at least k apart.

    Source of the threshold: Moilanen, Zhao and Pietikainen, ICPR 2014.

    Args:
        places: smoothed scores.
        half: k.
        floor: no peak counts below this value, so that a video of nothing has none.
    """
    if not len(places):
        return np.zeros(0, np.int64)
    mean = float(places.mean())
    height = max(mean + THRESHOLD * (float(places.max()) - mean), floor)
    found, _ = find_peaks(places, height=height, distance=max(1, half))
    return found.astype(np.int64)


@dataclass(frozen=True)
class _Face:
    """What is read of a video once."""

    flow_px: Float32[np.ndarray, "step row column 2"]
    regions: Regions
    seen: Bool[np.ndarray, " step"]
    step_s: float

    @classmethod
    def of(cls, video: Video) -> "_Face":
        stride = flow_stride(video)
        return cls(
            flow_px=features_of(video),
            regions=regions_of(rest_landmarks(video), video.faces.shape[1]),
            seen=seen_frames(video)[::stride],
            step_s=stride / video.rate,
        )

    def steps(self, half_s: float) -> int:
        return max(1, round(half_s / self.step_s))

    def lasts(self, half_s: float) -> bool:
        return len(self.flow_px) > 3 * self.steps(half_s)

    def images(self, half: int) -> Float32[np.ndarray, "interval 3 42 42"]:
        return interval_images(self.flow_px, half, self.regions)

    def learned(self, half: int) -> Bool[np.ndarray, " interval"]:
        """Intervals to learn from: both ends seen, 25 a second."""
        every = max(1, round(1 / (self.step_s * TRAINED_RATE)))
        both = self.seen[half:] & self.seen[:-half]
        chosen: Bool[np.ndarray, " interval"] = both & (np.arange(len(both)) % every == 0)
        return chosen


_Coded: TypeAlias = tuple[_Face, Float[np.ndarray, "_ 2"]]


@dataclass(frozen=True)
class Samples:
    """What a network learns from."""

    images: Float16[np.ndarray, "image 3 42 42"]
    labels: Float32[np.ndarray, " image"]
    rows: Int[np.ndarray, "sample 2"]
    """Image and alteration of each sample."""


def _samples(
    coded: Sequence[_Coded], half_s: float, rng: np.random.Generator, kind: EventKind
) -> Samples:
    """Half of the negatives; micro-expressions four times, three of them altered."""
    images, labels = [np.zeros((0, 3, SIDE, SIDE), np.float16)], [np.zeros(0, np.float32)]
    for face, spans_s in coded:
        half = face.steps(half_s)
        every = face.images(half)
        marked = pseudo_labels(len(every), half, spans_s, face.step_s)
        learned = face.learned(half)
        positive = np.flatnonzero(learned & (marked == 1))
        negative = rng.permutation(np.flatnonzero(learned & (marked == 0)))
        rows = np.sort(np.concatenate([positive, negative[: (len(negative) + 1) // 2]]))
        images.append(every[rows].astype(np.float16))
        labels.append(marked[rows])
    label = np.concatenate(labels)
    plain = np.arange(len(label))
    again = plain[label == 1] if kind is EventKind.MICRO else plain[:0]
    ways = [np.stack([plain, np.zeros_like(plain)], axis=1)]
    ways += [np.stack([again, np.full_like(again, how)], axis=1) for how in (1, 2, 3)]
    return Samples(np.concatenate(images), label, np.concatenate(ways))


@dataclass(frozen=True)
class _Trained:
    kind: EventKind
    model: SoftNet
    half_s: float
    floor: float


class SoftNetSystem:
    """Spots with one network for micro- and one for macro-expressions."""

    def __init__(self, budget: Budget) -> None:
        self._budget = budget
        self._trained: tuple[_Trained, ...] = ()

    def fit(self, videos: Sequence[LabelledVideo], *, seed: int, progress: Progress) -> None:
        """Learn from videos.

        Raises:
            UsageError: no video has an expression.
            InputError: a video shows no face.
        """
        self._trained = ()
        progress.start("SOFTNet: motion", len(videos), "videos")
        faces = []
        for done, labelled in enumerate(videos, start=1):
            faces.append(_Face.of(labelled.video))
            progress.update(done)
        progress.finish()
        trained = []
        for number, kind in enumerate(EXPRESSIONS):
            spans = [coded_spans(labelled, (kind,)) for labelled in videos]
            if sum(map(len, spans)):
                step_s = faces[0].step_s
                half_s = half_length(np.concatenate(spans), step_s) * step_s
                coded = [
                    (face, own)
                    for face, own in zip(faces, spans, strict=True)
                    if face.lasts(half_s)
                ]
                samples = _samples(coded, half_s, np.random.default_rng((seed, number)), kind)
                if (samples.labels == 1).any():
                    model = self._train(samples, (seed, number), progress)
                    trained.append(_Trained(kind, model, half_s, self._floor(model, coded, half_s)))
        if not trained:
            msg = (
                "Expected videos with micro- or macro-expressions, long enough for windows of "
                f"their length, to learn from, but none of the {len(videos)} has one."
            )
            raise UsageError(msg)
        self._trained = tuple(trained)

    def _floor(self, model: SoftNet, coded: Sequence[_Coded], half_s: float) -> float:
        """Give the value that a peak must reach.

        The authors take the best of every video, so each has an event. Here a peak must also be
        nearer to what the network says of expressions than to what it says of the rest.
        """
        values, marks = [], []
        for face, spans_s in coded:
            half = face.steps(half_s)
            scores = self._score(model, face.images(half))
            values.append(smoothed(scores, half))
            marked = pseudo_labels(len(scores), half, spans_s, face.step_s)
            marks.append(marked[half : half + len(values[-1])])
        return middle_between(np.concatenate(values), np.concatenate(marks))

    def _train(self, samples: Samples, seed: tuple[int, int], progress: Progress) -> SoftNet:
        def load(
            chosen: Int[np.ndarray, " sample"], rng: np.random.Generator
        ) -> tuple[torch.Tensor, torch.Tensor]:
            picked = samples.rows[chosen]
            batch = np.stack([altered(samples.images[row], int(how), rng) for row, how in picked])
            return torch.from_numpy(batch), torch.from_numpy(samples.labels[picked[:, 0]])

        def loss(
            model: nn.Module, batch: tuple[torch.Tensor, torch.Tensor]
        ) -> tuple[torch.Tensor, dict[str, float]]:
            return functional.mse_loss(model(batch[0]).float(), batch[1]), {}

        number = int(np.random.SeedSequence(seed).generate_state(1)[0] >> 1)
        settings = LoopSettings(
            epochs=min(EPOCHS, self._budget.max_epochs),
            batch_size=_BATCH,
            optimiser="sgd",
            learning_rate=_LEARNING_RATE,
            momentum=_MOMENTUM,
            weight_decay=0.0,
            precision=self._budget.precision,
            device=self._budget.device,
            seed=number,
        )
        forked = range(torch.cuda.device_count()) if settings.device.startswith("cuda") else ()
        with torch.random.fork_rng(devices=forked):
            torch.manual_seed(number)
            model = SoftNet(self._budget.width)
            run_training(model, len(samples.rows), load, loss, settings, progress=progress)
        return model.eval()

    def _score(
        self, model: SoftNet, images: Float32[np.ndarray, "interval 3 42 42"]
    ) -> Float[np.ndarray, " interval"]:
        with torch.inference_mode():
            parts = [
                model(part.to(self._budget.device)).float().cpu().numpy()
                for part in torch.split(torch.from_numpy(images), 256)
            ]
        return np.concatenate(parts).astype(np.float64)

    def spot(self, video: Video) -> tuple[Event, ...]:
        """Find events: each peak of the smoothed score, k to either side.

        Raises:
            UsageError: not trained.
            InputError: the video is shorter than the windows, or shows no face.
        """
        if not self._trained:
            msg = "Expected SOFTNet to be trained, but it is not. Call fit first."
            raise UsageError(msg)
        face = _Face.of(video)
        able = [one for one in self._trained if face.lasts(one.half_s)]
        if not able:
            needed_s = min(3 * one.half_s for one in self._trained)
            msg = (
                f"Expected {video.name} to last at least {needed_s:.2f} s for SOFTNet's windows, "
                f"but it has {len(video.faces) / video.rate:.2f} s. Give a longer video."
            )
            raise InputError(msg)
        events: list[Event] = []
        for one in able:
            half = face.steps(one.half_s)
            places = smoothed(self._score(one.model, face.images(half)), half)
            peaks = peaks_of(places, half, one.floor)
            # Score i is of the steps i to i + k; its middle is k / 2 later. The authors' program
            # counts from its beginning, so that its intervals come early.
            middle_s = (peaks + 1.5 * half - 0.5) * face.step_s
            spans = np.stack([middle_s - one.half_s, middle_s + one.half_s], axis=1)
            events += as_events(ScoredIntervals(spans, places[peaks]), video)
        return tuple(sorted(events, key=lambda event: event.onset_s))


def altered(
    image: Float[np.ndarray, "3 42 42"], how: int, rng: np.random.Generator
) -> Float32[np.ndarray, "3 42 42"]:
    """Give an image as it is (0), mirrored (1), blurred (2) or with noise (3)."""
    image = image.astype(np.float32)
    if how == 1:
        return np.ascontiguousarray(image[:, :, ::-1])
    if how == 2:  # noqa: PLR2004 - the numbers are those of the docstring
        blurred = [cv2.GaussianBlur(channel, (_BLUR_PX, _BLUR_PX), 0) for channel in image]
        return np.stack(blurred).astype(np.float32)
    if how == 3:  # noqa: PLR2004
        noisy = image + _NOISE * rng.standard_normal(image.shape)
        return np.clip(noisy, 0, 1).astype(np.float32)
    return image


def middle_between(
    values: Float[np.ndarray, " place"], marks: Float32[np.ndarray, " place"]
) -> float:
    """Middle between the mean value of the marked places and of the others.

    >>> middle_between(np.array([0.2, 0.4, 0.8]), np.array([0, 0, 1], np.float32))
    0.55
    """
    groups = [values[marks == mark] for mark in (0, 1)]
    means = [float(group.mean()) for group in groups if len(group)]
    return sum(means) / len(means)


SPEC = SystemSpec(
    name="SOFTNet",
    task=SystemTask.SPOTTING,
    category="deep-learning",
    summary=(
        "Three shallow streams score the flow over half an expression's length, whose peaks are "
        "spotted. Here the flow is the difference of two dense inverse searches against the face "
        "at rest in place of TV-L1, the length is that of the training subjects only, scores "
        "stand at the middle of their interval, a peak must also lie above the middle of the "
        "training scores, and SGD has momentum .9 since there are fewer frames."
    ),
    source=(
        "Liong, See and Wong, Shallow optical flow three-stream CNN for macro- and "
        "micro-expression spotting from long videos, ICIP 2021"
    ),
    inputs=("faces", "landmarks_px"),
    build=SoftNetSystem,
    paper={"accuracy": 24.10, "f1": 20.22},
)
