"""Movements and life -> ActionUnitTrack: expressions that are directed instead of recorded."""

from mien.directing.asymmetry import Asymmetry
from mien.directing.blinks import Blink, Blinks, plan_blinks
from mien.directing.breathing import Breathing
from mien.directing.composition import LID_UNITS, Directed, direct
from mien.directing.head_drift import HeadDrift
from mien.directing.life import LAYERS, Life, LifeCourse, live
from mien.directing.movement import PlannedMovement
from mien.directing.saccades import Fixation, Saccades, gaze_course, plan_fixations

__all__ = [
    "LAYERS",
    "LID_UNITS",
    "Asymmetry",
    "Blink",
    "Blinks",
    "Breathing",
    "Directed",
    "Fixation",
    "HeadDrift",
    "Life",
    "LifeCourse",
    "PlannedMovement",
    "Saccades",
    "direct",
    "gaze_course",
    "live",
    "plan_blinks",
    "plan_fixations",
]
