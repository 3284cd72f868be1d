"""Action units as coders write them, such as ``(R6 or R12)+R15B`` <-> what they mean.

One grammar for the tables of all corpora::

    code      unit joined by + , ; and their Chinese forms, or ? (unknown), or 0 (none)
    unit      readings joined by "or" or /, in parentheses or not; ref(..) for reference only
    reading   [AU] [AD] [M] [L R A] [T B] number [A-E] [L R] [(k)]

``L12`` and ``12L`` are the subject's left side, ``A12`` both sides unevenly, ``T28`` the top,
``B23`` the bottom, ``AD31`` an action descriptor, ``M58`` a movement code, ``12B`` intensity B,
``7(k)`` weak. ``A/L12`` shortens ``A12 or L12``, and ``10A/B`` shortens ``10A or 10B``.

Source of letters and codes: Ekman, Friesen & Hager, *Facial Action Coding System*, 2002; of the
notations: the annotation tables of CASME to DFME.
"""

import re
import unicodedata
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Literal, NoReturn, TypeAlias

from mien.core.errors import FormatError, UsageError
from mien.core.facs import Side

FACS_NUMBERS: frozenset[int] = frozenset(
    {
        *(1, 2, *range(4, 29)),  # face; 19 and 21 are descriptors
        *range(29, 47),  # jaw, cheeks, lips, nostrils, lids
        *(50, *range(51, 75)),  # speech, head, eyes, what cannot be seen
        *(*range(80, 86), 91, 92, 94, 97, 98),  # gross behaviour
    }
)
"""Every number that FACS gives to something."""

Cell: TypeAlias = str | int | float | None
"""One cell of a spreadsheet."""

LETTERS = "ABCDE"
_UNKNOWN = frozenset({"", "?", "-", "/", "n/a", "nan"})
_NOTHING = frozenset({"0", "none", "neutral"})
_SIDES = {"L": Side.LEFT, "R": Side.RIGHT, "A": Side.BOTH}
_REGIONS: dict[str, Literal["top", "bottom", ""]] = {"": "", "T": "top", "B": "bottom"}


class Alternatives(StrEnum):
    """What is made of a unit that coders left open, such as ``L12 or L14``."""

    FIRST = "first"
    """The reading written first."""

    BOTH = "both"
    """All of them."""

    DROP = "drop"
    """None of them, save where all are the same unit."""


@dataclass(frozen=True)
class CodedUnit:
    """One unit of a code."""

    number: int
    """FACS number."""

    side: Side = Side.BOTH
    """The subject's side; both where none is written."""

    region: Literal["top", "bottom", ""] = ""
    letter: str | None = None
    """Intensity ``A`` to ``E``; None where none is written."""

    asymmetric: bool = False
    """Both sides, one of them more: written ``A12``."""

    descriptor: bool = False
    """Written as an action descriptor, ``AD31``."""

    movement: bool = False
    """Written as a movement code, ``M58``."""

    weak: bool = False
    """Written with ``(k)``: too weak for coders to be sure."""

    reference: bool = False
    """Written in ``ref(..)``: scored for reference only."""

    alternatives: tuple["CodedUnit", ...] = ()
    """Other readings of the same place, in the order written."""

    def __post_init__(self) -> None:
        """Refuse what no code can say."""
        if self.number not in FACS_NUMBERS:
            msg = f"Expected a number of FACS, but got {self.number}."
            raise UsageError(msg)
        if self.letter is not None and (len(self.letter) != 1 or self.letter not in LETTERS):
            msg = f"Expected an intensity A to E, but got {self.letter!r}."
            raise UsageError(msg)
        if self.asymmetric and self.side is not Side.BOTH:
            msg = f"An asymmetric unit is on both sides, but got {self.side.value}."
            raise UsageError(msg)
        if self.descriptor and self.movement:
            msg = "A unit is a descriptor or a movement code, not both."
            raise UsageError(msg)
        if any(one.alternatives for one in self.alternatives):
            msg = "A reading of an open unit has no readings of its own."
            raise UsageError(msg)

    @property
    def readings(self) -> tuple["CodedUnit", ...]:
        """All readings, each without alternatives."""
        return (replace(self, alternatives=()), *self.alternatives)

    def __str__(self) -> str:
        """Give the canonical text."""
        if self.alternatives:
            return f"({' or '.join(str(one) for one in self.readings)})"
        kind = "AD" if self.descriptor else "M" if self.movement else ""
        side = {Side.LEFT: "L", Side.RIGHT: "R"}.get(self.side, "A" if self.asymmetric else "")
        region = {"top": "T", "bottom": "B"}.get(self.region, "")
        text = f"{kind}{side}{region}{self.number}{self.letter or ''}{'(k)' if self.weak else ''}"
        return f"ref({text})" if self.reference else text


