"""What ``data/actions.json`` declares: units, gaze, and the rules of the correctives."""

from functools import cache
from importlib.resources import files
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from mien.core.errors import FormatError
from mien.core.facs import ACTION_UNITS, GAZE_UNITS, action_unit

_SIDES = ("L", "R")


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class UnitShape(_Part):
    """One action unit of the head."""

    au: int
    motion: str
    """What moves where at activation 1, after FACS."""

    arkit: dict[str, float]
    """The nearest mixture of ARKit shapes, ``{side}`` standing for Left or Right; empty when none
    is near."""

    note: str = ""


class GazeUnit(_Part):
    """One direction of gaze: the eyes turn, and the lids follow."""

    au: Literal[61, 62, 63, 64]
    name: str
    pitch_rad: float
    """Turn of both eyes at activation 1, positive down."""

    yaw_rad: float
    """Positive to the subject's left."""

    lids: dict[Literal["left", "right"], str]
    """ARKit unit that moves the lids of each eye."""


class CorrectiveRule(_Part):
    """A shape that is added where units meet.

    Its weight is the product, over ``all``, of how much any unit of each group acts
    (1 - product of 1 - weight), times 1 - weight of each unit in ``without``.
    """

    name: str
    all_of: tuple[tuple[str, ...], ...] = Field(alias="all", strict=False, min_length=2)
    without: tuple[str, ...] = Field(default=(), strict=False)
    why: str

    @property
    def sided(self) -> bool:
        """Whether there is one shape for each side: some unit that meets here has sides."""
        units = [name for group in self.all_of for name in group]
        return any(_is_sided(name) for name in units)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of its shapes: ``AU06L+AU12L`` and ``AU06R+AU12R``, or ``AU23+AU24``."""
        if not self.sided:
            return (self.name,)
        return tuple(
            "+".join(with_side(part, side) for part in self.name.split("+")) for side in _SIDES
        )


class ActionDefinition(_Part):
    """The whole file."""

    document: Literal["mien/actions"]
    version: Literal[1]
    about: str
    source: str
    units: tuple[UnitShape, ...] = Field(strict=False)
    gaze: tuple[GazeUnit, ...] = Field(strict=False)
    correctives: tuple[CorrectiveRule, ...] = Field(strict=False)

    @model_validator(mode="after")
    def _belongs_together(self) -> "ActionDefinition":
        """Refuse a file that leaves a unit out or names one that does not exist."""
        if [unit.au for unit in self.units] != [unit.number for unit in ACTION_UNITS]:
            msg = "every unit of FACS that mien knows expected once, in the order of the numbers"
            raise ValueError(msg)
        if [look.au for look in self.gaze] != list(GAZE_UNITS):
            msg = f"gaze units {list(GAZE_UNITS)} expected, each once"
            raise ValueError(msg)
        numbers = [unit.au for unit in self.units] + [look.au for look in self.gaze]
        known = {f"AU{number:02d}" for number in numbers}
        for rule in self.correctives:
            listed = [name for group in rule.all_of for name in group] + list(rule.without)
            if not set(listed) <= known:
                unknown = sorted(set(listed) - known)
                msg = f"corrective {rule.name} names unknown units {', '.join(unknown)}"
                raise ValueError(msg)
            if len(set(listed)) != len(listed):
                msg = f"corrective {rule.name} names a unit twice: a rule is linear in each"
                raise ValueError(msg)
        names = [rule.name for rule in self.correctives]
        if len(set(names)) != len(names):
            msg = "a corrective is listed twice"
            raise ValueError(msg)
        return self


def with_side(name: str, letter: str) -> str:
    """Name of one side of a unit, or the name itself where the unit has no sides.

    >>> with_side("AU12", "L"), with_side("AU24", "L"), with_side("AU63", "R")
    ('AU12L', 'AU24', 'AU63R')
    """
    return name + letter if _is_sided(name) else name


def _is_sided(name: str) -> bool:
    digits = name.removeprefix("AU")
    if not digits.isdigit():  # a group such as "shut": the lids have sides
        return True
    return int(digits) in GAZE_UNITS or action_unit(int(digits)).sided


@cache
def action_definition() -> ActionDefinition:
    """Read the definition; the second call returns the same object.

    Raises:
        FormatError: the file of this installation is damaged.
    """
    text = files("mien.head").joinpath("data", "actions.json").read_text(encoding="utf-8")
    return parsed_definition(text)


def parsed_definition(text: str) -> ActionDefinition:
    """Read a definition from its JSON text.

    Raises:
        FormatError: what is wrong, with the place.
    """
    try:
        return ActionDefinition.model_validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(step) for step in first["loc"]) or "the definition"
        msg = f"Expected the definition of the action units, but at {place}: {first['msg']}."
        raise FormatError(msg) from error
