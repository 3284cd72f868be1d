"""What the columns of our tables mean: a JSON data dictionary beside each table."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from mien.core.facs import EMOTIONS, action_unit
from mien.core.track import EventKind
from mien.store.atomic import write_text_atomic
from mien.tracks.openface import CLOSED_EYES, PresenceRule
from mien.tracks.openface_columns import (
    EYE_COLUMNS,
    GAZE_COLUMNS,
    LANDMARK_MM_COLUMNS,
    LANDMARK_PX_COLUMNS,
    OPENFACE_COLUMNS,
    OPENFACE_INTENSITY_AUS,
    OPENFACE_PRESENCE_AUS,
    SHAPE_COLUMNS,
)
from mien.tracks.scales import TRACE_ACTIVATION

Column = dict[str, object]
"""LongName, Description, and Units or Levels, as in the sidecars of BIDS."""

_CAMERA = "OpenFace's camera frame: x to the image's right, y down, z away from the camera"
_EYES = ("the leftmost eye in the image, the subject's right", "the subject's left eye")


def openface_dictionary(presence: PresenceRule | None = None) -> dict[str, Column]:
    """Describe every column of the OpenFace CSV, in its order, as mien fills it.

    >>> openface_dictionary()["AU12_r"]["LongName"]
    'AU12 lip corner puller, intensity'
    """
    described = dict(_openface(presence or PresenceRule()))
    return {name: described[name] for name in OPENFACE_COLUMNS}


def events_dictionary() -> dict[str, Column]:
    """Describe every column of events.tsv, in its order.

    >>> events_dictionary()["offset_frame"]["LongName"]
    'Offset, sample (from 0, inclusive)'
    """
    sample = "Sample of the track nearest to the time; samples count from 0 at the track's rate."
    return {
        "onset": _column(
            "Onset", "First moment at which the movement is visible, on the video's clock.", "s"
        ),
        "duration": _column(
            "Duration", "From onset to offset; the movement is visible at both.", "s"
        ),
        "trial_type": _column(
            "Kind of event",
            "What the event is.",
            levels={
                EventKind.MICRO.value: "a facial movement of at most half a second",
                EventKind.MACRO.value: "a longer facial movement",
                EventKind.BLINK.value: "a blink",
            },
        ),
        "face_id": _column("Face", "Number of the face, from 0."),
        "apex": _column("Apex", "Moment of the largest movement, on the video's clock.", "s"),
        "onset_frame": _column("Onset, sample (from 0, inclusive)", sample),
        "apex_frame": _column("Apex, sample (from 0)", sample),
        "offset_frame": _column("Offset, sample (from 0, inclusive)", sample),
        "emotion": _column(
            "Most probable emotion label",
            "The label with the largest probability given the units that moved. It describes the "
            "expression, not what the person feels.",
            levels={label: label for label in EMOTIONS},
        ),
        "emotion_p": _column("Probability of that label", "0 to 1."),
        "intensity": _column(
            "Intensity at the apex",
            "Largest activation among the units; 1 is the unit's full shape, letter E of FACS.",
        ),
        "intensity_letter": _column(
            "Intensity as a letter",
            "The nearest letter of FACS.",
            levels={
                "A": f"{TRACE_ACTIVATION:g} to 0.3",
                "B": "0.3 to 0.5",
                "C": "0.5 to 0.7",
                "D": "0.7 to 0.9",
                "E": "0.9 to 1",
            },
        ),
        "au_list": _column(
            "Action units",
            "Strongest evidence first, joined by +. L and R are the subject's left and right; a "
            "unit without a letter moved on both sides, or has none.",
        ),
        "confidence": _column("Confidence in the event", "0 to 1."),
        "reference": _column("Reference", "What the change is measured against."),
    }


def write_dictionary(path: Path, columns: Mapping[str, Column]) -> None:
    """Write a data dictionary as JSON, to lie beside its table under the same stem.

    Raises:
        OutputError: the file cannot be written.
    """
    write_text_atomic(path, json.dumps(columns, indent=2, ensure_ascii=False) + "\n")


def _column(
    name: str, text: str, units: str = "", *, levels: Mapping[str, str] | None = None
) -> Column:
    column: Column = {"LongName": name, "Description": text}
    if units:
        column["Units"] = units
    if levels:
        column["Levels"] = dict(levels)
    return column


def _openface(rule: PresenceRule) -> Iterator[tuple[str, Column]]:
    yield "frame", _column("Frame", "Sample of the track, from 1.")
    yield "face_id", _column("Face", "Number of the face, from 0.")
    yield "timestamp", _column("Time", "Time of the sample on the video's clock.", "s")
    yield (
        "confidence",
        _column("Confidence", "Mean confidence of the action units measured in the frame, 0 to 1."),
    )
    yield (
        "success",
        _column(
            "Success",
            "Whether the face was measured in the frame.",
            levels={"0": "not measured; action units are empty cells", "1": "measured"},
        ),
    )
    yield from _gaze_and_pose()
    yield from _points()
    yield from _units(rule)


def _gaze_and_pose() -> Iterator[tuple[str, Column]]:
    for index, name in enumerate(GAZE_COLUMNS):
        eye = _EYES[index // 3]
        yield (
            name,
            _column(
                f"Gaze vector, {name[-1]}",
                f"Unit vector of {eye}, in {_CAMERA}; contains the head's rotation. Empty where "
                "gaze was not measured.",
            ),
        )
    mean = "Angle of the mean of both eyes' vectors"
    yield "gaze_angle_x", _column("Gaze to the side", f"{mean}; + to the subject's left.", "rad")
    yield "gaze_angle_y", _column("Gaze up and down", f"{mean}; + down.", "rad")
    for axis in "xyz":
        yield (
            f"pose_T{axis}",
            _column(
                f"Head position, {axis}",
                f"In {_CAMERA}. Empty where the distance is unknown.",
                "mm",
            ),
        )
    order = "R = Rx Ry Rz, in " + _CAMERA
    for axis, text in (
        ("x", "nose down"),
        ("y", "nose to the subject's right"),
        ("z", "head towards the subject's left shoulder"),
    ):
        yield f"pose_R{axis}", _column(f"Head rotation about {axis}", f"+ {text}. {order}.", "rad")


def _points() -> Iterator[tuple[str, Column]]:
    for name in EYE_COLUMNS:
        units = "px" if name.split("_")[2] in "xy" else "mm"
        yield name, _column("Eye landmark", "Not measured by mien: always empty.", units)
    for name in LANDMARK_PX_COLUMNS:
        axis, point = name.split("_")
        yield (
            name,
            _column(
                f"Landmark {point}, {axis}",
                "iBUG point of the face in the image, taken from the face mesh; x right, y down, "
                "centre of the first pixel at 0. Empty where the face was not found.",
                "px",
            ),
        )
    for name in LANDMARK_MM_COLUMNS:
        axis, point = name.split("_")
        yield (
            name,
            _column(
                f"Landmark {point}, {axis}",
                f"iBUG point of the face in {_CAMERA}. Empty where the distance is unknown.",
                "mm",
            ),
        )
    for name in SHAPE_COLUMNS:
        yield (
            name,
            _column("Parameter of OpenFace's shape model", "mien has no such model: always empty."),
        )


def _units(rule: PresenceRule) -> Iterator[tuple[str, Column]]:
    for au in OPENFACE_INTENSITY_AUS:
        yield (
            f"AU{au:02d}_r",
            _column(
                f"AU{au:02d} {action_unit(au).name}, intensity",
                f"0 to 5, where 5 is letter E of FACS{_sides(au)}. Empty where not measured.",
            ),
        )
    for au in OPENFACE_PRESENCE_AUS:
        yield (
            f"AU{au:02d}_c",
            _column(
                f"AU{au:02d} {action_unit(au).name}, presence",
                f"Activation of at least {rule.activation:g} (intensity {5 * rule.activation:g}) "
                f"with a confidence of at least {rule.confidence:g}{_sides(au)}. "
                "Empty where not measured.",
                levels={"0": "absent", "1": "present"},
            ),
        )


def _sides(au: int) -> str:
    text = "; the larger of the subject's two sides" if action_unit(au).sided else ""
    if au in CLOSED_EYES:
        others = " and ".join(
            f"AU{one:02d} ({action_unit(one).name})" for one in CLOSED_EYES[au] if one != au
        )
        text += f"; contains {others}"
    return text
