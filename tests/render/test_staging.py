"""Lights, backgrounds, camera places and depth of field, as a user would check them."""

import numpy as np
import pytest

from mien.core.arrays import ImageRgb
from mien.core.errors import UsageError
from mien.head import load_head
from mien.render import BACKGROUNDS, LIGHTS, Portrait, Staging, light_named
from mien.render.camera import camera_for
from mien.render.focus import blur_rows, disc_radii, focus_of, widest_near

_HEAD = load_head()
_REST = np.zeros(len(_HEAD.unit_names))
_SIZE_PX = 160


def _picture(quality: str = "fast", *, view: str = "face", **staging: object) -> ImageRgb:
    portrait = Portrait(
        _HEAD,
        _HEAD.people["Jonas"],
        width_px=_SIZE_PX,
        height_px=_SIZE_PX,
        quality=quality,
        view=view,
        staging=Staging(**staging),  # type: ignore[arg-type]  # names checked by the class
    )
    return portrait.frame(_REST)


@pytest.mark.parametrize("name", LIGHTS)
def test_every_light_shows_a_face_that_is_neither_black_nor_burnt(name: str) -> None:
    face = _picture(light=name, background="black")[50:130, 50:110]
    assert 45 < face.mean() < 210
    assert (face > 250).mean() < 0.02


def test_the_side_light_leaves_the_far_half_of_the_face_dark() -> None:
    face = _picture(light="side").astype(float)[60:120]
    # The subject's right stands on the left of the picture.
    assert face[:, 50:75].mean() > 1.5 * face[:, 85:110].mean()


def test_a_light_softens_its_shadow_only_where_it_says_so() -> None:
    assert light_named("overcast").key_softness > light_named("soft").key_softness


@pytest.mark.parametrize(
    ("name", "expected"),
    [("grey", (128, 128, 128)), ("black", (0, 0, 0)), ("green", (0, 177, 64))],
)
def test_a_plain_background_has_exactly_its_colour(
    name: str, expected: tuple[int, int, int]
) -> None:
    for quality in ("fast", "portrait"):
        corner = _picture(quality, view="bust", background=name)[:20, :20]
        np.testing.assert_array_equal(corner, np.broadcast_to(expected, corner.shape))


def test_the_backgrounds_differ_and_leave_the_face_alone() -> None:
    pictures = {name: _picture(background=name) for name in BACKGROUNDS}
    for name, picture in pictures.items():
        np.testing.assert_array_equal(picture[80:120, 60:100], pictures["grey"][80:120, 60:100])
        others = [one for other, one in pictures.items() if other != name]
        assert all(np.abs(picture[:20].astype(int) - one[:20]).mean() > 4 for one in others)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"light": "rembrand"}, "Did you mean rembrandt"),
        ({"background": "gray"}, "Did you mean grey"),
    ],
)
def test_a_slip_in_a_name_is_answered_with_the_name(wrong: dict[str, str], sentence: str) -> None:
    with pytest.raises(UsageError, match=sentence):
        Staging(**wrong)  # type: ignore[arg-type]  # the two names are texts


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"lens_mm": 5.0}, "a lens of 24 to 300 mm, but got 5"),
        ({"yaw_rad": 2.0}, "a yaw of the camera within 69 degrees, but got 115"),
        ({"pitch_rad": float("nan")}, "a pitch of the camera within 69 degrees, but got nan"),
    ],
)
def test_a_place_where_no_camera_stands_is_refused(wrong: dict[str, float], sentence: str) -> None:
    with pytest.raises(UsageError, match=sentence):
        camera_for(np.zeros((2, 3)), width_px=64, height_px=64, view="face", **wrong)


def test_a_camera_beside_the_face_sees_what_a_turned_head_shows() -> None:
    """Walking round a point is turning what stands there, seen from the front."""
    eyes = np.array([[0.03, 0.0, 0.0], [-0.03, 0.0, 0.0]])
    angle = 0.5
    beside = camera_for(eyes, width_px=200, height_px=100, view="face", yaw_rad=angle)
    front = camera_for(eyes, width_px=200, height_px=100, view="face")
    points = np.random.default_rng(0).uniform(-0.08, 0.08, (20, 3))
    aim = np.array([0.0, -0.03, 0.0])
    cos, sin = np.cos(angle), np.sin(angle)
    turned = (points - aim) @ np.array([[cos, 0, sin], [0, 1, 0], [-sin, 0, cos]]) + aim
    np.testing.assert_allclose(beside.screen(points), front.screen(turned), atol=1e-9)


