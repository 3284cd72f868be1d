"""Takes of the Live Link Face app: one row a frame, 61 values, as CSV.

The names are ARKit's in Pascal case. The app's files have JawRight before JawLeft and MouthRight
before MouthLeft, unlike its network packets, so a file is read by its header and never by position.
The app does not say in which unit it writes head and eye angles; mien writes radians in its own
directions (pitch down, yaw to the subject's left, roll to the left shoulder), unverified.
"""

import csv
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Float

from mien.core.errors import FormatError, InputError, UsageError
from mien.curves import CubicCurve, Keys, curve_from_samples, engine_times, spline_from_samples
from mien.rig import Performance
from mien.store.atomic import write_text_atomic

LIVE_LINK_CSV = "live_link.csv"

# fmt: off
SHAPE_COLUMNS = (
    "EyeBlinkLeft", "EyeLookDownLeft", "EyeLookInLeft", "EyeLookOutLeft", "EyeLookUpLeft",
    "EyeSquintLeft", "EyeWideLeft", "EyeBlinkRight", "EyeLookDownRight", "EyeLookInRight",
    "EyeLookOutRight", "EyeLookUpRight", "EyeSquintRight", "EyeWideRight", "JawForward",
    "JawRight", "JawLeft", "JawOpen", "MouthClose", "MouthFunnel", "MouthPucker", "MouthRight",
    "MouthLeft", "MouthSmileLeft", "MouthSmileRight", "MouthFrownLeft", "MouthFrownRight",
    "MouthDimpleLeft", "MouthDimpleRight", "MouthStretchLeft", "MouthStretchRight",
    "MouthRollLower", "MouthRollUpper", "MouthShrugLower", "MouthShrugUpper", "MouthPressLeft",
    "MouthPressRight", "MouthLowerDownLeft", "MouthLowerDownRight", "MouthUpperUpLeft",
    "MouthUpperUpRight", "BrowDownLeft", "BrowDownRight", "BrowInnerUp", "BrowOuterUpLeft",
    "BrowOuterUpRight", "CheekPuff", "CheekSquintLeft", "CheekSquintRight", "NoseSneerLeft",
    "NoseSneerRight", "TongueOut",
)
ANGLE_COLUMNS = (
    "HeadYaw", "HeadPitch", "HeadRoll", "LeftEyeYaw", "LeftEyePitch", "LeftEyeRoll",
    "RightEyeYaw", "RightEyePitch", "RightEyeRoll",
)
# fmt: on
HEADER = ("Timecode", "BlendShapeCount", *SHAPE_COLUMNS, *ANGLE_COLUMNS)

_TIMECODE = re.compile(r"(\d+):(\d\d):(\d\d):(\d+)(?:\.(\d+))?")


def control_of(column: str) -> str:
    """Give the ARKit name of a column.

    >>> control_of("EyeBlinkLeft")
    'eyeBlinkLeft'
    """
    return column[0].lower() + column[1:]


@dataclass(frozen=True, eq=False)
class LiveLinkTake:
    """One take as it stands in the file."""

    times_s: Keys
    """Seconds since the first row."""

    columns: Mapping[str, Keys]
    """Values by the name of the column, in the order of :data:`HEADER`."""

    def performance(self) -> Performance:
        """Give the take as curves through its samples, on ARKit's controls."""
        times = engine_times(self.times_s)
        curves = {
            control_of(name): curve_from_samples(times, np.clip(self.columns[name], 0, 1))
            for name in SHAPE_COLUMNS
        }

        def angle(name: str) -> CubicCurve:
            return spline_from_samples(times, self.columns[name])

        return Performance(
            rig="arkit52",
            curves=curves,
            head_rotation=(angle("HeadPitch"), angle("HeadYaw"), angle("HeadRoll")),
            gaze=(
                angle("LeftEyePitch"),
                angle("LeftEyeYaw"),
                angle("RightEyePitch"),
                angle("RightEyeYaw"),
            ),
            start_s=0.0,
            end_s=float(times[-1]),
        )


