"""What is sealed against labels: every figure that is reported, with its interval.

Intervals come from drawing subjects (:mod:`mien.evaluation.bootstrap`). In a draw that lacks a rare
class, the class is left out of UF1 and UAR as it would be in any sample without it.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from enum import Enum
from typing import Any

import numpy as np
from jaxtyping import Float

from mien.core.errors import UsageError
from mien.core.track import Event, EventKind
from mien.datasets.clips import LabelledClips, LabelledVideo
from mien.evaluation.bootstrap import RESAMPLES, Interval, Statistic, subject_bootstrap
from mien.evaluation.classification import (
    CLASSIFICATION_FIGURES,
    ClassificationScores,
    classification_figures,
    classification_scores,
    majority_baseline,
)
from mien.evaluation.fold_results import FoldEvents, FoldPredictions
from mien.evaluation.ledger import Sealed, gathered_events, gathered_predictions
from mien.evaluation.spotting import SpottingScore, score_spotting
from mien.evaluation.spotting_counts import (
    SCORED_KINDS,
    Counts,
    Matching,
    SpottedVideo,
    SpotThenRecognise,
    count_events,
    figures_of_counts,
    matched_pairs,
    spot_then_recognise,
)
from mien.evaluation.timing import TIMING_FIGURES, TimingScores, timing_figures, timing_scores
from mien.evaluation.units import (
    INTENSITY_FIGURES,
    UNIT_FIGURES,
    UnitScore,
    intensity_figures,
    mean_over_units,
    unit_figures,
    unit_scores,
)


@dataclass(frozen=True)
class Basis:
    """What figures were made from."""

    protocol: str
    leaky: bool
    """Whether the same people were on both sides."""

    run: str
    """What was run, as the system's caller names it."""

    folds: int
    items: int
    """Clips, or videos, that were predicted."""

    subjects: int
    split_sha256: str
    ledger_sha256: str
    warnings: tuple[str, ...]
    """What a reader has to know of the split."""


@dataclass(frozen=True)
class RecognitionScores:
    """Every figure of a recogniser; intervals are 95 % over subjects."""

    basis: Basis
    classes: tuple[str, ...]
    figures: Mapping[str, Interval]
    """accuracy, uf1, uar, weighted_f1 and micro_f1, 0..1."""

    classification: ClassificationScores
    majority: ClassificationScores
    """What always says the most common class."""

    without_class: int
    """Clips that were predicted but have none of the classes: not in the figures above."""

    units: tuple[UnitScore, ...]
    """Empty where no units were predicted."""

    unit_means: Mapping[str, Interval]
    """Means over units of f1, macro_f1, auc and average_precision."""

    intensity_means: Mapping[str, Interval]
    """Means over units of icc_3_1, ccc and mae; empty where no intensity is known."""

    timing: TimingScores | None
    """None where no times were predicted."""

    timing_intervals: Mapping[str, Interval]

    def to_json(self) -> dict[str, Any]:
        """Give it as what JSON can hold; what is not defined is null."""
        return {one.name: _plain(getattr(self, one.name)) for one in fields(self)}


@dataclass(frozen=True)
class KindScores:
    """Figures of one kind of event, or of all."""

    counts: Counts
    precision: Interval
    recall: Interval
    f1: Interval


@dataclass(frozen=True)
class SpottingScores:
    """Every figure of a spotter; intervals are 95 % over subjects."""

    basis: Basis
    kinds: Mapping[str, KindScores]
    """By ``micro``, ``macro`` and ``overall`` (summed counts); events paired one to one."""

    challenge: Mapping[str, KindScores]
    """The same with the pairing of the challenges."""

    false_per_minute: Interval
    """False events of any kind a minute of video."""

    minutes: float
    timing: SpottingScore
    """Errors of the times of matched events, in seconds."""

    joint: SpotThenRecognise | None
    """Finding times naming, by the challenges' pairing; None where no classes were given."""

    def to_json(self) -> dict[str, Any]:
        """Give it as what JSON can hold; what is not defined is null."""
        return {one.name: _plain(getattr(self, one.name)) for one in fields(self)}