def test_a_camera_above_sees_the_nose_lower_than_one_in_front() -> None:
    eyes = np.array([[0.03, 0.0, 0.0], [-0.03, 0.0, 0.0]])
    nose, brow = np.array([[0.0, -0.03, 0.05]]), np.array([[0.0, 0.03, 0.0]])
    heights = [
        camera.project(nose)[0, 1] - camera.project(brow)[0, 1]
        for camera in (
            camera_for(eyes, width_px=99, height_px=99, view="face", pitch_rad=pitch)
            for pitch in (0.0, 0.3)
        )
    ]
    assert heights[1] > heights[0]


def test_every_lens_shows_the_eyes_at_one_scale_and_a_short_one_bulges_the_nose() -> None:
    eyes = np.array([[0.03, 0.0, 0.0], [-0.03, 0.0, 0.0]])
    short, long = (
        camera_for(eyes, width_px=240, height_px=240, view="face", lens_mm=lens)
        for lens in (28.0, 200.0)
    )
    assert short.px_per_m == pytest.approx(long.px_per_m)
    wings = np.array([[0.02, -0.03, 0.05], [-0.02, -0.03, 0.05]])
    widths = [float(np.ptp(camera.project(wings)[:, 0])) for camera in (short, long)]
    assert widths[0] > 1.1 * widths[1]


def test_the_disc_of_a_point_is_that_of_the_thin_lens() -> None:
    camera = camera_for(np.zeros((2, 3)), width_px=480, height_px=480, view="face", lens_mm=100.0)
    focus = focus_of(camera, 2.0, sharp_m=1.0, behind_m=0.1)
    depth = np.array([[1.0, 1.25, 0.8, 0.0]], np.float32)
    cover = np.array([[1.0, 1.0, 1.0, 0.0]], np.float32)
    radii = np.zeros_like(depth)
    table = (focus.spread_px, focus.sharp_m, focus.unseen_m, 40.0)
    disc_radii.py_func(depth, cover, table, np.array([0, 1]), radii)

    # Opening 50 mm; an object at s is imaged with a disc of c = A f |s - d| / (s (d - f)).
    def radius_px(distance_mm: float) -> float:
        disc_mm = 50 * 100 * abs(distance_mm - 1000) / (distance_mm * (1000 - 100))
        return disc_mm / 2 * 480 / 24

    np.testing.assert_allclose(radii[0], [radius_px(d) for d in (1000, 1250, 800, 1100)], rtol=1e-5)


def test_blur_keeps_the_light_spreads_a_dot_and_leaves_sharp_pixels_alone() -> None:
    linear = np.zeros((33, 33, 3), np.float32)
    linear[16, 16] = 1.0
    depth = np.full((33, 33), 2.0, np.float32)
    rows = np.array([0, 33])
    settings = (16, 0.6, 96, np.pi * (3 - np.sqrt(5)))
    for radius, most in ((0.0, 1.0), (4.0, 0.1)):
        radii = np.full((33, 33), radius, np.float32)
        widest = widest_near.py_func(radii, 16)
        blurred = np.zeros_like(linear)
        blur_rows.py_func(linear, depth, radii, widest, settings, rows, blurred)
        assert blurred.max() <= most
        assert blurred[..., 0].sum() == pytest.approx(1.0, abs=0.15)
        reach = np.argwhere(blurred[..., 0] > 0) - 16
        assert np.hypot(*reach.T).max() <= radius + 1.5


def test_a_wide_opening_blurs_the_ears_and_keeps_the_eyes() -> None:
    """Judged by how steep the edges of the sharp picture still are."""
    sharp, soft = (
        _picture("portrait", f_stop=stop, background="room").astype(float) for stop in (None, 1.4)
    )

    def detail(picture: np.ndarray, rows: slice, columns: slice) -> float:
        return float(np.abs(np.diff(picture[rows, columns], axis=1)).max(axis=(1, 2)).mean())

    eyes, ears = (slice(55, 68), slice(50, 110)), (slice(60, 90), slice(22, 40))
    assert detail(soft, *eyes) > 0.75 * detail(sharp, *eyes)
    assert detail(soft, *ears) < 0.8 * detail(sharp, *ears)


def test_depth_of_field_in_the_fast_quality_is_refused() -> None:
    with pytest.raises(UsageError, match="Expected portrait or gpu quality for depth of field"):
        _picture("fast", f_stop=2.8)


def test_a_lens_opening_that_does_not_exist_is_refused() -> None:
    with pytest.raises(UsageError, match=r"an f-stop of 0\.7 to 64, but got 0\."):
        _picture("portrait", f_stop=0.0)
