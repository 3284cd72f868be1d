"""MDMD, SP-FD and OF-FD on small faces of which a known spot moves at a known time."""

import importlib
from collections.abc import Callable
from dataclasses import replace

import cv2
import numpy as np
import pytest

from mien.baselines import registry
from mien.baselines.mdmd import difference_curves
from mien.core.errors import InputError
from mien.core.track import EventKind
from mien.datasets.clips import LabelledVideo, Video
from mien.evaluation.systems import Budget, SpottingSystem, SystemTask
from mien.head import load_head
from mien.work import Silent

SIZE, RATE, START_S = 64, 30.0, 5.0
NAMES = ("mdmd", "sp_fd", "of_fd")
BROW = 105
ONSET_S, OFFSET_S = 1.0, 1.4
PAPER = {
    "mdmd": {"accuracy": 57.07, "f1": 23.50},
    "sp_fd": {"accuracy": 21.31, "f1": 12.43},
    "of_fd": {"accuracy": 37.82, "f1": 35.34},
}
Drawer = Callable[..., Video]


@pytest.fixture(scope="module")
def draw() -> Drawer:
    head = load_head()
    person = next(one for one in head.people.values() if one.role == "basis")
    points = head.landmarks.points(person.vertices_m.astype(float))[:, :2] * [1, -1]
    right, left = points[[33, 133]].mean(axis=0), points[[362, 263]].mean(axis=0)
    placed = (points - (left + right) / 2) * 0.34 / np.linalg.norm(left - right)
    rest_px = (placed + np.array([0.5, 0.33])) * SIZE

    def video(
        *,
        lift_px: float = 0.0,
        span_s: tuple[float, float] = (ONSET_S, OFFSET_S),
        sway_px: float = 0.0,
        seconds: float = 2.4,
        rate: float = RATE,
        noise: float = 0.0,
    ) -> Video:
        """A textured face whose brow lifts and comes back, or that moves aside as a whole."""
        rng = np.random.default_rng(3)
        grain = rng.normal(size=(SIZE, SIZE)).astype(np.float32)
        texture = sum(cv2.GaussianBlur(grain, (0, 0), one) * one for one in (0.7, 1.4, 3.0))
        face = (texture / np.std(texture) * 40 + 128).astype(np.float32)
        times_s = np.arange(round(seconds * rate)) / rate
        course = np.sin(np.pi * np.clip((times_s - span_s[0]) / (span_s[1] - span_s[0]), 0, 1)) ** 2
        x, y = np.meshgrid(np.arange(SIZE, dtype=np.float32), np.arange(SIZE, dtype=np.float32))
        away = np.square(x - rest_px[BROW, 0]) + np.square(y - rest_px[BROW, 1])
        spot = np.exp(-away / (2 * 5.0**2)).astype(np.float32)
        faces = np.empty((len(times_s), SIZE, SIZE), np.uint8)
        for frame, height in enumerate(course.astype(np.float32)):
            moved = cv2.remap(
                face,
                x - height * np.float32(sway_px),
                y + height * np.float32(lift_px) * spot,
                cv2.INTER_CUBIC,
                borderMode=cv2.BORDER_REFLECT,
            )
            faces[frame] = np.clip(moved + noise * rng.normal(size=moved.shape), 0, 255)
        landmarks_px = np.repeat(rest_px[None], len(times_s), axis=0)
        return Video("v", "s", rate, START_S, faces, landmarks_px)

    return video


@pytest.fixture(scope="module")
def lifted(draw: Drawer) -> Video:
    return draw(lift_px=1.0, noise=1.0)


@pytest.fixture(params=NAMES)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def system(name: str) -> SpottingSystem:
    made = importlib.import_module(f"mien.baselines.{name}").SPEC.build(Budget())
    assert isinstance(made, SpottingSystem)
    return made


@pytest.mark.slow
def test_a_brief_lift_of_a_brow_is_one_micro_expression_at_its_time(
    system: SpottingSystem, lifted: Video
) -> None:
    (event,) = system.spot(lifted)
    assert event.kind is EventKind.MICRO
    assert event.onset_s == pytest.approx(START_S + ONSET_S, abs=0.08)
    assert event.apex_s == pytest.approx(START_S + (ONSET_S + OFFSET_S) / 2, abs=0.06)
    assert event.offset_s == pytest.approx(START_S + OFFSET_S, abs=0.08)
    assert 0.5 < event.confidence <= 1


