"""Normals against a sphere, whose normals are its points."""

import numpy as np

from mien.render.eyeball import eye_mesh
from mien.render.normals import sum_normals, vertex_normals, weld_of


def test_normals_of_a_ball_point_away_from_its_centre() -> None:
    mesh = eye_mesh(0.012)
    normals = vertex_normals(mesh.directions, mesh.triangles, np.arange(len(mesh.directions)))
    inner = mesh.directions[:, 2] > 0.0  # the rim has triangles on one side only
    cosine = (normals[inner] * mesh.directions[inner]).sum(axis=1)
    assert cosine.min() > np.cos(np.radians(4))


def test_a_seam_is_welded() -> None:
    # Two triangles of a bent strip; the shared edge is stored twice.
    vertices = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [1, 0, 0], [0, 1, 0], [1, 1, -1.0]])
    triangles = np.array([[0, 1, 2], [3, 5, 4]])
    weld = weld_of(vertices)
    assert weld.tolist() == [0, 1, 2, 1, 2, 5]
    normals = vertex_normals(vertices, triangles, weld)
    np.testing.assert_allclose(normals[1], normals[3])
    assert not np.allclose(normals[0], normals[1])


def test_a_vertex_without_area_has_no_normal() -> None:
    vertices = np.array([[0.0, 0, 0], [1, 0, 0], [2, 0, 0]])
    sums, normals = np.zeros((3, 3)), np.ones((3, 3))
    sum_normals.py_func(vertices, np.array([[0, 1, 2]]), np.arange(3), sums, normals)
    np.testing.assert_array_equal(normals, 0)


def test_the_plain_function_gives_the_normal_of_one_triangle() -> None:
    vertices = np.array([[0.0, 0, 0], [2, 0, 0], [0, 3, 0]])
    sums, normals = np.zeros((3, 3)), np.zeros((3, 3))
    sum_normals.py_func(vertices, np.array([[0, 1, 2]]), np.arange(3), sums, normals)
    np.testing.assert_allclose(normals, [[0, 0, 1]] * 3)
