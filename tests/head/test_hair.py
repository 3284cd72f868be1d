"""Hair styles: where hair grows, how it falls, what it stays clear of."""

from dataclasses import replace
from types import MappingProxyType

import numpy as np
import pytest
from scipy.spatial import cKDTree

from mien.core.errors import UsageError
from mien.head import Head, load_head, strand_points
from mien.head.growth import grown
from mien.head.hair_guides import resampled
from mien.head.hair_styles import STYLES, hair_style
from mien.head.hairline import scalp_cover
from mien.head.normals import vertex_normals
from mien.head.person import Person


@pytest.fixture(scope="module")
def head() -> Head:
    return load_head()


def _hair(head: Head, name: str, style: str, **look: float) -> np.ndarray:
    person = _styled(head.people[name], style, **look)
    strands = head.strands(person, "hair")
    return strand_points(strands, person.vertices_m, head.triangles).astype(np.float64)


def _styled(person: Person, style: str, **look: float) -> Person:
    appearance = MappingProxyType({**person.appearance, "hair_style": style, **look})
    return replace(person, appearance=appearance)


@pytest.mark.parametrize("style", STYLES)
def test_every_style_grows_hair_that_is_finite_and_outside_the_head(head: Head, style: str) -> None:
    points = _hair(head, "Sofia", style)
    assert len(points) > 4000
    assert np.isfinite(points).all()
    vertices = head.people["Sofia"].vertices_m.astype(np.float64)
    skin = np.unique(head.part_triangles("skin"))
    plain = skin[(head.masks["ears"][skin] < 0.05) & (head.masks["inside_mouth"][skin] < 0.05)]
    normals = vertex_normals(vertices, head.part_triangles("skin"), head.weld)
    some = points[::7].reshape(-1, 3)
    away, nearest = cKDTree(vertices[plain]).query(some)
    depth = ((some - vertices[plain][nearest]) * normals[plain][nearest]).sum(axis=1)
    inside = (depth < -0.003) & (away < 0.02)
    assert inside.mean() < 0.01


@pytest.mark.parametrize("style", STYLES)
def test_no_style_hangs_over_eyes_nose_or_mouth(head: Head, style: str) -> None:
    points = _hair(head, "Mei", style).reshape(-1, 3)
    ahead = points[(points[:, 2] > 0.0) & (points[:, 1] < 0.005) & (points[:, 1] > -0.09)]
    assert (np.abs(ahead[:, 0]) > 0.035).all()


def test_long_hair_reaches_the_shoulders_and_a_bob_ends_at_the_chin(head: Head) -> None:
    chin = head.landmarks.points(head.people["Sofia"].vertices_m.astype(np.float64))[152, 1]
    styles = ("long-wavy", "shoulder-straight", "bob", "cropped", "swept-back")
    low = {name: np.percentile(_hair(head, "Sofia", name)[..., 1], 0.5) for name in styles}
    assert low["long-wavy"] < low["shoulder-straight"] < chin - 0.02
    assert abs(low["bob"] - chin) < 0.04
    assert all(low[name] > chin + 0.02 for name in ("cropped", "swept-back"))


def test_an_afro_stands_round_the_head_and_a_bun_behind_it(head: Head) -> None:
    top = _hair(head, "Ada", "afro")[:, -1, 1].max()
    skull = head.people["Ada"].vertices_m[head.parts["skin"], 1].max()
    assert 0.03 < top - skull < 0.08
    low_bun = _hair(head, "Ada", "low-bun")[..., 2].min()
    cropped = _hair(head, "Ada", "cropped")[..., 2].min()
    assert low_bun < cropped - 0.015


def test_fewer_hairs_are_wider_so_that_the_style_covers_as_much(head: Head) -> None:
    person = _styled(head.people["Sofia"], "bob")
    many, few = (head.strands(person, "hair", most=most) for most in (0, 700))
    assert len(few.triangle) <= 700
    assert np.median(few.radius_m[:, 0]) > 4 * np.median(many.radius_m[:, 0])
    ends = [
        np.percentile(strand_points(s, person.vertices_m, head.triangles)[..., 1], 1)
        for s in (many, few)
    ]
    assert ends[0] == pytest.approx(ends[1], abs=0.015)


def test_one_seed_gives_the_same_hair_and_another_gives_other_hair(head: Head) -> None:
    person = head.people["Nina"]
    first, again, other = (head.strands(person, "hair", seed=seed) for seed in (3, 3, 4))
    np.testing.assert_array_equal(first.local_m, again.local_m)
    assert not np.array_equal(first.triangle[:50], other.triangle[:50])


def test_a_receding_line_is_higher_at_the_temples_and_a_bald_crown_is_bare() -> None:
    temple = np.array([[0.045, 0.068, 0.0]])
    crown = np.array([[0.0, 0.11, -0.09]])
    side = np.array([[0.07, 0.03, -0.11]])
    none = np.zeros(1)
    assert scalp_cover(temple, none, {}) > 0.9
    assert scalp_cover(temple, none, {"hairline_recession": 1.0}) < 0.2
    assert scalp_cover(crown, none, {"crown_bald": 1.0}) < 0.1
    assert scalp_cover(side, none, {"crown_bald": 1.0}) > 0.9
    assert scalp_cover(side, np.ones(1), {}) == 0.0


def test_an_unknown_style_is_refused_with_the_nearest_name(head: Head) -> None:
    with pytest.raises(UsageError, match=r"short-parted"):
        hair_style("short-part")
    with pytest.raises(UsageError, match="hair style"):
        grown(head, {**head.people["Nina"].appearance, "hair_style": "mohawk"}, "hair")


def test_a_resampled_curve_keeps_its_ends_and_has_even_steps() -> None:
    curve = np.array([[[0, 0, 0], [1, 0, 0], [1, 0, 0], [1, 3, 0]]], dtype=np.float64)
    even = resampled(curve, 5)
    np.testing.assert_allclose(even[0, [0, -1]], curve[0, [0, -1]])
    np.testing.assert_allclose(np.linalg.norm(np.diff(even[0], axis=0), axis=1), 1.0)
