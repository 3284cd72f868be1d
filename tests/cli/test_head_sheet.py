"""`mien head sheet`: a picture of people and units, or a sentence."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

Call = Callable[..., Any]
SMALL = ("--size-px", 64, "--unit", "AU12L", "--unit", "AU12R")


@pytest.mark.slow
def test_a_row_for_each_person_and_a_column_for_each_unit(invoke: Call, tmp_path: Path) -> None:
    file = tmp_path / "deep" / "sheet.png"
    people = ("--person", "Ada", "--person", "Kofi")
    done = invoke("head", "sheet", "--out", file, *SMALL, *people, "--json")
    assert done.exit_code == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["people"] == ["Ada", "Kofi"]
    picture = cv2.imdecode(np.frombuffer(file.read_bytes(), np.uint8), cv2.IMREAD_COLOR)
    assert picture is not None
    assert picture.shape == (told["height_px"], told["width_px"], 3)
    assert told["width_px"] == 3 * 64
    rows = picture[-128:].astype(int).reshape(2, 64, 3, 64, 3).transpose(0, 2, 1, 3, 4)
    assert np.abs(rows[0, 0] - rows[1, 0]).mean() > 1, "two people look the same"
    assert np.abs(rows[0, 1] - rows[0, 2]).max() > 10, "left and right look the same"


@pytest.mark.slow
def test_colours_are_written_in_the_order_of_the_format(invoke: Call, tmp_path: Path) -> None:
    invoke("head", "sheet", "--out", tmp_path / "a.png", *SMALL, "--person", "Ada")
    picture = cv2.imread(str(tmp_path / "a.png"))
    assert picture is not None
    blue, _, red = picture[40:60, 20:44].reshape(-1, 3).mean(axis=0)
    assert red > blue, "a face is redder than blue"


@pytest.mark.slow
def test_levels_stand_beside_each_other_and_grow(invoke: Call, tmp_path: Path) -> None:
    file = tmp_path / "levels.png"
    units = ("--unit", "AU12", "--unit", "AU26")
    done = invoke(
        "head",
        "sheet",
        "--out",
        file,
        *units,
        "--levels",
        "ACE",
        "--size-px",
        64,
        "--person",
        "Ada",
    )
    assert done.exit_code == 0, done.stderr
    picture = cv2.imread(str(file))
    assert picture is not None
    faces = picture[-128:, -192:].astype(int).reshape(2, 64, 3, 64, 3).transpose(0, 2, 1, 3, 4)
    for unit in range(2):
        trace, marked, full = faces[unit]
        assert np.abs(full - trace).mean() > np.abs(marked - trace).mean() > 0
    assert np.abs(faces[0, 2] - faces[1, 2]).mean() > 1, "a smile looks like an open mouth"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--person", "Nobody"), "Ada"),
        (("--unit", "12"), "AU12L"),
        (("--unit", "AU24L"), "side both"),
        (("--unit", "AU3"), "action unit among"),
        (("--unit", "AU61"), "gaze"),
        (("--levels", "AF"), "from A to E, but got 'F'"),
        (("--activation", 2), "activation"),
    ],
)
def test_a_wrong_choice_ends_with_2(
    invoke: Call, tmp_path: Path, arguments: tuple[object, ...], words: str
) -> None:
    done = invoke("head", "sheet", "--out", tmp_path / "a.png", *arguments)
    assert done.exit_code == 2
    assert words in done.stderr
    assert not list(tmp_path.iterdir())


def test_a_file_that_is_no_picture_ends_with_2(invoke: Call, tmp_path: Path) -> None:
    done = invoke("head", "sheet", "--out", tmp_path / "a.pdf")
    assert done.exit_code == 2
    assert ".png or .jpg" in done.stderr
