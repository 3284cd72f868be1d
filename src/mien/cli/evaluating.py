"""The verbs of `evaluate`: systems on a prepared corpus, and the paper's tables."""

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mien.cli import options
from mien.cli.batch import work_through
from mien.cli.corpora import Ray, Workers
from mien.cli.documents import document
from mien.cli.inputs import Job
from mien.cli.voice import print_table, say_lines, voice_for
from mien.core.errors import UsageError
from mien.pipeline.result import RunResult, TextTable
from mien.work import Progress

if TYPE_CHECKING:
    from mien.pipeline.fold_running import Evaluation

Prepared = Annotated[
    Path, typer.Argument(metavar="PREPARED", help="Folder made by `mien dataset prepare`.")
]
Dataset = Annotated[
    Path,
    typer.Option("--dataset", metavar="PREPARED", help="Folder made by `mien dataset prepare`."),
]
Out = Annotated[
    Path,
    typer.Option(
        "--out",
        "-o",
        metavar="DIR",
        help="Folder of the results; a fold that is there already is not run again.",
    ),
]
Systems = Annotated[
    list[str] | None,
    typer.Option(
        "--system",
        metavar="NAME",
        help="A name of `mien evaluate systems`, or a configuration (.toml) of `mien train`; give "
        "it several times. All systems when not given.",
    ),
]
ProtocolName = Annotated[
    str,
    typer.Option(
        "--protocol",
        metavar="NAME",
        help="loso, kfold5-subject (any k), kfold5-clip (leaky), holdout; with several corpora "
        "leave-one-corpus-out, cross-database:TRAIN+TRAIN:TEST, megc2019.",
    ),
]
Scheme = Annotated[
    str,
    typer.Option(
        "--labels",
        metavar="SCHEME",
        help="Labelling scheme: plain, casme2-5, casme2-7, megc3, samm-5, smic-3, dfme-7, "
        "four-class, four-class-repression-other, objective-5, objective-7.",
    ),
]
UnitList = Annotated[
    str, typer.Option("--units", metavar="LIST", help="cd6me12, casme2_19 or casme2_8.")
]
Width = Annotated[
    int,
    typer.Option(
        "--width",
        metavar="N",
        min=4,
        help="Channels of the first stage of a network; 64 is the paper's.",
    ),
]
Epochs = Annotated[
    int,
    typer.Option("--epochs", metavar="N", min=1, help="Most epochs that a system may train for."),
]
PrecisionName = Annotated[
    str, typer.Option("--precision", metavar="P", help="fp32, bf16, or fp16 on a GPU.")
]
Device = Annotated[str, typer.Option("--device", metavar="D", help="cpu or cuda.")]
Also = Annotated[
    list[str] | None,
    typer.Option(
        "--also",
        metavar="SHA256",
        help="Count folds of another preparation of the same corpus too, such as one that was made "
        "on another machine; may be repeated. What refuses such folds names it.",
    ),
]
Finished = Annotated[
    bool, typer.Option("--only-finished", help="Run nothing; make the tables of what is there.")
]


def list_systems_verb(
    *,
    as_json: options.AsJson = False,
    debug: options.Debug = False,  # noqa: ARG001 - read by the border
) -> int:
    """List every system that can be evaluated, with what it does here."""
    from mien.baselines.registry import systems_of  # noqa: PLC0415 - needs torch
    from mien.evaluation.systems import SystemTask  # noqa: PLC0415

    specs = [spec for task in SystemTask for spec in systems_of(task)]
    if as_json:
        content = {
            "systems": [
                {
                    "name": spec.name,
                    "task": spec.task.value,
                    "category": spec.category,
                    "inputs": list(spec.inputs),
                    "summary": spec.summary,
                    "source": spec.source,
                }
                for spec in specs
            ]
        }
        say_lines([document("mien/evaluate-systems", 1, content)])
        return 0
    rows = [(spec.name, spec.task.value, spec.category, spec.summary) for spec in specs]
    print_table("", ("name", "task", "category", "what it does here"), rows)
    return 0


