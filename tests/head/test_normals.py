"""Normals against a sphere, whose normals are its points."""

import numpy as np

from mien.head.eye import EyeRegion, eye_mesh
from mien.head.normals import sum_normals, vertex_normals


def test_normals_of_a_ball_point_away_from_its_centre() -> None:
    mesh = eye_mesh(0.012)
    ball = (mesh.region[mesh.triangles] == EyeRegion.SCLERA).all(axis=1)
    normals = vertex_normals(mesh.vertices_m, mesh.triangles[ball], np.arange(len(mesh.vertices_m)))
    inner = (mesh.region == EyeRegion.SCLERA) & (mesh.vertices_m[:, 2] < 0.0099)  # not the rim
    cosine = (normals[inner] * mesh.vertices_m[inner]).sum(axis=1) / 0.012
    assert cosine.min() > np.cos(np.radians(4))


def test_a_seam_is_welded() -> None:
    # Two triangles of a bent strip; the shared edge is stored twice.
    vertices = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [1, 0, 0], [0, 1, 0], [1, 1, -1.0]])
    triangles = np.array([[0, 1, 2], [3, 5, 4]])
    weld = np.array([0, 1, 2, 1, 2, 5])
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
