"""The verb `evaluate flow`: pictures of optical flow as a corpus."""

from pathlib import Path
from typing import Annotated

import typer

from mien.cli import options
from mien.cli.batch import work_through
from mien.cli.inputs import Job
from mien.cli.voice import voice_for
from mien.pipeline.result import RunResult, TextTable
from mien.work import Progress

Manifest = Annotated[
    Path,
    typer.Argument(
        metavar="MANIFEST",
        help="Table of flow pictures: `mien dataset template` writes one to begin with.",
    ),
]
Out = Annotated[Path, typer.Option("--out", "-o", metavar="DIR", help="Folder of the tables.")]
Parts = Annotated[
    list[str] | None,
    typer.Option(
        "--part",
        metavar="PART",
        help="zero-shot, loso, few-subjects or corpora (leave one corpus out); give it several "
        "times. All that the pictures allow when not given.",
    ),
]
Prior = Annotated[
    str,
    typer.Option(
        "--prior",
        metavar="NAME",
        help="Label statistics for classes and for units that go together: emfacs, dfme, casme2, "
        "joined by +. Refused where it stems from an evaluated corpus.",
    ),
]
Registered = Annotated[
    bool,
    typer.Option(
        "--registered", help="The faces lie as mien's canonical one does: fit no placement."
    ),
]
Without = Annotated[
    list[str] | None,
    typer.Option("--without", metavar="SOURCE", help="Leave a source out; may be repeated."),
]
FewestPositives = Annotated[
    int,
    typer.Option(
        "--fewest-positives",
        metavar="N",
        min=1,
        help="Pictures that must show a unit for it to be in the means.",
    ),
]
Draws = Annotated[
    int, typer.Option("--draws", metavar="N", min=1, help="Draws of few subjects to learn from.")
]
Resamples = Annotated[
    int,
    typer.Option("--resamples", metavar="N", min=1, help="Draws of subjects for the intervals."),
]


def evaluate_flow_verb(  # noqa: PLR0913 - one for each option
    manifest: Manifest,
    *,
    out: Out,
    part: Parts = None,
    prior: Prior = "emfacs+dfme",
    registered: Registered = False,
    without: Without = None,
    fewest_positives: FewestPositives = 8,
    draws: Draws = 5,
    resamples: Resamples = 2000,
    seed: options.Seed = None,
    as_json: options.AsJson = False,
    debug: options.Debug = False,
) -> int:
    """Evaluate on pictures of optical flow, as they circulate in place of clips.

    The face is found in them by a fit that looks at no label. Then: what the head's motion reads
    without ever having seen a label (zero-shot), machines that learn from all other subjects, from
    few, and from the other corpora. Needs the extra `evaluate` for what learns.
    """
    from mien.pipeline.flow_corpus import read_flow_corpus  # noqa: PLC0415 - keeps --help quick
    from mien.pipeline.flow_evaluating import FlowEvaluation, evaluate_flow  # noqa: PLC0415 - as above
    from mien.pipeline.flow_tables import (  # noqa: PLC0415 - as above
        flow_json,
        flow_tables,
        write_flow_tables,
    )

    asked = FlowEvaluation(
        parts=tuple(part or ()),
        prior=prior,
        without=tuple(without or ()),
        fewest_positives=fewest_positives,
        draws=draws,
        resamples=resamples,
        seed=seed or 0,
    )

    def work(job: Job, progress: Progress) -> RunResult:
        corpus, labels = read_flow_corpus(manifest, registered=registered)
        figures = evaluate_flow(corpus, labels, asked, progress)
        tables = flow_tables(figures, corpus)
        files = write_flow_tables(figures, corpus, tables, job.out)
        skipped = tuple(f"{part}: not done. {why}" for part, why in figures.not_done.items())
        return RunResult(
            out=job.out,
            files=files,
            tables=tuple(
                TextTable(
                    f"{table.title}\n{table.line}",
                    table.columns,
                    tuple(tuple(cell.text for cell in row) for row in table.rows),
                )
                for table in tables
                if "unit by unit" not in table.title
            ),
            warnings=(*corpus.warnings, *skipped),
            data=flow_json(figures, corpus),
        )

    job = Job(out / "flow", manifest.name, out)
    return work_through((job,), work, voice_for("evaluate-flow", as_json=as_json), debug=debug)
