"""Teeth, lids and folds on the built-in people."""

import numpy as np
import pytest

from mien.head import load_head
from mien.head.pose import HeadPose
from mien.render.body import body_of
from mien.render.mouth import mouth_occlusion, set_teeth
from mien.render.teeth import TEETH_COLUMNS, paint_teeth, teeth_texels

_HEAD = load_head()
_PEOPLE = sorted(_HEAD.people)
_STRAIGHT = np.zeros((2, 2))


def _weights(**named: float) -> np.ndarray:
    weights = np.zeros(len(_HEAD.unit_names))
    for name, value in named.items():
        weights[_HEAD.unit_index(name)] = value
    return weights


@pytest.mark.parametrize("name", _PEOPLE)
def test_the_upper_teeth_end_below_the_upper_lip(name: str) -> None:
    rest = _HEAD.people[name].vertices_m.astype(np.float64)
    lip = _HEAD.landmarks.points(rest)[13]
    upper = set_teeth(_HEAD, rest)[_HEAD.parts["teeth_upper"]]
    front = upper[upper[:, 2] > upper[:, 2].max() - 0.004]
    assert front[:, 1].min() == pytest.approx(lip[1] - 0.005, abs=1e-9)
    assert upper[:, 2].max() < lip[2]


def test_only_teeth_and_tongue_are_moved() -> None:
    rest = _HEAD.people["Jonas"].vertices_m.astype(np.float64)
    moved = set_teeth(_HEAD, rest) - rest
    assert not moved[_HEAD.parts["skin"]].any()
    assert not moved[_HEAD.parts["lashes"]].any()
    assert moved[_HEAD.parts["tongue"], 1].max() < 0


def test_the_mouth_is_lightest_at_the_lips() -> None:
    rest = _HEAD.people["Jonas"].vertices_m.astype(np.float64)
    light = mouth_occlusion(_HEAD, rest)
    tongue = _HEAD.parts["tongue"]
    order = np.argsort(rest[tongue, 2])
    assert light[tongue][order[-1]] > 1.5 * light[tongue][order[0]]
    assert 0 < light.min() <= light.max() <= 1


def test_single_teeth_are_painted() -> None:
    jaw = paint_teeth(upper=True, rng=np.random.default_rng(0))
    crowns = jaw[12].mean(axis=1)  # across the crowns: dark gaps between light teeth
    middle = TEETH_COLUMNS // 2
    half = crowns[middle - 70 : middle + 70]
    gaps = (np.diff(np.sign(np.diff(half))) > 0) & (half[1:-1] < 0.75 * half.max())
    assert 5 <= gaps.sum() <= 9
    gum = jaw[-1].mean(axis=0)
    assert gum[0] > 2 * gum[1]


def test_a_tooth_stays_in_its_place_on_the_map() -> None:
    band = set_teeth(_HEAD, _HEAD.people["Ada"].vertices_m)[_HEAD.parts["teeth_upper"]]
    place = teeth_texels(band, upper=True)
    left = band[:, 0] > 0.002
    assert (place[left, 0] > TEETH_COLUMNS / 2).all()
    assert place[:, 1].min() >= 0


def test_lids_shade_the_top_of_the_eyeball() -> None:
    body = body_of(_HEAD, _HEAD.people["Jonas"], level=0)
    posed = body.pose(_weights(), HeadPose(), _STRAIGHT)
    light = body.eye_light(posed, HeadPose())
    balls = posed[len(body.rest_m) :]
    front = balls[:, 2] > body.eyes_m[0, 2] + 0.012
    top = front & (balls[:, 1] > 0.002)
    middle = front & (np.abs(balls[:, 1] + 0.003) < 0.002)
    assert light[top].mean() < 0.6 * light[middle].mean()


@pytest.mark.parametrize(
    ("units", "fold"),
    [
        (("browInnerUp", "browOuterUpLeft", "browOuterUpRight"), 0),
        (("browDownLeft", "browDownRight"), 2),
        (("mouthSmileLeft", "mouthSmileRight"), 5),
    ],
)
def test_folds_deepen_where_the_skin_is_pushed_together(units: tuple[str, ...], fold: int) -> None:
    body = body_of(_HEAD, _HEAD.people["Jonas"], level=0)
    at = int(np.argmax(body.folds.share[fold]))
    still = body.folds.depth(body.rest_m)[at]
    active = body.folds.depth(body.blend(_weights(**dict.fromkeys(units, 1.0))))[at]
    assert still < 0.05
    assert active > 0.3


def test_old_skin_has_folds_at_rest() -> None:
    depth = {name: body_of(_HEAD, _HEAD.people[name], level=0) for name in ("Jonas", "Clara")}
    assert depth["Jonas"].folds.settled == 0
    assert depth["Clara"].folds.settled > 0.2
