"""`mien head list` and `mien head show`: tables, pictures, or a sentence."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from mien.cli.head_people import activations_of
from mien.core.errors import UsageError

Call = Callable[..., Any]
SMALL = ("--size-px", 96, "--quality", "fast")


def test_the_list_names_everybody_balanced_over_sex_and_age(invoke: Call) -> None:
    done = invoke("head", "list", "--json")
    assert done.exit_code == 0, done.stderr
    people = json.loads(done.stdout)["people"]
    assert len(people) >= 28
    women = [one for one in people if one["sex"] == "female"]
    assert abs(len(women) - len(people) / 2) <= 1
    ages = [one["age_years"] for one in people]
    assert min(ages) <= 20
    assert max(ages) >= 75
    assert len({one["hair_style"] for one in people}) >= 12
    assert sum(one["role"] == "basis" for one in people) == 8
    for family in ("african", "asian", "caucasian"):
        assert sum(one["ancestry"][family] > 0.7 for one in people) >= 4


def test_the_table_tells_names_and_how_to_get_others(invoke: Call) -> None:
    done = invoke("head", "list")
    assert done.exit_code == 0
    for word in ("Leila", "long-wavy", "held-out", "seed-1234"):
        assert word in done.stdout


@pytest.mark.slow
def test_one_person_is_drawn_at_rest_and_with_units(invoke: Call, tmp_path: Path) -> None:
    pictures = []
    for name, units in (("a.png", ()), ("b.png", ("--au", "AU12=0.9", "--au", "AU04L=0.5"))):
        done = invoke("head", "show", "Ada", "--out", tmp_path / name, *SMALL, *units, "--json")
        assert done.exit_code == 0, done.stderr
        told = json.loads(done.stdout)
        picture = cv2.imdecode(np.fromfile(tmp_path / name, np.uint8), cv2.IMREAD_COLOR)
        assert picture is not None
        assert picture.shape == (96, 96, 3)
        pictures.append(picture.astype(int))
    assert told["person"] == "Ada"
    assert told["activations"] == {"AU12L": 0.9, "AU12R": 0.9, "AU04L": 0.5}
    assert np.abs(pictures[0] - pictures[1]).max() > 20


@pytest.mark.slow
def test_a_seed_is_a_person_too(invoke: Call, tmp_path: Path) -> None:
    done = invoke("head", "show", "seed-5", "--out", tmp_path / "a.jpg", *SMALL)
    assert done.exit_code == 0, done.stderr
    assert "seed-5, " in done.stdout
    assert (tmp_path / "a.jpg").stat().st_size > 1000


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("Leyla",), "Did you mean Leila"),
        (("seed-3000000000",), "seed-N"),
        (("Ada", "--au", "AU12"), "AU12L=0.5"),
        (("Ada", "--au", "AU12L=1.5"), "AU12L=0.5"),
        (("Ada", "--au", "AU12L=nan"), "AU12L=0.5"),
        (("Ada", "--au", "AU99=0.5"), "but got 99"),
        (("Ada", "--au", "smile=0.5"), "AU12L"),
        (("Ada", "--view", "back"), "bust"),
        (("Ada", "--size-px", 9), "size-px"),
    ],
)
def test_a_wrong_choice_ends_with_2(
    invoke: Call, tmp_path: Path, arguments: tuple[object, ...], words: str
) -> None:
    done = invoke("head", "show", *arguments, "--out", tmp_path / "a.png")
    assert done.exit_code == 2
    assert words.lower() in done.stderr.lower()
    assert not list(tmp_path.iterdir())


def test_settings_name_one_side_or_both() -> None:
    found = activations_of(["AU12=0.5", "AU12L=0.25", "AU23=1"])
    assert {str(channel): level for channel, level in found.items()} == {
        "AU12L": 0.25,
        "AU12R": 0.5,
        "AU23": 1.0,
    }
    with pytest.raises(UsageError, match="no-unit"):
        activations_of(["no-unit=0.5"])
