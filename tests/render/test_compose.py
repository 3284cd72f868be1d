"""The result picture and the contact sheet."""

from fractions import Fraction

import numpy as np
import pytest

from mien.core.errors import UsageError
from mien.core.facs import EMOTIONS, Channel, channels_of
from mien.core.time import TimeBase
from mien.core.track import ActionUnitTrack, EmotionPosterior, Event, EventKind, UnitPeak
from mien.head import load_head
from mien.render import ResultComposer, contact_sheet
from mien.render.compose import describe, letterbox
from mien.render.labels import draw_text, text_width_px

_CHANNELS = (*channels_of(4), *channels_of(12), *channels_of(23))
_LEFT = np.full((90, 160, 3), (10, 200, 30), np.uint8)
_RIGHT = np.full((100, 100, 3), (200, 20, 30), np.uint8)
_MICRO = Event(
    EventKind.MICRO,
    0.2,
    0.3,
    0.4,
    units=(UnitPeak(Channel.parse("AU12L"), 0.5, 0.9),),
    emotion=EmotionPosterior(
        {label: 0.55 if label == "happiness" else 0.05 for label in EMOTIONS}, "emfacs", "test"
    ),
)


def _track() -> ActionUnitTrack:
    activation = np.zeros((100, 5))
    activation[:, 2] = np.linspace(0, 1, 100)
    activation[:, 4] = 0.3
    activation[90] = np.nan
    return ActionUnitTrack(
        TimeBase(Fraction(100), 100),
        _CHANNELS,
        activation,
        np.ones((100, 5)),
        np.zeros((100, 3)),
        np.zeros((100, 2, 2)),
        events=(_MICRO,),
    )


def test_both_pictures_are_shown_whole_and_in_their_colours() -> None:
    picture = ResultComposer(_track()).frame(_LEFT, _RIGHT, 0.8)
    assert picture.shape == (720, 1280, 3)
    green = (picture == _LEFT[0, 0]).all(axis=2)
    red = (picture == _RIGHT[0, 0]).all(axis=2)
    assert green[:, :640].sum() == green.sum() > 100_000
    assert red[:, 640:].sum() == red.sum() > 100_000
    rows, columns = np.nonzero(green)
    assert np.ptp(columns) / np.ptp(rows) == pytest.approx(16 / 9, abs=0.02)


def test_only_units_that_move_get_a_cell() -> None:
    assert ResultComposer(_track()).shown_units == (12, 23)
    assert ResultComposer(_track(), units=(4, 12)).shown_units == (4, 12)


def test_a_bar_is_as_long_as_its_activation() -> None:
    composer = ResultComposer(_track(), units=(12,))
    blue = [
        (composer.frame(_LEFT, _RIGHT, time_s)[560:] == (92, 146, 204)).all(axis=2).sum()
        for time_s in (0.45, 0.89)
    ]
    assert blue[1] / blue[0] == pytest.approx(0.89 / 0.45, rel=0.05)


def test_the_subjects_left_grows_to_the_right() -> None:
    picture = ResultComposer(_track(), units=(12,)).frame(_LEFT, _RIGHT, 0.8)
    still = ResultComposer(_track(), units=(12,)).frame(_LEFT, _RIGHT, 0.5)
    columns = np.nonzero((picture[560:] != still[560:]).any(axis=2))[1]
    cell_middle = 16 + (1248 // 4 - 32) // 2
    assert columns[columns < 280].min() > cell_middle


def test_an_event_is_framed_while_it_lasts() -> None:
    composer = ResultComposer(_track())
    amber = [
        (composer.frame(_LEFT, _RIGHT, time_s)[:500] == (255, 168, 56)).all(axis=2).sum()
        for time_s in (0.1, 0.3, 0.6)
    ]
    assert amber[0] == amber[2] == 0
    assert amber[1] > 3000


def test_an_unseen_moment_has_no_bar() -> None:
    picture = ResultComposer(_track(), units=(12, 23)).frame(_LEFT, _RIGHT, 0.9)
    assert not (picture[560:] == (92, 146, 204)).all(axis=2).any()


def test_an_event_is_told_in_a_line() -> None:
    assert describe(_MICRO) == "micro   happiness 0.55   AU12L   0.20 s"


def test_a_picture_too_small_for_text_is_refused() -> None:
    with pytest.raises(UsageError, match="at least 640 x 360 pixels, but got 320 x 200"):
        ResultComposer(_track(), width_px=320, height_px=200)


def test_units_that_the_track_lacks_are_refused() -> None:
    with pytest.raises(UsageError, match=r"units of the track .* but got \[6\]"):
        ResultComposer(_track(), units=(6,))


def test_an_empty_picture_is_refused() -> None:
    with pytest.raises(UsageError, match="a picture with pixels, but got 5 x 0"):
        letterbox(np.zeros((0, 5, 3), np.uint8), width_px=10, height_px=10)


def test_text_is_drawn_where_it_is_anchored_and_cut_at_the_border() -> None:
    picture = np.zeros((40, 100, 3), np.uint8)
    draw_text(picture, "AU12", (90, 30), size_px=16, anchor="right")
    columns = np.nonzero(picture.any(axis=(0, 2)))[0]
    assert columns.max() <= 90
    assert columns.min() >= 90 - text_width_px("AU12", 16) - 1
    draw_text(picture, "AU12", (95, 2), size_px=16)
    draw_text(picture, "   ", (0, 20))


def test_a_contact_sheet_has_a_row_per_person_and_a_column_per_unit() -> None:
    head = load_head()
    people = [head.people["Jonas"], head.people["Ada"]]
    sheet = contact_sheet(head, people, [Channel.parse("AU12L")], size_px=80)
    assert sheet.shape == (26 + 160, 160, 3)
    rest, smile = sheet[26:106, :80], sheet[26:106, 80:]
    assert (rest != smile).any()


def test_a_contact_sheet_of_nobody_is_refused() -> None:
    with pytest.raises(UsageError, match="at least one person"):
        contact_sheet(load_head(), [], [])
    with pytest.raises(UsageError, match=r"activation in 0\.\.1, but got 2\.0"):
        contact_sheet(load_head(), [load_head().people["Ada"]], [], activation=2.0)
