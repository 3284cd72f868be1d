"""The controls of one rig: its definition, and a track performed on it."""

from mien.rig.corrective_curves import (
    CORRECTED_RIG,
    CorrectiveCurves,
    corrective_curves,
)
from mien.rig.definition import Rig, load_rig, rig_names
from mien.rig.perform import perform
from mien.rig.performance import GAZE_ANGLES, HEAD_ANGLES, Performance
from mien.rig.performance_file import (
    PERFORMANCE_DOCUMENT,
    performance_from_json,
    performance_to_json,
    read_performance,
    write_performance,
)

__all__ = [
    "CORRECTED_RIG",
    "GAZE_ANGLES",
    "HEAD_ANGLES",
    "PERFORMANCE_DOCUMENT",
    "CorrectiveCurves",
    "Performance",
    "Rig",
    "corrective_curves",
    "load_rig",
    "perform",
    "performance_from_json",
    "performance_to_json",
    "read_performance",
    "rig_names",
    "write_performance",
]
