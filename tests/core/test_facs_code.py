"""Codes of action units: read as the coders meant them, written back, refused with the part."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.core.errors import FormatError, UsageError
from mien.core.facs import Side
from mien.core.facs_code import (
    FACS_NUMBERS,
    UNKNOWN_CODE,
    CodedUnit,
    FacsCode,
    parse_facs_code,
    unit_numbers,
)

Left, Right = Side.LEFT, Side.RIGHT

WRITTEN = {
    "4": [CodedUnit(4)],
    "4+7": [CodedUnit(4), CodedUnit(7)],
    "4+L10": [CodedUnit(4), CodedUnit(10, Left)],
    "L1+L2": [CodedUnit(1, Left), CodedUnit(2, Left)],
    "R12": [CodedUnit(12, Right)],
    "15A+17": [CodedUnit(15, letter="A"), CodedUnit(17)],
    "R14A": [CodedUnit(14, Right, letter="A")],
    "A9+12": [CodedUnit(9, asymmetric=True), CodedUnit(12)],
    "A12+A7": [CodedUnit(12, asymmetric=True), CodedUnit(7, asymmetric=True)],
    "L12 + 61": [CodedUnit(12, Left), CodedUnit(61)],
    "ref(7B)+43": [CodedUnit(7, letter="B", reference=True), CodedUnit(43)],
    "(R6 or R12)+R15": [
        CodedUnit(6, Right, alternatives=(CodedUnit(12, Right),)),
        CodedUnit(15, Right),
    ],
    "L12 or L14": [CodedUnit(12, Left, alternatives=(CodedUnit(14, Left),))],
    "A/L12": [CodedUnit(12, asymmetric=True, alternatives=(CodedUnit(12, Left),))],
    "10A/B": [CodedUnit(10, letter="A", alternatives=(CodedUnit(10, letter="B"),))],
    "4+7(k)": [CodedUnit(4), CodedUnit(7, weak=True)],
    "AU4 + AU 7 (k)": [CodedUnit(4), CodedUnit(7, weak=True)],
    "(4+7)(k)": [CodedUnit(4, weak=True), CodedUnit(7, weak=True)],
    "T28+14": [CodedUnit(28, region="top"), CodedUnit(14)],
    "B23": [CodedUnit(23, region="bottom")],
    "23+AD31": [CodedUnit(23), CodedUnit(31, descriptor=True)],
    "1+2+5+M58": [CodedUnit(1), CodedUnit(2), CodedUnit(5), CodedUnit(58, movement=True)],
    "R4,5": [CodedUnit(4, Right), CodedUnit(5)],
    "R4\uff0c5": [CodedUnit(4, Right), CodedUnit(5)],
    "AU12L+AU04R+AU24": [CodedUnit(12, Left), CodedUnit(4, Right), CodedUnit(24)],
    "l12c": [CodedUnit(12, Left, letter="C")],
}


@pytest.mark.parametrize("text", WRITTEN)
def test_every_notation_of_the_tables_is_read_as_meant(text: str) -> None:
    assert parse_facs_code(text) == FacsCode(tuple(WRITTEN[text]))


@pytest.mark.parametrize("cell", [4, 4.0, " 4 ", "04", "AU4"])
def test_one_unit_may_come_as_a_number_or_as_text(cell: float | str) -> None:
    assert parse_facs_code(cell) == FacsCode((CodedUnit(4),))


@pytest.mark.parametrize("cell", [None, "", "  ", "?", "/", float("nan")])
def test_what_coders_left_open_is_unknown_and_not_without_units(cell: float | str | None) -> None:
    assert parse_facs_code(cell) == UNKNOWN_CODE
    assert unit_numbers(UNKNOWN_CODE) is None


def test_a_zero_is_a_face_without_units() -> None:
    assert unit_numbers(parse_facs_code(0)) == frozenset()
    assert not parse_facs_code("0").unknown


def test_a_question_mark_beside_a_unit_keeps_the_unit_and_leaves_the_rest_open() -> None:
    code = parse_facs_code("4+?")
    assert code.units == (CodedUnit(4),)
    assert unit_numbers(code) is None


@pytest.mark.parametrize(
    ("text", "first", "both", "drop"),
    [
        ("(R6 or R12)+R15", {6, 15}, {6, 12, 15}, {15}),
        ("12/14", {12}, {12, 14}, set()),
        ("A/L12", {12}, {12}, {12}),  # the unit itself is not open
        ("10A/B+4", {4, 10}, {4, 10}, {4, 10}),
    ],
)
def test_open_units_follow_the_policy(
    text: str, first: set[int], both: set[int], drop: set[int]
) -> None:
    code = parse_facs_code(text)
    assert unit_numbers(code, "first") == frozenset(first)
    assert unit_numbers(code, "both") == frozenset(both)
    assert unit_numbers(code, "drop") == frozenset(drop)


def test_weak_units_count_only_when_asked_for_and_reference_units_unless_left_out() -> None:
    code = parse_facs_code("4+7(k)+ref(43)")
    assert unit_numbers(code) == frozenset({4, 43})
    assert unit_numbers(code, weak=True, reference=False) == frozenset({4, 7})


@pytest.mark.parametrize(
    ("text", "part", "reason"),
    [
        ("4+twelve", "twelve", "no unit"),
        ("4 7", "7", "sign is missing"),
        ("4++7", "+", "unit is missing"),
        ("4+", "4+", "unit is missing"),
        ("47", "47", r"perhaps 4\+7"),
        ("3", "3", "FACS has no 3"),
        ("(4+7", "(4+7", "parentheses"),
        ("4)", ")", "sign is missing"),
        ("4 or (1+2)", ")", "one unit only"),
        ("L12R", "L12R", "before and behind"),
        ("A/", "A/", "unit is missing"),
        ("A+4", "+", "side stands without"),
        ("12?", "?", "sign is missing"),
    ],
)
def test_what_cannot_be_read_is_named(text: str, part: str, reason: str) -> None:
    with pytest.raises(FormatError, match=reason) as caught:
        parse_facs_code(text)
    assert f"cannot read {part!r} in {text!r}" in str(caught.value)


def test_two_units_that_a_spreadsheet_took_for_a_decimal_are_refused() -> None:
    with pytest.raises(FormatError, match="two units for a decimal"):
        parse_facs_code(4.7)
    with pytest.raises(FormatError, match="truth value"):
        parse_facs_code(True)  # noqa: FBT003 - the value under test


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"number": 3}, "number of FACS"),
        ({"number": 12, "letter": "F"}, "A to E"),
        ({"number": 12, "side": Left, "asymmetric": True}, "both sides"),
        ({"number": 31, "descriptor": True, "movement": True}, "not both"),
        (
            {"number": 4, "alternatives": (CodedUnit(5, alternatives=(CodedUnit(6),)),)},
            "readings of its own",
        ),
    ],
)
def test_a_unit_that_no_code_can_say_is_refused(wrong: dict[str, object], sentence: str) -> None:
    with pytest.raises(UsageError, match=sentence):
        CodedUnit(**wrong)  # type: ignore[arg-type]


@st.composite
def readings(draw: st.DrawFn) -> CodedUnit:
    side = draw(st.sampled_from(Side))
    kind = draw(st.sampled_from(["", "descriptor", "movement"]))
    return CodedUnit(
        number=draw(st.sampled_from(sorted(FACS_NUMBERS))),
        side=side,
        region=draw(st.sampled_from(["", "top", "bottom"])),
        letter=draw(st.sampled_from([None, *"ABCDE"])),
        asymmetric=side is Side.BOTH and draw(st.booleans()),
        descriptor=kind == "descriptor",
        movement=kind == "movement",
        weak=draw(st.booleans()),
        reference=draw(st.booleans()),
    )


@st.composite
def units(draw: st.DrawFn) -> CodedUnit:
    first, *others = draw(st.lists(readings(), min_size=1, max_size=3))
    return CodedUnit(**{**vars(first), "alternatives": tuple(others)})


@given(st.lists(units(), max_size=5), st.booleans())
def test_every_code_reads_back_from_its_text(
    some: list[CodedUnit],
    unknown: bool,  # noqa: FBT001 - drawn by hypothesis
) -> None:
    code = FacsCode(tuple(some), unknown=unknown)
    assert parse_facs_code(str(code)) == code
    assert parse_facs_code(str(code).lower().replace("+", " , ")) == code


@given(st.text(alphabet="0123456789LRATBMDEkor+/(),?U ref", max_size=12))
def test_any_text_is_either_read_back_alike_or_refused(text: str) -> None:
    try:
        code = parse_facs_code(text)
    except FormatError as error:
        assert "Expected action units" in str(error)  # noqa: PT017 - either way is right
    else:
        assert parse_facs_code(str(code)) == code
