"""The assumed camera, against what OpenFace 2.2.0 itself printed."""

import numpy as np
import pytest

from mien.core.errors import UsageError
from mien.tracks import OpenFaceCamera

PORTRAIT = OpenFaceCamera.assumed(720, 1280)
PIXELS = np.array([[179.0, 642.4], [342.3, 909.6], [534.5, 606.3], [332.0, 726.2]])
"""Points 0, 8, 16 and 30 of a frame, as OpenFace 2.2.0 wrote them for a video of 720 x 1280."""

MILLIMETRES = np.array(
    [[-82.8, 1.1, 433.9], [-7.3, 111.7, 392.5], [77.0, -14.9, 418.3], [-10.5, 32.4, 356.2]]
)
"""The same points in its columns X, Y and Z."""


@pytest.mark.parametrize(
    ("size_px", "parameters"),
    [((640, 480), (500, 320, 240)), ((1280, 961), (1000.52, 640, 480.5))],
)
def test_it_is_the_one_in_openfaces_details_file(
    size_px: tuple[int, int], parameters: tuple[float, ...]
) -> None:
    camera = OpenFaceCamera.assumed(*size_px)
    assert (camera.focal_px, *camera.centre_px) == pytest.approx(parameters, abs=0.005)


def test_openfaces_own_points_in_space_fall_onto_its_pixels() -> None:
    assert PORTRAIT.project(MILLIMETRES) == pytest.approx(PIXELS, abs=0.2)  # it writes one digit


def test_openfaces_own_pixels_and_depths_give_its_points_in_space() -> None:
    assert PORTRAIT.place(PIXELS, MILLIMETRES[:, 2]) == pytest.approx(MILLIMETRES, abs=0.1)


@pytest.mark.parametrize("size_px", [(0, 480), (640, -1)])
def test_a_picture_without_pixels_is_refused(size_px: tuple[int, int]) -> None:
    with pytest.raises(UsageError, match="a picture of at least 1 x 1 pixels, but got"):
        OpenFaceCamera.assumed(*size_px)
