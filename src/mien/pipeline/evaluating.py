"""Systems on a prepared corpus -> fold results, and the tables that are made of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from mien.baselines.registry import systems_of
from mien.core.errors import UsageError
from mien.core.facs import EMOTIONS
from mien.datasets.labelling import count_differences, labelling_scheme
from mien.datasets.protocols import ProtocolKind, protocol_named
from mien.datasets.splits import Split
from mien.evaluation.fold_results import FoldEvents, FoldPredictions
from mien.evaluation.ledger import Ledger
from mien.evaluation.run_name import corpus_sha256
from mien.evaluation.scores import score_recognition, score_spotting_system
from mien.evaluation.systems import Budget, SystemSpec, SystemTask
from mien.evaluation.tables import (
    Conditions,
    Outcome,
    Table,
    TableRow,
    Unfinished,
    accuracy_table,
    recognition_table,
    spotting_table,
)
from mien.pipeline.fold_running import (
    Evaluation,
    FoldTask,
    labelled_of,
    opened,
    split_of,
    system_called,
    videos_of,
)
from mien.work import Progress, map_in_order
from mien.work.cores import usable_cores

KFOLD, LOSO = "kfold5-subject", "loso"
"""Protocols of the paper's Table 2; Table 3 is by the second."""

RESAMPLES = 2000


@dataclass(frozen=True)
class EvaluationRun:
    """What came of running folds."""

    done: int
    folds: int
    failures: Mapping[str, str]
    """By system: why a fold could not run."""


