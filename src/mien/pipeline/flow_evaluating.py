"""Flow images of a manifest -> figures: without labels, with many, with few, and across corpora."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Float, Int

from mien.baselines.kernel_machines import UNSEEN, decide, fitted_kernel, gram_of
from mien.core.errors import UsageError
from mien.core.label_statistics import DEFAULT_PRIOR, label_statistics
from mien.datasets.protocols import make_split, protocol_named
from mien.datasets.splits import Fold
from mien.evaluation.bootstrap import RESAMPLES
from mien.evaluation.score_figures import FEWEST_POSITIVES, ClipTruth, ScoreFigures, score_figures
from mien.evaluation.sealed_scores import SealedScores, seal_scores
from mien.evaluation.zero_shot import refuse_seen
from mien.pipeline.flow_corpus import FlowCorpus, FlowLabels
from mien.recognition.atoms import READ_UNITS
from mien.recognition.flow_emotion import FLOW_CLASSES
from mien.recognition.flow_scores import flow_atoms
from mien.recognition.flow_sources import (
    FUSED,
    SourceReading,
    ZeroShotSource,
    fuse_readings,
    standardised,
    zero_shot_sources,
)
from mien.work import Progress

PARTS = ("zero-shot", "loso", "few-subjects", "corpora")
FEW_SUBJECTS = (1, 2, 5, 10, 20)
DRAWS = 5
FROM_SCRATCH, WITH_HEAD = "flow alone", "kernels and zero-shot"
_FEWEST_TESTED = 3  # subjects that must be left to be predicted when few are learned from


@dataclass(frozen=True)
class FlowEvaluation:
    """What is asked for."""

    parts: tuple[str, ...] = ()
    """Some of :data:`PARTS`; all that the corpus allows when empty."""

    prior: str = DEFAULT_PRIOR
    without: tuple[str, ...] = ()
    """Names of sources that are left out."""

    fewest_positives: int = FEWEST_POSITIVES
    draws: int = DRAWS
    resamples: int = RESAMPLES
    seed: int = 0


@dataclass(frozen=True)
class FewSubjects:
    """Mean figures over draws of the subjects that are learned from; NaN where undefined."""

    subjects: int
    row: str
    draws: int
    auc: float
    average_precision: float
    uf1: float
    uar: float
    spread_auc: float
    """Standard deviation over the draws."""

    spread_uf1: float


@dataclass(frozen=True)
class FlowFigures:
    """All figures of a manifest, and why parts are missing."""

    prior: str
    sources: tuple[str, ...]
    zero_shot: Mapping[str, ScoreFigures] = field(default_factory=dict)
    """By source, and fused."""

    loso: Mapping[str, ScoreFigures] = field(default_factory=dict)
    """By kernel, and fused."""

    corpora: Mapping[str, ScoreFigures] = field(default_factory=dict)
    """By kernel, and fused: learned from the other corpora."""

    few: tuple[FewSubjects, ...] = ()
    not_done: Mapping[str, str] = field(default_factory=dict)
    """By part: why it was not done."""


def evaluate_flow(
    corpus: FlowCorpus, labels: FlowLabels, asked: FlowEvaluation, progress: Progress
) -> FlowFigures:
    """Score zero-shot sources and machines that learn, each prediction sealed before its label.

    Raises:
        UsageError: a prior or a source that stems from an evaluated corpus, an unknown name, or a
            part that was asked for and that the corpus does not allow.
        MissingError: scikit-learn is not installed, and something is to learn.
    """
    _check_names(asked)
    label_statistics(asked.prior)
    names = tuple(one.name for one in corpus.corpora)
    sources = _sources(asked)
    refuse_seen(names, {f"the prior {asked.prior}": asked.prior.split("+")})
    refuse_seen(names, {one.name: one.stems_from for one in sources})
    _refuse_unlabelled(labels)
    readings = [one.read(corpus.faces, asked.prior) for one in sources]
    fused = fuse_readings(readings, asked.prior)
    bench = _Bench(corpus, labels, asked, readings, fused)
    # What is said without labels is closed before any of them is looked at.
    zero_shot = {
        name: bench.sealed(f"zero-shot {name}", reading.units, reading.classes)
        for name, reading in zip(
            (*(one.name for one in sources), FUSED), (*readings, fused), strict=True
        )
    }
    doing = asked.parts or PARTS
    not_done: dict[str, str] = {}
    for part in doing:
        reason = _hindrance(part, corpus, labels, asked)
        if reason and asked.parts:
            raise UsageError(reason)
        if reason:
            not_done[part] = reason
    doing = tuple(part for part in PARTS if part in doing and part not in not_done)
    return FlowFigures(
        prior=asked.prior,
        sources=tuple(one.name for one in sources),
        zero_shot=bench.scored(zero_shot, progress) if "zero-shot" in doing else {},
        loso=bench.folds("loso", progress) if "loso" in doing else {},
        corpora=bench.folds("leave-one-corpus-out", progress) if "corpora" in doing else {},
        few=bench.few(progress) if "few-subjects" in doing else (),
        not_done=not_done,
    )


def _check_names(asked: FlowEvaluation) -> None:
    unknown = sorted(set(asked.parts) - set(PARTS))
    if unknown:
        msg = f"Expected --part among {', '.join(PARTS)}, but got {unknown[0]!r}."
        raise UsageError(msg)


def _sources(asked: FlowEvaluation) -> tuple[ZeroShotSource, ...]:
    there = zero_shot_sources()
    names = [one.name for one in there]
    for name in asked.without:
        if name not in names:
            msg = f"Expected --without among {', '.join(names)}, but got {name!r}."
            raise UsageError(msg)
    kept = tuple(one for one in there if one.name not in asked.without)
    if not kept:
        msg = f"Expected at least one source to be left, but all of {', '.join(names)} are out."
        raise UsageError(msg)
    return kept


def _refuse_unlabelled(labels: FlowLabels) -> None:
    if np.isfinite(labels.units).any() or (labels.classes >= 0).any():
        return
    words = ", ".join(f"{word} ({why})" for word, why in sorted(labels.words.items()))
    msg = (
        "Expected labels or action units to score against, but no picture has units, or a label "
        f"of {', '.join(FLOW_CLASSES)}"
        + (f"; the labels are {words}" if words else "")
        + ". Write an emotion, or negative, positive or surprise, into the column label, or units "
        "such as 4+7 into the column units."
    )
    raise UsageError(msg)


def _hindrance(part: str, corpus: FlowCorpus, labels: FlowLabels, asked: FlowEvaluation) -> str:
    """Why a part cannot be done; empty where it can."""
    if part == "zero-shot":
        return ""
    subjects = set(corpus.subjects)
    if len(subjects) < 2:  # noqa: PLR2004 - one to learn from, one to predict
        return (
            f"{part} needs at least two subjects, but all pictures are of {min(subjects)}: nothing "
            "could be learned from one person and tried on another. Fill the column subject in, "
            "or take zero-shot."
        )
    if part == "corpora" and len(corpus.corpora) < 2:  # noqa: PLR2004
        return (
            f"corpora needs at least two corpora, but all pictures are of {corpus.corpora[0].name}."
            " Fill the column corpus in, or take another part."
        )
    if part == "few-subjects" and len(subjects) < 1 + _FEWEST_TESTED:
        return (
            f"few-subjects needs at least {1 + _FEWEST_TESTED} subjects, one to learn from and "
            f"{_FEWEST_TESTED} to predict, but there are {len(subjects)}. Take loso."
        )
    classes = len(set(labels.classes[labels.classes >= 0].tolist()))
    positives = np.nansum(labels.units, axis=0)
    known = np.isfinite(labels.units).sum(axis=0)
    units = int(((positives >= asked.fewest_positives) & (positives < known)).sum())
    if classes < 2 and not units:  # noqa: PLR2004
        return (
            f"{part} needs two of the classes {', '.join(FLOW_CLASSES)}, or a unit that at least "
            f"{asked.fewest_positives} pictures show and others do not, but there are {classes} "
            "and none. Take more pictures, or lower --fewest-positives."
        )
    return ""


@dataclass(frozen=True)
class _Bench:
    """Pictures, what is known of them, and what the sources say."""

    corpus: FlowCorpus
    labels: FlowLabels
    asked: FlowEvaluation
    readings: Sequence[SourceReading]
    fused: SourceReading

    def sealed(
        self,
        what: str,
        units: Float[np.ndarray, "clip unit"],
        logits: Float[np.ndarray, "clip class"],
        rows: Int[np.ndarray, " clip"] | None = None,
    ) -> SealedScores:
        names = self.corpus.names
        chosen = names if rows is None else tuple(names[i] for i in rows)
        run = json.dumps({"what": what, "prior": self.asked.prior, "seed": self.asked.seed})
        return seal_scores(run, chosen, READ_UNITS, units, FLOW_CLASSES, logits)

    def truth(self, rows: Int[np.ndarray, " clip"] | None = None) -> ClipTruth:
        chosen = np.arange(len(self.corpus.names)) if rows is None else rows
        return ClipTruth(
            tuple(self.corpus.subjects[i] for i in chosen),
            self.labels.units[chosen],
            self.labels.classes[chosen],
        )

    def scored(
        self, sealed: Mapping[str, SealedScores], progress: Progress
    ) -> Mapping[str, ScoreFigures]:
        progress.start("drawing subjects for the intervals", len(sealed), "rows")
        figures = {}
        for number, (name, scores) in enumerate(sealed.items(), start=1):
            figures[name] = score_figures(
                scores,
                self.truth(),
                fewest_positives=self.asked.fewest_positives,
                resamples=self.asked.resamples,
                seed=self.asked.seed,
            )
            progress.update(number)
        progress.finish()
        return figures

    def kernels(self) -> Mapping[str, tuple[Float[np.ndarray, "clip clip"], ...]]:
        """Inner products by the name of the row: the flow, the sources, and all of them."""
        flow = [
            gram_of(flow_atoms(sharp=sharp).vectors(self.corpus.faces.flow))
            for sharp in (False, True)
        ]
        read = [gram_of(one.features) for one in self.readings]
        return {FROM_SCRATCH: (flow[0],), "scores": tuple(read), "kernels": (*flow, *read)}

    def learned(
        self,
        grams: Sequence[Float[np.ndarray, "clip clip"]],
        fold: Fold,
        *,
        unseen: float = UNSEEN,
    ) -> tuple[Float[np.ndarray, "test unit"], Float[np.ndarray, "test class"]]:
        """Learn from one side of a fold, decide the other."""
        kernel = fitted_kernel(grams, fold.train)
        units = decide(kernel, self.labels.units[fold.train], fold.train, fold.test)
        known = fold.train[self.labels.classes[fold.train] >= 0]
        if not len(known):
            return units, np.zeros((len(fold.test), len(FLOW_CLASSES)))
        one_each = (self.labels.classes[known][:, None] == np.arange(len(FLOW_CLASSES))) * 1.0
        return units, decide(kernel, one_each, known, fold.test, unseen=unseen)

    def with_zero_shot(
        self,
        units: Float[np.ndarray, "test unit"],
        logits: Float[np.ndarray, "test class"],
        rows: Int[np.ndarray, " test"],
    ) -> tuple[Float[np.ndarray, "test unit"], Float[np.ndarray, "test class"]]:
        """Add what the sources say without labels, with the same weight."""
        return (
            standardised(units, axis=0) + standardised(self.fused.units[rows], axis=0),
            standardised(logits) + standardised(self.fused.classes[rows]),
        )

    def folds(self, protocol: str, progress: Progress) -> Mapping[str, ScoreFigures]:
        """Predict every picture once, by machines that have not seen its subject (corpus)."""
        split = make_split(
            protocol_named(protocol), self.corpus.names, self.corpus.subjects, seed=self.asked.seed
        )
        kernels = self.kernels()
        said = {
            name: (
                np.zeros((len(self.corpus.names), len(READ_UNITS))),
                np.zeros((len(self.corpus.names), len(FLOW_CLASSES))),
            )
            for name in (*kernels, WITH_HEAD)
        }
        progress.start(f"learning ({protocol})", len(split.folds), "folds")
        for number, fold in enumerate(split.folds, start=1):
            for name, grams in kernels.items():
                units, logits = self.learned(grams, fold)
                said[name][0][fold.test], said[name][1][fold.test] = units, logits
            # Of a class that nobody showed, zero-shot may know; the machine has no say in it.
            units, logits = self.learned(kernels["kernels"], fold, unseen=0.0)
            said[WITH_HEAD][0][fold.test], said[WITH_HEAD][1][fold.test] = units, logits
            progress.update(number)
        progress.finish()
        every = np.arange(len(self.corpus.names))
        said[WITH_HEAD] = self.with_zero_shot(*said[WITH_HEAD], every)
        what = f"{protocol} {split.sha256}"
        sealed = {name: self.sealed(f"{what} {name}", *scores) for name, scores in said.items()}
        return self.scored(sealed, progress)

    def few(self, progress: Progress) -> tuple[FewSubjects, ...]:
        """Learn from a few subjects that are drawn, predict all others."""
        people = sorted(set(self.corpus.subjects))
        whose = np.array(self.corpus.subjects)
        counts = [one for one in FEW_SUBJECTS if one + _FEWEST_TESTED <= len(people)]
        kernels = self.kernels()
        found: dict[tuple[int, str], list[ScoreFigures]] = {}
        progress.start("learning from few subjects", len(counts) * self.asked.draws, "draws")
        for place, count in enumerate(counts):
            for draw in range(self.asked.draws):
                rng = np.random.default_rng((self.asked.seed, count, draw))
                chosen = rng.choice(people, size=count, replace=False)
                inside = np.isin(whose, chosen)
                fold = Fold(f"{count}-{draw}", np.flatnonzero(inside), np.flatnonzero(~inside))
                alone = self.learned(kernels[FROM_SCRATCH], fold)
                taught = self.learned(kernels["kernels"], fold, unseen=0.0)
                both = self.with_zero_shot(*taught, fold.test)
                for row, scores in ((FROM_SCRATCH, alone), (WITH_HEAD, both)):
                    sealed = self.sealed(
                        f"{count} subjects, draw {draw}, {row}", *scores, fold.test
                    )
                    figures = score_figures(
                        sealed,
                        self.truth(fold.test),
                        fewest_positives=self.asked.fewest_positives,
                        resamples=1,
                    )
                    found.setdefault((count, row), []).append(figures)
                progress.update(place * self.asked.draws + draw + 1)
        progress.finish()
        return tuple(_mean_of(count, row, figures) for (count, row), figures in found.items())


def _mean_of(count: int, row: str, figures: Sequence[ScoreFigures]) -> FewSubjects:
    def values(kind: str, name: str) -> Float[np.ndarray, " draw"]:
        of = [getattr(one, kind).get(name) for one in figures]
        return np.array([one.value for one in of if one is not None and np.isfinite(one.value)])

    def mean(kind: str, name: str) -> float:
        some = values(kind, name)
        return float(some.mean()) if len(some) else float("nan")

    def spread(kind: str, name: str) -> float:
        some = values(kind, name)
        return float(some.std(ddof=1)) if len(some) > 1 else float("nan")

    return FewSubjects(
        subjects=count,
        row=row,
        draws=len(figures),
        auc=mean("means", "auc"),
        average_precision=mean("means", "average_precision"),
        uf1=mean("classes", "uf1"),
        uar=mean("classes", "uar"),
        spread_auc=spread("means", "auc"),
        spread_uf1=spread("classes", "uf1"),
    )
