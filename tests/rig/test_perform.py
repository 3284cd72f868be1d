"""Tracks performed on ARKit's controls, and performances as files."""

import json
from dataclasses import replace
from fractions import Fraction
from functools import cache
from pathlib import Path

import jsonschema
import numpy as np
import pytest

from mien.core.errors import FormatError, InputError
from mien.core.facs import EMOTIONS, Channel
from mien.core.provenance import Provenance
from mien.core.time import TimeBase
from mien.core.track import ActionUnitTrack, EmotionPosterior, Event, EventKind, UnitPeak
from mien.head import au_delta, load_head
from mien.rig import (
    PERFORMANCE_DOCUMENT,
    Performance,
    load_rig,
    perform,
    performance_from_json,
    performance_to_json,
    read_performance,
    write_performance,
)

COUNT = 200
STILL = np.zeros(COUNT)


def bump(middle: int, half: int, height: float) -> np.ndarray:
    frames = np.arange(COUNT)
    inside = np.abs(frames - middle) < half
    course: np.ndarray = np.where(
        inside, height * np.cos(np.pi * (frames - middle) / (2 * half)) ** 2, 0
    )
    return course


def track_of(courses: dict[str, np.ndarray], **changes: object) -> ActionUnitTrack:
    channels = tuple(Channel.parse(name) for name in courses)
    activation = np.stack(list(courses.values()), axis=1) if courses else np.zeros((COUNT, 0))
    whole = ActionUnitTrack(
        time=TimeBase(Fraction(200), COUNT, start_s=4.0),
        channels=channels,
        activation=activation,
        confidence=np.ones_like(activation),
        head_rotation_rad=np.zeros((COUNT, 3)),
        gaze_rad=np.zeros((COUNT, 2, 2)),
    )
    return replace(whole, **changes)  # type: ignore[arg-type] # any field


TIMES = np.arange(COUNT) / 200


def test_a_unit_drives_its_control_and_nothing_else() -> None:
    course = bump(90, 30, 0.4)
    performance = perform(track_of({"AU12L": course, "AU12R": STILL}))
    np.testing.assert_allclose(performance.curves["mouthSmileLeft"](TIMES), course, atol=1e-6)
    moving = [name for name, curve in performance.curves.items() if not curve.is_constant]
    assert moving == ["mouthSmileLeft"]
    assert performance.warnings == ()


def test_the_clock_starts_with_the_first_frame() -> None:
    event = Event(EventKind.MICRO, 4.3, 4.45, 4.6)
    performance = perform(track_of({"AU12L": bump(90, 30, 0.4)}, events=(event,)))
    assert (performance.start_s, performance.source_start_s) == (0.0, 4.0)
    assert performance.end_s == pytest.approx(0.995)
    assert performance.events[0].apex_s == pytest.approx(0.45)
    curve = performance.curves["mouthSmileLeft"]
    fine = np.linspace(0, 1, 2001)
    assert fine[np.argmax(curve(fine))] == pytest.approx(0.45, abs=1e-3)


def test_key_times_are_numbers_that_engines_can_hold() -> None:
    rng = np.random.default_rng(0)
    courses = {name: rng.uniform(0, 1, COUNT) for name in ("AU06L", "AU07L", "AU10L", "AU25")}
    for curve in perform(track_of(courses)).curves.values():
        np.testing.assert_array_equal(curve.times_s, np.float32(curve.times_s))


def test_units_of_one_muscle_take_the_stronger_and_others_add_up() -> None:
    courses = {
        "AU06L": bump(80, 40, 0.8),
        "AU07L": bump(110, 40, 0.5),
        "AU43L": bump(60, 20, 0.9),
        "AU45L": bump(70, 20, 1.0),
        "AU10R": bump(90, 40, 0.7),
        "AU25": bump(100, 40, 1.0),
    }
    sampled = perform(track_of(courses)).curves
    squint = np.maximum(0.3 * courses["AU06L"], courses["AU07L"])
    np.testing.assert_allclose(sampled["eyeSquintLeft"](TIMES), squint, atol=1e-6)
    blink = np.maximum(courses["AU43L"], courses["AU45L"])
    np.testing.assert_allclose(sampled["eyeBlinkLeft"](TIMES), blink, atol=1e-6)
    upper = courses["AU10R"] + 0.2 * courses["AU25"]
    np.testing.assert_allclose(sampled["mouthUpperUpRight"](TIMES), upper, atol=1e-6)


