"""mien's own spotter on prepared videos: what it finds, and what it is fed."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from mien.baselines import analysis_by_synthesis
from mien.baselines.analysis_by_synthesis import SPEC, features_of, motion_stride, signals_of
from mien.core.errors import InputError
from mien.core.facs import Channel, Side
from mien.core.track import EventKind
from mien.datasets.clips import Video
from mien.evaluation.systems import Budget, SpottingSystem
from mien.head import load_head
from mien.recognition.atoms import face_basis
from mien.recognition.face_reading import read_face
from mien.work import Silent

SIZE, RATE, SECONDS = 128, 50.0, 3.0
ONSET_S, OFFSET_S = 1.3, 1.7


def _rest_px() -> np.ndarray:
    head = load_head()
    person = next(one for one in head.people.values() if one.role == "basis")
    points = head.landmarks.points(person.vertices_m.astype(float))[:, :2] * [1, -1]
    right, left = points[[33, 133]].mean(axis=0), points[[362, 263]].mean(axis=0)
    placed = (points - (left + right) / 2) * 0.34 / np.linalg.norm(left - right)
    in_px: np.ndarray = (placed + np.array([0.5, 0.33])) * SIZE
    return in_px


def _video(unit: Channel | None) -> Video:
    """A textured face that moves as the head's own unit does, at .6 in the middle."""
    rest_px = _rest_px()
    rng = np.random.default_rng(8)
    noise = rng.normal(size=(SIZE, SIZE)).astype(np.float32)
    texture = sum(cv2.GaussianBlur(noise, (0, 0), one) * one for one in (0.8, 1.6, 3.0))
    face = (texture / np.std(texture) * 40 + 128).astype(np.float32)
    shift = np.zeros((SIZE, SIZE, 2), np.float32)
    if unit is not None:
        head = load_head()
        people = [one for one in head.people.values() if one.role == "basis"]
        basis = face_basis(head, people, rest_px * 2 + 0.5, size_px=256)
        field = basis.fields_px[basis.channels.index(unit)].astype(np.float32) / 2
        shift = 0.6 * cv2.resize(field, (SIZE, SIZE), interpolation=cv2.INTER_LINEAR)
    x, y = np.meshgrid(np.arange(SIZE, dtype=np.float32), np.arange(SIZE, dtype=np.float32))
    times_s = np.arange(int(SECONDS * RATE)) / RATE
    course = np.sin(np.pi * np.clip((times_s - ONSET_S) / (OFFSET_S - ONSET_S), 0, 1)) ** 2
    faces = np.empty((len(times_s), SIZE, SIZE), np.uint8)
    for frame, height in enumerate(course.astype(np.float32)):
        moved = cv2.remap(
            face,
            x - height * shift[..., 0],
            y - height * shift[..., 1],
            cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REFLECT,
        )
        faces[frame] = np.clip(moved + rng.normal(size=moved.shape), 0, 255)
    return Video(
        name="v",
        subject="s",
        rate=RATE,
        start_s=5.0,
        faces=faces,
        landmarks_px=np.repeat(rest_px[None], len(times_s), axis=0),
    )


@pytest.fixture(scope="module")
def lifted() -> Video:
    return _video(Channel(2, Side.LEFT))


@pytest.fixture(scope="module")
def system() -> SpottingSystem:
    made = SPEC.build(Budget())
    assert isinstance(made, SpottingSystem)
    made.fit([], seed=0, progress=Silent())
    return made


@pytest.mark.slow
def test_a_brief_movement_is_found_without_training_and_named(
    lifted: Video, system: SpottingSystem
) -> None:
    (event,) = system.spot(lifted)
    assert event.kind is EventKind.MICRO
    assert event.onset_s == pytest.approx(5.0 + ONSET_S, abs=0.08)
    assert event.apex_s == pytest.approx(5.0 + (ONSET_S + OFFSET_S) / 2, abs=0.04)
    assert event.offset_s == pytest.approx(5.0 + OFFSET_S, abs=0.08)
    assert {peak.channel.au for peak in event.units} & {1, 2}


