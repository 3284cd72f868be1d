"""The verb `evaluate check`: whether a system can be trusted with an evaluation."""

from pathlib import Path
from typing import Annotated

import typer

from mien.cli import options
from mien.cli.documents import document
from mien.cli.voice import say_lines

Name = Annotated[
    str,
    typer.Argument(
        metavar="NAME", help="A recogniser of `mien evaluate systems`, or a configuration (.toml)."
    ),
]
Dataset = Annotated[
    Path | None,
    typer.Option(
        "--dataset",
        metavar="PREPARED",
        help="Check on clips of this prepared corpus; without, on clips made of numbers.",
    ),
]


def check_system_verb(
    name: Name,
    *,
    dataset: Dataset = None,
    labels: Annotated[
        str, typer.Option("--labels", metavar="SCHEME", help="Labelling scheme of the corpus.")
    ] = "plain",
    as_json: options.AsJson = False,
    debug: options.Debug = False,  # noqa: ARG001 - read by the border
) -> int:
    """Check that a recogniser learns from its own clips only.

    It is trained twice for one epoch, once with noise in place of the clips that are tested: what
    it says must be the same. Nor may what it says of a clip depend on the others.
    """
    from mien.pipeline.system_checking import check_system  # noqa: PLC0415 - needs torch

    found = check_system(name, dataset, labels)
    if as_json:
        content = {"system": found.system, "clips": found.clips, "on": f"clips {found.on}"}
        say_lines([document("mien/evaluate-check", 1, content)])
        return 0
    sentence = (
        f"{found.system} learns from its own clips only, says the same of the same clips and seed, "
        f"and predicts each clip on its own ({found.clips} clips {found.on}, "
        f"{found.people} people)."
    )
    say_lines([sentence])
    return 0
