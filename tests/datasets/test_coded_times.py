"""Onset, apex and offset: in order and on disk, or told why not."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.core.facs_code import Cell
from mien.datasets.coded_times import CodedTimes, clamp_times, frame_number, read_times
from mien.datasets.finding import Level

Times = tuple[int | None, int | None, int | None]


def numbers(times: CodedTimes) -> Times:
    return times.onset, times.apex, times.offset


@pytest.mark.parametrize(
    ("cells", "read", "told"),
    [
        ((46, 59, 86), (46, 59, 86), []),
        (("46", 59.0, " 86 "), (46, 59, 86), []),
        ((46, "/", 86), (46, None, 86), ["No apex is coded"]),
        ((46, None, 86), (46, None, 86), ["No apex is coded"]),
        ((46, "apex?", 86), (46, None, 86), ["'apex\\?' is no frame number"]),
        ((46, 566.4, 700), (46, 566, 700), ["566.4 is no whole frame"]),
        ((69, 69, 123), (69, 69, 123), ["apex 69 is the onset"]),
        ((141, 181, 181), (141, 181, 181), ["apex 181 is the offset"]),
        ((46, 40, 86), (46, None, 86), ["apex 40 lies outside onset to offset"]),
        ((46, 59, 19), (None, None, None), ["offset lies before the onset"]),
        ((None, 59, 86), (None, 59, 86), ["No onset is coded"]),
        ((46, 59, "x"), (46, 59, None), ["'x' is no frame number"]),
        ((46, 59, 0), (None, None, None), ["before the onset"]),
        ((-3, 59, 86), (None, 59, 86), ["onset -3 lies before the first frame"]),
    ],
)
def test_times_are_read_or_told(
    cells: tuple[Cell, Cell, Cell], read: Times, told: list[str]
) -> None:
    times = read_times(*cells)
    assert numbers(times) == read
    assert len(times.issues) == len(told)
    for issue, sentence in zip(times.issues, told, strict=True):
        assert re.search(sentence, issue.found)


def test_a_corpus_without_apexes_misses_none() -> None:
    assert read_times(1, None, 9, apex_coded=False).issues == ()


def test_a_zero_means_what_the_corpus_says_it_means() -> None:
    times = read_times(10, 17, 0, offset_zero="apex")
    assert numbers(times) == (10, 17, 17)
    assert [issue.level for issue in times.issues] == [Level.NOTE, Level.WARNING]
    times = read_times(0, 20, 40, onset_zero="began before")
    assert numbers(times) == (1, 20, 40)
    assert "began before the recording" in times.issues[0].meaning


def test_frames_that_are_not_on_disk_become_the_nearest_that_are() -> None:
    times, fitting = clamp_times(CodedTimes(42, 60, 88), [*range(42, 60), *range(61, 89)])
    assert fitting
    assert numbers(times) == (42, 59, 88)
    assert [issue.level for issue in times.issues] == [Level.WARNING] * 2
    assert "no picture of the apex 60" in times.issues[0].found
    assert "1 frame is missing" in times.issues[-1].found


@pytest.mark.parametrize(
    ("coded", "left", "levels"),
    [
        ((40, 60, 88), (None, 60, 88), [Level.ERROR]),
        ((42, 60, 99999), (42, 60, None), [Level.ERROR]),
        ((42, 90, 91), (42, None, None), [Level.WARNING, Level.ERROR]),
    ],
)
def test_a_moment_outside_the_pictures_is_not_known(
    coded: tuple[int, int, int], left: Times, levels: list[Level]
) -> None:
    times, fitting = clamp_times(CodedTimes(*coded), range(42, 89))
    assert fitting
    assert numbers(times) == left
    assert [issue.level for issue in times.issues] == levels
    assert all("lies outside the pictures (42 to 88)" in issue.found for issue in times.issues)


def test_a_column_that_the_table_lacks_is_not_told_row_by_row() -> None:
    times = read_times(1, None, None, lacking={"apex", "offset"})
    assert times.issues == ()


def test_pictures_of_another_time_are_no_pictures_of_the_clip() -> None:
    coded = CodedTimes(200, 220, 240)
    times, fitting = clamp_times(coded, range(1, 80))
    assert not fitting
    assert numbers(times) == numbers(coded)
    assert "those on disk are 1 to 79" in times.issues[0].found
    assert times.issues[0].level is Level.ERROR


@given(
    st.lists(st.integers(0, 300), min_size=3, max_size=3).map(sorted),
    st.sets(st.integers(0, 300), min_size=1),
)
def test_clamped_times_are_on_disk_and_in_order_or_not_known(
    coded: list[int], disk: set[int]
) -> None:
    there = sorted(disk)
    times, fitting = clamp_times(CodedTimes(coded[0], coded[1], coded[2]), there)
    assert fitting == any(coded[0] <= number <= coded[2] for number in there)
    if fitting:
        assert set(numbers(times)) - {None} <= disk
        assert times.in_order
        for before, after in zip(coded, numbers(times), strict=True):
            assert (after is None) == (not there[0] <= before <= there[-1])
            if after is None:
                continue
            assert abs(after - before) == min(abs(number - before) for number in there)


@given(st.one_of(st.none(), st.text(max_size=8), st.floats(), st.integers()))
def test_any_cell_is_a_frame_nothing_or_an_error(cell: Cell) -> None:
    number, issue = frame_number(cell, "onset")
    if number is not None:
        assert abs(number - float(cell)) <= 0.5  # type: ignore[arg-type]
    else:
        assert issue is None or issue.level is Level.ERROR
