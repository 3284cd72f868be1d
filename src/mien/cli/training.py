"""The verb `train`: a recogniser from a configuration and a prepared corpus."""

from pathlib import Path
from typing import Annotated

import typer

from mien.cli import options
from mien.cli.batch import work_through
from mien.cli.evaluating import Scheme
from mien.cli.inputs import Job
from mien.cli.voice import say_lines, voice_for
from mien.core.errors import UsageError
from mien.pipeline.result import RunResult
from mien.work import Progress

Config = Annotated[
    str,
    typer.Argument(
        metavar="CONFIG",
        help="A preset (paper, published, mien, cnn3d, cnn3d_pretrained) or a TOML file.",
    ),
]
Dataset = Annotated[
    Path | None,
    typer.Option("--dataset", metavar="PREPARED", help="Folder made by `mien dataset prepare`."),
]
Out = Annotated[
    Path | None,
    typer.Option(
        "--out",
        "-o",
        metavar="DIR",
        help="Folder of the recogniser; a training that was ended in it goes on. With --pretrain "
        "the weights to write (.safetensors).",
    ),
]
Print = Annotated[
    bool, typer.Option("--print", help="Print the whole configuration as TOML, and do nothing.")
]
Pretrain = Annotated[
    bool,
    typer.Option(
        "--pretrain",
        help="Train the backbone alone, to start other trainings from (MIEN_PRETRAINED).",
    ),
]
Width = Annotated[
    int | None,
    typer.Option("--width", metavar="N", min=4, help="Channels of the first stage."),
]
Epochs = Annotated[
    int | None, typer.Option("--epochs", metavar="N", min=1, help="Passes over the clips.")
]
PrecisionName = Annotated[
    str | None, typer.Option("--precision", metavar="P", help="fp32, bf16, or fp16 on a GPU.")
]
Device = Annotated[str | None, typer.Option("--device", metavar="D", help="cpu or cuda.")]


def train_verb(  # noqa: PLR0913 - one for each option
    config: Config,
    *,
    dataset: Dataset = None,
    out: Out = None,
    labels: Scheme = "casme2-5",
    width: Width = None,
    epochs: Epochs = None,
    precision: PrecisionName = None,
    device: Device = None,
    print_config: Print = False,
    pretrain: Pretrain = False,
    seed: options.Seed = None,
    as_json: options.AsJson = False,
    debug: options.Debug = False,
) -> int:
    """Train a recogniser on all clips of a prepared corpus.

    Writes it as safetensors and as ONNX with a card, and the whole configuration.

    A training that was ended at any moment goes on to the same result when the command is given
    again. Several GPUs: torchrun --nproc-per-node N -m mien train ...
    """
    from mien.pipeline import train_run  # noqa: PLC0415 - needs torch

    choices = train_run.with_choices(
        train_run.config_named(config),
        seed=seed,
        width=width,
        epochs=epochs,
        precision=precision,
        device=device,
    )
    if print_config:
        say_lines([choices.to_toml().rstrip()])
        return 0
    if dataset is None or out is None:
        msg = "Expected --dataset PREPARED and --out DIR to train. --print needs neither."
        raise UsageError(msg)

    def work(job: Job, progress: Progress) -> RunResult:
        if pretrain:
            return train_run.pretrain(choices, dataset, out, progress)
        return train_run.train_recogniser(choices, dataset, labels, job.out, progress)

    folder = out.parent if pretrain else out
    job = Job(folder / choices.preset, choices.preset, folder)
    return work_through((job,), work, voice_for("train", as_json=as_json), debug=debug)
