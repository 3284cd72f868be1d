"""Unknown names are answered with near ones."""

from mien.core.nearest import unknown_name

_LIGHTS = ["soft", "beauty", "side"]
_MANY = [f"control{number}" for number in range(40)]


def test_a_slip_gets_the_name_that_was_meant_whatever_its_case() -> None:
    assert unknown_name("a light", "SOFTT", _LIGHTS) == (
        "Expected a light among soft, beauty, side, but got 'SOFTT'. Did you mean soft?"
    )


def test_a_name_like_none_gets_the_list_alone() -> None:
    assert unknown_name("a light", "xyzzy", _LIGHTS) == (
        "Expected a light among soft, beauty, side, but got 'xyzzy'."
    )


def test_of_many_names_only_the_nearest_are_told() -> None:
    told = unknown_name("a control", "contrl7", _MANY)
    assert told.startswith("Expected a control, but got 'contrl7'. Did you mean control7")
    assert len(told) < 120


def test_of_many_names_none_near_the_first_are_told() -> None:
    told = unknown_name("a control", "zzz", _MANY)
    assert "control0, control1" in told
    assert told.endswith("and 28 more, but got 'zzz'.")
