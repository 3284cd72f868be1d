"""The verbs of `dataset`: what corpora are known, what is on disk, and making it ready."""

from pathlib import Path
from typing import Annotated

import typer

from mien.cli import options
from mien.cli.batch import work_through
from mien.cli.documents import document
from mien.cli.inputs import Job
from mien.cli.voice import print_table, say_lines, voice_for
from mien.core.errors import UsageError
from mien.pipeline.result import RunResult
from mien.work import Progress

_SHOWN = 40

Name = Annotated[
    str,
    typer.Argument(
        metavar="NAME",
        help="The corpus: a name of `dataset list`, or a definition file of one's own (.toml).",
    ),
]
Root = Annotated[
    Path,
    typer.Argument(
        metavar="ROOT", help="Folder of the corpus as it was given out; for manifest the table."
    ),
]
Out = Annotated[
    Path, typer.Option("--out", "-o", metavar="DIR", help="Folder of the prepared corpus.")
]
AllFindings = Annotated[
    bool, typer.Option("--all", help="Show every finding, not only the gravest forty.")
]
InputNames = Annotated[
    list[str] | None,
    typer.Option(
        "--input",
        metavar="INPUT",
        help="An input to prepare: rgb, flow, flow_image, flow_image_own, apex or landmarks; "
        "give it several times. All when not given.",
    ),
]
NoVideos = Annotated[
    bool, typer.Option("--no-videos", help="Leave the uncut videos out; spotting needs them.")
]
Workers = Annotated[
    int | None,
    typer.Option("--workers", metavar="N", min=1, help="Processes; all cores when not given."),
]
Ray = Annotated[
    str | None,
    typer.Option(
        "--ray",
        metavar="ADDRESS",
        help="Spread the work over a Ray cluster (needs the extra ray): its address, auto for one "
        "that runs on this machine, or local to start one here.",
    ),
]
Table = Annotated[
    Path,
    typer.Option("--out", "-o", metavar="FILE", help="The table to write: .csv or .tsv."),
]
Picture = Annotated[
    Path, typer.Option("--out", "-o", metavar="FILE", help="The picture to write: .png.")
]
Source = Annotated[
    str,
    typer.Argument(
        metavar="SOURCE",
        help="Published counts (casme2 or dfme), or the folder of a prepared corpus.",
    ),
]
EmotionName = Annotated[
    str, typer.Option("--emotion", metavar="NAME", help="One emotion; all of them when not given.")
]
UnitList = Annotated[
    str,
    typer.Option("--units", metavar="LIST", help="cd6me12, casme2_19 or casme2_8."),
]
Direction = Annotated[
    str,
    typer.Option(
        "--direction",
        metavar="WAY",
        help="asymmetric as in the paper, or a symmetric form: jaccard or mean.",
    ),
]


def list_corpora_verb(
    *,
    as_json: options.AsJson = False,
    debug: options.Debug = False,  # noqa: ARG001 - read by the border
) -> int:
    """List the corpora that can be read, with what was published of each."""
    from mien.datasets.definition import definition_names, load_definition  # noqa: PLC0415
    from mien.datasets.reading import MANIFEST  # noqa: PLC0415 - beside its one use
    from mien.datasets.synth_corpus import SYNTH  # noqa: PLC0415 - beside its one use

    known = [load_definition(name) for name in definition_names()]
    own = {
        SYNTH: "footage that mien synth has drawn",
        MANIFEST: "clips of your own, listed in a table (mien dataset template)",
    }
    if as_json:
        listed = [{"name": one.name, "title": one.title, "citation": one.citation} for one in known]
        listed += [{"name": name, "title": title, "citation": ""} for name, title in own.items()]
        say_lines([document("mien/dataset-list", 1, {"corpora": listed})])
        return 0
    rows = [
        (one.name, one.title, _shown(one.counts.clips), _shown(one.counts.subjects))
        for one in known
    ]
    rows += [(name, title, "", "") for name, title in own.items()]
    print_table("", ("name", "corpus", "clips", "people"), rows)
    return 0


