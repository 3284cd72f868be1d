"""Smoothing and the aligned crop, on points whose truth is computed here."""

import cv2
import numpy as np
import pytest
from jaxtyping import TypeCheckError
from scipy.signal import savgol_filter

from mien.core.arrays import ImageRgb
from mien.core.errors import FaceError, UsageError
from mien.faces import (
    EYE_LINE,
    EYES_APART,
    FaceModels,
    FaceTrack,
    FaceTracker,
    continuous_runs,
    crop_shrink,
    crop_transforms,
    smooth_landmarks,
    warp_crop,
)
from mien.faces.alignment import similarity

RIGHT, LEFT = (33, 133), (362, 263)


def _face() -> np.ndarray:
    """A made-up mesh: random points, with eyes and nose where a face has them."""
    rng = np.random.default_rng(3)
    points = rng.uniform(-60, 60, (468, 3))
    points[[33, 133, 362, 263], :2] = [(-45, 0), (-17, 1), (17, 1), (45, 0)]
    points[[168, 6, 197, 195, 5, 4, 1, 98, 327], :2] = [
        (0, 2), (0, 12), (0, 20), (0, 28), (0, 36), (0, 42), (0, 46), (-14, 50), (14, 50)
    ]  # fmt: skip
    return points


def _track(
    motion: np.ndarray, times_s: np.ndarray | None = None, success: np.ndarray | None = None
) -> FaceTrack:
    """A track whose points are the face under one 2x3 map a frame."""
    face = _face()
    frames = len(motion)
    flat = np.einsum("fij,pj->fpi", motion[:, :, :2], face[:, :2]) + motion[:, None, :, 2]
    depth = np.repeat(face[None, :, 2:], frames, axis=0)
    landmarks = np.concatenate([flat, depth], axis=2).astype(np.float32)
    seen = np.ones(frames, bool) if success is None else success
    landmarks[~seen] = np.nan
    return FaceTrack(
        face_id=0,
        times_s=np.arange(frames) / 30 if times_s is None else times_s,
        success=seen,
        landmarks_px=landmarks,
        score=np.where(seen, 1, 0).astype(np.float32),
        frame_size_px=(640, 480),
        model_kind="wheel",
    )


def _motion(
    shift: np.ndarray, roll_rad: float | np.ndarray = 0.0, scale: float = 1.0
) -> np.ndarray:
    roll = np.broadcast_to(roll_rad, len(shift))
    cos, sin = scale * np.cos(roll), scale * np.sin(roll)
    rows = np.stack([np.stack([cos, -sin], -1), np.stack([sin, cos], -1)], axis=1)
    return np.concatenate([rows, shift[:, :, None]], axis=2)


def test_a_straight_or_bent_path_passes_the_smoothing_unchanged() -> None:
    frames = np.arange(40.0)
    shift = np.stack([300 + 0.1 * frames**2, 200 - 2 * frames], axis=1)
    track = _track(_motion(shift))
    np.testing.assert_allclose(smooth_landmarks(track), track.landmarks_px, atol=2e-3)


def test_smoothing_is_that_of_savitzky_and_golay_over_nine_frames() -> None:
    rng = np.random.default_rng(0)
    track = _track(_motion(300 + rng.normal(0, 1, (40, 2))))
    expected = savgol_filter(track.landmarks_px.astype(np.float64), 9, 2, axis=0)
    np.testing.assert_allclose(smooth_landmarks(track), expected, atol=1e-3)


def test_smoothing_keeps_apart_what_a_gap_separates() -> None:
    shift = np.where(np.arange(40)[:, None] < 20, 100.0, 400.0) * np.ones((40, 2))
    success = np.ones(40, bool)
    success[20] = False
    track = _track(_motion(shift), success=success)
    smoothed = smooth_landmarks(track)
    np.testing.assert_allclose(smoothed[:20], track.landmarks_px[:20], atol=1e-3)
    np.testing.assert_allclose(smoothed[21:], track.landmarks_px[21:], atol=1e-3)
    assert np.isnan(smoothed[20]).all()


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 6])
def test_short_runs_are_smoothed_with_what_there_is(count: int) -> None:
    track = _track(_motion(np.full((count, 2), 300.0)))
    np.testing.assert_allclose(smooth_landmarks(track), track.landmarks_px, atol=1e-3)
    assert np.isfinite(crop_transforms(track)).all()


def test_uneven_times_are_fitted_as_they_are() -> None:
    rng = np.random.default_rng(1)
    times_s = np.cumsum(rng.uniform(0.025, 0.055, 60))
    shift = np.stack([300 + 40 * times_s**2, 200 - 30 * times_s], axis=1)
    track = _track(_motion(shift), times_s)
    np.testing.assert_allclose(smooth_landmarks(track), track.landmarks_px, atol=2e-3)


def test_runs_end_where_time_is_missing() -> None:
    times_s = np.array([0, 1, 2, 5, 6, 7]) / 30
    assert continuous_runs(times_s, np.ones(6, bool)) == (slice(0, 3), slice(3, 6))
    assert continuous_runs(times_s, np.zeros(6, bool)) == ()


