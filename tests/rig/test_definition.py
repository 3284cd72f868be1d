"""Rig definitions: complete, consistent, and refused where they are not."""

import json
from importlib.resources import files
from pathlib import Path

import pytest

from mien.core.errors import FormatError, UsageError
from mien.core.facs import ACTION_UNITS, Channel, Side, channels_of
from mien.head import au_weights, load_head
from mien.rig import load_rig, rig_names

ARKIT = json.loads(files("mien.rig").joinpath("data", "arkit52.json").read_text(encoding="utf-8"))


def test_arkit_has_its_52_controls_and_every_unit_of_facs() -> None:
    rig = load_rig("arkit52")
    assert len(rig.controls) == 52
    assert {row.au for row in rig.units} == {unit.number for unit in ACTION_UNITS}
    assert rig_names() == ("arkit52", "mien")


def test_left_units_move_left_controls_only() -> None:
    rig = load_rig("arkit52")
    for unit in ACTION_UNITS:
        if unit.sided:
            left = rig.weights(Channel(unit.number, Side.LEFT))
            right = rig.weights(Channel(unit.number, Side.RIGHT))
            assert not [name for name in left if name.endswith("Right")]
            assert {name.replace("Right", "Left"): w for name, w in right.items()} == left


def test_a_unit_without_sides_drives_both_sides() -> None:
    weights = load_rig("arkit52").weights(Channel(24, Side.BOTH))
    assert weights == {"mouthPressLeft": 1.0, "mouthPressRight": 1.0}


def test_looking_left_turns_the_left_eye_out_and_the_right_eye_in() -> None:
    rows = load_rig("arkit52").gaze
    to_the_left = {row.control for row in rows if row.angle == "yaw" and row.sign == 1}
    assert to_the_left == {"eyeLookOutLeft", "eyeLookInRight"}
    down = {row.control for row in rows if row.angle == "pitch" and row.sign == 1}
    assert down == {"eyeLookDownLeft", "eyeLookDownRight"}


def test_an_unknown_control_is_refused_with_the_list(tmp_path: Path) -> None:
    wrong = ARKIT | {"units": [{"au": 1, "muscle": "m", "controls": {"browRaiseInnerL": 1.0}}]}
    path = tmp_path / "mine.json"
    path.write_text(json.dumps(wrong), encoding="utf-8")
    with pytest.raises(FormatError, match=r"mine\.json.*browRaiseInnerL.*the rig has eyeBlinkLeft"):
        load_rig(path)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"version": 2}, "at version"),
        ({"colour": "red"}, "at colour"),
        ({"units": [{"au": 3, "muscle": "m", "controls": {}}]}, "unknown \\[3\\]"),
        ({"controls": [*ARKIT["controls"], "jawOpen"]}, "listed twice"),
    ],
)
def test_other_faults_are_named(tmp_path: Path, change: dict[str, object], sentence: str) -> None:
    path = tmp_path / "mine.json"
    path.write_text(json.dumps(ARKIT | change), encoding="utf-8")
    with pytest.raises(FormatError, match=sentence):
        load_rig(path)


def test_an_unknown_rig_is_refused_with_the_known_ones() -> None:
    with pytest.raises(UsageError, match=r"rig among arkit52, mien.*'metahumen'"):
        load_rig("metahumen")


def test_arkits_units_have_the_shapes_of_the_built_in_head() -> None:
    rig = load_rig("arkit52")
    assert set(rig.controls) == set(load_head().unit_names)
    for unit in ACTION_UNITS:
        for channel in channels_of(unit.number):
            assert rig.weights(channel) == dict(au_weights(channel))
