"""What the learned spotters have in common, on small faces with planted movements."""

import importlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from types import ModuleType

import cv2
import numpy as np
import pytest
import torch

from mien.core.errors import InputError, UsageError
from mien.core.track import Event, EventKind
from mien.datasets.clips import LabelledVideo, Video
from mien.evaluation.spotting import score_spotting
from mien.evaluation.systems import Budget, SpottingSystem, SystemTask
from mien.head import load_head
from mien.work import Silent

pytestmark = pytest.mark.slow  # networks are trained

SIZE, RATE, SECONDS = 64, 25.0, 8.0
BUDGETS = {
    "softnet": Budget(width=8, max_epochs=2),
    "concat_cnn": Budget(width=8, max_epochs=60),
    "lssnet": Budget(width=8, max_epochs=24),
    "bsn": Budget(width=8, max_epochs=20),
}
NAMES = ("softnet", "concat_cnn", "lssnet", "bsn")
PAPER = {
    "softnet": {"accuracy": 24.10, "f1": 20.22},
    "concat_cnn": {"accuracy": 25.05, "f1": 20.19},
    "lssnet": {"accuracy": 37.70, "f1": 32.50},
    "bsn": {},
}
BROW, MOUTH_CORNER = 105, 61
CHANNELS = ("AU01L", "AU01R", "AU12L", "AU12R")


@pytest.fixture(scope="module")
def landmarks() -> np.ndarray:
    head = load_head()
    person = next(one for one in head.people.values() if one.role == "basis")
    points = head.landmarks.points(person.vertices_m.astype(float))[:, :2] * [1, -1]
    right, left = points[[33, 133]].mean(axis=0), points[[362, 263]].mean(axis=0)
    placed = (points - (left + right) / 2) * 0.34 / np.linalg.norm(left - right)
    in_px: np.ndarray = (placed + np.array([0.5, 0.33])) * SIZE
    return in_px


