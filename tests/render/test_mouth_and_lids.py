"""Teeth, mouth and lids of the built-in people."""

import numpy as np
import pytest

from mien.head import action_deltas, action_weights, load_head
from mien.head.dentition import set_teeth, shown_teeth_m
from mien.head.eye import LIMBUS, gaze_rotation
from mien.head.pose import HeadPose
from mien.head.subdivision import subdivision
from mien.head.view import head_rotation
from mien.render.body import Body, body_of
from mien.render.raster import visibility
from mien.render.teeth import TEETH_COLUMNS, paint_teeth, teeth_texels

_HEAD = load_head()
_PEOPLE = sorted(_HEAD.people)
_STRAIGHT = np.zeros((2, 2))


def _weights(**named: float) -> np.ndarray:
    weights = np.zeros(len(_HEAD.unit_names))
    for name, value in named.items():
        weights[_HEAD.unit_index(name)] = value
    return weights


def test_teeth_are_shown_less_by_men_and_by_the_old() -> None:
    assert shown_teeth_m("female", 30.0) > shown_teeth_m("male", 30.0)
    assert shown_teeth_m("male", 30.0) > shown_teeth_m("male", 70.0)
    assert shown_teeth_m("male", 99.0) > 0.001


@pytest.mark.parametrize("name", _PEOPLE[::3])
def test_the_upper_teeth_end_below_the_lip_of_a_hanging_jaw_and_behind_it(name: str) -> None:
    body = body_of(_HEAD, _HEAD.people[name], level=1)
    hanging = body.blend(_weights(jawOpen=0.3))
    teeth = hanging[body.parts["teeth_upper"]]
    front = teeth[teeth[:, 2] > teeth[:, 2].max() - 0.004]
    skin = hanging[body.parts["skin"]]
    lips = _HEAD.landmarks.points(hanging)[[13, 14]]
    lip = skin[
        (np.abs(skin[:, 0] - lips[0, 0]) < 0.004)
        & (skin[:, 2] > teeth[:, 2].max())
        & (skin[:, 1] > lips.mean(axis=0)[1])
    ]
    assert 0.001 < lip[:, 1].min() - front[:, 1].min() < 0.0065
    assert teeth[:, 2].max() < lips[0, 2]


def _seen_mm2(body: Body, posed: np.ndarray, part: str) -> float:
    """Area of a part that a far camera before the mouth sees."""
    px_per_m, half_m = 5000, np.array([0.035, 0.025])
    placed = body.place(posed, HeadPose(), _STRAIGHT)
    lips = _HEAD.landmarks.points(posed)[[13, 14]].mean(axis=0)
    width, height = (2 * half_m * px_per_m).astype(int)
    across = placed[:, 0] - lips[0] + half_m[0]
    down = lips[1] - placed[:, 1] + half_m[1]
    screen = np.column_stack((across * px_per_m, down * px_per_m, placed[:, 2] + 1.0))
    seen = visibility(
        screen, body.triangles, width_px=int(width), height_px=int(height), samples=1
    ).ids
    corner = body.triangles[seen[seen >= 0], 0]
    own = (corner >= body.parts[part].start) & (corner < body.parts[part].stop)
    return float(own.sum() * 1e6 / px_per_m**2)


@pytest.mark.parametrize("name", ["Erik", "Rosa", "Amara", "Leila", "George"])
def test_a_lower_lip_drawn_down_shows_the_lower_teeth(name: str) -> None:
    body = body_of(_HEAD, _HEAD.person(name), action_deltas(_HEAD), level=1)
    drawn = body.blend(action_weights({"AU16L": 1.0, "AU16R": 1.0}))
    assert _seen_mm2(body, drawn, "teeth_lower") > 50
    smile = body.blend(action_weights({"AU12L": 1.0, "AU12R": 1.0, "AU25": 1.0}))
    assert _seen_mm2(body, smile, "teeth_lower") < 1


@pytest.mark.parametrize("name", ["Erik", "Rosa", "Hiro"])
@pytest.mark.parametrize("unit", ["AU12", "AU14", "AU17", "AU24"])
def test_no_tooth_shines_between_closed_lips(name: str, unit: str) -> None:
    body = body_of(_HEAD, _HEAD.person(name), action_deltas(_HEAD), level=1)
    sides = ("",) if unit == "AU24" else ("L", "R")
    for strength in (0.0, 1.0):
        posed = body.blend(action_weights({f"{unit}{side}": strength for side in sides}))
        light, _ = body.mouth_light.at(posed)
        teeth = np.isin(body.mouth_light.vertex, np.r_[body.parts["teeth_upper"]])
        seen = sum(_seen_mm2(body, posed, part) for part in ("teeth_upper", "teeth_lower"))
        assert seen < 0.1 or light[teeth].max() < 0.05


