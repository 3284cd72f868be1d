"""A configuration and a prepared corpus -> a trained recogniser on disk."""

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import mien
from mien.core.errors import MissingError, UsageError
from mien.datasets.prepared import open_prepared
from mien.pipeline.corpus_labels import label_corpus
from mien.pipeline.result import RunResult
from mien.recognition.unit_sets import UNIT_SETS
from mien.store.atomic import write_text_atomic
from mien.store.weights import read_weights
from mien.training.building import PRETRAINED_VARIABLE
from mien.training.config import FLOW_IMAGES, PRESETS, TrainConfig, preset, read_config
from mien.training.export_onnx import export_onnx
from mien.training.pretraining import pretrain_backbone
from mien.training.system import GraphSystem, with_named_weights
from mien.work import Progress

_ALL_UNITS = "casme2_19"


def config_named(name: str) -> TrainConfig:
    """Give a preset by its name, or read a configuration from a file.

    Raises:
        MissingError: neither.
        UsageError: an unknown key, or a value that is not allowed.
        FormatError: a file that is no TOML.
    """
    if name in PRESETS:
        return preset(name)
    if not Path(name).is_file():
        msg = (
            f"Expected a preset ({', '.join(PRESETS)}) or a configuration file, but there is no "
            f"file {name}. Write a preset out to begin with: mien train PRESET --print"
        )
        raise MissingError(msg)
    return read_config(Path(name))


def train_recogniser(
    config: TrainConfig, prepared: Path, scheme: str, out: Path, progress: Progress
) -> RunResult:
    """Train on all clips of a prepared corpus; go on where a training in the folder was ended.

    Where torchrun started several processes, each calls this, and the first writes.

    Raises:
        MissingError: no prepared corpus, or no pre-trained weights where they are asked for.
        UsageError: nothing to learn from.
        InputError: an input or a loss that is no number.
        OutputError: the folder cannot be written.
    """
    corpus = open_prepared(prepared)
    config = with_named_weights(config)
    numbers = UNIT_SETS[_ALL_UNITS] if isinstance(config.units, str) else config.unit_numbers
    labelled = label_corpus(corpus, scheme, numbers)
    system = GraphSystem(config, folder=out / "training")
    system.fit(labelled.labelled, seed=config.loop.seed, progress=progress)
    if os.environ.get("RANK", "0") != "0":
        return RunResult(out=out, files=())
    # Not before: a training of other choices in the folder is refused, and its own file stays.
    write_text_atomic(out / "config.toml", config.to_toml())
    system.save(out / "recogniser")
    card = export_onnx(system.recogniser, out / "recogniser.onnx")
    clips = len(labelled.labelled)
    loss = [report.losses[-1] for report in system.reports if report.losses]
    waited = max((report.waiting_share for report in system.reports), default=0.0)
    lines = (
        f"{config.preset}: trained on {clips} clips of {corpus.name} ({scheme}).",
        f"Loss at the end: {', '.join(f'{one:.3f}' for one in loss)}.",
        f"Waited for data in {100 * waited:.1f} % of the time.",
    )
    return RunResult(
        out=out,
        files=(out / "config.toml", out / "recogniser", out / "recogniser.onnx"),
        lines=lines,
        data={
            "clips": clips,
            "labels": scheme,
            "config": config.model_dump(mode="json"),
            "loss": loss,
            "mien": mien.__version__,
            "card": card,
        },
    )


def pretrain(config: TrainConfig, prepared: Path, out: Path, progress: Progress) -> RunResult:
    """Train a backbone on synthetic clips, to start another training from.

    Raises:
        MissingError: no prepared corpus.
        OutputError: the file cannot be written.
    """
    corpus = open_prepared(prepared)
    labelled = label_corpus(corpus, "plain", UNIT_SETS[_ALL_UNITS]).labelled
    pretrain_backbone(
        config,
        labelled,
        out,
        learned_from=f"{len(labelled)} clips of the prepared corpus {corpus.name}",
        seed=config.loop.seed,
        progress=progress,
    )
    line = f"A backbone of width {config.network.width}, pre-trained on {len(labelled)} clips."
    return RunResult(out=out.parent, files=(out,), lines=(line,))


def pretraining_note() -> str:
    """Say in words what the pre-trained row starts from.

    Raises:
        FormatError: the named file is none.
    """
    named = os.environ.get(PRETRAINED_VARIABLE)
    if not named:
        return "none"
    learned_from = read_weights(Path(named)).notes.get("learned_from")
    return f"our own, on {learned_from}" if learned_from else Path(named).name


def with_choices(
    config: TrainConfig,
    *,
    seed: int | None,
    width: int | None,
    epochs: int | None,
    precision: str | None,
    device: str | None,
) -> TrainConfig:
    """Give a configuration with what the command line says in place of its own."""
    asked: dict[str, Any] = {
        "epochs": epochs,
        "seed": seed,
        "precision": precision,
        "device": device,
    }
    loop = replace(config.loop, **{name: one for name, one in asked.items() if one is not None})
    network = config.network
    if width is not None:
        if config.input in FLOW_IMAGES:
            msg = f"Expected no --width with {config.input}, whose network has one size."
            raise UsageError(msg)
        network = replace(network, width=width)
    return config.model_copy(update={"loop": loop, "network": network})
