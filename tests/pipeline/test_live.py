"""Live reading of drawn footage: values at once, events when they are over, and bad input."""

import time
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from mien.core.arrays import ImageRgb
from mien.core.errors import UsageError, VideoError
from mien.core.facs import Channel, channels_of
from mien.core.track import Event, EventKind
from mien.directing import PlannedMovement
from mien.faces import FaceModels, resolve_models
from mien.head import load_head
from mien.pipeline.live import LiveReader
from mien.pipeline.live_frame import LiveFrame, live_channels, live_track
from mien.pipeline.live_reading import ENDED, read_live, write_live
from mien.pipeline.settings import RunSettings
from mien.recognition.fusion import packaged_recogniser
from mien.recognition.live_spotting import LiveJudging
from mien.synth.clip_plan import ClipPlan, HeadMotion
from mien.synth.footage import render_clip
from mien.video import Frame, write_video
from mien.work import Silent

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("face_models")]

RATE = 30
ONSET_S, APEX_S, OFFSET_S = 2.5, 2.63, 2.77
BLINK_S = 3.7
FROWN = Channel.parse("AU04L")


def plan() -> ClipPlan:
    return ClipPlan(
        person=load_head().people_of("held-out")[0].name,
        rate=Fraction(RATE),
        duration_s=4.5,
        movements=(PlannedMovement(channels_of(4), 0.4, ONSET_S, APEX_S, OFFSET_S),),
        blinks_s=(BLINK_S,),
        head=HeadMotion(sway_px=1.5, seed=3),
        noise_sd=1.5,
        size_px=256,
        seed=3,
    )


@pytest.fixture(scope="module")
def pictures() -> list[ImageRgb]:
    return list(render_clip(plan()))


@pytest.fixture
def models(face_models: Path) -> FaceModels:
    return resolve_models(face_models)


def read(
    models: FaceModels, pictures: list[ImageRgb], times_s: np.ndarray | None = None
) -> tuple[list[LiveFrame], tuple[Event, ...]]:
    stamps = np.arange(len(pictures)) / RATE if times_s is None else times_s
    with LiveReader(models) as reader:
        frames = [
            reader.read(rgb, float(time_s)) for rgb, time_s in zip(pictures, stamps, strict=True)
        ]
        return frames, reader.finish()


def told(frames: list[LiveFrame]) -> list[tuple[float, Event]]:
    return [(frame.time_s, event) for frame in frames for event in frame.events]


def course(frames: list[LiveFrame], channel: Channel) -> np.ndarray:
    column = live_channels().index(channel)
    return np.array([frame.activation[column] for frame in frames])


def test_values_come_at_once_and_events_when_they_are_over(
    models: FaceModels, pictures: list[ImageRgb]
) -> None:
    frames, last = read(models, pictures)
    times_s = np.array([frame.time_s for frame in frames])
    assert {frame.reason for frame in frames[:15]} == {"warming up"}
    assert not any(frame.reason for frame in frames[45:])
    frown = course(frames, FROWN)
    inside = (times_s > ONSET_S) & (times_s < OFFSET_S)
    assert np.nanmax(frown[inside]) > 0.25
    assert abs(times_s[inside][np.argmax(frown[inside])] - APEX_S) < 0.05
    assert np.nanmax(frown[~inside & (times_s > 1.2) & (abs(times_s - BLINK_S) > 0.3)]) < 0.1
    # The set with 468 points draws a shut eye less shut.
    shut = 0.8 if models.kind == "official" else 0.5
    assert np.nanmax(course(frames, Channel.parse("AU45R"))) > shut
    events = {event.kind: (time_s, event) for time_s, event in told(frames)}
    assert set(events) == {EventKind.MICRO, EventKind.BLINK}
    assert last == ()
    announced_s, micro = events[EventKind.MICRO]
    assert {unit.channel.au for unit in micro.units} == {4}
    assert micro.offset_s < announced_s < micro.offset_s + 0.4
    assert abs(micro.onset_s - ONSET_S) < 0.05
    assert abs(events[EventKind.BLINK][1].apex_s - BLINK_S) < 0.06
    track = live_track(frames, last)
    assert len(track.events) == 2
    assert track.time.rate == RATE


def test_a_frame_does_not_depend_on_what_comes_after(
    models: FaceModels, pictures: list[ImageRgb]
) -> None:
    until = round(2.62 * RATE)
    whole, _ = read(models, pictures[: until + 20])
    cut, _ = read(models, [*pictures[:until], *[pictures[0]] * 20])
    for one, other in zip(whole[:until], cut[:until], strict=True):
        np.testing.assert_array_equal(one.activation, other.activation)


def test_without_a_face_there_is_a_reason_and_no_value(models: FaceModels) -> None:
    empty = [np.full((120, 160, 3), 90, np.uint8)] * 10
    frames, last = read(models, empty)
    assert {frame.reason for frame in frames} == {"no face was found"}
    assert all(np.isnan(frame.activation).all() for frame in frames)
    assert last == ()
    assert set(live_track(frames).unseen.values()) == {"no face was found"}


