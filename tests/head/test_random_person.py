"""Random people: one for every seed, none malformed."""

import numpy as np
import pytest
from jaxtyping import Float64

from mien.core.errors import UsageError
from mien.head import Head, Person, load_head, random_person
from mien.head.hair_styles import STYLES
from mien.head.random_person import LARGEST_SEED, seed_of

SEEDS = range(200)

# MediaPipe's landmarks.
_NOSE_TIP, _UPPER_LIP, _LOWER_LIP, _CHIN, _BROW = 4, 13, 14, 152, 105
_MIRRORED = ((33, 263), (133, 362), (61, 291), (234, 454), (129, 358), (172, 397))
_UPPER_LIDS, _LOWER_LIDS = (386, 159), (374, 145)


@pytest.fixture(scope="module")
def head() -> Head:
    return load_head()


@pytest.fixture(scope="module")
def people(head: Head) -> list[Person]:
    return [random_person(head, seed) for seed in SEEDS]


@pytest.fixture(scope="module")
def landmarks(head: Head, people: list[Person]) -> Float64[np.ndarray, "person 468 3"]:
    return np.stack([head.landmarks.points(p.vertices_m.astype(np.float64)) for p in people])


def test_a_seed_gives_the_same_person_by_name_and_by_number(head: Head) -> None:
    one, again = head.person("seed-1234"), random_person(head, 1234)
    assert one.name == "seed-1234"
    np.testing.assert_array_equal(one.vertices_m, again.vertices_m)
    assert dict(one.appearance) == dict(again.appearance)
    other = head.person("seed-1235")
    assert np.abs(other.vertices_m - one.vertices_m).max() > 0.001


def test_random_people_are_of_both_sexes_all_ages_and_families(people: list[Person]) -> None:
    women = sum(person.sex == "female" for person in people)
    assert 70 < women < 130
    ages = np.array([person.age_years for person in people])
    assert ages.min() >= 20
    assert ages.max() <= 75
    assert np.histogram(ages, bins=(20, 34, 48, 62, 76))[0].min() > 25
    for family in ("african", "asian", "caucasian"):
        assert sum(person.ancestry[family] > 0.8 for person in people) > 20
    assert sum(max(person.ancestry.values()) < 0.6 for person in people) > 20
    assert {str(person.appearance["hair_style"]) for person in people} <= set(STYLES)
    assert len({str(person.appearance["hair_style"]) for person in people}) >= 12


def test_faces_are_nearly_symmetric(landmarks: Float64[np.ndarray, "person 468 3"]) -> None:
    for right, left in _MIRRORED:
        mirrored = landmarks[:, right] * (-1, 1, 1)
        apart = np.linalg.norm(mirrored - landmarks[:, left], axis=1)
        assert apart.max() < 0.0055


def test_eyes_are_as_far_apart_and_as_large_as_eyes_are(head: Head, people: list[Person]) -> None:
    # Pupils of adults are 52 to 74 mm apart (Dodgson 2004); the source's eyeballs are too large.
    between = np.array([person.eye_centre_m[0, 0] - person.eye_centre_m[1, 0] for person in people])
    assert between.min() > 0.050
    assert between.max() < 0.076
    radius = np.array([person.eye_radius_m for person in people])
    named = np.array([person.eye_radius_m for person in head.people.values()])
    assert radius.min() > 0.96 * named.min()
    assert radius.max() < 1.04 * named.max()
    assert np.abs(radius[:, 0] - radius[:, 1]).max() < 0.0004


def test_brow_nose_mouth_and_chin_follow_each_other_downward(
    landmarks: Float64[np.ndarray, "person 468 3"],
) -> None:
    order = landmarks[:, [_BROW, _NOSE_TIP, _UPPER_LIP, _CHIN], 1]
    steps = -np.diff(order, axis=1)
    assert (steps > (0.035, 0.012, 0.025)).all()
    assert (steps < (0.085, 0.050, 0.075)).all()


def test_lips_touch(landmarks: Float64[np.ndarray, "person 468 3"]) -> None:
    gap = landmarks[:, _UPPER_LIP, 1] - landmarks[:, _LOWER_LIP, 1]
    assert gap.max() < 0.004
    assert gap.min() > -0.003


def test_no_triangle_of_the_face_is_turned_over(head: Head, people: list[Person]) -> None:
    skin = head.part_triangles("skin")
    # Where lips, lids and ears fold, a triangle may turn far from the average one's.
    folds = ("inside_mouth", "lips", "eyelids", "ears")
    skin = skin[np.max([head.masks[name][skin].max(axis=1) for name in folds], axis=0) < 0.05]

    def normals(vertices: np.ndarray) -> np.ndarray:
        a, b, c = (vertices[skin[:, corner]].astype(np.float64) for corner in range(3))
        return np.cross(b - a, c - a)

    mean = normals(head.mean_m)
    for person in people:
        own = normals(person.vertices_m)
        turn = (own * mean).sum(axis=1) / np.linalg.norm(own, axis=1) / np.linalg.norm(mean, axis=1)
        assert (turn < 0).mean() < 0.0005, person.name
        assert np.linalg.norm(own, axis=1).min() > 0


def test_lids_lie_before_the_eyeballs(
    people: list[Person], landmarks: Float64[np.ndarray, "person 468 3"]
) -> None:
    for person, points in zip(people, landmarks, strict=True):
        for eye in range(2):
            for lid in (_UPPER_LIDS[eye], _LOWER_LIDS[eye]):
                away = np.linalg.norm(points[lid] - person.eye_centre_m[eye])
                ratio = away / person.eye_radius_m[eye]
                assert 0.93 < ratio < 1.4, person.name
            open_m = points[_UPPER_LIDS[eye], 1] - points[_LOWER_LIDS[eye], 1]
            assert 0.0035 < open_m < 0.016, person.name


def test_teeth_stand_behind_the_lips_and_between_the_cheeks(
    head: Head, people: list[Person], landmarks: Float64[np.ndarray, "person 468 3"]
) -> None:
    for person, points in zip(people, landmarks, strict=True):
        for part in ("teeth_upper", "teeth_lower"):
            teeth = person.vertices_m[head.parts[part]]
            assert teeth[:, 2].max() < points[_UPPER_LIP, 2] + 0.001, person.name
            assert np.abs(teeth[:, 0]).max() < np.abs(points[[234, 454], 0]).min() - 0.02


@pytest.mark.parametrize("name", ["seed-", "seed-x", "seed--1", "Seed-1", "seed 1"])
def test_a_name_that_is_no_seed_is_refused(head: Head, name: str) -> None:
    assert seed_of(name) is None
    with pytest.raises(UsageError, match="seed-1234"):
        head.person(name)


@pytest.mark.parametrize("name", [f"seed-{LARGEST_SEED + 1}", "seed-007"])
def test_a_seed_out_of_range_is_refused(head: Head, name: str) -> None:
    with pytest.raises(UsageError, match="leading zeros"):
        head.person(name)
    with pytest.raises(UsageError, match="seed"):
        random_person(head, -1)