def test_a_sum_is_held_at_one_and_said() -> None:
    courses = {"AU10R": bump(90, 40, 1.0), "AU25": bump(90, 40, 1.0)}
    performance = perform(track_of(courses))
    fine = np.linspace(0, 1, 20_001)
    values = performance.sampled(fine)
    assert values.max() <= 1 + 1e-6
    assert values.min() >= -1e-6
    expected = np.minimum(1.2 * courses["AU10R"], 1)
    np.testing.assert_allclose(performance.curves["mouthUpperUpRight"](TIMES), expected, atol=1e-5)
    assert performance.warnings == (
        "mouthUpperUpRight adds up to 1.20 at 0.450 s and is held at 1.",
    )


def test_a_one_sided_inner_brow_shows_its_larger_side_and_a_warning_names_it() -> None:
    course = bump(90, 30, 0.6)
    performance = perform(track_of({"AU01L": course, "AU01R": STILL}))
    np.testing.assert_allclose(performance.curves["browInnerUp"](TIMES), course, atol=1e-6)
    (warning,) = performance.warnings
    assert warning.startswith("AU01L (inner brow raiser, left) exceeds the other side by 0.60")
    assert perform(track_of({"AU01L": course, "AU01R": course})).warnings == ()


def test_a_unit_without_a_control_is_named() -> None:
    performance = perform(track_of({"AU38L": bump(90, 30, 0.6)}))
    (warning,) = performance.warnings
    assert warning.startswith("AU38L (nostril dilator) cannot be shown")


def test_gaze_moves_the_eyes_and_the_lids_controls() -> None:
    gaze = np.zeros((COUNT, 2, 2))
    gaze[:, :, 1] = 0.35
    gaze[:, :, 0] = -0.3
    performance = perform(track_of({}, gaze_rad=gaze))
    now = {name: float(curve(np.array([0.5]))[0]) for name, curve in performance.curves.items()}
    shown = {name: value for name, value in now.items() if value}
    assert shown == pytest.approx(
        {"eyeLookOutLeft": 0.5, "eyeLookInRight": 0.5, "eyeLookUpLeft": 0.5, "eyeLookUpRight": 0.5}
    )
    np.testing.assert_allclose(performance.gaze_at(TIMES), gaze)


def test_gaps_are_bridged_and_told() -> None:
    course = np.full(COUNT, 0.2)
    course[100:] = 0.6
    course[90:110] = np.nan
    head = np.zeros((COUNT, 3))
    head[:10] = np.nan
    gaze = np.full((COUNT, 2, 2), np.nan)
    performance = perform(
        track_of({"AU12L": course, "AU12R": course}, head_rotation_rad=head, gaze_rad=gaze)
    )
    assert performance.warnings == (
        "The face was not seen between 0.445 and 0.550 s: bridged by a straight line.",
        "The head's rotation was not seen before 0.050 s: its first value stands.",
        "Gaze was never measured and stays at rest.",
    )
    middle = performance.curves["mouthSmileLeft"](np.array([0.4975]))
    np.testing.assert_allclose(middle, 0.4, atol=1e-6)


def test_a_channel_that_was_never_seen_rests_and_is_named() -> None:
    performance = perform(track_of({"AU12L": np.full(COUNT, np.nan), "AU12R": STILL}))
    assert performance.warnings == ("AU12L was never seen and stays at rest.",)
    assert performance.curves["mouthSmileLeft"].is_constant


def test_lips_never_close_further_than_the_jaw_opens() -> None:
    courses = {"AU26": bump(90, 40, 1.0), "AU24": bump(100, 40, 1.0)}
    performance = perform(track_of(courses))
    fine = np.linspace(0, 1, 5001)
    assert (performance.curves["mouthClose"](fine) <= performance.curves["jawOpen"](fine)).all()