@dataclass(frozen=True)
class FacsCode:
    """The units that were coded for one clip, in the order written."""

    units: tuple[CodedUnit, ...] = ()
    unknown: bool = False
    """Whether coders left it open (``?``): units that are not listed may be there too."""

    def __str__(self) -> str:
        """Give the canonical text, which :func:`parse_facs_code` reads back as the same code.

        >>> str(parse_facs_code("AU4, r12b / L14"))
        '4+(R12B or L14)'
        """
        parts = [str(unit) for unit in self.units] + ["?"] * self.unknown
        return "+".join(parts) or "0"


UNKNOWN_CODE = FacsCode(unknown=True)
"""Nothing is known of the units."""


def unit_numbers(
    code: FacsCode,
    alternatives: Alternatives | Literal["first", "both", "drop"] = Alternatives.FIRST,
    *,
    weak: bool = False,
    reference: bool = True,
) -> frozenset[int] | None:
    """Give the set of FACS numbers of a code; None where it is unknown, which is not "no units".

    Args:
        code: what was coded.
        alternatives: what is made of open units.
        weak: whether weak units, ``(k)``, count.
        reference: whether units scored for reference only, ``ref(..)``, count.

    >>> code = parse_facs_code("(R6 or R12)+R15")
    >>> [sorted(unit_numbers(code, policy)) for policy in ("first", "both", "drop")]
    [[6, 15], [6, 12, 15], [15]]
    """
    if code.unknown:
        return None
    policy = Alternatives(alternatives)
    found: set[int] = set()
    for unit in code.units:
        counted = [
            one
            for one in unit.readings
            if (weak or not one.weak) and (reference or not one.reference)
        ]
        numbers = {one.number for one in counted}
        if policy is Alternatives.DROP and len({one.number for one in unit.readings}) > 1:
            continue
        if policy is Alternatives.FIRST:
            numbers = {one.number for one in counted[:1]}
        found |= numbers
    return frozenset(found)


def parse_facs_code(cell: Cell) -> FacsCode:
    """Read one cell of an annotation table: text, a whole number, or nothing.

    Returns:
        the code; an empty cell or ``?`` is unknown, ``0`` is known to hold no unit.

    Raises:
        FormatError: a part cannot be read; the sentence names it.

    >>> [unit.number for unit in parse_facs_code("4+L10").units]
    [4, 10]
    >>> parse_facs_code("?").unknown
    True
    """
    text = _text_of(cell)
    if text.casefold() in _UNKNOWN:
        return UNKNOWN_CODE
    if text.casefold() in _NOTHING:
        return FacsCode()
    return _Reader(text).code()


def _text_of(cell: Cell) -> str:
    if cell is None or cell != cell:  # noqa: PLR0124 - NaN, an empty cell to some readers
        return ""
    if isinstance(cell, bool):
        raise FormatError(_unread(str(cell), str(cell), "a truth value is no code"))
    if isinstance(cell, int | float):
        if cell != int(cell):
            hint = "a spreadsheet may have taken two units for a decimal"
            raise FormatError(_unread(str(cell), str(cell), hint))
        return str(int(cell))
    # Full-width signs become plain ones; the enumeration comma has no plain form.
    return " ".join(unicodedata.normalize("NFKC", cell).replace("\u3001", ",").split())


def _unread(part: str, whole: str, reason: str) -> str:
    return (
        f"Expected action units such as 4+L12B or (R6 or R12)+15, but cannot read {part!r} in "
        f"{whole!r}: {reason}. Correct the cell, or write ? where the coding is unknown."
    )


_READING = re.compile(
    r"(?:AU)?\s*(?P<kind>AD|M)?\s*(?P<side>[LRA])?\s*(?P<region>[TB])?\s*(?P<number>\d+)"
    r"(?:\s*(?P<letter>[A-E])(?![A-Z]))?(?:\s*(?P<suffix>[LR])(?![A-Z0-9]))?(?P<weak>\s*\(K\))?",
    re.IGNORECASE,
)
_TOKEN = re.compile(
    rf"\s*(?:(?P<weak_group>\(k\))|(?P<ref>ref(?:erence)?(?=\s*\())|(?P<open>\()|(?P<close>\))"
    rf"|(?P<join>[+,;])|(?P<or>or|/)|(?P<unknown>\?)|(?P<reading>{_READING.pattern})"
    rf"|(?P<bare>[a-z]+)|(?P<strange>\S))",
    re.IGNORECASE,
)
_KINDS = (
    "weak_group",
    "ref",
    "open",
    "close",
    "join",
    "or",
    "unknown",
    "reading",
    "bare",
    "strange",
)
_END = ("end", "")


