"""Joining tracklets to people, on made-up appearances."""

import numpy as np

from mien.faces.identity import people_of
from mien.faces.landmarker import Mesh
from mien.faces.tracklet import Tracklet

ADA, BEN = np.array([1.0, 0, 0]), np.array([0.5, np.sqrt(0.75), 0])


def _tracklet(
    start: int, count: int, look: np.ndarray, x: float, *, after_doubt: bool = False
) -> Tracklet:
    tracklet = Tracklet(start, after_doubt=after_doubt)
    points = np.random.default_rng(0).uniform(0, 50, (468, 3)).astype(np.float32)
    points[:, 0] += x
    for _ in range(count):
        tracklet.append(Mesh(points, 1.0), look)
    return tracklet


def test_people_who_swap_places_keep_their_identity() -> None:
    tracklets = [
        _tracklet(0, 10, ADA, 0),
        _tracklet(0, 10, BEN, 300),
        _tracklet(10, 10, ADA, 300, after_doubt=True),
        _tracklet(10, 10, BEN, 0, after_doubt=True),
    ]
    people = people_of(tracklets)
    looks = [[tuple(one.mean_look.round(3)) for one in person.tracklets] for person in people]
    assert [len(set(seen)) for seen in looks] == [1, 1]
    assert [len(seen) for seen in looks] == [2, 2]


def test_a_stranger_is_a_new_person() -> None:
    assert len(people_of([_tracklet(0, 10, ADA, 0), _tracklet(20, 10, BEN, 0)])) == 2


def test_one_person_is_never_in_two_places() -> None:
    assert len(people_of([_tracklet(0, 10, ADA, 0), _tracklet(5, 10, ADA, 300)])) == 2


def test_place_decides_between_the_alike_after_a_short_loss() -> None:
    people = people_of(
        [
            _tracklet(0, 10, ADA, 0),
            _tracklet(0, 10, ADA, 300),
            _tracklet(14, 10, ADA, 300),
            _tracklet(14, 10, ADA, 0),
        ]
    )
    for person in people:
        assert len({float(one.points_px[0][0, 0]) for one in person.tracklets}) == 1
