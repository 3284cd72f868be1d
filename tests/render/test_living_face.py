"""What a viewer must see of eyes, mouth and skin in finished pictures."""

from functools import cache

import numpy as np
import pytest
from jaxtyping import Float64

from mien.core.arrays import ImageRgb
from mien.head import load_head
from mien.head.eye import IRIS_DEPTH, LIMBUS
from mien.head.pose import HeadPose
from mien.render import Light, Portrait
from mien.render.body import Body, body_of
from mien.render.camera import camera_for
from mien.render.material import EYE, SKIN, TEETH
from mien.render.raster import NOTHING, visibility
from mien.render.shade_eye import shade_eye

_HEAD = load_head()
_SIZE_PX = 256
_STRAIGHT = np.zeros((2, 2))


def _weights(**named: float) -> Float64[np.ndarray, " unit"]:
    weights = np.zeros(len(_HEAD.unit_names))
    for name, value in named.items():
        weights[_HEAD.unit_index(name)] = value
    return weights


_SMILE = _weights(mouthSmileLeft=0.4, mouthSmileRight=0.4, jawOpen=0.08)
_OPEN = _weights(jawOpen=0.6)


@cache
def _portrait(name: str) -> Portrait:
    return Portrait(
        _HEAD, _HEAD.people[name], width_px=_SIZE_PX, height_px=_SIZE_PX, quality="portrait"
    )


@cache
def _body(name: str) -> Body:
    return body_of(_HEAD, _HEAD.people[name], level=1)


def _kinds(
    name: str, weights: Float64[np.ndarray, " unit"], gaze: np.ndarray = _STRAIGHT
) -> np.ndarray:
    """Material in the middle of every pixel; -1 where nothing is."""
    body = _body(name)
    camera = camera_for(
        _HEAD.people[name].eye_centre_m, width_px=_SIZE_PX, height_px=_SIZE_PX, view="face"
    )
    seen = visibility(
        camera.screen(body.pose(weights, HeadPose(), gaze)),
        body.triangles,
        width_px=_SIZE_PX,
        height_px=_SIZE_PX,
        samples=1,
    )
    return np.where(seen.ids == NOTHING, -1, body.material[seen.ids].astype(int))


def _light(picture: ImageRgb, where: np.ndarray) -> Float64[np.ndarray, "pixel 3"]:
    result: Float64[np.ndarray, "pixel 3"] = picture[where].astype(np.float64)
    return result


@pytest.mark.parametrize("name", ["Jonas", "Ada", "Clara", "Kofi", "Mei", "Erik"])
def test_a_mild_smile_shows_light_teeth(name: str) -> None:
    teeth = _kinds(name, _SMILE) == TEETH
    assert teeth.sum() > 25
    shown = _light(_portrait(name).frame(_SMILE), teeth)
    assert np.median(shown.mean(axis=1)) > 85
    assert np.median(shown[:, 0] - shown[:, 2]) >= 0  # ivory, not blue


@pytest.mark.parametrize("name", ["Jonas", "Ada"])
def test_an_open_mouth_is_flesh_and_no_black_hole(name: str) -> None:
    picture = _portrait(name).frame(_OPEN).astype(float)
    lips = _portrait(name).project(
        _HEAD.landmarks.points(_HEAD.people[name].vertices_m.astype(float) + 0.6 * _jaw())[[13, 14]]
    )
    x, top, bottom = round(lips[:, 0].mean()), lips[0, 1], lips[1, 1]
    rows = np.arange(round(top + 0.15 * (bottom - top)), round(bottom - 0.1 * (bottom - top)))
    inside: Float64[np.ndarray, "pixel 3"] = picture[rows][:, x - 6 : x + 7].reshape(-1, 3)
    assert np.median(inside[:, 0]) > 40
    assert (inside[:, 0] > inside[:, 1]).mean() > 0.6


def _jaw() -> np.ndarray:
    delta: np.ndarray = _HEAD.unit_deltas_m[_HEAD.unit_index("jawOpen")].astype(float)
    return delta


def _eye(name: str) -> np.ndarray:
    """Where the eyeballs are seen."""
    seen: np.ndarray = _kinds(name, _weights()) == EYE
    return seen


@pytest.mark.parametrize("name", ["Jonas", "Ada", "Kofi"])
def test_the_white_of_the_eye_is_grey_and_shaded_by_the_upper_lid(name: str) -> None:
    portrait, eye = _portrait(name), _eye(name)
    even = Light(
        key_direction=(0.0, 0.05, 1.0),
        fill_colour=(0.0, 0.0, 0.0),
        rim_colour=(0.0, 0.0, 0.0),
    )
    picture = portrait.frame(_weights(), light=even).astype(float)
    middles = portrait.project(_HEAD.people[name].eye_centre_m.astype(float))
    away_m = np.abs(np.arange(_SIZE_PX)[:, None] - middles[:, 0]).min(axis=1) / portrait.px_per_m
    top, low = [], []
    for x in np.flatnonzero((away_m > 0.0070) & (away_m < 0.0115)):  # beside the iris
        rows = np.flatnonzero(eye[:, x])
        if len(rows) >= 6:
            top.append(picture[rows[1], x])
            low.append(picture[rows[-3], x])
    white = np.array(low)
    assert len(white) >= 4
    assert white.max() < 215
    assert np.median(white.max(axis=1) - white.min(axis=1)) < 60
    assert np.median(top) < 0.92 * np.median(low)