def check_corpus_verb(
    name: Name,
    root: Root,
    *,
    show_all: AllFindings = False,
    as_json: options.AsJson = False,
    debug: options.Debug = False,  # noqa: ARG001 - read by the border
) -> int:
    """Tell what of a corpus is missing or odd, row by row.

    Clips, subjects and classes are counted beside the published numbers.
    """
    from mien.datasets.checking import check_corpus  # noqa: PLC0415 - keeps `mien --help` quick
    from mien.datasets.finding import Level  # noqa: PLC0415
    from mien.datasets.reading import read_corpus  # noqa: PLC0415

    report = check_corpus(read_corpus(name, root))
    grave = {level: len(report.of_level(level)) for level in Level}
    if as_json:
        content = {
            "corpus": report.corpus,
            "counts": [
                {"what": one.what, "found": one.found, "published": one.published}
                for one in report.counts
            ],
            "findings": [
                {
                    "level": one.level.value,
                    "source": one.source,
                    "row": one.row,
                    "clip": one.clip,
                    "found": one.found,
                    "meaning": one.meaning,
                    "remedy": one.remedy,
                }
                for one in report.findings
            ],
        }
        say_lines([document("mien/dataset-check", 1, content)])
    else:
        ordered = [
            one
            for level in (Level.ERROR, Level.WARNING, Level.NOTE)
            for one in report.of_level(level)
        ]
        shown = ordered if show_all else ordered[:_SHOWN]
        say_lines([str(one) for one in shown])
        if len(shown) < len(ordered):
            say_lines([f"... and {len(ordered) - len(shown)} more: --all shows them."])
        say_lines([report.count_table()])
        said = ", ".join(
            f"{count} {level.value}{'s' if count > 1 else ''}"
            for level, count in grave.items()
            if count
        )
        say_lines([f"{report.title}: {said or 'nothing odd'}."])
    return 1 if grave[Level.ERROR] else 0


def prepare_corpus_verb(  # noqa: PLR0913 - one for each option
    name: Name,
    root: Root,
    *,
    out: Out,
    inputs: InputNames = None,
    no_videos: NoVideos = False,
    face_model: options.FaceModel = None,
    workers: Workers = None,
    ray: Ray = None,
    as_json: options.AsJson = False,
    debug: options.Debug = False,
) -> int:
    """Make a corpus ready to train on: aligned clips, flow, landmarks, videos.

    Writes arrays (npy, 16 pictures a clip by temporal interpolation), the flow from onset to apex
    as 28 x 28 pictures with their scaling, and a table of the clips. A run that was ended goes on.
    """
    from mien.datasets.inputs import CLIP_INPUTS  # noqa: PLC0415 - keeps `mien --help` quick
    from mien.datasets.reading import read_corpus  # noqa: PLC0415
    from mien.pipeline.corpus_preparation import (  # noqa: PLC0415
        PreparationSettings,
        prepare_corpus,
    )

    settings = PreparationSettings(
        inputs=tuple(inputs) if inputs else tuple(one.name for one in CLIP_INPUTS),
        videos=not no_videos,
        face_model=face_model,
    )

    def work(job: Job, progress: Progress) -> RunResult:
        corpus = read_corpus(name, root)
        made = prepare_corpus(corpus, job.out, settings, progress, workers=workers, ray=ray)
        left = f" {len(made.left_out)} are left out (left_out.csv)." if made.left_out else ""
        line = f"{made.clips} clips and {made.videos} uncut videos are ready.{left}"
        data = {"clips": made.clips, "videos": made.videos, "left_out": dict(made.left_out)}
        return RunResult(out=job.out, files=made.files, lines=(line,), data=data)

    job = Job(out / name, name, out)
    return work_through((job,), work, voice_for("dataset-prepare", as_json=as_json), debug=debug)


def template_verb(
    *,
    out: Table,
    as_json: options.AsJson = False,
    debug: options.Debug = False,  # noqa: ARG001 - read by the border
) -> int:
    """Write an empty table for clips of your own, with every column explained."""
    from mien.datasets.manifest_template import (  # noqa: PLC0415 - beside its one use
        COLUMN_MEANINGS,
        write_manifest_template,
    )

    write_manifest_template(out)
    if as_json:
        say_lines([document("mien/dataset-template", 1, {"file": out})])
    else:
        print_table("", ("column", "what it holds"), list(COLUMN_MEANINGS.items()))
        say_lines([f"{out}: put your own clips in place of the three, then:"])
        say_lines([f"mien dataset check manifest {out}"])
    return 0


def _shown(count: int | None) -> str:
    return "" if count is None else str(count)


def graph_verb(
    source: Source,
    *,
    out: Picture,
    emotion: EmotionName = "all",
    units: UnitList = "cd6me12",
    direction: Direction = "asymmetric",
    as_json: options.AsJson = False,
    debug: options.Debug = False,  # noqa: ARG001 - read by the border
) -> int:
    """Draw the directed graph of action units that go together."""
    if out.suffix.lower() != ".png":
        msg = f"Expected a file ending in .png, but got --out {out}."
        raise UsageError(msg)
    from mien.pipeline.unit_graph import draw_unit_graph  # noqa: PLC0415

    edges = draw_unit_graph(source, out, emotion=emotion, units=units, direction=direction)
    if as_json:
        content = {
            "file": out,
            "edges": [
                {"from": edge.given, "to": edge.unit, "probability": edge.probability}
                for edge in edges
            ],
        }
        say_lines([document("mien/dataset-graph", 1, content)])
    else:
        say_lines([f"{out}: {len(edges)} edges, each from the given unit to the one it brings."])
    return 0
