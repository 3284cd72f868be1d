"""Blinks by the opening of the eyes."""

import numpy as np

from mien.recognition.blinks import blink_gate, find_closures, relative_opening

TIMES = np.arange(300) / 100


def opening(closed_from: float, closed_to: float, eyes: tuple[int, ...] = (0, 1)) -> np.ndarray:
    eye = np.full((300, 2), 0.3)
    inside = (closed_from <= TIMES) & (closed_to >= TIMES)
    for which in eyes:
        eye[inside, which] = 0.05
    return eye


def test_a_blink_is_found_with_both_sides() -> None:
    (closure,) = find_closures(relative_opening(TIMES, opening(1.0, 1.15)))
    assert TIMES[closure.first] == 1.0
    assert closure.sides == ("left", "right")


def test_a_wink_has_one_side() -> None:
    (closure,) = find_closures(relative_opening(TIMES, opening(1.0, 1.15, eyes=(1,))))
    assert closure.sides == ("right",)


def test_eyes_closed_for_seconds_do_not_become_their_own_baseline() -> None:
    (closure,) = find_closures(relative_opening(TIMES, opening(0.2, 2.2)))
    assert TIMES[closure.last_inclusive] - TIMES[closure.first] > 1.9


def test_the_gate_reaches_before_and_after() -> None:
    closures = find_closures(relative_opening(TIMES, opening(1.0, 1.15)))
    gate = blink_gate(TIMES, closures)
    assert gate[TIMES == 0.91].all()
    assert gate[TIMES == 1.28].all()
    assert not gate[TIMES == 0.85].any()
    assert not gate[TIMES == 1.35].any()


def test_a_face_never_seen_has_no_blinks() -> None:
    assert find_closures(relative_opening(TIMES, np.full((300, 2), np.nan))) == ()
