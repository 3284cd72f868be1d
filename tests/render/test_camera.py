"""The camera against pinhole optics written out by hand."""

import numpy as np
import pytest

from mien.core.errors import UsageError
from mien.render.camera import Camera, camera_for


def test_the_point_on_the_axis_falls_on_the_middle_of_the_picture() -> None:
    camera = Camera(200, 100, focal_px=500.0, centre_m=(0.1, 0.2, 1.0), distance_m=1.0)
    np.testing.assert_allclose(camera.project(np.array([[0.1, 0.2, 0.0]])), [[99.5, 49.5]])


def test_x_grows_to_the_right_and_y_down_by_focal_length_over_depth() -> None:
    camera = Camera(200, 100, focal_px=500.0, centre_m=(0.0, 0.0, 2.0), distance_m=2.0)
    screen = camera.screen(np.array([[0.1, 0.04, 0.0], [0.1, 0.04, 1.0]]))
    # 500 px * 0.1 m / 2 m = 25 px; at half the depth twice as much.
    np.testing.assert_allclose(screen[:, 0], [99.5 + 25, 99.5 + 50])
    np.testing.assert_allclose(screen[:, 1], [49.5 - 10, 49.5 - 20])
    np.testing.assert_allclose(screen[:, 2], [1 / 2, 1 / 1])


@pytest.mark.parametrize(("view", "extent_m"), [("face", 0.245), ("bust", 0.40)])
def test_a_view_shows_its_extent_along_the_shorter_side(view: str, extent_m: float) -> None:
    eyes = np.array([[0.03, 0.0, 0.0], [-0.03, 0.0, 0.0]])
    camera = camera_for(eyes, width_px=640, height_px=480, view=view)
    assert camera.px_per_m == pytest.approx(480 / extent_m)


def test_the_lens_is_a_long_one() -> None:
    eyes = np.zeros((2, 3))
    camera = camera_for(eyes, width_px=480, height_px=480, view="bust")
    assert np.degrees(2 * np.arctan(240 / camera.focal_px)) == pytest.approx(16.06, abs=0.05)


@pytest.mark.parametrize(("width", "height"), [(0, 100), (100, 0), (-5, 100), (100, 9000)])
def test_a_picture_without_pixels_or_with_too_many_is_refused(width: int, height: int) -> None:
    with pytest.raises(UsageError, match=r"Expected (width|height)_px in 1\.\.8192 pixels"):
        camera_for(np.zeros((2, 3)), width_px=width, height_px=height, view="face")


def test_an_unknown_view_is_refused() -> None:
    with pytest.raises(UsageError, match="a view among face, bust, but got 'profile'"):
        camera_for(np.zeros((2, 3)), width_px=10, height_px=10, view="profile")
