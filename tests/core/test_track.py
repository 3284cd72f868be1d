"""What a track refuses, and what it gives."""

from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from mien.core.errors import UsageError
from mien.core.facs import EMOTIONS, Channel
from mien.core.time import TimeBase
from mien.core.track import ActionUnitTrack, EmotionPosterior, Event, EventKind, Opinion


def track(**changes: Any) -> ActionUnitTrack:
    made: dict[str, Any] = {
        "time": TimeBase(Fraction(100), 3),
        "channels": (Channel.parse("AU12L"), Channel.parse("AU23")),
        "activation": np.array([[0.0, 0.1], [0.5, np.nan], [1.0, 0.2]]),
        "confidence": np.ones((3, 2)),
        "head_rotation_rad": np.zeros((3, 3)),
        "gaze_rad": np.full((3, 2, 2), np.nan),
    }
    return ActionUnitTrack(**made | changes)


def test_a_column_is_found_by_its_channel() -> None:
    assert track().column(Channel.parse("AU12L")).tolist() == [0.0, 0.5, 1.0]


def test_an_absent_column_is_refused_and_the_present_ones_are_listed() -> None:
    with pytest.raises(UsageError, match="one of the channels AU12L, AU23, but got AU12R"):
        track().column(Channel.parse("AU12R"))


def test_a_channel_that_comes_twice_is_refused() -> None:
    twice = (Channel.parse("AU23"), Channel.parse("AU23"))
    with pytest.raises(UsageError, match="every channel once"):
        track(channels=twice)


@pytest.mark.parametrize(("frames", "columns"), [(4, 2), (2, 2), (3, 1)])
def test_arrays_that_fit_each_other_but_not_the_track_are_refused(
    frames: int, columns: int
) -> None:
    with pytest.raises(
        UsageError, match=rf"activation of shape \(3, 2\), but got \({frames}, {columns}\)"
    ):
        track(
            activation=np.zeros((frames, columns)),
            confidence=np.zeros((frames, columns)),
            head_rotation_rad=np.zeros((frames, 3)),
            gaze_rad=np.zeros((frames, 2, 2)),
        )


@pytest.mark.parametrize("value", [-0.01, 1.01, np.inf, -np.inf])
@pytest.mark.parametrize("name", ["activation", "confidence"])
def test_values_outside_0_to_1_are_refused(name: str, value: float) -> None:
    values = np.zeros((3, 2))
    values[1, 1] = value
    with pytest.raises(UsageError, match=rf"Expected {name} in 0\.\.1"):
        track(**{name: values})


def test_a_track_in_which_nothing_was_seen_is_allowed() -> None:
    assert np.isnan(track(activation=np.full((3, 2), np.nan)).activation).all()


@pytest.mark.parametrize("frame", [-1, 3])
def test_a_reason_for_a_frame_that_is_not_there_is_refused(frame: int) -> None:
    with pytest.raises(UsageError, match=f"frames 0 to 2, but got one for {frame}"):
        track(unseen={frame: "a hand"})


def test_events_are_picked_by_kind_in_their_order() -> None:
    micro = [Event(EventKind.MICRO, t, t, t) for t in (0.0, 0.02)]
    blink = Event(EventKind.BLINK, 0.01, 0.01, 0.01)
    made = track(events=(micro[0], blink, micro[1]))
    assert made.of_kind(EventKind.MICRO) == tuple(micro)
    assert made.of_kind(EventKind.MACRO) == ()


@pytest.mark.parametrize("times", [(0.2, 0.1, 0.3), (0.1, 0.3, 0.2), (0.1, float("nan"), 0.2)])
def test_moments_out_of_order_are_refused(times: tuple[float, float, float]) -> None:
    with pytest.raises(UsageError, match="Expected onset <= apex <= offset"):
        Event(EventKind.MICRO, *times)


def test_an_events_duration_runs_from_onset_to_offset() -> None:
    assert Event(EventKind.MICRO, 0.1, 0.2, 0.35).duration_s == pytest.approx(0.25)


def posterior(**changes: float) -> EmotionPosterior:
    return EmotionPosterior(dict.fromkeys(EMOTIONS, 0.1) | changes, "emfacs", "by hand")


def test_the_most_probable_label_is_the_best() -> None:
    assert posterior(fear=0.15, anger=0.05).best == "fear"


def test_probabilities_that_do_not_sum_to_1_are_refused() -> None:
    with pytest.raises(UsageError, match=r"sum to 1, but they sum to 1\.1"):
        posterior(fear=0.2)


def test_negative_probabilities_are_refused() -> None:
    with pytest.raises(UsageError, match=r"at least 0, but one is -0\.1"):
        posterior(fear=-0.1, anger=0.3)


def test_undefined_probabilities_are_refused() -> None:
    with pytest.raises(UsageError, match="sum to 1"):
        posterior(fear=float("nan"))


def test_a_posterior_over_other_labels_is_refused() -> None:
    with pytest.raises(UsageError, match="one probability per label"):
        EmotionPosterior({"happiness": 1.0}, "emfacs", "by hand")


def test_an_opinion_that_is_no_probability_is_refused_with_its_unit() -> None:
    with pytest.raises(UsageError, match=r"flow image for AU12, but got 1\.5"):
        Opinion("flow image", {12: 1.5})
    with pytest.raises(UsageError, match=r"for anger, but got -0\.1"):
        Opinion("flow image", {}, {"anger": -0.1})
