"""Catmull-Clark refinement."""

import numpy as np
import pytest

from mien.core.errors import UsageError
from mien.head import load_head
from mien.head.subdivision import catmull_clark, subdivision

CUBE = np.array([[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)], dtype=float)
CUBE_QUADS = np.array(
    [[0, 1, 3, 2], [4, 6, 7, 5], [0, 4, 5, 1], [2, 3, 7, 6], [0, 2, 6, 4], [1, 5, 7, 3]]
)


def test_a_cube_matches_the_values_computed_by_hand() -> None:
    operator, _, quads, _ = catmull_clark(CUBE_QUADS, np.arange(8))
    fine = operator @ CUBE
    # Corner: (F + 2R + (3-3)P)/3 with F = (-1/3,..), R = (-2/3,..): 5/9 of the corner.
    np.testing.assert_allclose(fine[:8], CUBE * 5 / 9)
    # Edge: mean of two corners and two face centres: (3/4, 3/4, 0) up to order and sign.
    edges = np.sort(np.abs(fine[8:20]), axis=1)
    np.testing.assert_allclose(edges, np.tile([0, 0.75, 0.75], (12, 1)), atol=1e-12)
    faces = np.sort(np.abs(fine[20:]), axis=1)
    np.testing.assert_allclose(faces, np.tile([0, 0, 1], (6, 1)), atol=1e-12)
    assert quads.shape == (24, 4)


def test_an_open_border_becomes_a_spline_of_the_border_alone() -> None:
    flat = np.array([[x, y, 0.0] for y in range(2) for x in range(4)])
    quads = np.array([[i, i + 1, i + 5, i + 4] for i in range(3)])
    fine = catmull_clark(quads, np.arange(8))[0] @ flat
    np.testing.assert_allclose(fine[1], [1, 0, 0])  # 1/8, 6/8, 1/8 of equally spaced points
    np.testing.assert_allclose(fine[0], 0.75 * flat[0] + 0.125 * (flat[1] + flat[4]))


def test_a_texture_seam_leaves_no_trace_in_the_surface() -> None:
    # Two quads that share an edge, once welded and once split there.
    whole = np.array([[0, 0, 0], [1, 0, 0.5], [2, 0, 0], [0, 1, 0], [1, 1, 0.5], [2, 1, 0]], float)
    joined = catmull_clark(np.array([[0, 1, 4, 3], [1, 2, 5, 4]]), np.arange(6))[0] @ whole
    split = np.concatenate([whole, whole[[1, 4]]])
    weld = np.array([0, 1, 2, 3, 4, 5, 1, 4])
    operator, _, quads, fine_weld = catmull_clark(np.array([[0, 1, 4, 3], [6, 2, 5, 7]]), weld)
    fine = operator @ split
    np.testing.assert_allclose(np.unique(fine.round(9), axis=0), np.unique(joined.round(9), axis=0))
    np.testing.assert_allclose(fine, fine[fine_weld])
    assert len(quads) == 8
    assert len(np.unique(fine_weld)) == len(joined)


@pytest.mark.parametrize("level", [0, 1, 2])
def test_the_head_keeps_constants_and_parts_at_every_level(level: int) -> None:
    head = load_head()
    fine = subdivision(head, level)
    ones = fine(np.ones((len(head.mean_m), 1), dtype=np.float32))
    np.testing.assert_allclose(ones, 1, atol=1e-5)
    assert len(fine.quads) == len(head.quads) * 4**level
    for part, span in fine.parts.items():
        used = np.unique(fine.quads[fine.part_quads[part]])
        np.testing.assert_array_equal(used, np.arange(span.start, span.stop))
    assert fine.uv.shape == (len(fine.weld), 2)


def test_the_refined_head_stays_near_the_coarse_one_and_winds_the_same_way() -> None:
    head = load_head()
    fine = subdivision(head, 1)
    vertices = fine(head.mean_m)
    np.testing.assert_allclose(vertices, vertices[fine.weld], atol=2e-5)
    span = head.parts["skin"]
    moved = np.linalg.norm(vertices[: span.stop] - head.mean_m[: span.stop], axis=1)
    assert np.quantile(moved, 0.99) < 0.0025

    def volume(points: np.ndarray, triangles: np.ndarray) -> float:
        a, b, c = (points[triangles[:, corner]] for corner in range(3))
        return float(np.einsum("td,td->t", a, np.cross(b, c)).sum() / 6)

    coarse = volume(head.mean_m, head.part_triangles("skin"))
    refined = volume(vertices, fine.part_triangles("skin"))
    assert refined == pytest.approx(coarse, rel=0.03)
    assert coarse > 0  # wound outward


@pytest.mark.parametrize("level", [0, 1, 2])
def test_every_vertex_of_the_head_is_found_again(level: int) -> None:
    head = load_head()
    fine = subdivision(head, level)
    moved = np.linalg.norm(fine(head.mean_m)[fine.coarse] - head.mean_m, axis=1)
    assert np.median(moved) < 0.0005
    for part, span in head.parts.items():
        assert (fine.coarse[span] >= fine.parts[part].start).all()
        assert (fine.coarse[span] < fine.parts[part].stop).all()


def test_another_level_is_refused() -> None:
    with pytest.raises(UsageError, match="level 0, 1 or 2, but got 3"):
        subdivision(load_head(), 3)
