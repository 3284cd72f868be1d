"""Pictures of people: exact places, smooth motion, and what must be seen."""

from dataclasses import replace
from functools import cache
from itertools import pairwise
from types import MappingProxyType

import numpy as np
import pytest
from jaxtyping import Float64
from scipy.ndimage import gaussian_filter

from mien.core.arrays import ImageRgb
from mien.core.errors import UsageError
from mien.head import load_head
from mien.head.pose import HeadPose
from mien.render import Light, Portrait
from mien.render.body import body_of
from mien.render.camera import camera_for
from mien.render.deferred import DeferredPainter
from mien.render.fast import FastPainter
from mien.render.material import EYE, SKIN, TEETH
from mien.render.paint import Paint, paint_person
from mien.render.raster import NOTHING, visibility

_HEAD = load_head()
_PERSON = _HEAD.people["Jonas"]
_SIZE_PX = 192


def _weights(**named: float) -> Float64[np.ndarray, " unit"]:
    weights = np.zeros(len(_HEAD.unit_names))
    for name, value in named.items():
        weights[_HEAD.unit_index(name)] = value
    return weights


@cache
def _portrait(quality: str = "fast") -> Portrait:
    return Portrait(_HEAD, _PERSON, width_px=_SIZE_PX, height_px=_SIZE_PX, quality=quality)


def _materials(**named: float) -> np.ndarray:
    """Material of every sample of a face, -1 where nothing is."""
    body = body_of(_HEAD, _PERSON, level=1)
    camera = camera_for(_PERSON.eye_centre_m, width_px=256, height_px=256, view="face")
    vertices = body.pose(_weights(**named), HeadPose(), np.zeros((2, 2)))
    seen = visibility(camera.screen(vertices), body.triangles, width_px=256, height_px=256)
    return np.where(seen.ids == NOTHING, -1, body.material[seen.ids].astype(int))


def test_every_picture_is_a_picture() -> None:
    for quality in ("fast", "portrait"):
        picture = _portrait(quality).frame(_weights())
        assert picture.shape == (_SIZE_PX, _SIZE_PX, 3)
        assert picture.dtype == np.uint8
        assert 40 < picture[70:150, 60:130].mean() < 220
        assert picture.std() > 20


@pytest.mark.parametrize("quality", ["fast", "portrait"])
def test_the_same_call_gives_the_same_bytes(quality: str) -> None:
    weights = _weights(mouthSmileLeft=0.3, jawOpen=0.1)
    fresh = Portrait(_HEAD, _PERSON, width_px=_SIZE_PX, height_px=_SIZE_PX, quality=quality)
    first = _portrait(quality).frame(weights, head_rotation_rad=(0.05, 0.1, 0.0))
    again = fresh.frame(weights, head_rotation_rad=(0.05, 0.1, 0.0))
    np.testing.assert_array_equal(first, again)


def test_threads_do_not_change_a_byte() -> None:
    shared = Portrait(
        _HEAD, _PERSON, width_px=_SIZE_PX, height_px=_SIZE_PX, quality="portrait", threads=3
    )
    np.testing.assert_array_equal(shared.frame(_weights()), _portrait("portrait").frame(_weights()))


def _dotted() -> tuple[FastPainter, int]:
    """Paint everything black but one bright dot on the cheek; give the dot's vertex too."""
    body = body_of(_HEAD, _PERSON, level=1)
    camera = camera_for(_PERSON.eye_centre_m, width_px=256, height_px=256, view="face")
    vertex = int(
        np.argmin(np.linalg.norm(body.rest_m - body.landmarks_m[50], axis=1))  # the right cheek
    )
    paint = paint_person(
        _PERSON, body, _HEAD.strands(_PERSON, "brow"), texels_per_m=camera.px_per_m, seed=0
    )
    texture = np.zeros_like(paint.texture)
    row, column = np.mgrid[: texture.shape[0], : texture.shape[1]]
    x, y = paint.texels[vertex]
    texture[..., :3] = 3 * np.exp(-((row - y) ** 2 + (column - x) ** 2) / 2**2)[..., None]
    dark: Paint = replace(paint, texture=texture)
    return FastPainter(body, dark, camera, _HEAD.strands(_PERSON, "lash")), vertex