@pytest.mark.parametrize("seed", range(3))
def test_a_similarity_is_recovered_exactly(seed: int) -> None:
    rng = np.random.default_rng(seed)
    points = rng.normal(0, 30, (13, 2))
    matrix = _motion(rng.normal(0, 50, (1, 2)), rng.uniform(-3, 3), rng.uniform(0.3, 3))[0]
    target = points @ matrix[:, :2].T + matrix[:, 2]
    np.testing.assert_allclose(similarity(points, target), matrix, atol=1e-9)


def test_a_similarity_is_the_best_in_least_squares() -> None:
    """OpenCV's own estimate, without its search for outliers, is the witness."""
    rng = np.random.default_rng(5)
    points, target = rng.normal(0, 30, (13, 2)), rng.normal(0, 30, (13, 2))
    witness, _ = cv2.estimateAffinePartial2D(
        points, target, method=cv2.RANSAC, ransacReprojThreshold=1e6, refineIters=100
    )
    np.testing.assert_allclose(similarity(points, target), witness, atol=1e-3)


def test_the_crop_holds_the_eyes_level_and_in_their_place_under_any_motion() -> None:
    frames = np.arange(60)
    shift = np.stack([300 + 30 * np.sin(frames / 20), 200 + 20 * np.cos(frames / 25)], axis=1)
    track = _track(_motion(shift, 0.4 * np.sin(frames / 30), 1.7))
    transforms = crop_transforms(track)
    for frame in (5, 30, 55):
        points = track.landmarks_px[frame, :, :2]
        inside = points @ transforms[frame][:, :2].T + transforms[frame][:, 2]
        right, left = inside[list(RIGHT)].mean(axis=0), inside[list(LEFT)].mean(axis=0)
        np.testing.assert_allclose(right, (256 * (0.5 - EYES_APART / 2), 256 * EYE_LINE), atol=0.3)
        np.testing.assert_allclose(left, (256 * (0.5 + EYES_APART / 2), 256 * EYE_LINE), atol=0.3)


def test_the_crop_of_a_real_face_holds_brows_and_chin(
    official_models: FaceModels, portrait: ImageRgb
) -> None:
    tracker = FaceTracker(official_models)
    tracker.update(portrait, 0.0)
    (track,) = tracker.tracks()
    matrix = crop_transforms(track)[0]
    inside = track.landmarks_px[0, :, :2] @ matrix[:, :2].T + matrix[:, 2]
    assert inside[[105, 334], 1].min() > 25
    assert inside[152, 1] < 256
    crop = warp_crop(portrait, matrix)
    again = FaceTracker(official_models)
    again.update(crop, 0.0)
    (seen,) = again.tracks()
    apart_px = np.linalg.norm(seen.landmarks_px[0, :, :2] - inside, axis=1)
    assert np.median(apart_px) < 2.5


def test_grey_and_colour_are_cut_alike(portrait: ImageRgb) -> None:
    matrix = np.array([[0.8, 0.1, -20], [-0.1, 0.8, -10]])
    colour = warp_crop(portrait, matrix)
    grey = warp_crop(np.ascontiguousarray(portrait[..., 1]), matrix)
    assert (colour.shape, grey.shape) == ((256, 256, 3), (256, 256))
    np.testing.assert_array_equal(colour[..., 1], grey)


def test_large_faces_are_averaged_by_one_block_size_for_the_track() -> None:
    transforms = np.full((5, 2, 3), np.nan)
    for frame, scale in enumerate((0.3, 0.32, 0.34, 0.6)):
        transforms[frame] = [[scale, 0, 0], [0, scale, 0]]
    assert crop_shrink(transforms) == 2
    assert crop_shrink(transforms[4:]) == 1


def test_a_frame_without_a_face_cannot_be_cut(portrait: ImageRgb) -> None:
    with pytest.raises(FaceError, match="shows no face"):
        warp_crop(portrait, np.full((2, 3), np.nan))


def test_a_track_without_a_face_or_refused_cannot_be_aligned() -> None:
    motion = _motion(np.full((4, 2), 300.0))
    with pytest.raises(FaceError, match="in no frame"):
        crop_transforms(_track(motion, success=np.zeros(4, bool)))
    good = _track(motion)
    refused = FaceTrack(
        **{name: getattr(good, name) for name in FaceTrack.__dataclass_fields__}
        | {"refused": "The eyes are 12 px apart."}
    )
    with pytest.raises(FaceError, match="12 px apart"):
        crop_transforms(refused)


def test_a_track_with_arrays_of_different_lengths_is_refused() -> None:
    good = _track(_motion(np.full((4, 2), 300.0)))
    # Under the shape checker the constructor itself refuses.
    with pytest.raises((UsageError, TypeCheckError), match=r"one length|Float32"):
        FaceTrack(
            **{name: getattr(good, name) for name in FaceTrack.__dataclass_fields__}
            | {"score": np.zeros(3, np.float32)}
        )