def run_folds(
    evaluation: Evaluation,
    systems: Sequence[str],
    out: Path,
    progress: Progress,
    *,
    workers: int | None = 1,
    ray: str | None = None,
) -> EvaluationRun:
    """Train and test systems on every fold that has no result yet.

    Each result is stored as its fold ends, so a run can be ended and gone on with at any time. A
    system that cannot run is told, and the others go on.

    Args:
        evaluation: corpus, protocol, labels, budget.
        systems: their names.
        out: folder of the results.
        progress: is told of every fold.
        workers: number of processes; None for as many as there are cores.
        ray: address of a Ray cluster that does the work instead; it must see both folders.

    Raises:
        UsageError: an unknown name, or results of other settings in the folder.
        OutputError: a result cannot be written.
    """
    count = usable_cores() if workers is None else workers
    threads = max(usable_cores() // count, 1) if count > 1 else None
    task = FoldTask(evaluation, out.absolute(), threads)
    todo: list[tuple[str, str]] = []
    folds = 0
    for name in systems:
        spec = system_called(name)
        split = split_of(evaluation, spec.task)
        folds += len(split.folds)
        todo += [
            (spec.name, fold.name) for fold in split.folds if task.kept(spec, split, fold) is None
        ]
    if protocol_named(evaluation.protocol).kind is ProtocolKind.MEGC2019:
        scheme = labelling_scheme(evaluation.scheme)
        for sentence in count_differences(scheme, labelled_of(evaluation).labelling):
            progress.warn(sentence)
    failures: dict[str, str] = {}
    failed = 0
    progress.start(f"running folds ({evaluation.protocol})", len(todo), "folds")
    results = map_in_order(task, todo, workers=count, ray=ray)
    for number, ((name, fold), reason) in enumerate(zip(todo, results, strict=True), start=1):
        failed += bool(reason)
        if reason and name not in failures:
            progress.warn(f"{name}, fold {fold}: {reason}")
            failures[name] = reason
        progress.update(number)
    progress.finish()
    return EvaluationRun(folds - failed, folds, failures)


def outcome_of(evaluation: Evaluation, spec: SystemSpec, out: Path) -> Outcome:
    """Score a system whose folds are all there; say how many are where they are not.

    Raises:
        UsageError: results of other settings, or a prediction that was changed.
    """
    task = FoldTask(evaluation, out.absolute())
    split = split_of(evaluation, spec.task)
    there = _there(task, spec, split)
    if len(there) < len(split.folds):
        return Unfinished(len(there), len(split.folds))
    seed, alike = evaluation.seed, evaluation.alike(spec)
    if spec.task is SystemTask.RECOGNITION:
        predicted: Ledger[FoldPredictions] = Ledger(split, alike)
        for one in there:
            if isinstance(one, FoldPredictions):
                predicted.enter(one)
        labelled = labelled_of(evaluation)
        return score_recognition(
            predicted.seal(),
            labelled.labelled,
            intensities=labelled.labelled.labels.intensity,
            resamples=RESAMPLES,
            seed=seed,
        )
    found: Ledger[FoldEvents] = Ledger(split, alike)
    for one in there:
        if isinstance(one, FoldEvents):
            found.enter(one)
    return score_spotting_system(
        found.seal(),
        videos_of(evaluation),
        class_of=_classes_of_emotions(evaluation) if _names_any(there) else None,
        resamples=RESAMPLES,
        seed=seed,
    )


def _names_any(results: Sequence[FoldPredictions | FoldEvents]) -> bool:
    """Whether a spotter says what any of its events expresses."""
    return any(
        event.emotion is not None
        for one in results
        if isinstance(one, FoldEvents)
        for events in one.events
        for event in events
    )


def _classes_of_emotions(evaluation: Evaluation) -> dict[str, str]:
    """Give the class of each emotion that the labelling scheme does not leave out."""
    scheme = labelling_scheme(evaluation.scheme)
    corpus = opened(evaluation.prepared).name
    classes = {}
    for emotion in EMOTIONS:
        try:
            label = scheme.assign(f"{corpus}/", emotion).label
        except UsageError:
            continue  # the scheme knows no such emotion in this corpus
        if label:
            classes[emotion] = label
    return classes


def folds_prepared_elsewhere(evaluation: Evaluation, spec: SystemSpec, out: Path) -> int:
    """Count the folds that were made with another preparation of the corpus."""
    here = corpus_sha256(evaluation.run_of(spec, opened(evaluation.prepared)))
    split = split_of(evaluation, spec.task)
    there = _there(FoldTask(evaluation, out.absolute()), spec, split)
    return sum(1 for one in there if corpus_sha256(one.run) != here)


def _there(task: FoldTask, spec: SystemSpec, split: Split) -> list[FoldPredictions | FoldEvents]:
    results = (task.kept(spec, split, fold) for fold in split.folds)
    return [one for one in results if one is not None]


@dataclass(frozen=True)
class Evidence:
    """The tables, and every figure behind them."""

    tables: tuple[Table, ...]
    outcomes: Mapping[str, Mapping[str, Outcome]]
    """By protocol and system."""


def gather_tables(
    evaluation: Evaluation,
    out: Path,
    *,
    pretraining: str,
    notes: Mapping[str, str] | None = None,
    budgets: Mapping[str, Mapping[str, Budget]] | None = None,
    own: Sequence[str] = (),
) -> Evidence:
    """Make Tables 2, 3a and 3b of every system that is known, from the folds that are done.

    Args:
        evaluation: its protocol is not read: Table 2 needs both.
        out: folder of the results.
        pretraining: where the weights of the pre-trained row come from, in words.
        notes: a remark by name of a system, such as why it could not run.
        budgets: by protocol and name of a system that was allowed something else; its row says so.

        own: configuration files, which have rows behind the systems that are known.

    Raises:
        UsageError: results of other settings.
    """
    corpus = opened(evaluation.prepared)
    conditions = Conditions(
        corpus=corpus.name,
        scheme=evaluation.scheme,
        budget=evaluation.budget,
        pretraining=pretraining,
    )
    outcomes: dict[str, dict[str, Outcome]] = {KFOLD: {}, LOSO: {}}

    def rows(task: SystemTask, protocols: Sequence[str]) -> list[TableRow]:
        made = []
        configured = (system_called(name) for name in own)
        for spec in (*systems_of(task), *(one for one in configured if one.task is task)):
            found: dict[str, Outcome] = {}
            allowed = {
                protocol: (budgets or {}).get(protocol, {}).get(spec.name, evaluation.budget)
                for protocol in protocols
            }
            elsewhere = 0
            for protocol, budget in allowed.items():
                how = replace(evaluation, protocol=protocol, budget=budget)
                one = outcome_of(how, spec, out)
                elsewhere += folds_prepared_elsewhere(how, spec, out) if evaluation.also else 0
                if not isinstance(one, Unfinished) or one.done:
                    found[protocol] = one
                    outcomes[protocol][spec.name] = one
            remarks = [f"{elsewhere} folds of another preparation"] if elsewhere else []
            remarks += [(notes or {})[spec.name]] if spec.name in (notes or {}) else []
            made.append(TableRow(spec, found, allowed, "; ".join(remarks)))
        return made

    recognition = rows(SystemTask.RECOGNITION, (KFOLD, LOSO))
    tables = [
        accuracy_table(recognition, conditions, kfold=KFOLD, loso=LOSO),
        recognition_table(recognition, conditions, protocol=LOSO),
    ]
    if corpus.video_sha256:
        spotting = rows(SystemTask.SPOTTING, (LOSO,))
        tables.append(spotting_table(spotting, replace(conditions, scheme=""), protocol=LOSO))
    return Evidence(tuple(tables), outcomes)