@pytest.mark.parametrize(
    ("smile", "turn"), [(0.0, (0.0, 0.0, 0.0)), (0.8, (0.0, 0.0, 0.0)), (0.4, (0.1, -0.2, 0.1))]
)
def test_a_dot_on_the_skin_is_seen_where_its_vertex_is_projected(
    smile: float, turn: tuple[float, float, float]
) -> None:
    painter, vertex = _dotted()
    pose = HeadPose(turn)
    posed = painter.body.pose(_weights(mouthSmileRight=smile), pose, np.zeros((2, 2)))
    night = Light(background_top=(0.0, 0.0, 0.0), background_bottom=(0.0, 0.0, 0.0))
    picture = painter.draw(posed, pose, night).astype(float)
    expected = painter.camera.project(posed[[vertex]])[0]
    y, x = np.mgrid[:256, :256]
    near = (np.abs(x - expected[0]) < 7) & (np.abs(y - expected[1]) < 7)
    light = np.where(near, np.maximum(picture[..., 1] - 40, 0) ** 2, 0)
    centre = ((x * light).sum() / light.sum(), (y * light).sum() / light.sum())
    np.testing.assert_allclose(centre, expected, atol=0.35)


def test_project_tells_where_a_point_of_the_posed_face_is() -> None:
    portrait = _portrait()
    points = _HEAD.landmarks.points(_PERSON.vertices_m.astype(np.float64))[[4, 10, 152]]
    move = 7 / portrait.px_per_m
    still = portrait.project(points)
    moved = portrait.project(points, head_translation_m=(move, 0.0, 0.0))
    # 7 px in the plane of the eyes; nearer points move a little more.
    np.testing.assert_allclose(moved - still, [[7, 0]] * 3, atol=0.5)
    turned = portrait.project(points, head_rotation_rad=(0.0, 0.1, 0.0))
    assert turned[0, 0] > still[0, 0] + 5  # the subject's left is on the right


def _shifted(quality: str, shift_px: float) -> Float64[np.ndarray, "row column"]:
    portrait = _portrait(quality)
    picture = portrait.frame(
        _weights(), head_translation_m=(shift_px / portrait.px_per_m, 0.0, 0.0)
    )
    result: Float64[np.ndarray, "row column"] = (
        picture[30:160, 30:160].astype(np.float64).mean(axis=2)
    )
    return result


@pytest.mark.parametrize("quality", ["fast", "portrait"])
@pytest.mark.parametrize("shift_px", [0.05, 0.1, 0.2])
def test_a_tenth_of_a_pixel_is_measured_as_a_tenth_of_a_pixel(
    quality: str, shift_px: float
) -> None:
    # Forehead, brows and cheeks, by least squares on pictures blurred as optical flow blurs them;
    # without the eyes, in which the lamps are mirrored, and these stay where they are.
    blurred = [gaussian_filter(_shifted(quality, shift), 1.5) for shift in (0.0, shift_px)]
    rows = np.r_[8:36, 52:110]
    still, moved = (image[rows, 32:98] for image in blurred)
    gradient = np.gradient((still + moved) / 2, axis=1)
    found = -((moved - still) * gradient).sum() / (gradient**2).sum()
    nearer = 1.035  # the skin is nearer to the camera than the centres of the eyes
    assert found == pytest.approx(shift_px * nearer, abs=0.015)


@pytest.mark.parametrize("quality", ["fast", "portrait"])
def test_the_picture_changes_in_proportion_to_the_shift(quality: str) -> None:
    still = _shifted(quality, 0.0)
    changes = [np.abs(_shifted(quality, shift) - still).mean() for shift in (0.1, 0.2, 0.3, 0.4)]
    steps = np.diff([0.0, *changes])
    assert steps.min() > 0.6 * steps.mean()
    assert steps.max() < 1.5 * steps.mean()


