"""Brows, lashes and hair."""

import numpy as np
import pytest

from mien.head import Head, load_head, pose_vertices, strand_points
from mien.head.brows import brow_coordinates
from mien.head.growth import grown
from mien.head.strands import StrandKind, Strands, frames_at, place_points

KINDS: tuple[StrandKind, ...] = ("brow", "lash", "hair")


@pytest.fixture(scope="module")
def head() -> Head:
    return load_head()


def _placed(head: Head, kind: StrandKind, name: str = "Jonas") -> tuple[Strands, np.ndarray]:
    person = head.people[name]
    strands = head.strands(person, kind)
    return strands, strand_points(strands, person.vertices_m, head.triangles)


def test_one_seed_gives_the_same_hairs_and_another_gives_others(head: Head) -> None:
    person = head.people_of("shown")[0]
    first, again = head.strands(person, "brow"), head.strands(person, "brow")
    np.testing.assert_array_equal(first.local_m, again.local_m)
    other = head.strands(person, "brow", seed=1)
    assert not np.array_equal(first.triangle[:50], other.triangle[:50])


@pytest.mark.parametrize("kind", KINDS)
def test_strands_are_finite_thin_and_short_on_everybody(head: Head, kind: StrandKind) -> None:
    for name in list(head.people)[:: 6 if kind == "hair" else 1]:
        strands, points = _placed(head, kind, name)
        assert np.isfinite(points).all()
        length = np.linalg.norm(np.diff(points, axis=1), axis=2).sum(axis=1)
        assert 0.0005 < np.median(length) < (0.5 if kind == "hair" else 0.02), name
        assert (strands.radius_m[:, -1] < strands.radius_m[:, 0]).all()
        np.testing.assert_allclose(strands.barycentric.sum(axis=2), 1, atol=1e-5)
        assert strands.barycentric.min() > -1e-6


def test_brow_hairs_rise_at_the_inner_end_and_sweep_outward_at_the_tail(head: Head) -> None:
    _, points = _placed(head, "brow")
    along, _, _ = brow_coordinates(points[:, 0])
    heading = points[:, -1] - points[:, 0]
    outward = heading[:, 0] * np.sign(points[:, 0, 0])
    inner, outer = along < 0.12, along > 0.6
    assert np.median(heading[inner, 1] / np.hypot(outward, heading[:, 1])[inner]) > 0.7
    assert np.median(outward[outer] / np.hypot(outward, heading[:, 1])[outer]) > 0.85


def test_both_brows_are_alike_and_men_have_more_hairs(head: Head) -> None:
    strands, points = _placed(head, "brow", "Erik")
    left = (points[:, 0, 0] > 0).mean()
    assert 0.42 < left < 0.58
    assert len(strands.triangle) > len(head.strands(head.people["Clara"], "brow").triangle)


def test_scalp_hair_stays_above_the_brows_and_off_the_face(head: Head) -> None:
    _, points = _placed(head, "hair")
    front = points[:, 0][np.abs(points[:, 0, 0]) < 0.02]
    front = front[front[:, 2] > -0.05]
    assert front[:, 1].min() > 0.045


def test_brows_of_men_are_lower_fuller_and_less_arched_than_those_of_women(head: Head) -> None:
    heights, arches = {}, {}
    for name in ("Erik", "Sofia"):
        _, points = _placed(head, "brow", name)
        root = points[:, 0]
        x = np.abs(root[:, 0])
        inner, middle, tail = (
            float(np.median(root[np.abs(x - at) < 0.004, 1])) for at in (0.018, 0.037, 0.050)
        )
        heights[name] = middle
        arches[name] = middle - 0.5 * (inner + tail)
        # Neither sad (the inner end above the arch) nor startled (an arch of a centimetre).
        assert inner < middle + 0.0015
        assert arches[name] < 0.006
    assert heights["Erik"] < heights["Sofia"]
    assert arches["Erik"] < arches["Sofia"]


def test_lashes_start_at_the_lids_and_point_forward(head: Head) -> None:
    _, points = _placed(head, "lash")
    person = head.people["Jonas"]
    side = (points[:, 0, 0] < 0).astype(int)
    root = np.linalg.norm(points[:, 0] - person.eye_centre_m[side], axis=1)
    assert np.median(root / person.eye_radius_m[side]) < 1.25
    assert (points[:, -1, 2] > points[:, 0, 2]).mean() > 0.9