def test_only_teeth_and_tongue_are_moved() -> None:
    rest = _HEAD.people["Jonas"].vertices_m.astype(np.float64)
    moved = set_teeth(_HEAD, subdivision(_HEAD, 0), rest) - rest
    assert not moved[_HEAD.parts["skin"]].any()
    assert not moved[_HEAD.parts["lashes"]].any()
    assert moved[_HEAD.parts["tongue"], 1].max() < 0


def test_the_mouth_is_lightest_at_the_lips_and_lighter_when_it_opens() -> None:
    body = body_of(_HEAD, _HEAD.people["Jonas"], level=0)
    mouth = body.mouth_light
    light, colour = mouth.at(body.rest_m)
    order = np.argsort(mouth.depth_m)
    assert light[order[0]] > 1.5 * light[order[-1]]
    assert 0 < light.min() <= light.max() <= 1
    opened, _ = mouth.at(body.blend(_weights(jawOpen=0.6)))
    assert (opened >= light).all()
    assert opened.mean() > 1.3 * light.mean()
    deep = order[-20:]
    assert (colour[deep, 0] > colour[deep, 1]).all()  # light that met flesh often is red


def test_single_teeth_are_painted() -> None:
    jaw = paint_teeth(upper=True, rng=np.random.default_rng(0))[..., :3]
    crowns = jaw[12].mean(axis=1)  # across the crowns: dark gaps between light teeth
    middle = TEETH_COLUMNS // 2
    half = crowns[middle - 70 : middle + 70]
    gaps = (np.diff(np.sign(np.diff(half))) > 0) & (half[1:-1] < 0.75 * half.max())
    assert 5 <= gaps.sum() <= 9
    gum = jaw[-1].mean(axis=0)
    assert gum[0] > 2 * gum[1]


def test_a_tooth_stays_in_its_place_on_the_map() -> None:
    band = _HEAD.people["Ada"].vertices_m[_HEAD.parts["teeth_upper"]]
    place = teeth_texels(band, upper=True)
    left = band[:, 0] > 0.002
    assert (place[left, 0] > TEETH_COLUMNS / 2).all()
    assert place[:, 1].min() >= 0


@pytest.mark.parametrize("name", ["Jonas", "Grace", "Astrid", "Marta", "Leila", "Lin"])
def test_no_white_shows_above_or_below_the_iris_of_a_face_at_rest(name: str) -> None:
    body = body_of(_HEAD, _HEAD.person(name), level=0)
    radius_m = LIMBUS * body.eye_radius_m
    assert 0.0050 < radius_m < 0.0063  # human: 5.8 mm
    points = body.lids.points(body.rest_m)
    for eye in range(2):
        pitch = body.rest_pitch_rad
        height = body.eyes_m[eye, 1] - body.eye_radius_m * np.sin(pitch)
        upper, lower = (
            np.interp(body.eyes_m[eye, 0], points[eye, lid, :, 0], points[eye, lid, :, 1])
            for lid in range(2)
        )
        assert 0.0008 < height + radius_m - upper < 0.0035
        assert lower > height - radius_m


def test_lids_shade_the_top_of_the_eyeball() -> None:
    body = body_of(_HEAD, _HEAD.people["Jonas"], level=0)
    posed = body.pose(_weights(), HeadPose(), _STRAIGHT)
    light = body.eye_light(posed, HeadPose())
    balls = posed[len(body.rest_m) :]
    front = balls[:, 2] > body.eyes_m[0, 2] + 0.012
    top = front & (balls[:, 1] > 0.002)
    middle = front & (np.abs(balls[:, 1] + 0.003) < 0.002)
    assert light[top].mean() < 0.6 * light[middle].mean()


def _lid_heights(body: Body, weights: np.ndarray, pitch_rad: float) -> tuple[float, float]:
    """Heights of the middles of the left upper and lower lid."""
    gaze = np.full((2, 2), (pitch_rad, 0.0))
    points = body.lids.points(body.blend(weights, gaze))[0, :, 8]
    return float(points[0, 1]), float(points[1, 1])


def test_lids_follow_the_gaze_in_proportion() -> None:
    body = body_of(_HEAD, _HEAD.people["Jonas"], level=0)
    upper = [
        _lid_heights(body, _weights(), pitch)[0] for pitch in (-0.4, -0.2, 0.0, 0.15, 0.3, 0.45)
    ]
    assert (np.diff(upper) < -0.0008).all()
    # The upper lid goes most of the way of the iris, so that it keeps its place on it.
    way = body.eye_radius_m * np.sin(0.3)
    assert 0.5 * way < upper[2] - upper[4] < 0.9 * way
    lower = [_lid_heights(body, _weights(), pitch)[1] for pitch in (-0.4, 0.0, 0.4)]
    assert lower[0] > lower[1] > lower[2]


