"""Runs a system fold by fold and keeps what it says as each fold ends."""

import sys
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import mien
from mien.baselines.registry import system_named
from mien.core.errors import FormatError, MienError, OutputError, UsageError
from mien.datasets.clips import LabelledVideo
from mien.datasets.prepared import PreparedCorpus, open_prepared
from mien.datasets.protocols import ProtocolKind, make_split, protocol_named
from mien.datasets.splits import Fold, Split
from mien.evaluation.fold_results import (
    FoldEvents,
    FoldPredictions,
    fold_events_from_bytes,
    fold_predictions_from_bytes,
)
from mien.evaluation.run_name import (
    Alike,
    alike_but_prepared_anew,
    corpus_sha256,
    run_name,
)
from mien.evaluation.systems import (
    Budget,
    RecognitionSystem,
    SpottingSystem,
    SystemSpec,
    SystemTask,
)
from mien.pipeline.corpus_labels import LabelledCorpus, label_corpus
from mien.recognition.unit_sets import UNIT_SETS
from mien.store.atomic import write_bytes_atomic
from mien.work.progress import Silent

MEGC2019_SCHEME = "megc3"

FOLDS = "folds"
"""Folder of the fold results."""

_CONFIGURATION = ".toml"


@dataclass(frozen=True)
class Evaluation:
    """What is evaluated, and how: everything that the results of a fold depend on."""

    prepared: Path
    """Folder of a prepared corpus."""

    protocol: str = "loso"
    scheme: str = "casme2-5"
    units: str = "cd6me12"
    """Name of a list of action units."""

    budget: Budget = field(default_factory=Budget)
    seed: int = 0
    also: tuple[str, ...] = ()
    """sha256 of other preparations of the same clips or videos whose folds count, such as one that
    was made on another machine and differs by its rounding."""

    def __post_init__(self) -> None:
        """Refuse an unknown list of units."""
        if self.units not in UNIT_SETS:
            msg = f"Expected a list of units among {', '.join(UNIT_SETS)}, got {self.units!r}."
            raise UsageError(msg)

    def run_of(self, spec: SystemSpec, corpus: PreparedCorpus) -> str:
        """Name what makes the results of one run comparable."""
        facts: dict[str, Any] = {
            "system": spec.name,
            "corpus": (
                corpus.sha256 if spec.task is SystemTask.RECOGNITION else dict(corpus.video_sha256)
            ),
            "mien": mien.__version__,
            "budget": asdict(self.budget),
            "seed": self.seed,
        }
        if spec.name.lower().endswith(_CONFIGURATION):
            facts["config"] = spec.summary
        if spec.made_from():
            facts["made_from"] = spec.made_from()
        if spec.task is SystemTask.RECOGNITION:
            facts |= {"labels": self.scheme, "units": self.units}
        return run_name(facts)

    def alike(self, spec: SystemSpec) -> Alike:
        """Give what tells whether two runs of a system count as one."""
        here = corpus_sha256(self.run_of(spec, opened(self.prepared)))
        return alike_but_prepared_anew({here, *self.also} if self.also else ())


def system_called(name: str) -> SystemSpec:
    """Give a system by its name, or that of a configuration by the path of its file.

    Raises:
        UsageError: no such system, or a configuration with an unknown key or value.
        MissingError: there is no such file.
        FormatError: the file is no TOML.
    """
    if not name.lower().endswith(_CONFIGURATION):
        return system_named(name)
    from mien.training.building import weights_digest  # noqa: PLC0415 - needs torch
    from mien.training.clip_tensors import ARRAYS_OF  # noqa: PLC0415 - needs torch
    from mien.training.config import read_config  # noqa: PLC0415 - needs torch
    from mien.training.system import GraphSystem  # noqa: PLC0415 - needs torch

    config = read_config(Path(name))

    def build(budget: Budget) -> RecognitionSystem:
        return GraphSystem(config.within(budget))

    return SystemSpec(
        name=name,
        task=SystemTask.RECOGNITION,
        category="ours",
        summary=f"A configuration of {config.preset}: {config.to_json()}",
        source="a configuration file",
        inputs=ARRAYS_OF[config.input],
        build=build,
        made_from=lambda: weights_digest(config.weights),
    )


@cache
def opened(folder: Path) -> PreparedCorpus:
    """Open a prepared corpus once a process."""
    return open_prepared(folder)


@cache
def _labelled(folder: Path, scheme: str, units: str) -> LabelledCorpus:
    return label_corpus(opened(folder), scheme, UNIT_SETS[units])


@cache
def _videos(folder: Path) -> tuple[LabelledVideo, ...]:
    return opened(folder).videos()


def labelled_of(evaluation: Evaluation) -> LabelledCorpus:
    """Give the labelled clips of an evaluation."""
    return _labelled(evaluation.prepared, evaluation.scheme, evaluation.units)


def videos_of(evaluation: Evaluation) -> tuple[LabelledVideo, ...]:
    """Give the uncut videos of an evaluation.

    Raises:
        UsageError: the corpus was prepared without any.
    """
    videos = _videos(evaluation.prepared)
    if not videos:
        msg = (
            f"Expected uncut videos in {evaluation.prepared} to spot in, but it has none. Prepare "
            "a corpus that has them, without --no-videos."
        )
        raise UsageError(msg)
    return videos