def test_a_face_that_is_lost_and_found_again_is_read_on_without_warming_up(
    models: FaceModels, pictures: list[ImageRgb]
) -> None:
    gone = [np.full_like(pictures[0], 90)] * 20
    frames, last = read(models, [*pictures[:60], *gone, *pictures[60:]])
    assert all("face" in frame.reason for frame in frames[60:80])
    assert not any(frame.reason for frame in frames[81:])
    assert {frame.person for frame in frames if not frame.reason} == {1}
    micro = [event for _, event in told(frames) if event.kind is EventKind.MICRO]
    assert len(micro) == 1
    assert abs(micro[0].apex_s - APEX_S - 20 / RATE) < 0.05
    assert last == ()


def test_a_second_smaller_face_changes_nothing(
    models: FaceModels, pictures: list[ImageRgb]
) -> None:
    def beside(picture: ImageRgb) -> ImageRgb:
        wide = np.full((256, 420, 3), 90, np.uint8)
        wide[:, :256] = picture
        wide[60:188, 280:408] = pictures[0][::2, ::2]
        return wide

    alone = [
        np.concatenate([one, np.full((256, 164, 3), 90, np.uint8)], axis=1) for one in pictures
    ]
    one, _ = read(models, alone[:90])
    two, _ = read(models, [beside(picture) for picture in pictures[:90]])
    assert {frame.person for frame in two} == {1}
    np.testing.assert_allclose(course(two, FROWN)[60:], course(one, FROWN)[60:], atol=0.03)


def test_a_rate_that_varies_and_frames_that_are_missing_do_no_harm(
    models: FaceModels, pictures: list[ImageRgb]
) -> None:
    rng = np.random.default_rng(7)
    kept = np.sort(rng.choice(len(pictures), round(0.9 * len(pictures)), replace=False))
    stamps = kept / RATE + rng.uniform(-0.006, 0.006, len(kept))
    frames, _ = read(models, [pictures[i] for i in kept], stamps)
    micro = [event for _, event in told(frames) if event.kind is EventKind.MICRO]
    assert len(micro) == 1
    assert abs(micro[0].apex_s - APEX_S) < 0.06


def test_time_that_stands_still_is_refused(models: FaceModels, pictures: list[ImageRgb]) -> None:
    with LiveReader(models) as reader:
        reader.read(pictures[0], 1.0)
        with pytest.raises(UsageError, match=r"later than 1\.0000 s, but got 1\.0000 s"):
            reader.read(pictures[1], 1.0)


def test_a_camera_is_read_in_a_thread_and_its_end_is_told(pictures: list[ImageRgb]) -> None:
    def camera(index: int, rate: Fraction | None) -> Iterator[Frame]:
        assert (index, rate) == (0, None)
        for number, picture in enumerate(pictures[:40]):
            time.sleep(1 / RATE)
            yield Frame(number, number / RATE, picture)

    frames = list(read_live(0, RunSettings(), Silent(), open_camera=camera))
    assert frames[-1].reason == ENDED
    assert frames[-1].time_s == pytest.approx(39 / RATE)
    assert len(frames) >= 3


def test_a_camera_that_breaks_off_is_an_error_after_what_it_gave(pictures: list[ImageRgb]) -> None:
    def camera(*_: object) -> Iterator[Frame]:
        yield Frame(0, 0.0, pictures[0])
        msg = "The camera stopped after 1 pictures: unplugged. Check that it is connected."
        raise VideoError(msg)

    found: list[object] = []
    with pytest.raises(VideoError, match="unplugged"):
        found += read_live(0, RunSettings(), Silent(), open_camera=camera)


def test_a_file_becomes_the_usual_tables(pictures: list[ImageRgb], tmp_path: Path) -> None:
    video = tmp_path / "clip.mp4"
    write_video(video, pictures[:30], rate=Fraction(RATE), crf=12)
    result = write_live(video, tmp_path, RunSettings(), Silent())
    assert {file.name for file in result.files} == {
        "tracks.parquet", "tracks.csv", "tracks.json", "events.tsv", "events.json",
    }  # fmt: skip
    assert all(file.exists() for file in result.files)
    assert result.data["frames"] == 30
    write_video(video, pictures[:1], rate=Fraction(RATE), crf=12)
    with pytest.raises(VideoError, match="gave 1 frames"):
        write_live(video, tmp_path, RunSettings(), Silent())


def test_live_events_are_judged_by_the_trained_recognisers_and_the_asked_confidence(
    models: FaceModels, pictures: list[ImageRgb]
) -> None:
    def events(judging: LiveJudging) -> list[Event]:
        with LiveReader(models, judging=judging) as reader:
            frames = [reader.read(rgb, number / RATE) for number, rgb in enumerate(pictures)]
            found = [event for _, event in told(frames)] + list(reader.finish())
        return [event for event in found if event.kind is EventKind.MICRO]

    (judged,) = events(LiveJudging(recogniser=packaged_recogniser()))
    assert {"flow image", "flow volume"} <= {one.source for one in judged.opinions}
    assert {unit.channel.au for unit in judged.units} == {4}
    assert events(LiveJudging(confidence=1.0)) == []


def test_the_number_of_a_face_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="leave --face out"):
        next(read_live(tmp_path / "clip.mp4", RunSettings(face=1), Silent()))


def test_a_given_neutral_face_is_refused(tmp_path: Path) -> None:
    settings = RunSettings(neutral=(0.0, 1.0))
    with pytest.raises(UsageError, match="leave --neutral out"):
        next(read_live(tmp_path / "any.mp4", settings, Silent()))
