"""A rig: its controls, and how action units and gaze drive them, read from a definition file."""

from importlib.resources import files
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from mien.core.errors import FormatError, UsageError
from mien.core.facs import ACTION_UNITS, Channel, Side

SIDE, LETTER = "{Side}", "{S}"
"""Stand for Left or Right, and for L or R, in the name of a control."""

_KNOWN_UNITS = frozenset(unit.number for unit in ACTION_UNITS)


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class UnitRow(_Part):
    """What one action unit does to the rig."""

    au: int
    muscle: str
    """Units of one muscle do not add up on a control: the stronger one counts."""

    controls: dict[str, float]
    """Weight at activation 1 by control; a name with ``{Side}`` or ``{S}`` follows the unit's
    side."""

    note: str = ""

    @property
    def merges_sides(self) -> bool:
        """Whether a control without sides shows a unit that has sides."""
        sided = any(unit.number == self.au and unit.sided for unit in ACTION_UNITS)
        return sided and any(not has_sides(name) for name in self.controls)


class GazeRow(_Part):
    """What one angle of one eye does to one control."""

    control: str
    eye: Literal["left", "right"]
    angle: Literal["pitch", "yaw"]
    sign: Literal[-1, 1]
    """The direction of the angle that the control shows."""

    full_rad: float = Field(gt=0)
    """Angle at which the control is 1."""


class LimitRow(_Part):
    """One control that must never be larger than another."""

    control: str
    at_most: str


class Rig(_Part):
    """The controls of one kind of digital human and what drives them."""

    document: Literal["mien/rig"]
    version: Literal[1]
    name: str
    about: str
    source: str
    controls: tuple[str, ...] = Field(strict=False)
    """Every control, in the rig's own order; all run 0..1."""

    units: tuple[UnitRow, ...] = Field(strict=False)
    gaze: tuple[GazeRow, ...] = Field(strict=False)
    limits: tuple[LimitRow, ...] = Field(strict=False)

    @model_validator(mode="after")
    def _names_are_known(self) -> "Rig":
        """Refuse controls that the rig lacks, since an engine drops unknown curves silently."""
        driven = [name for row in self.units for pattern in row.controls for name in sided(pattern)]
        driven += [row.control for row in self.gaze]
        driven += [name for row in self.limits for name in (row.control, row.at_most)]
        unknown = sorted(set(driven) - set(self.controls))
        if unknown:
            msg = f"unknown controls {', '.join(unknown)}; the rig has {', '.join(self.controls)}"
            raise ValueError(msg)
        if len(set(self.controls)) != len(self.controls):
            msg = "a control is listed twice"
            raise ValueError(msg)
        numbers = [row.au for row in self.units]
        strange = sorted(set(numbers) - _KNOWN_UNITS)
        if strange or len(set(numbers)) != len(numbers):
            msg = f"each unit of FACS at most once expected; unknown {strange}"
            raise ValueError(msg)
        return self

    def row(self, au: int) -> UnitRow | None:
        """What one unit does; None where the definition says nothing."""
        return next((row for row in self.units if row.au == au), None)

    def weights(self, channel: Channel) -> dict[str, float]:
        """Weight of every control at activation 1 of one channel.

        A control without sides has the whole weight from either side; the larger side counts.

        >>> load_rig("arkit52").weights(Channel.parse("AU12L"))
        {'mouthSmileLeft': 1.0}
        """
        row = self.row(channel.au)
        found: dict[str, float] = {}
        for pattern, weight in row.controls.items() if row else ():
            if not has_sides(pattern):
                found[pattern] = weight
            elif channel.side is Side.BOTH:
                found |= dict.fromkeys(sided(pattern), weight)
            else:
                found[for_side(pattern, channel.side)] = weight
        return found


def has_sides(pattern: str) -> bool:
    """Whether a name stands for a left and a right control."""
    return SIDE in pattern or LETTER in pattern


def for_side(pattern: str, side: Side) -> str:
    """Name of the control of one side.

    >>> for_side("mouthSmile{Side}", Side.LEFT), for_side("AU12{S}", Side.RIGHT)
    ('mouthSmileLeft', 'AU12R')
    """
    word = side.value.capitalize()
    return pattern.replace(SIDE, word).replace(LETTER, word[0])


def sided(pattern: str) -> tuple[str, ...]:
    """Names that a pattern stands for.

    >>> sided("mouthSmile{Side}"), sided("jawOpen")
    (('mouthSmileLeft', 'mouthSmileRight'), ('jawOpen',))
    """
    if not has_sides(pattern):
        return (pattern,)
    return (for_side(pattern, Side.LEFT), for_side(pattern, Side.RIGHT))


def rig_names() -> tuple[str, ...]:
    """Names of the rigs that come with mien."""
    folder = files("mien.rig").joinpath("data")
    return tuple(
        sorted(entry.name[:-5] for entry in folder.iterdir() if entry.name.endswith(".json"))
    )


def load_rig(name: str | Path) -> Rig:
    """Read a rig by its name, or from a definition file of one's own.

    Args:
        name: one of :func:`rig_names`, or a path to a JSON file.

    Raises:
        UsageError: no such rig and no such file.
        FormatError: a definition that is wrong, with the place.
    """
    if str(name) in rig_names():
        text = files("mien.rig").joinpath("data", f"{name}.json").read_text(encoding="utf-8")
    elif Path(name).is_file():
        text = Path(name).read_text(encoding="utf-8")
    else:
        known = ", ".join(rig_names())
        msg = f"Expected a rig among {known} or a definition file, but got {str(name)!r}."
        raise UsageError(msg)
    try:
        return Rig.model_validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(step) for step in first["loc"]) or "the definition"
        msg = f"Expected a rig definition in {Path(name).name}, but at {place}: {first['msg']}."
        raise FormatError(msg) from error
