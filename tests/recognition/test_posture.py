"""Slow movement from landmarks, on landmarks of the head whose units are known."""

import numpy as np

from mien.core.facs import Channel
from mien.head import au_delta, load_head
from mien.recognition.posture import posture_model, read_posture

HEAD = load_head()
PEOPLE = [person for person in HEAD.people.values() if person.role == "basis"]
STRANGER = next(person for person in HEAD.people.values() if person.role == "held-out")
MODEL = posture_model(HEAD, PEOPLE)
RNG = np.random.default_rng(5)


def landmarks(units: dict[str, float], yaw: float = 0.0) -> np.ndarray:
    """Landmarks of the stranger, turned, scaled to pixels, with a tracker's noise."""
    vertices = STRANGER.vertices_m.astype(np.float64)
    for name, weight in units.items():
        vertices = vertices + weight * au_delta(HEAD, Channel.parse(name))
    points = HEAD.landmarks.points(vertices)
    turn = np.array([[np.cos(yaw), 0, np.sin(yaw)], [0, 1, 0], [-np.sin(yaw), 0, np.cos(yaw)]])
    seen: np.ndarray = 1400 * points @ turn.T + 200 + RNG.normal(0, 0.2, points.shape)
    return seen


def read(frames: list[np.ndarray]) -> dict[str, np.ndarray]:
    posture = read_posture(MODEL, np.stack(frames), np.ones(len(frames), dtype=bool))
    return {str(c): posture.activation[:, i] for i, c in enumerate(posture.channels)}


def test_a_face_at_rest_does_nothing() -> None:
    course = read([landmarks({}) for _ in range(20)])
    assert max(values.max() for values in course.values()) < 0.1


def test_a_smile_that_lasts_most_of_the_video_is_still_a_smile() -> None:
    smile = {"AU12L": 0.7, "AU12R": 0.7}
    course = read([landmarks({}) for _ in range(15)] + [landmarks(smile) for _ in range(45)])
    assert course["AU12L"][30:].mean() > 0.4
    assert course["AU12L"][:14].mean() < 0.1
    assert course["AU15L"].max() < 0.2


def test_an_open_jaw_is_read_through_a_turn_of_the_head() -> None:
    frames = [landmarks({}, yaw=0.2 * np.sin(i / 5)) for i in range(40)]
    frames += [landmarks({"AU26": 0.6}, yaw=0.25) for _ in range(10)]
    course = read(frames)
    assert course["AU26"][42:].mean() > 0.3
    assert course["AU26"][:38].max() < 0.1


def test_a_raised_brow_has_a_side() -> None:
    frames = [landmarks({}) for _ in range(20)] + [landmarks({"AU02L": 0.8}) for _ in range(10)]
    course = read(frames)
    assert course["AU02L"][22:].mean() > 2 * course["AU02R"][22:].mean()


def test_frames_without_a_face_stay_unknown() -> None:
    frames = [landmarks({}) for _ in range(10)]
    frames[4] = np.full_like(frames[4], np.nan)
    course = read(frames)
    assert np.isnan(course["AU12L"][4])
    assert np.isfinite(course["AU12L"][5])


def test_a_video_without_any_face_is_all_unknown() -> None:
    posture = read_posture(MODEL, np.full((5, 468, 3), np.nan), np.zeros(5, dtype=bool))
    assert np.isnan(posture.activation).all()
