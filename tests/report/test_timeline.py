"""The drawing of a track."""

import xml.etree.ElementTree as ET
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from mien.core.time import TimeBase
from mien.core.track import ActionUnitTrack
from mien.report import quiet_units, timeline_svg

SVG = "{http://www.w3.org/2000/svg}"


def drawn(track: ActionUnitTrack) -> ET.Element:
    return ET.fromstring(timeline_svg(track))  # noqa: S314 - our own text


def titles(root: ET.Element) -> list[str]:
    return [title.text or "" for title in root.iter(f"{SVG}title")]


def test_the_drawing_is_well_formed_and_a_file_of_its_own(track: ActionUnitTrack) -> None:
    assert drawn(track).tag == f"{SVG}svg"
    assert "xmlns" not in timeline_svg(track, standalone=False)


def test_only_units_that_move_have_a_row_and_the_others_are_named(track: ActionUnitTrack) -> None:
    rows = [title for title in titles(drawn(track)) if title.startswith("AU")]
    assert rows == [
        "AU12 lip corner puller: AU12L up to 0.42 at 0.630 s; AU12R up to 0.00 at 0.000 s"
    ]
    assert quiet_units(track) == (4, 45)


def test_events_are_shaded_by_kind_with_their_times_on_hover(track: ActionUnitTrack) -> None:
    root = drawn(track)
    bands = [
        rect.get("class") for rect in root.iter(f"{SVG}rect") if "band" in str(rect.get("class"))
    ]
    assert bands == ["band macro", "band micro", "band blink"]  # brief ones on top
    assert (
        "Micro-expression: onset 0.500 s, apex 0.630 s, offset 0.790 s; AU12 left 0.42 (B)"
    ) in titles(root)


def test_an_event_lies_where_the_time_axis_says(track: ActionUnitTrack) -> None:
    root = drawn(track)
    ticks = {text.text: float(str(text.get("x"))) for text in root.iter(f"{SVG}text")}
    per_second = ticks["1.0"] - ticks["0.0"]
    band = next(rect for rect in root.iter(f"{SVG}rect") if rect.get("class") == "band micro")
    assert float(str(band.get("x"))) == pytest.approx(ticks["0.0"] + 0.5 * per_second, abs=0.2)
    assert float(str(band.get("width"))) == pytest.approx(0.29 * per_second, abs=0.2)


def test_the_reason_for_a_gap_is_given_and_escaped(track: ActionUnitTrack) -> None:
    assert "Not seen: a hand <before> the face" in titles(drawn(track))
    assert "<before>" not in timeline_svg(track)


def test_curves_are_broken_where_nothing_was_seen(track: ActionUnitTrack) -> None:
    lines = list(drawn(track).iter(f"{SVG}polyline"))
    assert len(lines) == 4  # two sides, before and after the hand


def test_a_peak_of_one_sample_survives_in_a_long_track(track: ActionUnitTrack) -> None:
    frames = 100_000
    activation = np.zeros((frames, 5))
    activation[54_321, 2] = 0.9
    long = replace(
        track,
        time=TimeBase(Fraction(100), frames),
        activation=activation,
        confidence=np.ones((frames, 5)),
        head_rotation_rad=np.zeros((frames, 3)),
        gaze_rad=np.zeros((frames, 2, 2)),
        unseen={},
    )
    line = next(iter(drawn(long).iter(f"{SVG}polyline")))
    points = [tuple(map(float, point.split(","))) for point in str(line.get("points")).split()]
    assert len(points) < 1000
    heights = [y for _, y in points]
    assert max(heights) - min(heights) == pytest.approx(0.9 * 40, abs=0.2)


def test_a_still_face_and_an_unseen_one_are_told_apart(track: ActionUnitTrack) -> None:
    still = replace(track, activation=np.zeros((200, 5)), events=(), unseen={})
    assert "no action unit moved" in timeline_svg(still)
    unseen = replace(still, activation=np.full((200, 5), np.nan))
    assert "nothing could be measured" in timeline_svg(unseen)


@pytest.mark.parametrize("count", [1, 2])
def test_the_shortest_tracks_can_be_drawn(track: ActionUnitTrack, count: int) -> None:
    short = replace(
        track,
        time=TimeBase(Fraction(30), count),
        activation=track.activation[:count],
        confidence=track.confidence[:count],
        head_rotation_rad=track.head_rotation_rad[:count],
        gaze_rad=track.gaze_rad[:count],
        events=(),
        unseen={},
    )
    drawn(short)