@pytest.mark.slow
def test_a_slow_lift_is_a_macro_expression(system: SpottingSystem, draw: Drawer) -> None:
    events = system.spot(draw(lift_px=1.5, span_s=(2.6, 3.8), seconds=6.4, rate=12.0))
    (macro,) = (event for event in events if event.kind is EventKind.MACRO)
    assert macro.onset_s == pytest.approx(START_S + 2.6, abs=0.2)
    assert macro.offset_s == pytest.approx(START_S + 3.8, abs=0.2)


@pytest.mark.slow
def test_a_face_that_keeps_still_has_no_event(system: SpottingSystem, draw: Drawer) -> None:
    assert system.spot(draw()) == ()


@pytest.mark.parametrize("name", ["sp_fd", "of_fd"])
@pytest.mark.slow
def test_noise_of_the_camera_is_no_movement(system: SpottingSystem, draw: Drawer) -> None:
    assert system.spot(draw(noise=2.0)) == ()


@pytest.mark.parametrize("name", ["sp_fd", "of_fd"])
@pytest.mark.slow
def test_a_jerk_of_the_whole_head_is_no_event(system: SpottingSystem, draw: Drawer) -> None:
    jerk = draw(sway_px=1.5, noise=1.0)
    assert np.abs(jerk.faces[36].astype(int) - jerk.faces[0]).mean() > 10
    assert system.spot(jerk) == ()


@pytest.mark.slow
def test_of_a_jerk_of_the_head_a_tenth_at_most_is_left_with_mdmd(draw: Drawer) -> None:
    # Its threshold is relative, so that alone even this is spotted.
    jerk = draw(sway_px=1.5, noise=1.0)
    assert np.nanmax(difference_curves(jerk)[0]) < 0.1 * 1.5


@pytest.mark.slow
def test_a_black_picture_has_no_event(system: SpottingSystem, lifted: Video) -> None:
    assert system.spot(replace(lifted, faces=np.zeros_like(lifted.faces))) == ()


@pytest.mark.slow
def test_every_second_frame_gives_the_same_event_in_seconds(
    system: SpottingSystem, draw: Drawer
) -> None:
    # At 100 frames a second every second one is measured; 50 are all measured.
    fast, slow = (draw(lift_px=1.0, seconds=1.9, rate=rate) for rate in (100.0, 50.0))
    (one,), (other,) = system.spot(fast), system.spot(slow)
    assert one.onset_s == pytest.approx(other.onset_s, abs=0.021)
    assert one.offset_s == pytest.approx(other.offset_s, abs=0.021)


@pytest.mark.slow
def test_a_gap_in_the_face_spoils_only_what_is_around_it(
    system: SpottingSystem, draw: Drawer
) -> None:
    video = draw(lift_px=1.0, span_s=(1.7, 2.1), seconds=3.0, noise=1.0)
    landmarks = video.landmarks_px.copy()
    landmarks[12:18] = np.nan
    gone = video.faces.copy()
    gone[12:18] = 0
    events = system.spot(replace(video, faces=gone, landmarks_px=landmarks))
    assert any(event.onset_s == pytest.approx(START_S + 1.7, abs=0.1) for event in events)
    unseen_s = (START_S + 12 / RATE, START_S + 17 / RATE)
    assert all(event.offset_s < unseen_s[0] or event.onset_s > unseen_s[1] for event in events)


@pytest.mark.slow
def test_other_videos_and_training_do_not_matter(
    system: SpottingSystem, lifted: Video, draw: Drawer
) -> None:
    before = system.spot(lifted)
    noise = replace(lifted, faces=np.random.default_rng(0).integers(0, 255, lifted.faces.shape))
    system.fit([LabelledVideo(noise, before)], seed=0, progress=Silent())
    system.spot(draw())
    assert system.spot(lifted) == before


def test_a_video_without_a_face_is_refused(system: SpottingSystem, lifted: Video) -> None:
    gone = replace(lifted, landmarks_px=np.full_like(lifted.landmarks_px, np.nan))
    with pytest.raises(InputError, match="Expected v to show a face"):
        system.spot(gone)


def test_a_video_that_is_too_short_is_refused(system: SpottingSystem, lifted: Video) -> None:
    short = replace(lifted, faces=lifted.faces[:12], landmarks_px=lifted.landmarks_px[:12])
    with pytest.raises(InputError, match=r"Expected v to last at least .* has 0\.40 s"):
        system.spot(short)


def test_tables_know_it_with_the_figures_of_the_paper(name: str) -> None:
    spec = importlib.import_module(f"mien.baselines.{name}").SPEC
    assert spec.paper == PAPER[name]
    assert spec.task is SystemTask.SPOTTING
    assert spec.category == "hand-crafted"
    assert "dense inverse search" in " ".join(spec.summary.split())
    assert f"mien.baselines.{name}" in registry.MODULES