@cache
def full_performance() -> Performance:
    rng = np.random.default_rng(1)
    emotion = EmotionPosterior(
        {label: 1 / len(EMOTIONS) for label in EMOTIONS}, "emfacs", "counting"
    )
    peak = UnitPeak(Channel.parse("AU12L"), float("nan"), 0.5, "mouth corner")
    event = Event(EventKind.MICRO, 4.1, 4.2, 4.3, (peak,), 0.7, emotion, "rest", {"snr": 3.0})
    track = track_of(
        {"AU12L": rng.uniform(0, 1, COUNT), "AU04R": bump(40, 30, 1 / 3)},
        events=(event,),
        head_rotation_rad=rng.normal(0, 0.1, (COUNT, 3)),
        gaze_rad=rng.normal(0, 0.1, (COUNT, 2, 2)),
        provenance=Provenance("a.mp4", "00", {"mien": "0"}, {}, {"rate": "200"}, 7),
    )
    return perform(track)


def test_a_performance_survives_its_file_exactly(tmp_path: Path) -> None:
    performance = full_performance()
    path = tmp_path / "performance.json"
    assert write_performance(performance, path) == (path,)
    back = read_performance(path)
    assert dict(back.curves) == dict(performance.curves)
    assert back.controls == performance.controls
    assert (back.head_rotation, back.gaze) == (performance.head_rotation, performance.gaze)
    assert back.provenance == performance.provenance
    assert performance_to_json(back) == performance_to_json(performance)


def test_the_file_keeps_to_its_schema(tmp_path: Path) -> None:
    path = tmp_path / "performance.json"
    write_performance(full_performance(), path)
    schema = PERFORMANCE_DOCUMENT.schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    judge = jsonschema.Draft202012Validator(schema)
    content = json.loads(path.read_text(encoding="utf-8"))
    judge.validate(content)
    del content["head_rotation_rad"]["yaw"]
    content["curves"]["jawOpen"]["value"] = [None]
    faults = {"/".join(map(str, fault.path)) for fault in judge.iter_errors(content)}
    assert faults == {"head_rotation_rad", "curves/jawOpen/value/0"}


@pytest.mark.parametrize(
    ("path", "value", "sentence"),
    [
        (("version",), 2, "Expected version 1"),
        (("document",), "mien/track", "mien/performance document"),
        (("curves", "jawOpen", "time_s"), [0.0, 0.0], r"one length at .*jawOpen"),
        (("curves", "jawOpen", "value"), [None], r"finite values.*jawOpen"),
        (("end_s",), "soon", "end_s"),
        (("end_s",), -1.0, "start <= end"),
    ],
)
def test_a_wrong_document_is_refused_with_the_place(
    path: tuple[str, ...], value: object, sentence: str
) -> None:
    content = json.loads(performance_to_json(full_performance()))
    inner = content
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = value
    with pytest.raises(FormatError, match=sentence):
        performance_from_json(json.dumps(content))


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"none\.json"):
        read_performance(tmp_path / "none.json")


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "binary.json"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(FormatError, match="not UTF-8"):
        read_performance(path)


def test_arkits_controls_move_the_built_in_head_much_as_its_action_units_do() -> None:
    head = load_head()
    courses = {"AU04L": 0.6, "AU12R": 0.3, "AU17L": 0.5, "AU17R": 0.5, "AU26": 0.8}
    track = track_of({name: np.full(COUNT, height) for name, height in courses.items()})
    weights = perform(track).sampled(np.array([0.5]))[0]
    performed = dict(zip(load_rig("arkit52").controls, weights, strict=True))
    blended = sum(
        performed[name] * head.unit_deltas_m[row] for row, name in enumerate(head.unit_names)
    )
    expected = sum(height * au_delta(head, Channel.parse(name)) for name, height in courses.items())
    moved, wanted = np.asarray(blended).ravel(), np.asarray(expected).ravel()
    likeness = moved @ wanted / (np.linalg.norm(moved) * np.linalg.norm(wanted))
    assert likeness > 0.9
    assert 0.8 < np.linalg.norm(moved) / np.linalg.norm(wanted) < 1.25
