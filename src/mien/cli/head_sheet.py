"""The verb `head sheet`: the built-in people and what their action units look like."""

from pathlib import Path
from typing import Annotated

import typer

from mien.cli import options
from mien.cli.documents import document
from mien.cli.voice import say_lines
from mien.core.errors import UsageError
from mien.core.facs import ACTION_UNITS, Channel, channels_of

_SUFFIXES = (".png", ".jpg")

Out = Annotated[
    Path,
    typer.Option("--out", "-o", metavar="FILE", help="The picture to write: .png or .jpg."),
]
People = Annotated[
    list[str] | None,
    typer.Option(
        "--person",
        metavar="NAME",
        help="A person to draw, such as Ada; give it several times. Without it: the demo's.",
    ),
]
Units = Annotated[
    list[str] | None,
    typer.Option(
        "--unit",
        metavar="UNIT",
        help="An action unit to draw, such as AU12L, or AU12 for both sides; give it several "
        "times. Without it: all.",
    ),
]
Activation = Annotated[
    float,
    typer.Option(
        "--activation", metavar="LEVEL", min=0, max=1, help="Activation of the units, 0 to 1."
    ),
]
Levels = Annotated[
    str | None,
    typer.Option(
        "--levels",
        metavar="LETTERS",
        help="Draw every unit, both sides, at these letters of FACS, such as ABCDE: units down, "
        "levels across. A is .2, E is 1.",
    ),
]
Size = Annotated[
    int,
    typer.Option("--size-px", metavar="N", min=64, max=1024, help="Side of each face in pixels."),
]


def sheet_verb(  # noqa: PLR0913 - one for each option
    *,
    out: Out,
    people: People = None,
    units: Units = None,
    activation: Activation = 1.0,
    levels: Levels = None,
    size_px: Size = 192,
    quality: options.QualityOption = None,
    as_json: options.AsJson = False,
    debug: options.Debug = False,  # noqa: ARG001 - read by the border
) -> int:
    """Draw people of the built-in head, at rest and with action units."""
    if out.suffix.lower() not in _SUFFIXES:
        msg = f"Expected a file ending in {' or '.join(_SUFFIXES)}, but got --out {out}."
        raise UsageError(msg)
    chosen = [_unit(unit) for unit in units or ()]

    from mien.cli.pictures import write_picture  # noqa: PLC0415 - keeps `mien --help` quick
    from mien.head import load_head  # noqa: PLC0415
    from mien.render import contact_sheet, level_sheet  # noqa: PLC0415
    from mien.tracks import letter_activation  # noqa: PLC0415

    letters = {letter.upper(): letter_activation(letter) for letter in levels or ""}

    head = load_head()
    shown = [one for one in head.people.values() if one.role == "shown"]
    drawn = [head.person(name) for name in people] if people else shown
    look = "fast" if quality is None else quality.value
    if letters:
        everything = [channels_of(unit.number) for unit in ACTION_UNITS]
        sheet = level_sheet(
            head, drawn, chosen or everything, letters, size_px=size_px, quality=look
        )
    else:
        every = [channel for unit in ACTION_UNITS for channel in channels_of(unit.number)]
        sheet = contact_sheet(
            head, drawn, chosen or every, size_px=size_px, activation=activation, quality=look
        )
    write_picture(out, sheet)
    height_px, width_px, _ = sheet.shape
    if as_json:
        names = [one.name for one in drawn]
        content = {"file": out, "people": names, "width_px": width_px, "height_px": height_px}
        say_lines([document("mien/head-sheet", 1, content)])
    else:
        say_lines([f"{out}: {width_px}x{height_px}"])
    return 0


def _unit(text: str) -> Channel | tuple[Channel, ...]:
    """Read AU12L as one channel, and AU12 as both sides of the unit."""
    digits = text.removeprefix("AU")
    if text.startswith("AU") and digits.isascii() and digits.isdigit():
        return channels_of(int(digits))
    return Channel.parse(text)