@pytest.mark.slow
def test_a_face_that_keeps_still_has_no_event(system: SpottingSystem) -> None:
    assert system.spot(_video(None)) == ()


@pytest.mark.slow
def test_slow_movement_comes_from_the_prepared_curves(
    lifted: Video, system: SpottingSystem
) -> None:
    curves = np.zeros((len(lifted.faces), 2))
    curves[20:60, 1] = 0.6  # .8 s of a smile on the left
    video = replace(lifted, unit_names=("AU04L", "AU12L"), unit_curves=curves)
    events = system.spot(video)
    assert [event.kind for event in events].count(EventKind.MICRO) == 1
    macro = next(event for event in events if event.kind is EventKind.MACRO)
    assert macro.onset_s == pytest.approx(5.4, abs=0.1)
    assert macro.offset_s == pytest.approx(6.2, abs=0.1)


def test_closed_eyes_are_neither_micro_nor_macro(
    lifted: Video, monkeypatch: pytest.MonkeyPatch
) -> None:
    landmarks = lifted.landmarks_px.copy()
    for upper, lower in ((386, 374), (385, 380), (387, 373), (159, 145), (158, 153), (160, 144)):
        landmarks[30:70, upper] = landmarks[30:70, lower]  # .8 s shut
    still = np.zeros((len(lifted.faces), 32, 32, 2), np.float32)
    still += 0.01 * np.random.default_rng(0).standard_normal(still.shape).astype(np.float32)
    monkeypatch.setattr(analysis_by_synthesis, "features_of", lambda _: still)
    system = SPEC.build(Budget())
    assert isinstance(system, SpottingSystem)
    shut = replace(lifted, landmarks_px=landmarks)
    (closure,) = read_face(*signals_of(shut)).track.events
    assert closure.kind is EventKind.MACRO
    assert system.spot(shut) == ()


def test_signals_are_in_pixels_of_the_enlarged_face(lifted: Video) -> None:
    signals, basis = signals_of(lifted)
    assert signals.magnification == 2.0
    assert signals.time.start_s == 5.0
    assert float(signals.time.rate) == RATE
    peak = np.linalg.norm(signals.flow_px[75, basis.seen], axis=-1).max()
    expected = 0.6 * np.linalg.norm(
        basis.fields_px[basis.channels.index(Channel(2, Side.LEFT))], axis=-1
    )
    assert peak == pytest.approx(float(expected.max()), rel=0.35)


def test_motion_is_measured_at_most_about_a_hundred_times_a_second(lifted: Video) -> None:
    assert [motion_stride(replace(lifted, rate=rate)) for rate in (30.0, 100.0, 200.0)] == [1, 1, 2]
    assert features_of(lifted).shape == (150, 32, 32, 2)


def test_less_than_a_second_is_refused(lifted: Video, system: SpottingSystem) -> None:
    short = replace(lifted, faces=lifted.faces[:40], landmarks_px=lifted.landmarks_px[:40])
    with pytest.raises(InputError, match=r"at least 1\.0 s, but it has 0\.80 s"):
        system.spot(short)


def test_a_video_without_a_face_is_refused(lifted: Video, system: SpottingSystem) -> None:
    gone = np.full_like(lifted.landmarks_px, np.nan)
    with pytest.raises(InputError, match="Expected v to show a face"):
        system.spot(replace(lifted, landmarks_px=gone))


def test_a_gap_in_the_face_is_unseen_and_the_rest_is_judged(
    lifted: Video, system: SpottingSystem
) -> None:
    landmarks = lifted.landmarks_px.copy()
    landmarks[10:20] = np.nan
    signals, _ = signals_of(replace(lifted, landmarks_px=landmarks))
    assert sorted(signals.unseen) == list(range(10, 20))
    assert len(system.spot(replace(lifted, landmarks_px=landmarks))) == 1


def test_it_stands_as_our_own_in_tables() -> None:
    assert SPEC.category == "ours"
    assert not SPEC.paper
