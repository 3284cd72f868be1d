"""The verb `head export`: a person of the built-in head as files for other programs."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from mien.cli import options
from mien.cli.documents import document
from mien.cli.voice import say_lines


class HeadFormat(StrEnum):
    """Kinds of files of a head."""

    GLB = "glb"
    USD = "usd"


Name = Annotated[str, typer.Argument(metavar="NAME", help="Whom to export, such as Ada.")]
Out = Annotated[
    Path, typer.Option("--out", "-o", metavar="DIR", help="Folder of the files; made if missing.")
]
Formats = Annotated[
    list[HeadFormat] | None,
    typer.Option(
        "--format",
        help="Kind of file; give it twice for both. Without it: glb. USD needs the extra usd.",
    ),
]
MapWidth = Annotated[
    int,
    typer.Option(
        "--map-px", metavar="N", min=512, max=4096, help="Width of the pictures of the skin."
    ),
]


def export_head_verb(
    name: Name,
    *,
    out: Out,
    formats: Formats = None,
    map_px: MapWidth = 2048,
    as_json: options.AsJson = False,
    debug: options.Debug = False,  # noqa: ARG001 - read by the border
) -> int:
    """Write a person with skin, pictures, hair and every shape, as glTF or USD."""
    from mien.head import load_head  # noqa: PLC0415 - keeps `mien --help` quick
    from mien.pipeline.head_export import export_head  # noqa: PLC0415

    head = load_head()
    written = export_head(
        head,
        head.person(name),
        out,
        formats=tuple(one.value for one in formats or (HeadFormat.GLB,)),
        map_width_px=map_px,
    )
    if as_json:
        say_lines([document("mien/head-export", 1, {"person": name, "files": list(written)})])
    else:
        say_lines([f"{path}: {path.stat().st_size / 1e6:.1f} MB" for path in written])
    return 0