def split_of(evaluation: Evaluation, task: SystemTask) -> Split:
    """Part clips or videos; the same evaluation gives the same folds."""
    protocol = protocol_named(evaluation.protocol)
    if task is SystemTask.SPOTTING:
        videos = [one.video for one in videos_of(evaluation)]
        names, subjects = [one.name for one in videos], [one.subject for one in videos]
        return make_split(protocol, names, subjects, seed=evaluation.seed)
    labelled = labelled_of(evaluation).labelled
    if protocol.kind is ProtocolKind.MEGC2019 and evaluation.scheme != MEGC2019_SCHEME:
        msg = (
            f"Expected --labels {MEGC2019_SCHEME} for the composite of 2019, whose clips and "
            f"classes it lists, but got {evaluation.scheme}."
        )
        raise UsageError(msg)
    return make_split(
        protocol,
        labelled.clips.names,
        labelled.clips.subjects,
        emotion=labelled.labels.emotion,
        classes=labelled.labels.classes,
        seed=evaluation.seed,
    )


@dataclass(frozen=True)
class FoldTask:
    """Trains and tests one system on one fold, unless its result is there."""

    evaluation: Evaluation
    out: Path
    threads: int | None = None
    """For each worker; None leaves the choice to the libraries."""

    def __call__(self, item: tuple[str, str]) -> str:
        """Run a fold of a system, by their names; give why it could not run, or nothing."""
        system, fold_name = item
        try:
            spec = system_called(system)
            split = split_of(self.evaluation, spec.task)
            fold = next(one for one in split.folds if one.name == fold_name)
            if self.kept(spec, split, fold) is None:
                result = self._run(spec, split, fold)
                write_bytes_atomic(self.file_of(spec, fold.name), result.to_bytes())
        except OutputError:
            raise
        except MienError as error:
            return str(error)
        except Exception as error:  # noqa: BLE001 - a system of anybody's; the others go on
            return f"{type(error).__name__}: {error}"
        return ""

    def file_of(self, spec: SystemSpec, fold: str) -> Path:
        """Where the result of a fold lies."""
        name = spec.name
        if name.lower().endswith(_CONFIGURATION):
            name = Path(name).stem
        folder = self.out / FOLDS / folder_name(self.evaluation.protocol) / folder_name(name)
        return folder / f"{folder_name(fold)}.npz"

    def kept(
        self, spec: SystemSpec, split: Split, fold: Fold
    ) -> FoldPredictions | FoldEvents | None:
        """Give the result of a fold that is there and was made in the same way.

        Raises:
            UsageError: it was made in another way.
        """
        file = self.file_of(spec, fold.name)
        if not file.is_file():
            return None
        read = (
            fold_predictions_from_bytes
            if spec.task is SystemTask.RECOGNITION
            else fold_events_from_bytes
        )
        try:
            result = read(file.read_bytes())
        except FormatError:
            return None  # cut short; the fold runs again
        run = self.evaluation.run_of(spec, opened(self.evaluation.prepared))
        alike = self.evaluation.alike(spec)
        if not alike(result.run, run) or result.split_sha256 != split.sha256:
            msg = (
                f"{file} was made with other settings, other weights or another corpus. Choose "
                "another folder with --out, or remove that of the system."
            )
            other = corpus_sha256(result.run)
            if alike_but_prepared_anew({other, corpus_sha256(run)})(result.run, run):
                msg += (
                    f" Its preparation of the corpus is {other}: where that is the same corpus, "
                    f"prepared on another machine, let it count with --also {other}."
                )
            raise UsageError(msg)
        return result

    def _run(self, spec: SystemSpec, split: Split, fold: Fold) -> FoldPredictions | FoldEvents:
        run = self.evaluation.run_of(spec, opened(self.evaluation.prepared))
        system = spec.build(self.evaluation.budget)
        if self.threads is not None and "torch" in sys.modules:
            import torch

            torch.set_num_threads(self.threads)
        if spec.task is SystemTask.RECOGNITION and isinstance(system, RecognitionSystem):
            labelled = labelled_of(self.evaluation).labelled
            system.fit(labelled.take(fold.train), seed=self.evaluation.seed, progress=Silent())
            tested = labelled.clips.take(fold.test)
            return FoldPredictions(
                fold=fold.name,
                split_sha256=split.sha256,
                run=run,
                names=tested.names,
                classes=labelled.labels.classes,
                unit_numbers=labelled.labels.unit_numbers,
                predictions=system.predict(tested),
            )
        if spec.task is SystemTask.SPOTTING and isinstance(system, SpottingSystem):
            videos = videos_of(self.evaluation)
            training = [videos[i] for i in fold.train]
            system.fit(training, seed=self.evaluation.seed, progress=Silent())
            shown = [videos[i].video for i in fold.test]
            return FoldEvents(
                fold=fold.name,
                split_sha256=split.sha256,
                run=run,
                names=tuple(one.name for one in shown),
                events=tuple(tuple(system.spot(one)) for one in shown),
            )
        msg = f"{spec.name} is registered for {spec.task}, but what it builds does not do that."
        raise UsageError(msg)


def folder_name(name: str) -> str:
    """Give a name as a folder can have it.

    >>> folder_name("AU_GCN_CUR (paper)")
    'au_gcn_cur-paper'
    """
    kept = "".join(letter if letter.isalnum() or letter == "_" else "-" for letter in name.lower())
    return "-".join(part for part in kept.split("-") if part)