def score_recognition(
    sealed: Sealed[FoldPredictions],
    labelled: LabelledClips,
    *,
    intensities: Float[np.ndarray, "clip unit"] | None = None,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> RecognitionScores:
    """Score sealed predictions of clips.

    Args:
        sealed: one prediction a clip.
        labelled: clips with labels; more than were predicted may be there.
        intensities: activation of each unit of the labels at the apex, 0..1, NaN where unknown;
            None where none is coded.
        resamples: draws of subjects for the intervals.
        seed: of the draws.

    Raises:
        UsageError: a broken seal, a predicted clip without labels, or labels of other classes or
            units than were predicted.
    """
    sealed.verify()
    names, predictions = gathered_predictions(sealed)
    first, labels = sealed.results[0], labelled.labels
    if first.classes != labels.classes:
        msg = (
            f"Expected labels of the predicted classes {', '.join(first.classes)}, but got "
            f"{', '.join(labels.classes)}."
        )
        raise UsageError(msg)
    chosen = _positions(names, labelled.clips.names)
    truth = labels.take(chosen)
    subjects = [labelled.clips.subjects[i] for i in chosen]

    def intervals(names: Sequence[str], statistic: Statistic) -> dict[str, Interval]:
        found = subject_bootstrap(statistic, subjects, resamples=resamples, seed=seed)
        return dict(zip(names, found, strict=True))

    has = truth.emotion >= 0
    if not has.any():
        msg = "Expected predicted clips of the classes of the labels, but none has any of them."
        raise UsageError(msg)
    said = predictions.emotion.argmax(axis=1)
    count = len(first.classes)
    cells = np.zeros((len(said), count * count))
    cells[np.flatnonzero(has), (truth.emotion * count + said)[has]] = 1.0
    units: tuple[UnitScore, ...] = ()
    unit_means: dict[str, Interval] = {}
    intensity_means: dict[str, Interval] = {}
    columns = _unit_columns(first, labels.unit_numbers)
    if predictions.units is not None:
        coded, probability = truth.units[:, columns], predictions.units
        units = unit_scores(first.unit_numbers, coded, probability)
        unit_means = intervals(
            UNIT_FIGURES, lambda weights: mean_over_units(unit_figures(coded, probability, weights))
        )
    if predictions.unit_intensity is not None and intensities is not None:
        known, measured = intensities[chosen][:, columns], predictions.unit_intensity
        intensity_means = intervals(
            INTENSITY_FIGURES,
            lambda weights: mean_over_units(intensity_figures(known, measured, weights)),
        )
    timing: TimingScores | None = None
    timing_intervals: dict[str, Interval] = {}
    if predictions.times is not None:
        told = predictions.times
        timing = timing_scores(truth.times, told, truth.window_s)
        timing_intervals = intervals(
            TIMING_FIGURES,
            lambda weights: timing_figures(truth.times, told, truth.window_s, weights),
        )
    return RecognitionScores(
        basis=_basis(sealed, first.run, len(names), subjects),
        classes=first.classes,
        figures=intervals(
            CLASSIFICATION_FIGURES,
            lambda weights: classification_figures((weights @ cells).reshape(-1, count, count)),
        ),
        classification=classification_scores(truth.emotion[has], said[has], first.classes),
        majority=majority_baseline(truth.emotion[has], first.classes),
        without_class=int((~has).sum()),
        units=units,
        unit_means=unit_means,
        intensity_means=intensity_means,
        timing=timing,
        timing_intervals=timing_intervals,
    )


def score_spotting_system(
    sealed: Sealed[FoldEvents],
    labelled: Sequence[LabelledVideo],
    *,
    min_overlap: float = 0.5,
    class_of: Mapping[str, str] | None = None,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> SpottingScores:
    """Score sealed events of uncut videos.

    Args:
        sealed: the events of each video, once.
        labelled: videos with their coded events; more than were predicted may be there.
        min_overlap: intersection over union from which on two events are a pair.
        class_of: class by emotion label, for the joint score of finding and naming: that of a found
            event is the most probable of its emotion.
            None for no joint score.
        resamples: draws of subjects for the intervals.
        seed: of the draws.

    Raises:
        UsageError: a broken seal, or a predicted video without labels.
    """
    sealed.verify()
    found = gathered_events(sealed)
    chosen = [labelled[i] for i in _positions(tuple(found), [one.video.name for one in labelled])]
    videos = [
        SpottedVideo(
            # The label travels with the event, in a field that nothing else here reads.
            truth=tuple(
                replace(event, reference=emotion)
                for event, emotion in zip(
                    one.events, one.emotions or ("",) * len(one.events), strict=True
                )
            ),
            found=found[one.video.name],
            rate=one.video.rate,
            duration_s=len(one.video.faces) / one.video.rate,
        )
        for one in chosen
    ]
    subjects = [one.video.subject for one in chosen]
    minutes = np.array([one.duration_s for one in videos]) / 60
    false = np.array(
        [
            sum(
                one.false_positives
                for one in count_events(
                    video, Matching.ONE_TO_ONE, min_overlap=min_overlap
                ).values()
            )
            for video in videos
        ],
        np.float64,
    )
    (rate,) = subject_bootstrap(
        lambda weights: (weights @ false[:, None]) / (weights @ minutes[:, None]),
        subjects,
        resamples=resamples,
        seed=seed,
    )

    def kinds(matching: Matching) -> dict[str, KindScores]:
        counted = [count_events(video, matching, min_overlap=min_overlap) for video in videos]
        return _kind_scores(counted, subjects, resamples=resamples, seed=seed)

    challenge = kinds(Matching.CHALLENGE)
    scored = [
        (
            [event for event in video.truth if event.kind is kind],
            [event for event in video.found if event.kind is kind],
        )
        for video in videos
        for kind in SCORED_KINDS
    ]
    return SpottingScores(
        basis=_basis(sealed, sealed.results[0].run, len(videos), subjects),
        kinds=kinds(Matching.ONE_TO_ONE),
        challenge=challenge,
        false_per_minute=rate,
        minutes=float(minutes.sum()),
        timing=score_spotting(scored, min_overlap=min_overlap),
        joint=(
            None
            if class_of is None
            else _joint(videos, challenge["overall"].counts, class_of, min_overlap)
        ),
    )


def _positions(names: Sequence[str], known: Sequence[str]) -> list[int]:
    place = {name: i for i, name in enumerate(known)}
    for name in names:
        if name not in place:
            msg = f"Expected labels of every predicted clip or video, but there are none of {name}."
            raise UsageError(msg)
    return [place[name] for name in names]


def _unit_columns(first: FoldPredictions, numbers: Sequence[int]) -> list[int]:
    missing = sorted(set(first.unit_numbers) - set(numbers))
    if missing:
        msg = f"Expected labels of every predicted unit, but there are none of AU{missing[0]}."
        raise UsageError(msg)
    return [list(numbers).index(number) for number in first.unit_numbers]


def _basis(
    sealed: Sealed[FoldPredictions] | Sealed[FoldEvents],
    run: str,
    items: int,
    subjects: Sequence[str],
) -> Basis:
    split = sealed.split
    return Basis(
        protocol=split.protocol,
        leaky=split.leaky,
        run=run,
        folds=len(split.folds),
        items=items,
        subjects=len(set(subjects)),
        split_sha256=split.sha256,
        ledger_sha256=sealed.sha256,
        warnings=tuple(
            f"{one.fold}: {one.sentence}" if one.fold else one.sentence for one in split.warnings
        ),
    )


def _kind_scores(
    counted: Sequence[Mapping[EventKind, Counts]],
    subjects: Sequence[str],
    *,
    resamples: int,
    seed: int,
) -> dict[str, KindScores]:
    by_kind = {kind.value: [one[kind] for one in counted] for kind in SCORED_KINDS}
    overall = [sum(one.values(), Counts(0, 0, 0)) for one in counted]
    scores = {}
    for name, each in (*by_kind.items(), ("overall", overall)):
        table = np.array(
            [(one.true_positives, one.false_positives, one.false_negatives) for one in each],
            np.float64,
        )
        figures = subject_bootstrap(
            lambda weights, table=table: figures_of_counts(weights @ table),  # type: ignore[misc]
            subjects,
            resamples=resamples,
            seed=seed,
        )
        scores[name] = KindScores(sum(each, Counts(0, 0, 0)), *figures)
    return scores


def _joint(
    videos: Sequence[SpottedVideo],
    counts: Counts,
    class_of: Mapping[str, str],
    min_overlap: float,
) -> SpotThenRecognise:
    pairs = [
        pair
        for video in videos
        for of_kind, _, _ in matched_pairs(
            video, Matching.CHALLENGE, min_overlap=min_overlap
        ).values()
        for pair in of_kind
    ]

    def said(event: Event) -> str:
        return class_of.get(event.emotion.best, "") if event.emotion is not None else ""

    return spot_then_recognise(
        counts,
        [class_of.get(truth.reference, "") for truth, _ in pairs],
        [said(found) for _, found in pairs],
        tuple(dict.fromkeys(class_of.values())),
    )


def _plain(value: Any) -> Any:  # noqa: PLR0911 - one line a kind of value
    if is_dataclass(value) and not isinstance(value, type):
        return {one.name: _plain(getattr(value, one.name)) for one in fields(value)}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, np.ndarray):
        return _plain(value.tolist())
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(one) for one in value]
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    return value