def run_folds_verb(  # noqa: PLR0913 - one for each option
    prepared: Prepared,
    *,
    out: Out,
    system: Systems = None,
    protocol: ProtocolName = "loso",
    labels: Scheme = "casme2-5",
    units: UnitList = "cd6me12",
    width: Width = 64,
    epochs: Epochs = 100,
    precision: PrecisionName = "fp32",
    device: Device = "cpu",
    also: Also = None,
    seed: options.Seed = None,
    workers: Workers = None,
    ray: Ray = None,
    as_json: options.AsJson = False,
    debug: options.Debug = False,
) -> int:
    """Train and test systems fold by fold, and score them.

    Every clip is predicted once, by a system that has not seen its subject; the predictions are
    sealed before the labels are read.
    """
    from dataclasses import replace  # noqa: PLC0415 - beside its one use

    from mien.baselines.registry import systems_of  # noqa: PLC0415 - needs torch
    from mien.evaluation.systems import SystemTask  # noqa: PLC0415
    from mien.evaluation.tables import Unfinished  # noqa: PLC0415
    from mien.pipeline.evaluating import outcome_of, run_folds  # noqa: PLC0415
    from mien.pipeline.fold_running import system_called  # noqa: PLC0415
    from mien.store.atomic import write_text_atomic  # noqa: PLC0415

    names = system or [spec.name for task in SystemTask for spec in systems_of(task)]
    evaluation = replace(
        evaluation_of(prepared, labels, units, width, epochs, precision, device, seed, also),
        protocol=protocol,
    )

    failed: list[str] = []

    def work(job: Job, progress: Progress) -> RunResult:
        run = run_folds(evaluation, names, job.out, progress, workers=workers, ray=ray)
        failed.extend(run.failures)
        data: dict[str, object] = {"failures": dict(run.failures)}
        rows, files = [], []
        for name in names:
            spec = system_called(name)
            outcome = outcome_of(evaluation, spec, job.out)
            if isinstance(outcome, Unfinished):
                why = run.failures.get(spec.name, "")
                rows.append((spec.name, f"{outcome.done} of {outcome.folds} folds", why))
                continue
            data[spec.name] = outcome.to_json()
            file = job.out / "scores" / _plain(protocol) / f"{_plain(spec.name)}.json"
            write_text_atomic(file, json.dumps(outcome.to_json(), indent=1) + "\n")
            files.append(file)
            rows.append((spec.name, f"{outcome.basis.folds} folds", _headline(outcome)))
        table = TextTable(f"{protocol}, {labels}", ("system", "done", "figures"), tuple(rows))
        return RunResult(out=job.out, files=tuple(files), tables=(table,), data=data)

    job = Job(out / "evaluate", "evaluate", out)
    code = work_through((job,), work, voice_for("evaluate-run", as_json=as_json), debug=debug)
    return code or int(bool(failed))