def planted(
    name: str, landmarks: np.ndarray, spans: tuple[tuple[float, float], ...]
) -> LabelledVideo:
    """A textured picture of which a spot moves and comes back in each span of seconds."""
    rng = np.random.default_rng(sum(name.encode()))
    noise = rng.normal(size=(SIZE, SIZE)).astype(np.float32)
    texture = sum(cv2.GaussianBlur(noise, (0, 0), one) * one for one in (0.7, 1.4, 3.0))
    face = (texture / np.std(texture) * 40 + 128).astype(np.float32)
    times = np.arange(int(SECONDS * RATE)) / RATE
    x, y = np.meshgrid(np.arange(SIZE, dtype=np.float32), np.arange(SIZE, dtype=np.float32))
    faces = np.empty((len(times), SIZE, SIZE), np.uint8)
    curves = np.abs(rng.normal(size=(len(times), len(CHANNELS)))) * 0.01
    courses = [
        np.sin(np.pi * np.clip((times - onset) / (offset - onset), 0, 1)) ** 2
        for onset, offset in spans
    ]
    where = [landmarks[BROW if number % 2 else MOUTH_CORNER] for number in range(len(spans))]
    for frame in range(len(times)):
        shift = np.zeros_like(x)
        for course, (centre_x, centre_y) in zip(courses, where, strict=True):
            spot = np.exp(-((x - centre_x) ** 2 + (y - centre_y) ** 2) / (2 * 6.0**2))
            shift += (2.0 * course[frame] * spot).astype(np.float32)
        moved = cv2.remap(face, x, y + shift, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
        faces[frame] = np.clip(moved + rng.normal(size=moved.shape), 0, 255)
    for number, course in enumerate(courses):
        curves[:, 0 if number % 2 else 2] += 0.4 * course
    video = Video(
        name=name,
        subject=name,
        rate=RATE,
        start_s=3.0,
        faces=faces,
        landmarks_px=np.repeat(landmarks[None], len(times), axis=0),
        unit_names=CHANNELS,
        unit_curves=np.clip(curves, 0, 1),
    )
    events = [
        Event(
            EventKind.MICRO if offset - onset <= 0.5 else EventKind.MACRO,
            3.0 + onset,
            3.0 + (onset + offset) / 2,
            3.0 + offset,
        )
        for onset, offset in spans
    ]
    return LabelledVideo(video, tuple(events))


@pytest.fixture(scope="module")
def training(landmarks: np.ndarray) -> list[LabelledVideo]:
    return [
        planted("a", landmarks, ((1.0, 1.4), (3.0, 3.44), (5.0, 6.2))),
        planted("b", landmarks, ((0.8, 2.0), (3.6, 4.0), (5.6, 6.04))),
        planted("c", landmarks, ((1.6, 2.04), (3.4, 4.6), (6.2, 6.6))),
        planted("d", landmarks, ()),
        planted("f", landmarks, ()),
    ]


@pytest.fixture(scope="module")
def stranger(landmarks: np.ndarray) -> LabelledVideo:
    return planted("e", landmarks, ((1.4, 1.84), (3.6, 4.8), (6.4, 6.8)))


@pytest.fixture(scope="module")
def trained(training: list[LabelledVideo]) -> Callable[[str], SpottingSystem]:
    made: dict[str, SpottingSystem] = {}

    def give(name: str) -> SpottingSystem:
        if name not in made:
            made[name] = _system(name)
            made[name].fit(training, seed=1, progress=Silent())
        return made[name]

    return give


def _module(name: str) -> ModuleType:
    return importlib.import_module(f"mien.baselines.{name}")


def _system(name: str) -> SpottingSystem:
    system = _module(name).SPEC.build(BUDGETS[name])
    assert isinstance(system, SpottingSystem)
    return system


def _shortened(video: Video, frames: int) -> Video:
    assert video.unit_curves is not None
    return replace(
        video,
        name=f"{video.name} cut",
        faces=video.faces[:frames],
        landmarks_px=video.landmarks_px[:frames],
        unit_curves=video.unit_curves[:frames],
    )


@pytest.mark.parametrize("name", NAMES)
def test_most_planted_movements_of_a_stranger_are_found(
    name: str, trained: Callable[[str], SpottingSystem], stranger: LabelledVideo
) -> None:
    found = trained(name).spot(stranger.video)
    score = score_spotting([(stranger.events, found)])
    assert score.hits >= 2
    assert score.apex_error_s < 0.2


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_found_in_a_face_that_keeps_still(
    name: str, trained: Callable[[str], SpottingSystem], landmarks: np.ndarray
) -> None:
    assert trained(name).spot(planted("still", landmarks, ()).video) == ()


@pytest.mark.parametrize("name", NAMES)
def test_events_are_micro_up_to_half_a_second_and_lie_in_the_video(
    name: str, trained: Callable[[str], SpottingSystem], stranger: LabelledVideo
) -> None:
    for event in trained(name).spot(stranger.video):
        assert (event.kind is EventKind.MICRO) == (event.duration_s <= 0.5 + 1e-6)
        assert event.onset_s >= 3.0
        assert event.offset_s <= 3.0 + SECONDS
        assert 0 <= event.confidence <= 1


@pytest.mark.parametrize("name", NAMES)
def test_the_same_seed_gives_the_same_events_and_leaves_other_randomness_alone(
    name: str, training: list[LabelledVideo], stranger: LabelledVideo
) -> None:
    before = torch.random.get_rng_state()
    found = []
    for _ in range(2):
        system = _module(name).SPEC.build(Budget(width=4, max_epochs=1))
        system.fit(training[:2], seed=5, progress=Silent())
        found.append(system.spot(stranger.video))
    assert found[0] == found[1]
    assert torch.equal(before, torch.random.get_rng_state())


@pytest.mark.parametrize("name", NAMES)
def test_fitting_looks_at_the_training_videos_only(
    name: str, training: list[LabelledVideo], monkeypatch: pytest.MonkeyPatch
) -> None:
    module, seen = _module(name), set()
    make = module.features_of

    def watched(video: Video) -> np.ndarray:
        seen.add(video.name)
        array: np.ndarray = make(video)
        return array

    monkeypatch.setattr(module, "features_of", watched)
    module.SPEC.build(Budget(width=4, max_epochs=1)).fit(training[:2], seed=0, progress=Silent())
    assert seen == {"a", "b"}


@pytest.mark.parametrize("name", NAMES)
def test_videos_without_any_expression_cannot_be_learned_from(
    name: str, training: list[LabelledVideo]
) -> None:
    empty = [replace(labelled, events=()) for labelled in training[:2]]
    with pytest.raises(UsageError, match="none of the 2 has one"):
        _system(name).fit(empty, seed=0, progress=Silent())


@pytest.mark.parametrize("name", NAMES)
def test_spotting_before_training_is_refused(name: str, stranger: LabelledVideo) -> None:
    with pytest.raises(UsageError, match="Call fit first"):
        _system(name).spot(stranger.video)


@pytest.mark.parametrize("name", NAMES)
def test_a_video_shorter_than_a_window_is_refused_with_its_length(
    name: str, trained: Callable[[str], SpottingSystem], stranger: LabelledVideo
) -> None:
    with pytest.raises(InputError, match=r"e cut to last at least .* but it has 0\.08 s"):
        trained(name).spot(_shortened(stranger.video, 2))


@pytest.mark.parametrize("name", ["softnet", "lssnet", "bsn"])
def test_a_video_without_a_face_is_refused(
    name: str, trained: Callable[[str], SpottingSystem], stranger: LabelledVideo
) -> None:
    gone = np.full_like(stranger.video.landmarks_px, np.nan)
    with pytest.raises(InputError, match="Expected e to show a face"):
        trained(name).spot(replace(stranger.video, landmarks_px=gone))


@pytest.mark.parametrize("name", NAMES)
def test_a_gap_in_the_face_costs_only_what_lies_in_it(
    name: str, trained: Callable[[str], SpottingSystem], stranger: LabelledVideo
) -> None:
    video = stranger.video
    assert video.unit_curves is not None
    landmarks, curves = video.landmarks_px.copy(), video.unit_curves.copy()
    faces = np.array(video.faces)
    gap = slice(int(2.2 * RATE), int(2.8 * RATE))
    landmarks[gap], curves[gap], faces[gap] = np.nan, np.nan, 0
    holed = replace(video, landmarks_px=landmarks, unit_curves=curves, faces=faces)
    found = trained(name).spot(holed)
    assert score_spotting([(stranger.events, found)]).hits >= 2


@pytest.mark.parametrize("name", NAMES)
def test_the_specification_carries_the_figures_of_the_paper(name: str) -> None:
    spec = _module(name).SPEC
    assert spec.task is SystemTask.SPOTTING
    assert spec.category == "deep-learning"
    assert dict(spec.paper) == PAPER[name]


@pytest.fixture(autouse=True)
def _threads_stay_as_they_are() -> Iterator[None]:
    before = torch.get_num_threads()
    yield
    assert torch.get_num_threads() == before
