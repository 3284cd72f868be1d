"""Regions of the face: where they lie, and how they move against the nose."""

import numpy as np
import pytest

from mien.baselines.regions import NOSE, REGIONS, region_curves, square
from mien.head import load_head

SIZE = 128


@pytest.fixture(scope="module")
def rest_px() -> np.ndarray:
    head = load_head()
    person = next(one for one in head.people.values() if one.role == "basis")
    points = head.landmarks.points(person.vertices_m.astype(float))[:, :2] * [1, -1]
    right, left = points[[33, 133]].mean(axis=0), points[[362, 263]].mean(axis=0)
    placed = (points - (left + right) / 2) * 0.34 / np.linalg.norm(left - right)
    in_px: np.ndarray = (placed + np.array([0.5, 0.33])) * SIZE
    return in_px


def _centres(rest_px: np.ndarray) -> dict[str, np.ndarray]:
    return {name: rest_px[list(points)].mean(axis=0) for name, points in REGIONS.items()}


def test_fourteen_regions_lie_where_their_names_say(rest_px: np.ndarray) -> None:
    centres = _centres(rest_px)
    assert len(centres) == 14
    middle, eyes, nose = SIZE / 2, rest_px[[33, 263], 1].mean(), rest_px[4, 1]
    for name, (x, y) in centres.items():
        # The subject's right is at the left of the picture.
        assert (x < middle) == ("right" in name)
        if "brow" in name:
            assert y < eyes
        if "mouth" in name or "lip" in name:
            assert y > nose
    assert centres["upper lip, left"][1] < centres["lower lip, left"][1]
    for side, sign in (("right", -1), ("left", 1)):
        places = [sign * centres[f"{side} brow, {part}"][0] for part in ("inner", "middle")]
        assert places == sorted(places)


def test_each_side_mirrors_the_other(rest_px: np.ndarray) -> None:
    centres = _centres(rest_px)
    for name, (x, y) in centres.items():
        other = centres[
            name.replace("right", "LEFT").replace("left", "right").replace("LEFT", "left")
        ]
        np.testing.assert_allclose([SIZE - x, y], other, atol=2.0)


def test_a_square_holds_the_cells_whose_middle_is_near() -> None:
    # Middles at 1.5, 5.5, 9.5 ... and a half side of 6 pixels of 128.
    marked = square(np.array([[9.5, 41.0]]), 32, size_px=SIZE)
    assert np.flatnonzero(marked.any(axis=0)).tolist() == [1, 2, 3]
    assert np.flatnonzero(marked.any(axis=1)).tolist() == [9, 10, 11]
    assert marked.sum() == 9


def test_a_point_outside_of_the_face_takes_the_nearest_cell() -> None:
    marked = square(np.array([[-40.0, 64.0]]), 32, size_px=SIZE)
    assert np.flatnonzero(marked.any(axis=0)).tolist() == [0]


def test_the_head_moves_no_region(rest_px: np.ndarray) -> None:
    flow = np.zeros((3, 32, 32, 2), np.float32) + np.array([2.0, -3.0], np.float32)
    np.testing.assert_allclose(region_curves(flow, rest_px, size_px=SIZE), 0, atol=1e-6)


def test_a_region_shows_the_mean_of_its_cells_against_the_nose(rest_px: np.ndarray) -> None:
    flow = np.zeros((2, 32, 32, 2), np.float32)
    corner = square(rest_px[[61]], 32, size_px=SIZE)
    flow[1, corner] = [-1.5, 0.5]
    flow[1, square(rest_px[list(NOSE)], 32, size_px=SIZE)] = [0.25, 0.0]
    curves = region_curves(flow, rest_px, size_px=SIZE)
    place = list(REGIONS).index("right corner of the mouth")
    np.testing.assert_allclose(curves[1, place], [-1.75, 0.5], atol=1e-6)
    np.testing.assert_allclose(curves[1, list(REGIONS).index("left brow, outer")], [-0.25, 0.0])


def test_where_no_face_is_seen_nothing_is_known(rest_px: np.ndarray) -> None:
    flow = np.zeros((3, 32, 32, 2), np.float32)
    flow[1] = np.nan
    seen = np.isfinite(region_curves(flow, rest_px, size_px=SIZE)).all(axis=(1, 2))
    assert seen.tolist() == [True, False, True]