def tables_verb(  # noqa: PLR0913 - one for each option
    *,
    dataset: Dataset,
    out: Out,
    system: Systems = None,
    labels: Scheme = "casme2-5",
    units: UnitList = "cd6me12",
    width: Width = 64,
    epochs: Epochs = 100,
    precision: PrecisionName = "fp32",
    device: Device = "cpu",
    also: Also = None,
    only_finished: Finished = False,
    seed: options.Seed = None,
    workers: Workers = None,
    ray: Ray = None,
    as_json: options.AsJson = False,
    debug: options.Debug = False,
) -> int:
    """Make the paper's Tables 2 and 3 for a corpus.

    The paper's own figures stand beside. Table 3 becomes two: recognition, with one prediction for
    a cut clip, and spotting, with intervals in uncut videos. Folds are stored as they finish, so it
    can be ended and gone on with.
    """
    from dataclasses import replace  # noqa: PLC0415 - beside its one use

    from mien.baselines.registry import systems_of  # noqa: PLC0415 - needs torch
    from mien.evaluation.systems import SystemTask  # noqa: PLC0415
    from mien.pipeline.evaluating import KFOLD, LOSO, gather_tables, run_folds  # noqa: PLC0415
    from mien.pipeline.evidence_files import write_evidence  # noqa: PLC0415
    from mien.pipeline.fold_running import opened, system_called  # noqa: PLC0415
    from mien.pipeline.train_run import pretraining_note  # noqa: PLC0415

    evaluation = evaluation_of(dataset, labels, units, width, epochs, precision, device, seed, also)
    asked = [system_called(one) for one in system or ()]
    own = [one.name for one in asked if one.name.lower().endswith(".toml")]

    def names_of(task: SystemTask) -> list[str]:
        return [one.name for one in asked or systems_of(task) if one.task is task]

    def work(job: Job, progress: Progress) -> RunResult:
        notes: dict[str, str] = {}
        plan = [(KFOLD, SystemTask.RECOGNITION), (LOSO, SystemTask.RECOGNITION)]
        if opened(evaluation.prepared).video_sha256:
            plan.append((LOSO, SystemTask.SPOTTING))
        for protocol, task in () if only_finished else plan:
            one = replace(evaluation, protocol=protocol)
            names = names_of(task)
            run = run_folds(one, names, job.out, progress, workers=workers, ray=ray)
            notes |= run.failures
        evidence = gather_tables(
            evaluation, job.out, pretraining=pretraining_note(), notes=notes, own=own
        )
        files = write_evidence(evidence, job.out)
        tables = tuple(
            TextTable(
                f"{table.title}\n{table.line}",
                table.columns,
                tuple(tuple(cell.text for cell in row) for row in table.rows),
            )
            for table in evidence.tables
        )
        return RunResult(
            out=job.out,
            files=files,
            tables=tables,
            warnings=tuple(note for table in evidence.tables for note in table.notes),
            data={"tables": [table.to_json() for table in evidence.tables]},
        )

    job = Job(out / "tables", "tables", out)
    return work_through((job,), work, voice_for("evaluate-tables", as_json=as_json), debug=debug)


def evaluation_of(  # noqa: PLR0913, PLR0917 - the options of two verbs, in their order
    prepared: Path,
    labels: str,
    units: str,
    width: int,
    epochs: int,
    precision: str,
    device: str,
    seed: int | None,
    also: Sequence[str] | None,
) -> "Evaluation":
    """Gather what both verbs are asked for.

    Raises:
        UsageError: an unknown precision, labelling scheme or list of units.
    """
    from mien.datasets.labelling import labelling_scheme  # noqa: PLC0415
    from mien.evaluation.systems import Budget  # noqa: PLC0415
    from mien.pipeline.fold_running import Evaluation  # noqa: PLC0415

    if precision not in {"fp32", "bf16", "fp16"}:
        msg = f"Expected --precision fp32, bf16 or fp16, but got {precision!r}."
        raise UsageError(msg)
    labelling_scheme(labels)
    for one in also or ():
        if not re.fullmatch(r"[0-9a-f]{64}", one):
            msg = f"Expected --also with a sha256 of 64 hexadecimal digits, but got {one!r}."
            raise UsageError(msg)
    return Evaluation(
        prepared=prepared,
        scheme=labels,
        units=units,
        budget=Budget(width=width, max_epochs=epochs, precision=precision, device=device),
        seed=seed or 0,
        also=tuple(also or ()),
    )


def _headline(outcome: object) -> str:
    """Give the figures of a finished system in one line."""
    from mien.evaluation.scores import RecognitionScores, SpottingScores  # noqa: PLC0415

    if isinstance(outcome, RecognitionScores):
        names = ("accuracy", "uf1", "uar", "weighted_f1")
        return ", ".join(f"{name} {100 * outcome.figures[name].value:.1f} %" for name in names)
    if isinstance(outcome, SpottingScores):
        overall = outcome.kinds["overall"]
        return f"F1 {100 * overall.f1.value:.1f} % at IoU .5"
    return ""


def _plain(name: str) -> str:
    from mien.pipeline.fold_running import folder_name  # noqa: PLC0415

    return folder_name(name)
