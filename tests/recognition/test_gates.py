"""Every gate refuses what it is for, with its sentence, and lets the rest pass."""

from dataclasses import replace

import pytest

from mien.recognition.gates import Measured, SpottingThresholds, why_refused
from mien.recognition.timing import Moments

LIMITS = SpottingThresholds()
GOOD = Measured(
    moments=Moments(1.0, 1.1, 1.3, complete=True),
    fraction=0.6,
    reach_px=1.0,
    largest_px=2.0,
    magnification=1.0,
    step=0.1,
    span_s=(0.0, 3.0),
    confidence=0.9,
)


def test_a_clear_brief_movement_passes_every_gate() -> None:
    assert why_refused(GOOD, LIMITS) == ""


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        (replace(GOOD, fraction=0.05), "the action units explain only 5% of the motion"),
        (replace(GOOD, reach_px=0.1), "the explained motion is only 0.10 px"),
        (replace(GOOD, magnification=10.0), "the explained motion is only 0.10 px of the video"),
        (
            replace(GOOD, reach_px=0.2, largest_px=4.0),
            "cells move 4.0 px where the action units explain 0.2 px",
        ),
        (
            replace(GOOD, largest_px=13.0),
            "cells move 13.0 px: a large movement, not measured as brief",
        ),
        (
            replace(GOOD, moments=Moments(0.5, 1.1, 1.7, complete=False)),
            "it does not come back to rest within half a second",
        ),
        (
            replace(GOOD, moments=Moments(1.0, 1.3, 1.6, complete=True)),
            "it lasts longer than half a second: 0.60 s",
        ),
        (
            replace(GOOD, moments=Moments(1.0, 1.01, 1.03, complete=True)),
            "it lasts only 30 ms",
        ),
        (
            replace(GOOD, span_s=(0.9, 3.0)),
            "too near the beginning or end of the video to be judged",
        ),
        (replace(GOOD, step=0.9), "the face does not go back: part of a longer movement"),
        (replace(GOOD, confidence=0.2), "its confidence is 0.20, below 0.50"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_movement_that_fails_one_gate_is_refused_with_its_reason(
    changed: Measured, sentence: str
) -> None:
    assert why_refused(changed, LIMITS) == sentence


def test_a_movement_as_long_as_measured_durations_stray_is_still_brief() -> None:
    half_a_second = replace(GOOD, moments=Moments(1.0, 1.25, 1.53, complete=True))
    assert why_refused(half_a_second, LIMITS) == ""