class _Reader:
    """Reads one code from left to right."""

    def __init__(self, text: str) -> None:
        self._whole = text
        self._tokens = [
            next(
                (name, found.strip())
                for name, found in match.groupdict().items()
                if found is not None and name in _KINDS
            )
            for match in _TOKEN.finditer(text)
        ]
        self._at = 0
        self._unknown = False

    def code(self) -> FacsCode:
        units = self._places()
        if self._kind != "end":
            self._refuse("a sign is missing before it")
        return FacsCode(tuple(units), unknown=self._unknown)

    @property
    def _kind(self) -> str:
        return self._token[0]

    @property
    def _token(self) -> tuple[str, str]:
        return self._tokens[self._at] if self._at < len(self._tokens) else _END

    def _refuse(self, reason: str) -> NoReturn:
        raise FormatError(_unread(self._token[1] or self._whole, self._whole, reason))

    def _take(self, kind: str) -> bool:
        taken = self._kind == kind
        self._at += taken
        return taken

    def _places(self) -> list[CodedUnit]:
        """Read what is joined by plus signs."""
        units = self._place()
        while self._take("join"):
            units += self._place()
        return units

    def _place(self) -> list[CodedUnit]:
        """Read the readings of one place, or the question mark that stands for any."""
        if self._take("unknown"):
            self._unknown = True
            return []
        sides: list[str] = []
        while self._kind == "bare" and self._token[1].upper() in _SIDES:
            sides.append(self._token[1])
            self._at += 1
            if not self._take("or"):
                self._refuse("a side stands without a unit")
        units = self._item()
        if not sides and self._kind != "or":
            return units
        readings = [self._single(units)]
        readings[:0] = [self._beside(side, readings[0]) for side in sides]
        while self._take("or"):
            readings.append(self._reading_after(readings[-1]))
        flat = [one for reading in readings for one in reading.readings]
        return [replace(flat[0], alternatives=tuple(flat[1:]))]

    def _reading_after(self, last: CodedUnit) -> CodedUnit:
        """Read one more reading, which may be an intensity alone."""
        kind, text = self._token
        if kind == "bare" and len(text) == 1 and text.upper() in LETTERS and last.letter:
            self._at += 1
            return replace(last, letter=text.upper(), alternatives=())
        return self._single(self._item())

    def _single(self, units: list[CodedUnit]) -> CodedUnit:
        if len(units) != 1:
            self._at -= 1
            self._refuse("a reading may be one unit only")
        return units[0]

    def _beside(self, side: str, unit: CodedUnit) -> CodedUnit:
        letter = side.upper()
        return replace(unit, side=_SIDES[letter], asymmetric=letter == "A", alternatives=())

    def _item(self) -> list[CodedUnit]:
        """Read one unit, or a group in parentheses."""
        if self._kind == "reading":
            unit = self._unit(self._token[1])
            self._at += 1
            return [unit]
        reference = self._take("ref")
        if not self._take("open"):
            missing = self._kind in {"join", "or", "end", "close"}
            self._refuse("a unit is missing" if missing else "that is no unit")
        units = self._places()
        if not self._take("close"):
            self._refuse("parentheses do not pair")
        if reference:
            units = [_marked(one, "reference") for one in units]
        return [_marked(one, "weak") for one in units] if self._take("weak_group") else units

    def _unit(self, text: str) -> CodedUnit:
        match = _READING.fullmatch(text.upper())
        if match is None:  # the token was found by this very pattern
            self._refuse("that is no unit")
        number = int(match["number"])
        if number not in FACS_NUMBERS:
            two = number // 10 in FACS_NUMBERS and number % 10 in FACS_NUMBERS
            hint = f" (perhaps {number // 10}+{number % 10} is meant)" if two else ""
            self._refuse(f"FACS has no {number}{hint}")
        if match["side"] and match["suffix"]:
            self._refuse("a side stands before and behind the number")
        side = match["side"] or match["suffix"]
        return CodedUnit(
            number=number,
            side=_SIDES[side] if side else Side.BOTH,
            region=_REGIONS[match["region"] or ""],
            letter=match["letter"],
            asymmetric=side == "A",
            descriptor=match["kind"] == "AD",
            movement=match["kind"] == "M",
            weak=bool(match["weak"]),
        )


def _marked(unit: CodedUnit, mark: Literal["reference", "weak"]) -> CodedUnit:
    def one(reading: CodedUnit) -> CodedUnit:
        return replace(reading, weak=True) if mark == "weak" else replace(reading, reference=True)

    return one(replace(unit, alternatives=tuple(one(other) for other in unit.alternatives)))