def test_lashes_of_the_upper_lid_come_down_with_a_blink(head: Head) -> None:
    person = head.people["Jonas"]
    weights = np.zeros(52)
    weights[head.unit_index("eyeBlinkLeft")] = 1.0
    strands, before = _placed(head, "lash")
    after = strand_points(strands, pose_vertices(head, person, weights), head.triangles)
    upper_left = (before[:, 0, 0] > 0) & (before[:, -1, 1] > before[:, 0, 1])
    right = before[:, 0, 0] < 0
    assert (after - before)[upper_left, 0, 1].mean() < -0.003
    np.testing.assert_allclose(after[right], before[right], atol=1e-4)


def test_lashes_lie_on_their_cards_and_grow_out_of_the_skin(head: Head) -> None:
    person = head.people["Jonas"]
    strands, points = _placed(head, "lash")
    span = head.part_quads["lashes"]
    assert (strands.triangle >= 2 * span.start).all()
    assert (strands.triangle < 2 * span.stop).all()
    corners = person.vertices_m[head.triangles[strands.triangle]]
    assert (points >= corners.min(axis=2) - 1e-7).all()
    assert (points <= corners.max(axis=2) + 1e-7).all()
    skin = person.vertices_m[head.parts["skin"]]
    nearest = np.sqrt(((points[::9, 0, None] - skin) ** 2).sum(axis=2)).min(axis=1)
    assert nearest.max() < 0.004


def test_brows_lie_between_their_landmarks_and_on_the_skin(head: Head) -> None:
    for name in ("Jonas", "Mei", "Paul"):
        person = head.people[name]
        marks = head.landmarks.points(person.vertices_m.astype(np.float64))
        _, points = _placed(head, "brow", name)
        left = points[points[:, 0, 0] > 0, 0]
        inner, tail = marks[[336, 285], 0].min(), marks[[300, 276], 0].max()
        assert left[:, 0].min() > inner - 0.005
        assert left[:, 0].max() < tail + 0.002
        assert (left[:, 1] > marks[386, 1]).all()  # above the open lid
        skin = person.vertices_m[head.parts["skin"]]
        away = np.sqrt(((left[::29, None] - skin) ** 2).sum(axis=2)).min(axis=1)
        assert away.max() < 0.006


def test_the_bald_grow_no_hair(head: Head) -> None:
    appearance = {**head.people["Jonas"].appearance, "hair_density": 0.0}
    assert len(grown(head, appearance, "hair").triangle) == 0


def test_strands_turn_with_the_head(head: Head) -> None:
    person = head.people["Jonas"]
    strands, points = _placed(head, "brow")
    turn = np.array([[0.0, 0.0, 1.0], [0.0, 1.0, 0.0], [-1.0, 0.0, 0.0]], dtype=np.float32)
    turned = strand_points(strands, person.vertices_m @ turn.T, head.triangles)
    np.testing.assert_allclose(turned, points @ turn.T, atol=1e-5)


def test_the_axes_of_a_known_triangle() -> None:
    corners = np.array([[[0, 0, 0], [2, 0, 0], [1, 3, 0]]], dtype=np.float32)
    root, frame = frames_at(corners, np.array([[0.5, 0.5, 0.0]], dtype=np.float32))
    np.testing.assert_allclose(root, [[1, 0, 0]])
    np.testing.assert_allclose(frame[0], np.eye(3))


def test_a_collapsed_triangle_makes_no_nan() -> None:
    corners = np.zeros((1, 3, 3), dtype=np.float32)
    root, frame = frames_at(corners, np.full((1, 3), 1 / 3, dtype=np.float32))
    assert np.isfinite(root).all()
    assert np.isfinite(frame).all()


def test_placed_points_are_what_the_frames_of_their_triangles_say() -> None:
    rng = np.random.default_rng(2)
    vertices, triangles = rng.uniform(-0.1, 0.1, (12, 3)), rng.integers(0, 12, (30, 3))
    triangles = triangles[[len(set(row)) == 3 for row in triangles.tolist()]].astype(np.int32)
    triangle = rng.integers(0, len(triangles), 40).astype(np.int32)
    share = rng.dirichlet([1, 1, 1], 40).astype(np.float32)
    local = rng.normal(0, 0.003, (40, 3)).astype(np.float32)
    origin, frame = frames_at(vertices[triangles[triangle]].astype(np.float32), share)
    expected = origin + np.einsum("pa,pad->pd", local, frame)
    for function in (place_points, place_points.py_func):
        points = np.empty((40, 3), np.float32)
        function(vertices, triangles, triangle, share, local, points)
        np.testing.assert_allclose(points, expected, atol=1e-6)
