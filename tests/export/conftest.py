"""A small performance with corners, sums, head and gaze, for the tests of all exports."""

from fractions import Fraction

import numpy as np
import pytest
from scipy.interpolate import CubicSpline

from mien.core.facs import Channel
from mien.core.provenance import Provenance
from mien.core.time import TimeBase
from mien.core.track import ActionUnitTrack
from mien.rig import Performance, perform

COUNT = 160


def bump(middle: int, half: int, height: float) -> np.ndarray:
    frames = np.arange(COUNT)
    course: np.ndarray = np.where(
        np.abs(frames - middle) < half,
        height * np.cos(np.pi * (frames - middle) / (2 * half)) ** 2,
        0,
    )
    return course


def lively() -> np.ndarray:
    """Give a course that moves fast, rests on 0 and on 1, and bends at both."""
    heights = np.random.default_rng(3).uniform(-0.4, 1.4, 24)
    course = CubicSpline(np.arange(24) * 7, heights)(np.arange(COUNT))
    clipped: np.ndarray = np.clip(course, 0, 1)
    return clipped


@pytest.fixture(scope="session")
def performance() -> Performance:
    """Give 0.8 s at 200 frames per second."""
    courses = {
        "AU01L": bump(50, 20, 0.5),
        "AU01R": bump(52, 20, 0.5),
        "AU06L": bump(70, 30, 0.7),
        "AU10R": bump(90, 25, 0.95),
        "AU12L": lively(),
        "AU25": bump(80, 30, 1.0),
        "AU45L": bump(120, 12, 1.0),
        "AU45R": bump(120, 12, 1.0),
    }
    activation = np.stack(list(courses.values()), axis=1)
    sway = np.sin(np.arange(COUNT) / 40)
    gaze = np.zeros((COUNT, 2, 2))
    gaze[:, :, 1] = 0.2 * sway[:, None]
    gaze[:, :, 0] = 0.1
    return perform(
        ActionUnitTrack(
            TimeBase(Fraction(200), COUNT),
            tuple(Channel.parse(name) for name in courses),
            activation,
            np.ones_like(activation),
            np.stack([0.1 * sway, -0.2 * sway, 0.05 * sway], axis=1),
            gaze,
            provenance=Provenance(source="clip 1.mp4"),
        )
    )