def test_the_catch_light_lies_on_the_side_of_the_lamp() -> None:
    portrait = _portrait("Ada")
    eye = _eye("Ada")
    places = []
    for side in (-0.45, 0.45):
        lamp = Light(
            key_direction=(side, 0.25, 0.85),
            fill_colour=(0.0, 0.0, 0.0),
            rim_colour=(0.0, 0.0, 0.0),
        )
        picture = portrait.frame(_weights(), light=lamp).astype(float).mean(axis=2)
        bright = eye & (picture > np.percentile(picture[eye], 97))
        places.append(np.nonzero(bright)[1].mean())
    assert places[1] > places[0] + 1.5


def test_the_iris_lies_behind_the_cornea() -> None:
    """Seen from the side, an iris seen through water moves less than one painted on the ball."""
    body = _body("Jonas")
    # A ray that enters the cornea at an angle meets the iris nearer to the axis than a painted
    # one would be; the texture tells where it was looked up.
    texture = np.zeros((400, 400, 9), np.float32)
    row, column = np.mgrid[:400, :400]
    texture[..., 0], texture[..., 1] = column / 400, row / 400
    radius = body.eye_radius_m
    frame = np.zeros((4, 3))
    frame[1:] = np.eye(3)
    eyes = (
        np.stack((frame, frame + 9.0)),
        radius,
        np.array([[200.0, 0.0], [0.0, 0.0]]),
        np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]),
        np.tile(np.array([0.02, -0.02])[None, :, None], (2, 1, 9)),
        np.tile(np.array([-0.03, 0.03]), (2, 1)),
        1e-5,
    )
    apex = np.array([0.0, 0.0, 1.0555 * radius])
    lights = np.zeros((6, 3))
    lights[:3] = (0.0, 0.0, -1.0)
    found = []
    for angle in (0.0, 0.5):
        camera = apex + np.array([np.sin(angle), 0.0, np.cos(angle)])
        scene = (
            camera,
            np.array([0.0, 1.0, 0.0]),
            lights,
            np.ones((2, 3)),
            np.zeros((4, 4), np.float32),
            np.array([[0.0] * 4, [0.0] * 4, [0.0] * 4, [1.0, 1.0, 0.0, 0.0]]),
        )
        got = np.zeros(17)
        got[3:6] = apex
        out = np.zeros(3)
        shade_eye.py_func(got, texture, scene, eyes, out)
        found.append(out[0])
    # Depth of the iris under the apex times the tangent of the refracted angle (Snell).
    depth = 1.0555 - (np.sqrt(1 - LIMBUS**2) - IRIS_DEPTH)
    inside = np.arcsin(np.sin(0.5) / 1.336)
    texels = depth * np.tan(inside) * (0.5 * 144 - 1) / (1.10 * LIMBUS)
    scale = found[0] / (71.5 / 400)  # light on the texture
    # The film of tears adds its own light, which the scale takes for the texture's.
    assert (found[0] - found[1]) * 400 / scale == pytest.approx(texels, rel=0.15)


def test_dark_skin_shines_and_is_not_grey() -> None:
    skin = _kinds("Kofi", _weights()) == SKIN
    skin[:90] = skin[180:] = False
    shown = _light(_portrait("Kofi").frame(_weights()), skin)
    brown = np.median(shown, axis=0)
    assert brown[0] > 1.2 * brown[1] > 1.2 * brown[2] * 0.95
    assert np.percentile(shown.mean(axis=1), 98) > 1.4 * np.median(shown.mean(axis=1))


def test_folds_are_seen_on_an_old_forehead_and_less_on_a_young_one() -> None:
    lifted = _weights(browInnerUp=1.0, browOuterUpLeft=1.0, browOuterUpRight=1.0)
    rough = []
    for name in ("Jonas", "Clara"):
        portrait = _portrait(name)
        marks = _HEAD.landmarks.points(_HEAD.people[name].vertices_m.astype(float))[[151, 10]]
        low, high = portrait.project(marks)[:, 1]
        rows = slice(round(high + 0.15 * (low - high)), round(low - 0.15 * (low - high)))
        change = []
        for weights in (_weights(), lifted):
            area = portrait.frame(weights)[rows, 96:160].astype(float).mean(axis=2)
            change.append(float(np.abs(np.diff(area, axis=0)).mean()) / area.mean())
        rough.append(change[1] - change[0])
    assert rough[1] > 1.1 * max(rough[0], 0)
    assert rough[1] > 0.002


def test_ears_glow_when_the_light_comes_from_behind() -> None:
    behind = Light(
        key_direction=(0.5, 0.3, -0.8),
        key_colour=(1.5, 1.5, 1.5),
        fill_colour=(0.0, 0.0, 0.0),
        rim_colour=(0.0, 0.0, 0.0),
        sky_colour=(0.02, 0.02, 0.02),
        ground_colour=(0.02, 0.02, 0.02),
    )
    picture = _portrait("Erik").frame(_weights(), light=behind).astype(float)
    kinds = _kinds("Erik", _weights()) == SKIN
    rows = slice(95, 140)
    edge = [np.flatnonzero(kinds[row])[-8:-2] for row in range(95, 140)]
    ear = np.concatenate([picture[row, x] for row, x in zip(range(95, 140), edge, strict=True)])
    nose = picture[rows, 124:132].reshape(-1, 3)
    assert ear[:, 0].mean() > 1.3 * ear[:, 1].mean()
    assert ear[:, 0].mean() > nose[:, 0].mean()


def test_a_face_at_rest_is_the_same_in_every_frame() -> None:
    portrait = _portrait("Ada")
    first = portrait.frame(_weights())
    portrait.frame(_SMILE, gaze_rad=np.full((2, 2), 0.2))
    np.testing.assert_array_equal(first, portrait.frame(_weights()))