def test_nothing_flickers_between_frames_a_twentieth_of_a_pixel_apart() -> None:
    frames = [_shifted("portrait", shift) for shift in np.arange(0, 0.5, 0.05)]
    largest = [np.abs(b - a).max() for a, b in pairwise(frames)]
    assert max(largest) < 45


def _with_green_eyes() -> Portrait:
    look = MappingProxyType({**_PERSON.appearance, "iris_rgb": (0.1, 0.95, 0.1)})
    person = replace(_PERSON, appearance=look)
    return Portrait(_HEAD, person, width_px=256, height_px=256)


def _green(picture: ImageRgb) -> Float64[np.ndarray, "row column"]:
    red, green, blue = np.moveaxis(picture.astype(np.float64), 2, 0)
    return np.where(green - np.maximum(red, blue) > 40, 1.0, 0.0)


def test_closing_lids_hide_the_iris() -> None:
    portrait = _with_green_eyes()
    open_px = _green(portrait.frame(_weights())).sum()
    half_px = _green(portrait.frame(_weights(eyeBlinkLeft=0.5, eyeBlinkRight=0.5))).sum()
    shut_px = _green(portrait.frame(_weights(eyeBlinkLeft=1, eyeBlinkRight=1))).sum()
    assert open_px > 60
    assert shut_px == 0
    assert 0.05 * open_px < half_px < 0.9 * open_px


def test_eyes_that_look_to_the_subjects_left_look_to_the_right_of_the_picture() -> None:
    portrait = _with_green_eyes()
    columns = []
    for yaw in (-0.2, 0.2):
        green = _green(portrait.frame(_weights(), gaze_rad=np.array([[0, yaw], [0, yaw]])))
        columns.append((green.sum(axis=0) * np.arange(256)).sum() / green.sum())
    assert columns[1] > columns[0] + 3


def test_teeth_are_seen_in_an_open_smile_and_only_there() -> None:
    assert (_materials() == TEETH).sum() < 20
    grin = _materials(
        jawOpen=0.15,
        mouthSmileLeft=0.8,
        mouthSmileRight=0.8,
        mouthUpperUpLeft=0.5,
        mouthUpperUpRight=0.5,
    )
    assert (grin == TEETH).sum() > 200


def test_teeth_are_the_brightest_part_of_an_open_mouth() -> None:
    weights = _weights(
        jawOpen=0.2,
        mouthSmileLeft=0.8,
        mouthSmileRight=0.8,
        mouthUpperUpLeft=0.6,
        mouthUpperUpRight=0.6,
    )
    portrait = Portrait(_HEAD, _PERSON, width_px=256, height_px=256)
    body = body_of(_HEAD, _PERSON, level=1)
    posed = body.pose(weights, HeadPose(), np.zeros((2, 2)))
    camera = camera_for(_PERSON.eye_centre_m, width_px=256, height_px=256, view="face")
    seen = visibility(camera.screen(posed), body.triangles, width_px=256, height_px=256, samples=1)
    kinds = np.where(seen.ids == NOTHING, 255, body.material[seen.ids])
    picture = portrait.frame(weights)
    teeth = picture[kinds == TEETH].astype(float)
    assert teeth.mean() > 60
    spread = teeth.max(axis=1) - teeth.min(axis=1)
    assert np.median(spread) < 70  # enamel is nearly grey


def test_eyes_are_seen_through_the_lids() -> None:
    kinds = _materials()
    assert 400 < (kinds == EYE).sum() < 6000
    assert (_materials(eyeBlinkLeft=1.0, eyeBlinkRight=1.0) == EYE).sum() < 60
    assert (kinds == SKIN).sum() > 50000


def test_units_of_ones_own_follow_their_own_order() -> None:
    lift = np.zeros((2, *_HEAD.mean_m.shape), np.float32)
    lift[1, :, 1] = 0.01
    portrait = Portrait(_HEAD, _PERSON, width_px=96, height_px=96, unit_deltas_m=lift)
    rest = portrait.frame(np.array([0.0, 0.0]))
    np.testing.assert_array_equal(rest, portrait.frame(np.array([1.0, 0.0])))
    assert (rest != portrait.frame(np.array([0.0, 1.0]))).any()


