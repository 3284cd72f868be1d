"""Pictures inside the page, and arrows."""

import re
from base64 import b64decode

import cv2
import numpy as np
import pytest

from mien.core.errors import OutputError
from mien.report.pictures import arrow_path, image_uri


def test_a_picture_comes_back_with_its_colours() -> None:
    image = np.zeros((32, 48, 3), np.uint8)
    image[:] = (200, 90, 20)
    data = b64decode(image_uri(image).removeprefix("data:image/jpeg;base64,"))
    read = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    assert read is not None
    assert read.shape == image.shape
    assert np.abs(read[..., ::-1].astype(int) - image).max() <= 3


def test_a_picture_without_pixels_is_refused() -> None:
    with pytest.raises(OutputError, match="a picture with pixels"):
        image_uri(np.zeros((0, 8, 3), np.uint8))


def shafts(path: str) -> list[list[float]]:
    """Start and length of each arrow: every first of three strokes."""
    strokes = re.findall(r"M(-?[\d.]+) (-?[\d.]+)l(-?[\d.]+) (-?[\d.]+)", path)
    return [[float(number) for number in stroke] for stroke in strokes[::3]]


def test_an_arrow_starts_at_its_cell_and_points_with_the_motion() -> None:
    flow = np.zeros((8, 8, 2))
    flow[2, 5] = [0.0, -0.4]  # up
    path, longest, stretch = arrow_path(flow, (80, 80), 0.01)
    assert shafts(path) == [[55.0, 25.0, 0.0, -20.0]]
    assert longest == pytest.approx(0.4)
    assert stretch == pytest.approx(50)


def test_motion_within_the_noise_has_no_arrow() -> None:
    flow = np.zeros((8, 8, 2))
    flow[2, 5] = [0.0, 0.4]
    flow[3, 3] = [0.1, 0.0]
    assert len(shafts(arrow_path(flow, (80, 80), 0.04)[0])) == 2
    assert len(shafts(arrow_path(flow, (80, 80), 0.06)[0])) == 1


def test_a_fine_grid_is_thinned_by_means() -> None:
    flow = np.zeros((32, 32, 2))
    flow[10:12, 20:22] = [[[1.0, 0.0], [0.6, 0.0]], [[0.8, 0.0], [0.8, 0.0]]]
    path, longest, _ = arrow_path(flow, (256, 256), 0.0)
    assert longest == pytest.approx(0.8)
    assert shafts(path) == [[168.0, 88.0, 32.0, 0.0]]


@pytest.mark.parametrize("value", [0.0, np.nan])
def test_no_motion_gives_no_arrows(value: float) -> None:
    path, longest, _ = arrow_path(np.full((8, 8, 2), value), (80, 80), 0.1)
    assert path == ""
    assert np.isnan(longest)
