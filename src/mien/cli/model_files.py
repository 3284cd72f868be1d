"""The verbs of `models`: the face landmark models on this machine, published weights converted."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from mien.cli import options
from mien.cli.documents import document
from mien.cli.progress import chosen_progress
from mien.cli.voice import print_table, say_lines
from mien.core.errors import MienError, UsageError
from mien.store.atomic import write_bytes_atomic
from mien.store.models import (
    OFFICIAL_BUNDLE,
    FaceModels,
    ModelKind,
    model_folder,
    resolve_models,
)


class ModelSet(StrEnum):
    """The two sets of landmark models."""

    OFFICIAL = "official"
    WHEEL = "wheel"


_POINTS = {ModelSet.OFFICIAL: "478 points, 52 scores", ModelSet.WHEEL: "468 points"}

From = Annotated[
    Path | None,
    typer.Option(
        "--from",
        metavar="PATH",
        help="Take the models from this face_landmarker.task file, or folder with the models, "
        "instead of from the network.",
    ),
]
WeightFile = Annotated[
    Path, typer.Argument(metavar="FILE", help="r3d_18-b3b3357e.pth as torchvision publishes it.")
]
WeightsOut = Annotated[
    Path, typer.Option("--out", "-o", metavar="FILE", help="The file to write: .safetensors.")
]
Sha256 = Annotated[
    str | None,
    typer.Option(
        "--sha256",
        metavar="DIGITS",
        help="How the sha256 of another file that you trust must begin (8 digits or more).",
    ),
]
Kind = Annotated[
    ModelSet | None,
    typer.Option(
        "--kind",
        metavar="SET",
        help="Only this set: official (478 points) or wheel (468 points).",
    ),
]


def list_verb(*, as_json: options.AsJson = False, debug: options.Debug = False) -> int:  # noqa: ARG001 - read by the border
    """List the face landmark models and whether they are on this machine."""
    found = {one: models_on_disk(one) for one in ModelSet}
    if as_json:
        content = {
            "folder": model_folder(),
            "sets": [
                {
                    "kind": one.value,
                    "here": models is not None,
                    "source": None if models is None else models.source,
                    "sha256": {} if models is None else models.sha256,
                }
                for one, models in found.items()
            ],
        }
        say_lines([document("mien/models", 1, content)])
        return 0
    rows = [
        (one.value, _POINTS[one], "not here" if models is None else f"here ({models.source})")
        for one, models in found.items()
    ]
    print_table("", ("set", "gives", "state"), rows)
    say_lines([f"Kept in {model_folder()}"])
    if not any(found.values()):
        say_lines(["`mien models fetch` fetches one; so does the first run that needs it."])
    return 0


def fetch_verb(
    *,
    source: From = None,
    kind: Kind = None,
    as_json: options.AsJson = False,
    debug: options.Debug = False,  # noqa: ARG001 - read by the border
) -> int:
    """Fetch the face landmark models now, so that later runs need no network."""
    wanted = None if kind is None else kind_of(kind)
    if source is not None:
        models = resolve_models(source, kind=wanted)
        _keep(models, source)
    else:
        with chosen_progress(as_json=as_json) as progress:
            models = resolve_models(kind=wanted, progress=progress.say)
    if as_json:
        content = {
            "folder": model_folder(),
            "kind": models.kind,
            "source": models.source,
            "sha256": models.sha256,
        }
        say_lines([document("mien/models-fetched", 1, content)])
    else:
        say_lines([f"The {models.kind} face landmark models are here ({models.source})."])
    return 0


def convert_verb(
    file: WeightFile,
    *,
    out: WeightsOut,
    sha256: Sha256 = None,
    as_json: options.AsJson = False,
    debug: options.Debug = False,  # noqa: ARG001 - read by the border
) -> int:
    """Write torchvision's published r3d_18 weights as safetensors.

    Trainings can start from them. The file is opened only when its sha256 begins as its name says;
    a pickle of anybody else is never loaded.
    """
    from mien.training.conversion import R3D18_SHA256, convert_r3d18  # noqa: PLC0415 - needs torch

    convert_r3d18(file, out, sha256=sha256 or R3D18_SHA256)
    if as_json:
        say_lines([document("mien/models-converted", 1, {"file": out})])
    else:
        say_lines([f"{out}: use it as `weights` of a configuration, or MIEN_PRETRAINED={out}"])
    return 0


def kind_of(chosen: ModelSet) -> ModelKind:
    """Give the store's own word for a set."""
    return "official" if chosen is ModelSet.OFFICIAL else "wheel"


def models_on_disk(kind: ModelSet) -> FaceModels | None:
    """Give a set that is on this machine, or None."""
    try:
        return resolve_models(kind=kind_of(kind), network=False)
    except MienError:
        return None


def _keep(models: FaceModels, source: Path) -> None:
    """Copy a checked set into the cache."""
    names = [OFFICIAL_BUNDLE] if models.kind == "official" else list(models.sha256)
    for name in names:
        file = source if source.is_file() else source / name
        if not file.is_file():
            msg = (
                f"Expected {name} in {source}, which holds its parts only. "
                f"Name the whole file, or use the parts with --face-model {source}."
            )
            raise UsageError(msg)
        write_bytes_atomic(model_folder() / name, file.read_bytes())
