"""The verb `dataset join`: several prepared corpora as one."""

from pathlib import Path
from typing import Annotated

import typer

from mien.cli import options
from mien.cli.batch import work_through
from mien.cli.inputs import Job
from mien.cli.voice import voice_for
from mien.pipeline.result import RunResult
from mien.work import Progress

Folders = Annotated[
    list[Path],
    typer.Argument(metavar="PREPARED...", help="Folders made by `mien dataset prepare`."),
]
Out = Annotated[
    Path, typer.Option("--out", "-o", metavar="DIR", help="Folder of the joined corpus.")
]


def join_corpora_verb(
    prepared: Folders,
    *,
    out: Out,
    as_json: options.AsJson = False,
    debug: options.Debug = False,
) -> int:
    """Join prepared corpora, for protocols across corpora.

    `mien evaluate` then runs megc2019, leave-one-corpus-out and cross-database:TRAIN:TEST on them.
    """
    from mien.pipeline.corpus_joining import join_corpora  # noqa: PLC0415 - beside its one use

    def work(job: Job, progress: Progress) -> RunResult:
        joined = join_corpora(prepared, job.out, progress)
        people = len({row.subject for row in joined.rows})
        line = f"{joined.name}: {len(joined.rows)} clips of {people} people are ready."
        return RunResult(
            out=job.out,
            files=(job.out / "prepared.json", job.out / "clips.csv"),
            lines=(line,),
            data={"clips": len(joined.rows), "people": people, "arrays": list(joined.arrays)},
        )

    job = Job(out / "join", "join", out)
    return work_through((job,), work, voice_for("dataset-join", as_json=as_json), debug=debug)