def test_the_seed_changes_the_grain_and_not_the_face() -> None:
    other = Portrait(_HEAD, _PERSON, width_px=_SIZE_PX, height_px=_SIZE_PX, seed=1)
    change = other.frame(_weights()).astype(int) - _portrait().frame(_weights())
    assert (change != 0).any()
    assert np.abs(change).mean() < 8


def test_the_number_of_weights_must_fit() -> None:
    with pytest.raises(UsageError, match="Expected 52 weights, one per unit, but got 51"):
        _portrait().frame(np.zeros(51))


def test_weights_must_be_finite() -> None:
    with pytest.raises(UsageError, match="weight 3 is nan"):
        _portrait().frame(np.array([0, 0, 0, np.nan] + [0.0] * 48))


def test_gaze_must_be_two_angles_for_two_eyes() -> None:
    with pytest.raises(UsageError, match="pitch and yaw for the left and the right eye"):
        _portrait().frame(_weights(), gaze_rad=np.zeros((2, 3)))


def test_sizes_and_words_that_do_not_exist_are_refused() -> None:
    with pytest.raises(UsageError, match="Expected width_px in"):
        Portrait(_HEAD, _PERSON, width_px=0, height_px=10)
    with pytest.raises(UsageError, match="a quality among fast, portrait, gpu, but got 'cinema'"):
        Portrait(_HEAD, _PERSON, width_px=9, height_px=9, quality="cinema")
    with pytest.raises(UsageError, match="at least 1 thread, but got 0"):
        Portrait(_HEAD, _PERSON, width_px=9, height_px=9, threads=0)


def test_deltas_of_another_mesh_are_refused() -> None:
    with pytest.raises(UsageError, match="but got them for 7"):
        Portrait(
            _HEAD, _PERSON, width_px=9, height_px=9, unit_deltas_m=np.zeros((1, 7, 3), np.float32)
        )


def test_a_bald_person_has_no_hair_to_draw() -> None:
    look = MappingProxyType({**_PERSON.appearance, "hair_density": 0.0})
    bald = Portrait(
        _HEAD,
        replace(_PERSON, appearance=look),
        width_px=128,
        height_px=128,
        quality="portrait",
    )
    haired = Portrait(_HEAD, _PERSON, width_px=128, height_px=128, quality="portrait")
    top = (slice(0, 14), slice(44, 84))
    assert bald.frame(_weights())[top].mean() > haired.frame(_weights())[top].mean() + 25


def test_painters_hold_what_they_were_given() -> None:
    assert {DeferredPainter, FastPainter} == {
        type(painter) for painter in (_portrait("fast").painter, _portrait("portrait").painter)
    }


@pytest.mark.parametrize("quality", ["fast", "portrait"])
@pytest.mark.parametrize("name", ["Jonas", "Leila"])
def test_brows_lashes_and_hair_do_not_shimmer(quality: str, name: str) -> None:
    # A move by 0.1 px must give the picture halfway to a move by 0.2 px, wherever the pixels lie.
    portrait = Portrait(_HEAD, _HEAD.people[name], width_px=192, height_px=192, quality=quality)
    pictures = [
        portrait.frame(
            _weights(), head_translation_m=(shift_px / portrait.px_per_m, 0.0, 0.0)
        ).astype(np.float64)
        for shift_px in (0.0, 0.1, 0.2)
    ]
    halfway = 0.5 * (pictures[0] + pictures[2])
    stray = np.abs(pictures[1] - halfway)
    change = np.abs(pictures[2] - pictures[0])
    brows = np.s_[45:67, 46:146]  # within the outline of the face
    for box in (brows, np.s_[:, :]):
        # Rounding to whole levels alone leaves about 0.3 where the picture changes at all.
        assert stray[box].mean() < 0.1 + 0.25 * change[box].mean()
    assert np.percentile(stray[brows], 99.9) < 6