def test_a_performance_that_moves_gaze_and_its_units_moves_the_lids_once() -> None:
    body = body_of(_HEAD, _HEAD.people["Ada"], level=0)
    gaze_only = _lid_heights(body, _weights(), 0.3)
    units = _weights(eyeLookDownLeft=0.5, eyeLookDownRight=0.5)  # as the rig gives for 0.3 rad
    both = _lid_heights(body, units, 0.3)
    assert both == pytest.approx(gaze_only, abs=1e-4)


def test_the_lids_of_the_action_units_that_follow_gaze_move_once_too() -> None:
    person = _HEAD.people["Ada"]
    body = body_of(_HEAD, person, action_deltas(_HEAD), level=0)
    held = action_weights({"AU64L": 0.5, "AU64R": 0.5})  # as the rig gives for 0.3 rad
    rest = np.zeros(len(held))
    assert _lid_heights(body, held, 0.3) == pytest.approx(_lid_heights(body, rest, 0.3), abs=1e-4)


def test_lids_lowered_for_the_gaze_by_a_director_are_not_lowered_again() -> None:
    body = body_of(_HEAD, _HEAD.people["Ada"], action_deltas(_HEAD), level=0)
    rest = action_weights({})
    gaze_only = _lid_heights(body, rest, 0.3)[0]
    closing = action_weights({"AU43L": 0.2, "AU43R": 0.2})
    assert _lid_heights(body, closing, 0.3)[0] == pytest.approx(gaze_only, abs=6e-4)
    shut = action_weights({"AU43L": 1.0, "AU43R": 1.0})
    assert _lid_heights(body, shut, 0.3)[0] < gaze_only - 0.001


def test_lids_follow_the_gaze_with_weights_of_other_units_too() -> None:
    own = np.zeros((1, *_HEAD.mean_m.shape), np.float32)
    body = body_of(_HEAD, _HEAD.people["Ada"], own, level=0)
    still = _lid_heights(body, np.zeros(1), 0.0)
    assert _lid_heights(body, np.zeros(1), 0.3)[0] < still[0] - 0.002


@pytest.mark.parametrize("name", ["Clara", "Mei", "Jonas", "Kofi"])
@pytest.mark.parametrize("closed", [0.3, 0.5, 0.8, 1.0])
def test_no_lid_cuts_through_the_eyeball(name: str, closed: float) -> None:
    body = body_of(_HEAD, _HEAD.people[name], level=0)
    posed = body.blend(_weights(eyeBlinkLeft=closed, eyeSquintLeft=0.4))
    contact = body.contact[0]
    outer = contact.skin[contact.outer & (contact.share > 0.999)]
    distance = np.linalg.norm(posed[outer] - contact.centre_m, axis=1)
    assert distance.min() > contact.radius_m


@pytest.mark.parametrize("name", ["Clara", "Mei", "Jonas", "Kofi"])
def test_closed_lids_meet_and_do_not_pass_each_other(name: str) -> None:
    body = body_of(_HEAD, _HEAD.people[name], level=1)
    points = body.lids.points(body.blend(_weights(eyeBlinkLeft=1.0, eyeBlinkRight=1.0)))
    gap = points[:, 0, 3:-3, 1] - points[:, 1, 3:-3, 1]
    assert gap.max() < 0.0006
    assert gap.min() > -0.0016


def test_lashes_of_a_closed_lid_point_down() -> None:
    body = body_of(_HEAD, _HEAD.people["Jonas"], level=0)
    card = body.contact[0].lashes["upper"]
    rest, shut = body.rest_m, body.blend(_weights(eyeBlinkLeft=1.0))
    middle = card[len(card) // 2]
    assert rest[middle[-1], 1] > rest[middle[0], 1]
    assert shut[middle[-1], 1] < shut[middle[0], 1] - 0.002


def test_the_frame_of_an_eyeball_is_read_off_its_vertices() -> None:
    body = body_of(_HEAD, _HEAD.people["Jonas"], level=0)
    gaze = np.array([[0.1, 0.2], [-0.1, 0.3]])
    pose = HeadPose((0.05, -0.2, 0.1), (0.01, 0.0, 0.02))
    frames = body.eye_frames(body.pose(_weights(), pose, gaze))
    for eye in range(2):
        ahead = head_rotation(*pose.rotation_rad) @ gaze_rotation(
            gaze[eye, 0] + body.rest_pitch_rad, gaze[eye, 1]
        )
        np.testing.assert_allclose(frames[eye, 1:], ahead.T, atol=1e-9)
        np.testing.assert_allclose(
            frames[eye, 0], body.neck.turn_points(body.eyes_m[eye][None], pose)[0], atol=1e-9
        )


def test_nothing_moves_at_rest() -> None:
    body = body_of(_HEAD, _HEAD.people["Jonas"], level=0)
    still = body.blend(_weights())
    slight = body.blend(_weights(jawOpen=1e-9))
    np.testing.assert_allclose(slight, still, atol=1e-9)
    # Lids are kept off the cornea by a fraction of a millimetre at most.
    assert np.abs(still - body.rest_m).max() < 0.0012
