"""Lids from the past alone, on openings with known closings."""

import numpy as np

from mien.core.track import Event, EventKind
from mien.recognition.blinks import relative_opening
from mien.recognition.live_lids import LiveLids

RATE = 60
TIMES_S = np.arange(6 * RATE) / RATE


def opening(closings_s: list[tuple[float, float]]) -> np.ndarray:
    """Both eyes open at .3, closed to .05 between the given times, with 50 ms of way."""
    values = np.full((len(TIMES_S), 2), 0.3)
    for start_s, end_s in closings_s:
        way = np.minimum((TIMES_S - start_s) / 0.05, (end_s - TIMES_S) / 0.05)
        values -= 0.25 * np.clip(way, 0, 1)[:, None]
    return values


def read(values: np.ndarray) -> tuple[np.ndarray, np.ndarray, list[tuple[float, Event]]]:
    lids, ratios, closed, told = LiveLids(), [], [], []
    for time_s, one in zip(TIMES_S.tolist(), values, strict=True):
        ratio = lids.update(one, time_s)
        told += [(time_s, event) for event in lids.events(ratio, time_s)]
        ratios.append(ratio)
        closed.append(lids.closed(ratio, time_s)[0])
    return np.stack(ratios), np.stack(closed), told


def test_a_blink_is_announced_with_the_first_frame_after_it() -> None:
    _, closed, told = read(opening([(2.0, 2.2)]))
    assert [event.kind for _, event in told] == [EventKind.BLINK]
    announced_s, blink = told[0]
    assert 2.0 < blink.onset_s < blink.apex_s < blink.offset_s < 2.2
    assert 0 < announced_s - blink.offset_s <= 1.5 / RATE
    assert closed[TIMES_S == 2.1].min() == 1
    assert not closed[TIMES_S < 2.0].any()
    assert not closed[TIMES_S > 2.25].any()


def test_eyes_that_stay_shut_are_no_blink_and_no_new_rest() -> None:
    ratios, _, told = read(opening([(2.0, 5.0)]))
    assert [event.kind for _, event in told] == [EventKind.MACRO]
    assert {unit.channel.au for unit in told[0][1].units} == {43}
    assert ratios[TIMES_S == 4.9].max() < 0.3


def test_open_eyes_read_as_they_do_when_the_future_is_known() -> None:
    values = opening([(2.0, 2.2)]) + np.random.default_rng(6).normal(0, 0.004, (len(TIMES_S), 2))
    ratios, _, _ = read(values)
    np.testing.assert_allclose(ratios[RATE:], relative_opening(TIMES_S, values)[RATE:], atol=0.05)


def test_what_a_blink_moves_besides_the_lids_is_kept_out_of_the_other_units() -> None:
    lids = LiveLids()
    touched = []
    for time_s, one in zip(TIMES_S.tolist(), opening([(2.0, 2.2)]), strict=True):
        ratio = lids.update(one, time_s)
        lids.events(ratio, time_s)
        touched.append(lids.touched(ratio, time_s))
    times_s = TIMES_S[np.array(touched)]
    assert 2.0 < times_s[0] < 2.03
    assert 2.28 < times_s[-1] < 2.35
    assert len(times_s) == round((times_s[-1] - times_s[0]) * RATE) + 1
