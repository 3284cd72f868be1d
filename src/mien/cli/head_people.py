"""The verbs `head list` and `head show`: who lives in the built-in head, and one of them drawn."""

import math
from pathlib import Path
from typing import Annotated

import typer

from mien.cli import options
from mien.cli.documents import document
from mien.cli.voice import print_table, say_lines
from mien.core.errors import UsageError
from mien.core.facs import Channel, channels_of

_SUFFIXES = (".png", ".jpg")

Name = Annotated[
    str,
    typer.Argument(
        metavar="NAME", help="Whom to draw: a name of `head list`, or seed-N for a random person."
    ),
]
Out = Annotated[
    Path,
    typer.Option("--out", "-o", metavar="FILE", help="The picture to write: .png or .jpg."),
]
Activations = Annotated[
    list[str] | None,
    typer.Option(
        "--au",
        metavar="UNIT=LEVEL",
        help="An action unit and its activation 0 to 1, such as AU12L=0.5 or AU12=0.5 for both "
        "sides; give it several times.",
    ),
]
Yaw = Annotated[
    float,
    typer.Option(
        "--yaw-deg",
        metavar="DEGREES",
        min=-60,
        max=60,
        help="Turn of the head, positive to the subject's left.",
    ),
]
Size = Annotated[
    int,
    typer.Option("--size-px", metavar="N", min=64, max=2048, help="Side of the picture in pixels."),
]
ViewName = Annotated[
    str, typer.Option("--view", metavar="VIEW", help="What the picture shows: face or bust.")
]


def list_people_verb(
    *,
    as_json: options.AsJson = False,
    debug: options.Debug = False,  # noqa: ARG001 - read by the border
) -> int:
    """List the people of the built-in head."""
    from mien.head import load_head  # noqa: PLC0415 - keeps `mien --help` quick

    people = [
        {
            "name": person.name,
            "role": person.role,
            "sex": person.sex,
            "age_years": person.age_years,
            "ancestry": dict(person.ancestry),
            "hair_style": str(person.appearance["hair_style"]),
        }
        for person in load_head().people.values()
    ]
    if as_json:
        say_lines([document("mien/head-list", 1, {"people": people})])
        return 0
    rows = [
        (
            str(one["name"]),
            str(one["role"]),
            str(one["sex"]),
            str(one["age_years"]),
            _shares(one["ancestry"]),
            str(one["hair_style"]),
        )
        for one in people
    ]
    print_table("", ("name", "role", "sex", "age", "shape families", "hair"), rows)
    say_lines(["Any other: seed-N, such as seed-1234, is the random person of that seed."])
    return 0


def _shares(ancestry: object) -> str:
    if not isinstance(ancestry, dict):
        return ""
    most = sorted(ancestry.items(), key=lambda item: -item[1])
    return ", ".join(f"{name} {share:.2f}" for name, share in most if share >= 0.1)  # noqa: PLR2004


def activations_of(texts: list[str]) -> dict[Channel, float]:
    """Read settings such as ``AU12L=0.5``; a unit without its side means both.

    >>> {str(channel): level for channel, level in activations_of(["AU12=0.5"]).items()}
    {'AU12L': 0.5, 'AU12R': 0.5}

    Raises:
        UsageError: no unit, no number, or an activation out of 0..1.
    """
    found: dict[Channel, float] = {}
    for text in texts:
        unit, equals, level = text.partition("=")
        try:
            value = float(level)
        except ValueError:
            value = math.nan
        if not equals or not 0 <= value <= 1:
            msg = (
                f"Expected --au UNIT=LEVEL with a level 0 to 1, such as AU12L=0.5, but got {text}."
            )
            raise UsageError(msg)
        number = unit.removeprefix("AU")
        both = unit.startswith("AU") and number.isascii() and number.isdigit()
        channels = channels_of(int(number)) if both else (Channel.parse(unit),)
        found.update(dict.fromkeys(channels, value))
    return found


def show_verb(  # noqa: PLR0913 - one for each option
    name: Name,
    *,
    out: Out,
    activations: Activations = None,
    yaw_deg: Yaw = 0.0,
    size_px: Size = 512,
    view: ViewName = "bust",
    quality: options.QualityOption = None,
    seed: options.Seed = None,
    as_json: options.AsJson = False,
    debug: options.Debug = False,  # noqa: ARG001 - read by the border
) -> int:
    """Draw one person of the built-in head, at rest or with action units."""
    if out.suffix.lower() not in _SUFFIXES:
        msg = f"Expected a file ending in {' or '.join(_SUFFIXES)}, but got --out {out}."
        raise UsageError(msg)
    levels = activations_of(activations or [])

    import numpy as np  # noqa: PLC0415 - keeps `mien --help` quick

    from mien.cli.pictures import write_picture  # noqa: PLC0415
    from mien.head import au_delta, load_head  # noqa: PLC0415
    from mien.render import Portrait  # noqa: PLC0415

    head = load_head()
    person = head.person(name)
    deltas = [np.zeros_like(head.mean_m), *(au_delta(head, channel) for channel in levels)]
    portrait = Portrait(
        head,
        person,
        width_px=size_px,
        height_px=size_px,
        quality="portrait" if quality is None else quality.value,
        view=view,
        unit_deltas_m=np.stack(deltas).astype(np.float32),
        seed=seed or 0,
    )
    picture = portrait.frame(
        np.array([0.0, *levels.values()]), head_rotation_rad=(0.0, math.radians(yaw_deg), 0.0)
    )
    write_picture(out, picture)
    if as_json:
        content = {
            "file": out,
            "person": person.name,
            "activations": {str(channel): level for channel, level in levels.items()},
            "width_px": size_px,
            "height_px": size_px,
        }
        say_lines([document("mien/head-show", 1, content)])
    else:
        say_lines([f"{out}: {person.name}, {person.sex}, {person.age_years}"])
    return 0
