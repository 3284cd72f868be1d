"""Every column of a table is explained beside it."""

import json
from pathlib import Path

import pytest

from mien.tracks import (
    EVENT_COLUMNS,
    OPENFACE_COLUMNS,
    OpenFaceCamera,
    OpenFaceGeometry,
    PresenceRule,
    events_dictionary,
    openface_dictionary,
    write_dictionary,
)
from mien.tracks.dictionary import Column


def test_every_column_is_described_in_order() -> None:
    assert list(openface_dictionary()) == list(OPENFACE_COLUMNS)
    assert list(events_dictionary()) == list(EVENT_COLUMNS)


@pytest.mark.parametrize("dictionary", [openface_dictionary(), events_dictionary()])
def test_descriptions_have_the_keys_of_bids(dictionary: dict[str, Column]) -> None:
    for name, column in dictionary.items():
        assert set(column) <= {"LongName", "Description", "Method", "Units", "Levels"}, name
        assert column["LongName"], name
        assert column["Description"], name


@pytest.mark.parametrize(
    ("column", "units"),
    [
        *(("timestamp", "s"), ("gaze_angle_x", "rad"), ("pose_Tz", "mm"), ("pose_Rx", "rad")),
        *(("x_0", "px"), ("Z_67", "mm"), ("eye_lmk_x_3", "px"), ("eye_lmk_X_3", "mm")),
    ],
)
def test_measured_columns_carry_units(column: str, units: str) -> None:
    assert openface_dictionary()[column]["Units"] == units


def test_every_column_of_openface_says_how_it_was_obtained() -> None:
    for name, column in openface_dictionary().items():
        assert str(column.get("Method", "")).endswith("."), name


def test_what_is_never_measured_says_so() -> None:
    described = openface_dictionary()
    never = {name for name, facts in described.items() if "always empty" in str(facts["Method"])}
    pupils = [*range(20, 28), *range(48, 56)]
    assert never == {
        *(f"eye_lmk_{axis}_{point}" for axis in "xyXYZ" for point in pupils),
        *(f"p_{mode}" for mode in range(34)),
    }


def test_the_iris_says_which_models_have_none() -> None:
    described = openface_dictionary()
    for column in ("eye_lmk_x_0", "eye_lmk_Z_35"):
        assert "Empty with the landmark models of 468 points" in str(described[column]["Method"])
    assert "468" not in str(described["eye_lmk_x_8"]["Method"])


def test_assumptions_about_camera_and_size_are_stated_with_their_numbers() -> None:
    geometry = OpenFaceGeometry(camera=OpenFaceCamera.assumed(1280, 961), eye_distance_mm=61.4)
    for column in ("pose_Tz", "X_0", "Z_67", "eye_lmk_Y_8"):
        method = str(openface_dictionary(geometry=geometry)[column]["Method"])
        assert "f = 1000.52 px, centre 640, 480.5 px" in method
        assert "eye centres as far apart as 61.4 mm" in method
        assert "those of the built-in people" in str(openface_dictionary()[column]["Method"])


def test_the_rule_of_presence_is_stated_with_its_numbers() -> None:
    column = openface_dictionary(PresenceRule(0.3, 0.7))["AU12_c"]
    assert "at least 0.3 (intensity 1.5)" in str(column["Description"])
    assert "confidence of at least 0.7" in str(column["Description"])


def test_shut_eyes_say_what_they_contain() -> None:
    assert "contains AU43 (eyes closed)" in str(openface_dictionary()["AU45_r"]["Description"])


def test_the_sidecar_is_json_with_the_same_content(tmp_path: Path) -> None:
    path = tmp_path / "tracks.json"
    write_dictionary(path, openface_dictionary())
    assert json.loads(path.read_text(encoding="utf-8")) == openface_dictionary()
