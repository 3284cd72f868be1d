"""Correctives of the built-in head as fitted curves."""

from fractions import Fraction

import numpy as np
import pytest

from mien.core.errors import UsageError
from mien.core.facs import Channel
from mien.core.time import TimeBase
from mien.core.track import ActionUnitTrack
from mien.head import corrective_weights, load_head
from mien.head.corrective import correctives, primary_names
from mien.rig import corrective_curves, load_rig, perform

COUNT = 120
TIMES = np.arange(COUNT) / 60


def track(**courses: np.ndarray) -> ActionUnitTrack:
    activation = np.stack(list(courses.values()), axis=1)
    return ActionUnitTrack(
        time=TimeBase(Fraction(60), COUNT),
        channels=tuple(Channel.parse(name) for name in courses),
        activation=activation,
        confidence=np.ones_like(activation),
        head_rotation_rad=np.zeros((COUNT, 3)),
        gaze_rad=np.tile(np.array([[0.0, 0.35], [0.0, 0.35]]), (COUNT, 1, 1)),
    )


def bump(start_s: float, apex_s: float, end_s: float, height: float) -> np.ndarray:
    rise = np.clip((TIMES - start_s) / (apex_s - start_s), 0, 1)
    fall = np.clip((end_s - TIMES) / (end_s - apex_s), 0, 1)
    course: np.ndarray = height * np.sin(np.pi / 2 * np.minimum(rise, fall)) ** 2
    return course


SMILE = {
    "AU06L": bump(0.3, 0.8, 1.5, 0.9),
    "AU12L": bump(0.2, 0.6, 1.7, 1.0),
    "AU45L": bump(0.7, 0.8, 0.95, 1.0),
}


def test_the_rig_of_the_head_has_a_control_for_each_channel_with_its_own_course() -> None:
    rig = load_rig("mien")
    assert rig.controls == primary_names()
    performance = perform(track(**SMILE), "mien")
    for name, course in SMILE.items():
        np.testing.assert_allclose(performance.curves[name](TIMES), course, atol=1e-6)
    assert performance.curves["AU12R"].is_constant
    assert performance.warnings == ()


def test_the_lids_follow_each_eye() -> None:
    performance = perform(track(**SMILE), "mien")
    np.testing.assert_allclose(performance.curves["AU61L"](TIMES), 0.5, atol=1e-6)
    np.testing.assert_allclose(performance.curves["AU61R"](TIMES), 0.5, atol=1e-6)
    assert performance.curves["AU62L"].is_constant


def test_fitted_curves_follow_the_rule_within_the_error_that_is_told() -> None:
    performance = perform(track(**SMILE), "mien")
    fitted = corrective_curves(performance)
    assert set(fitted.curves) == {"AU06L+AU12L", "AU06L+shutL"}
    fine = np.linspace(0, TIMES[-1], 7919)
    exact = corrective_weights(performance.sampled(fine))
    names = [one.name for one in correctives()]
    for name, curve in fitted.curves.items():
        off = np.abs(curve(fine) - exact[:, names.index(name)]).max()
        assert off <= fitted.largest_error * 1.05 + 1e-9, name
    assert 0 < fitted.largest_error <= 1e-3
    assert max(curve(fine).max() for curve in fitted.curves.values()) > 0.5


def test_a_tighter_tolerance_gives_a_smaller_error_and_more_keys() -> None:
    performance = perform(track(**SMILE), "mien")
    loose = corrective_curves(performance, tolerance=0.02)
    tight = corrective_curves(performance, tolerance=1e-5)
    assert tight.largest_error <= 1e-5 < loose.largest_error <= 0.02
    count = [sum(len(c.times_s) for c in one.curves.values()) for one in (loose, tight)]
    assert count[0] < count[1]


def test_units_that_never_meet_need_no_corrective() -> None:
    apart = track(AU06L=bump(0.1, 0.2, 0.4, 1.0), AU12R=bump(0.1, 0.2, 0.4, 1.0))
    fitted = corrective_curves(perform(apart, "mien"))
    assert fitted.curves == {}
    assert fitted.largest_error == 0


def test_another_rig_or_no_tolerance_is_refused() -> None:
    with pytest.raises(UsageError, match="rig mien, but got one on arkit52"):
        corrective_curves(perform(track(**SMILE)))
    with pytest.raises(UsageError, match=r"above 0, but got 0\.0"):
        corrective_curves(perform(track(**SMILE), "mien"), tolerance=0.0)


def test_the_rig_moves_the_head_as_its_channels_do() -> None:
    from mien.head import action_deltas, pose_actions, with_correctives

    head = load_head()
    person = head.people["Ada"]
    performance = perform(track(**SMILE), "mien")
    when = np.array([0.8])
    weights = with_correctives(performance.sampled(when))[0]
    moved = person.vertices_m + np.tensordot(weights, action_deltas(head), axes=1)
    given: dict[Channel | str, float] = {
        name: float(curve(when)[0]) for name, curve in performance.curves.items()
    }
    np.testing.assert_allclose(moved, pose_actions(head, person, given), atol=1e-6)