def write_live_link_csv(
    performance: Performance, path: Path, *, rate: int = 60, first_frame: int = 0
) -> tuple[Path, ...]:
    """Write a performance on ARKit's controls as a take of 63 columns.

    Values are 32-bit floats with all their digits. Controls that the rig lacks are 0.

    Args:
        performance: curves on the rig ``arkit52``.
        path: the CSV file.
        rate: frames per second; the app records 60 or 30.
        first_frame: frame of the day that the take starts with.

    Returns:
        The path written.

    Raises:
        UsageError: another rig, a rate below 1, or a negative first frame.
        OutputError: the file cannot be written.
    """
    if performance.rig != "arkit52":
        msg = f"Expected a performance on arkit52 for Live Link, but got one on {performance.rig}."
        raise UsageError(msg)
    if rate < 1 or first_frame < 0:
        msg = f"Expected a rate of 1 or more from frame 0 on, but got {rate} from {first_frame}."
        raise UsageError(msg)
    frames = int(np.floor(performance.duration_s * rate + 0.5)) + 1
    times = performance.start_s + np.arange(frames) / rate
    table = np.stack([*_shapes(performance, times), *_angles(performance, times)], axis=1)
    lines = [",".join(HEADER)]
    for row, values in enumerate(table.astype(np.float32)):
        numbers = ",".join(np.format_float_positional(value, trim="0") for value in values)
        code = timecode(first_frame + row, rate)
        lines.append(f"{code},{len(values)},{numbers}")
    write_text_atomic(path, "\n".join(lines) + "\n")
    return (path,)


def timecode(frame: int, rate: int) -> str:
    """Give a frame of the day as HH:MM:SS:FF.mmm; the frame starts exactly, so mmm is 000.

    >>> timecode(60 * 61 + 7, 60)
    '00:01:01:07.000'
    """
    seconds, part = divmod(frame, rate)
    minutes, second = divmod(seconds, 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours:02d}:{minute:02d}:{second:02d}:{part:02d}.000"


def read_live_link_csv(path: Path, *, rate: int = 60) -> LiveLinkTake:
    """Read a take by its header, whatever the case and order of the names.

    Args:
        path: the CSV file.
        rate: frames per second that the time codes count.

    Raises:
        InputError: the file cannot be read.
        FormatError: a column missing, or a row that is none; with its line.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        msg = f"Expected a take in {path.name}, but it cannot be read: {error.strerror}."
        raise InputError(msg) from error
    except UnicodeDecodeError as error:
        msg = f"Expected a take in {path.name}, but it is not UTF-8 text."
        raise FormatError(msg) from error
    rows = list(csv.reader(io.StringIO(text)))
    if len(rows) < 2:  # noqa: PLR2004 - header and one row
        msg = f"Expected a header and at least one row in {path.name}, but got {len(rows)} lines."
        raise FormatError(msg)
    place = {name.strip().lower(): column for column, name in enumerate(rows[0])}
    missing = [name for name in HEADER if name.lower() not in place]
    if missing:
        msg = f"Expected the columns of a Live Link take in {path.name}; missing: {missing}."
        raise FormatError(msg)
    wanted = [place[name.lower()] for name in HEADER[2:]]
    times, table = [], []
    for line, row in enumerate(rows[1:], start=2):
        try:
            times.append(_seconds(row[place["timecode"]], rate))
            table.append([float(row[column]) for column in wanted])
        except (ValueError, IndexError) as error:
            msg = f"Expected a row of a Live Link take at line {line} of {path.name}: {error}."
            raise FormatError(msg) from error
    seconds = np.array(times) - times[0]
    values: Float[np.ndarray, "row column"] = np.array(table)
    if not np.isfinite(values).all():
        msg = f"Expected finite values in {path.name}, but some are not."
        raise FormatError(msg)
    if len(seconds) > 1 and not (np.diff(seconds) > 0).all():
        line = int(np.flatnonzero(np.diff(seconds) <= 0)[0]) + 3
        msg = f"Expected time codes that increase, but line {line} of {path.name} does not."
        raise FormatError(msg)
    return LiveLinkTake(seconds, dict(zip(HEADER[2:], values.T, strict=True)))


def _shapes(performance: Performance, times: Keys) -> list[Keys]:
    still = CubicCurve.constant(0.0)
    return [performance.curves.get(control_of(name), still)(times) for name in SHAPE_COLUMNS]


def _angles(performance: Performance, times: Keys) -> list[Keys]:
    pitch, yaw, roll = (curve(times) for curve in performance.head_rotation)
    left_pitch, left_yaw, right_pitch, right_yaw = (curve(times) for curve in performance.gaze)
    still = np.zeros(len(times))
    return [yaw, pitch, roll, left_yaw, left_pitch, still, right_yaw, right_pitch, still]


def _seconds(code: str, rate: int) -> float:
    """Seconds of a time code; the part after the dot, which tools write differently, is left out.

    Raises:
        ValueError: no time code.
    """
    match = _TIMECODE.fullmatch(code.strip())
    if match is None:
        msg = f"{code!r} is no time code such as 14:03:52:28.207"
        raise ValueError(msg)
    hours, minutes, seconds, frame = (int(part) for part in match.groups()[:4])
    return hours * 3600 + minutes * 60 + seconds + frame / rate
