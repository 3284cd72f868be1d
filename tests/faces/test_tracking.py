"""Following faces through whole videos."""

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import pytest

from mien.core.arrays import ImageRgb
from mien.core.errors import UsageError
from mien.faces import FaceModels, FaceTrack, FaceTracker, crop_transforms, track_faces
from mien.video import open_video, write_video

Centres = tuple[tuple[float, float], tuple[float, float]]
AWAY = (3000.0, 0.0)


def test_the_face_is_found_in_every_frame_of_real_footage(
    official_models: FaceModels, media: Path
) -> None:
    seen: list[tuple[int, int | None]] = []
    source = open_video(media / "single_face.mp4")
    (track,) = track_faces(
        source, official_models, progress=lambda index, count: seen.append((index, count))
    )
    assert track.success.all()
    assert track.reasons == {}
    assert track.refused == ""
    assert track.eye_distance_px == pytest.approx(68, abs=2)
    assert track.frame_size_px == (640, 360)
    assert seen == [(index, 72) for index in range(72)]
    np.testing.assert_allclose(track.times_s, np.arange(72) / 30, atol=1e-4)


def test_the_wheel_set_finds_the_same_face(wheel_models: FaceModels, media: Path) -> None:
    (track,) = track_faces(open_video(media / "single_face.mp4"), wheel_models)
    assert track.model_kind == "wheel"
    assert track.landmarks_px.shape == (72, 468, 3)
    assert track.success.all()
    assert track.eye_distance_px == pytest.approx(68, abs=3)


def test_no_face_is_seen_where_there_is_none(official_models: FaceModels, media: Path) -> None:
    assert track_faces(open_video(media / "no_face.mp4"), official_models) == ()


def test_raw_points_carry_the_movement_without_lag(
    official_models: FaceModels, portrait: ImageRgb
) -> None:
    """A face that swings by 2 px at 3 Hz (12 frames would do in a filter what they like)."""
    times_s = np.arange(40) / 30
    swing_px = 2 * np.sin(2 * np.pi * 3 * times_s)
    tracker = FaceTracker(official_models)
    for time_s, shift_px in zip(times_s.tolist(), swing_px, strict=True):
        matrix = np.array([[1, 0, shift_px], [0, 1, 0]])
        size = portrait.shape[1::-1]
        tracker.update(
            np.asarray(cv2.warpAffine(portrait, matrix, size, borderMode=cv2.BORDER_REPLICATE)),
            time_s,
        )
    (track,) = tracker.tracks()
    moved_px = track.landmarks_px[..., 0].mean(axis=1)
    moved_px = moved_px - moved_px.mean()
    gain = (moved_px @ swing_px) / (swing_px @ swing_px)
    assert gain == pytest.approx(1, abs=0.1)
    assert np.corrcoef(moved_px, swing_px)[0, 1] > 0.99


@pytest.mark.parametrize("quarter_turns", [1, 2, 3])
def test_a_turned_picture_gives_the_same_points_in_its_own_coordinates(
    official_models: FaceModels, portrait: ImageRgb, tmp_path: Path, quarter_turns: int
) -> None:
    upright = FaceTracker(official_models)
    upright.update(portrait, 0.0)
    expected = upright.tracks()[0].landmarks_px[0, :, :2]
    turned = np.ascontiguousarray(np.rot90(portrait, quarter_turns))
    path = tmp_path / "turned.mp4"
    write_video(path, [turned] * 20, rate=Fraction(30), pixel_format="yuv444p")
    (track,) = track_faces(open_video(path), official_models)
    assert track.turn_deg == (360 - 90 * quarter_turns) % 360
    assert track.success.all()
    height, width = portrait.shape[:2]
    x, y = np.moveaxis(track.landmarks_px[10, :, :2], -1, 0)
    back = {1: (width - 1 - y, x), 2: (width - 1 - x, height - 1 - y), 3: (y, height - 1 - x)}
    apart_px = np.linalg.norm(np.stack(back[quarter_turns], axis=-1) - expected, axis=1)
    assert apart_px.mean() < 1.0


def _scene(kind: str, frame: int, count: int) -> Centres:
    part = frame / (count - 1)
    left, right = (140.0, 180.0), (500.0, 180.0)
    if kind == "cross":
        return (140 + 360 * part, 180.0), (500 - 360 * part, 180.0)
    if kind == "meet and turn back":
        apart = 180 * abs(2 * part - 1)
        return (320 - apart, 180.0), (320 + apart, 180.0)
    if kind == "swap by a cut":
        return (left, right) if part < 0.5 else (right, left)
    if kind == "one leaves and comes back":
        return left, (AWAY if 0.3 < part < 0.6 else right)
    if 0.3 < part < 0.6:
        return AWAY, AWAY
    return (left, right) if part < 0.5 else (right, left)


