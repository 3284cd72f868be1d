"""The procedural eyeball."""

import numpy as np
import pytest

from mien.core.errors import UsageError
from mien.head.eye import EyeRegion, eye_mesh, eye_surface, gaze_rotation, placed_eye


def test_the_eyeball_has_its_radius_and_the_cornea_stands_out_in_front() -> None:
    mesh = eye_mesh(0.016)
    distance = np.linalg.norm(mesh.vertices_m, axis=1)
    np.testing.assert_allclose(distance[mesh.region == EyeRegion.SCLERA], 0.016)
    cornea = mesh.vertices_m[mesh.region == EyeRegion.CORNEA]
    assert 1.03 < cornea[:, 2].max() / 0.016 < 1.1
    assert 1000 < len(mesh.vertices_m) < 4000


def test_iris_and_pupil_lie_behind_the_cornea_with_human_size() -> None:
    mesh = eye_mesh(0.016)
    iris = mesh.vertices_m[mesh.region == EyeRegion.IRIS]
    assert np.hypot(iris[:, 0], iris[:, 1]).max() == pytest.approx(0.0059, abs=0.0003)
    assert (np.linalg.norm(iris, axis=1) < 0.016).all()
    pupil = mesh.vertices_m[mesh.region == EyeRegion.PUPIL]
    assert np.hypot(pupil[:, 0], pupil[:, 1]).max() == pytest.approx(0.0018, abs=0.0001)


def test_triangles_face_outward() -> None:
    mesh = eye_mesh(1.0)
    a, b, c = (mesh.vertices_m[mesh.triangles[:, corner]] for corner in range(3))
    normal = np.cross(b - a, c - a)
    region = mesh.region[mesh.triangles[:, 0]]
    outward = np.einsum("td,td->t", normal, a + b + c)
    assert (outward[region <= EyeRegion.CORNEA] > 0).all()
    assert (normal[region >= EyeRegion.IRIS, 2] > 0).all()


def test_the_outside_is_the_same_eyeball_in_one_closed_piece() -> None:
    whole, outside = eye_mesh(0.016, segments=16), eye_surface(0.016, segments=16)
    seen = whole.vertices_m[whole.region <= EyeRegion.CORNEA]
    away = np.linalg.norm(outside.vertices_m[:, None] - seen, axis=2)
    assert away.min(axis=0).max() < 1e-12
    assert away.min(axis=1).max() < 1e-12
    a, b, c = (outside.vertices_m[outside.triangles[:, corner]] for corner in range(3))
    assert (np.einsum("td,td->t", np.cross(b - a, c - a), a + b + c) > 0).all()
    volume = np.einsum("td,td->", a, np.cross(b, c)) / 6
    assert volume == pytest.approx(4 / 3 * np.pi * 0.016**3, rel=0.08)


def test_texture_coordinates_stay_in_the_unit_square() -> None:
    uv = eye_mesh(1.0).uv
    assert uv.min() >= -1e-9
    assert uv.max() <= 1 + 1e-9


def test_gaze_keeps_the_radius_and_points_where_it_says() -> None:
    mesh = eye_mesh(0.016)
    centre = np.array([0.03, 0.0, 0.0])
    looked = placed_eye(mesh, centre, np.array([0.2, 0.4])) - centre
    np.testing.assert_allclose(
        np.linalg.norm(looked, axis=1), np.linalg.norm(mesh.vertices_m, axis=1)
    )
    axis = gaze_rotation(0.2, 0.4) @ np.array([0.0, 0.0, 1.0])
    assert axis[0] > 0  # to the subject's left
    assert axis[1] < 0  # down
    assert np.arcsin(-axis[1]) == pytest.approx(0.2)


@pytest.mark.parametrize("radius", [0.0, -1.0, float("nan")])
def test_a_radius_not_above_zero_is_refused(radius: float) -> None:
    with pytest.raises(UsageError, match="radius above 0 m"):
        eye_mesh(radius)


def test_too_few_segments_are_refused() -> None:
    with pytest.raises(UsageError, match="at least 8 segments"):
        eye_mesh(1.0, segments=4)
