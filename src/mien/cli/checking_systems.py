"""The verb `evaluate check`: whether a system can be trusted with an evaluation."""

from pathlib import Path
from typing import Annotated

import typer

from mien.cli import options
from mien.cli.documents import document
from mien.cli.voice import say_lines
from mien.core.errors import UsageError

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
_PEOPLE, _EACH = 4, 4
"""Clips of a corpus that the check reads."""


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
    from mien.evaluation.honesty import assert_no_leak  # noqa: PLC0415 - beside its one use
    from mien.evaluation.made_clips import made_clips  # noqa: PLC0415
    from mien.evaluation.systems import Budget, RecognitionSystem, SystemTask  # noqa: PLC0415
    from mien.pipeline.fold_running import opened, system_called  # noqa: PLC0415

    spec = system_called(name)
    if spec.task is not SystemTask.RECOGNITION:
        msg = (
            f"Expected a recogniser, but {spec.name} is for {spec.task.value}: it is handed single "
            "videos and cannot see those that it is tested on."
        )
        raise UsageError(msg)
    if dataset is None:
        clips, where = made_clips(), "clips made of numbers"
    else:
        from mien.pipeline.corpus_labels import label_corpus  # noqa: PLC0415
        from mien.recognition.unit_sets import UNIT_SETS  # noqa: PLC0415

        whole = label_corpus(opened(dataset), labels, UNIT_SETS["cd6me12"]).labelled
        people = list(dict.fromkeys(whole.clips.subjects))[:_PEOPLE]
        chosen = [
            place
            for who in people
            for place in [i for i, one in enumerate(whole.clips.subjects) if one == who][:_EACH]
        ]
        clips, where = whole.take(chosen), f"clips of {opened(dataset).name}"

    def build() -> RecognitionSystem:
        system = spec.build(Budget(width=4, max_epochs=1))
        if not isinstance(system, RecognitionSystem):
            msg = f"Expected fit and predict of what {spec.name} builds, but one is missing."
            raise UsageError(msg)
        return system

    assert_no_leak(build, clips)
    sentence = (
        f"{spec.name} learns from its own clips only, says the same of the same clips and seed, "
        f"and predicts each clip on its own ({len(clips)} {where}, "
        f"{len(set(clips.clips.subjects))} people)."
    )
    content = {"system": spec.name, "clips": len(clips), "on": where}
    say_lines([document("mien/evaluate-check", 1, content)] if as_json else [sentence])
    return 0