def _paste(canvas: ImageRgb, face: ImageRgb, centre: tuple[float, float]) -> None:
    height, width = face.shape[:2]
    mask = np.zeros((height, width, 1), np.float32)
    cv2.ellipse(
        mask, (width // 2, height // 2), (width // 2 - 5, height // 2 - 2), 0, 0, 360, 1, -1
    )
    x, y = round(centre[0] - width / 2), round(centre[1] - height / 2)
    part = canvas[max(y, 0) : y + height, max(x, 0) : x + width]
    if part.size:
        part[:] = face * mask + part * (1 - mask)


def _two_faces(astronaut: ImageRgb, kind: str, count: int) -> Iterator[tuple[ImageRgb, Centres]]:
    rng = np.random.default_rng(0)
    face = astronaut[40:200, 150:300]
    for frame in range(count):
        canvas = np.full((360, 640, 3), 110, np.uint8)
        first, second = _scene(kind, frame, count)
        _paste(canvas, face[:, ::-1], second)
        _paste(canvas, face, first)
        noisy = canvas + rng.normal(0, 2, canvas.shape)
        yield np.clip(noisy, 0, 255).astype(np.uint8), (first, second)


def _owner(track: FaceTrack, centres: list[Centres]) -> set[int]:
    """Which of the two pasted faces the nose of a track sits on, over all frames that tell."""
    owners = set()
    for nose, pair, seen in zip(track.landmarks_px[:, 1, :2], centres, track.success, strict=True):
        apart = np.linalg.norm(np.array(pair) - nose, axis=1)
        if seen and abs(apart[0] - apart[1]) > 40:
            owners.add(int(np.argmin(apart)))
    return owners


@pytest.mark.slow
@pytest.mark.parametrize(
    "kind",
    [
        "cross",
        "meet and turn back",
        "swap by a cut",
        "one leaves and comes back",
        "both leave and come back on the other side",
    ],
)
def test_two_faces_keep_their_identity(
    official_models: FaceModels, astronaut: ImageRgb, kind: str
) -> None:
    tracker, centres = FaceTracker(official_models), []
    for frame, (image, pair) in enumerate(_two_faces(astronaut, kind, 90)):
        tracker.update(image, frame / 30)
        centres.append(pair)
    tracks = tracker.tracks()
    assert [track.face_id for track in tracks] == [0, 1]
    owners = [_owner(track, centres) for track in tracks]
    assert sorted(owners, key=min) == [{0}, {1}]
    for track in tracks:
        assert set(track.reasons) == set(np.flatnonzero(~track.success).tolist())
        assert np.isnan(track.landmarks_px[~track.success]).all()
        assert (track.score[~track.success] == 0).all()
        assert track.success.mean() > 0.5


@pytest.mark.parametrize(
    ("eyes_px", "judgement"),
    [(22, "refused"), (45, "warned"), (75, "good")],
)
def test_small_faces_are_judged_by_the_distance_of_the_eyes(
    official_models: FaceModels, astronaut: ImageRgb, eyes_px: int, judgement: str
) -> None:
    face = astronaut[20:220, 120:320]
    scale = eyes_px / 43
    small = cv2.resize(face, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    canvas = np.full((720, 1280, 3), 90, np.uint8)
    canvas[200 : 200 + small.shape[0], 900 : 900 + small.shape[1]] = small
    tracker = FaceTracker(official_models)
    for frame in range(4):
        tracker.update(canvas, frame / 30)
    (track,) = tracker.tracks()
    assert track.success.all()
    assert track.eye_distance_px == pytest.approx(eyes_px, rel=0.12)
    assert bool(track.refused) == (judgement == "refused")
    assert bool(track.warnings) == (judgement == "warned")
    if track.refused:
        assert "below 30 px" in track.refused


def test_frames_after_the_face_has_left_say_why(
    official_models: FaceModels, astronaut: ImageRgb
) -> None:
    tracker = FaceTracker(official_models)
    empty = np.full_like(astronaut, 90)
    for frame in range(12):
        tracker.update(astronaut if frame < 6 else empty, frame / 30)
    (track,) = tracker.tracks()
    assert track.success.tolist() == [True] * 6 + [False] * 6
    assert track.reasons[6] == "the face was lost"
    assert track.reasons[11] == "no face was found"
    assert np.isnan(crop_transforms(track)[6:]).all()


def test_a_video_of_one_frame_gives_a_track_of_one_frame(
    official_models: FaceModels, astronaut: ImageRgb, tmp_path: Path
) -> None:
    path = tmp_path / "one.mp4"
    write_video(path, [astronaut], rate=Fraction(30))
    (track,) = track_faces(open_video(path), official_models)
    assert track.success.tolist() == [True]


def test_settings_that_make_no_sense_are_refused(official_models: FaceModels) -> None:
    with pytest.raises(UsageError, match="at least 1 face"):
        FaceTracker(official_models, max_faces=0)
    with pytest.raises(UsageError, match="0, 90, 180 or 270"):
        FaceTracker(official_models, turn_deg=45)
