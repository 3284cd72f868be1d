"""Motion and appearance of snippets, and how arrays are kept."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from mien.baselines.snippet_features import (
    FEATURES,
    KeptArrays,
    cell_flow,
    content_digest,
    features_of,
    flow_stride,
    head_free_flow,
    rest_landmarks,
    scale_of,
    seen_frames,
    snippet_stride,
)
from mien.core.errors import InputError, UsageError
from mien.datasets.clips import Video

SIZE = 64


def _video(frames: int = 60, rate: float = 25.0, *, lift_px: float = 0.0) -> Video:
    """A texture whose left part is lifted and comes back in the middle of the video."""
    rng = np.random.default_rng(3)
    noise = rng.normal(size=(SIZE, SIZE)).astype(np.float32)
    smooth = cv2.GaussianBlur(noise, (0, 0), 1.2) + 2 * cv2.GaussianBlur(noise, (0, 0), 3.0)
    texture = smooth / smooth.std() * 40 + 128
    x, y = np.meshgrid(np.arange(SIZE, dtype=np.float32), np.arange(SIZE, dtype=np.float32))
    spot = np.exp(-((x - 16) ** 2 + (y - 16) ** 2) / (2 * 7.0**2)).astype(np.float32)
    course = np.exp(-((np.arange(frames) / rate - frames / rate / 2) ** 2) / (2 * 0.08**2))
    faces = [
        cv2.remap(texture, x, y + np.float32(lift_px * height) * spot, cv2.INTER_LINEAR)
        for height in course
    ]
    points = np.random.default_rng(4).uniform(40, 60, (468, 2))
    return Video(
        name="v",
        subject="s",
        rate=rate,
        start_s=0.0,
        faces=np.clip(np.stack(faces), 0, 255).astype(np.uint8),
        landmarks_px=np.repeat(points[None], frames, axis=0),
    )


@pytest.mark.parametrize(
    ("rate", "flow", "snippet"),
    [(25.0, 1, 1), (30.0, 1, 1), (60.0, 1, 2), (100.0, 2, 4), (200.0, 4, 8)],
)
def test_strides_give_about_fifty_motions_and_twenty_five_snippets_a_second(
    rate: float, flow: int, snippet: int
) -> None:
    video = replace(_video(4), rate=rate)
    assert (flow_stride(video), snippet_stride(video)) == (flow, snippet)


def test_a_lifted_spot_is_measured_where_and_when_it_is_lifted() -> None:
    video = _video(lift_px=2.0)
    flow = cell_flow(video)
    assert flow.shape == (60, 32, 32, 2)
    frame, row, column = np.unravel_index(int(np.argmin(flow[..., 1])), flow.shape[:3])
    assert abs(int(frame) - 30) <= 1
    assert abs(int(row) - 8) <= 2
    assert abs(int(column) - 8) <= 2
    assert -2.4 < flow[..., 1].min() < -1.2


def test_features_have_both_streams_for_every_snippet() -> None:
    video = _video(lift_px=2.0)
    features = features_of(video)
    assert features.shape == (60, FEATURES)
    displacement, velocity, look = np.split(features, [128, 256], axis=1)
    assert abs(int(np.abs(displacement).max(axis=1).argmax()) - 30) <= 1
    assert int(np.abs(velocity).max(axis=1).argmax()) in (28, 29, 31, 32)
    assert abs(int(np.abs(look).max(axis=1).argmax()) - 30) <= 1
    assert np.abs(look).max() < 1


def test_a_face_that_keeps_still_has_no_motion() -> None:
    features = features_of(_video())
    assert np.abs(features).max() < 0.05


def test_a_shift_of_the_whole_face_is_not_its_motion() -> None:
    video = _video()
    moved = np.array(video.faces)
    moved[30:] = np.roll(moved[30:], 1, axis=2)
    shifted = replace(video, faces=moved)
    inside = slice(4, 28)
    whole = np.abs(cell_flow(shifted)[:, inside, inside, 0])
    assert np.median(whole.max(axis=0)) > 0.4
    assert np.median(np.abs(head_free_flow(shifted)[:, inside, inside, 0]).max(axis=0)) < 0.2


def test_frames_without_a_face_have_no_features() -> None:
    video = _video()
    landmarks = video.landmarks_px.copy()
    landmarks[20:24] = np.nan
    features = features_of(replace(video, landmarks_px=landmarks))
    assert np.isnan(features[20:24]).all()
    assert np.isfinite(features[30:]).all()


def test_what_the_corpus_marks_unseen_is_unseen() -> None:
    video = _video(6)
    marks = np.array([True, False, True, True, True, True])
    assert seen_frames(replace(video, seen=marks)).tolist() == marks.tolist()


def test_a_video_without_a_face_is_refused_by_name() -> None:
    video = _video(6)
    blind = replace(video, landmarks_px=np.full_like(video.landmarks_px, np.nan))
    for read in (rest_landmarks, cell_flow, features_of):
        with pytest.raises(InputError, match="Expected v to show a face with landmarks"):
            read(blind)


def test_an_array_is_made_once_for_the_same_content_and_anew_for_other() -> None:
    made = []

    def make(video: Video) -> np.ndarray:
        made.append(video.name)
        return np.array([float(video.faces.sum())])

    kept, video = KeptArrays(make), _video(6)
    first = kept(video)
    assert kept(replace(video, faces=video.faces.copy())) is first
    assert len(made) == 1
    changed = np.array(video.faces)
    changed[0, 0, 0] += 1
    assert kept(replace(video, faces=changed)) != first
    assert len(made) == 2
    with pytest.raises(ValueError, match="read-only"):
        first[0] = 1.0


def test_an_array_that_was_stored_is_taken_instead_of_made() -> None:
    def make(_: Video) -> np.ndarray:
        pytest.fail("it was kept")

    kept, video = KeptArrays(make), _video(6)
    kept.keep(video, np.arange(3.0))
    assert kept(video).tolist() == [0.0, 1.0, 2.0]


def test_the_digest_sees_pictures_landmarks_rate_and_curves_but_no_name() -> None:
    video = _video(6)
    digest = content_digest(video)
    assert content_digest(replace(video, name="other", subject="other")) == digest
    others = (
        replace(video, rate=26.0),
        replace(video, landmarks_px=video.landmarks_px + 1),
        replace(video, unit_curves=np.zeros((6, 1))),
        replace(video, seen=np.ones(6, bool)),
    )
    assert len({digest, *map(content_digest, others)}) == 5


def test_the_scale_is_learned_from_what_is_seen() -> None:
    features = [np.array([[0.0, 5.0], [2.0, 5.0]]), np.array([[np.nan, np.nan], [4.0, 5.0]])]
    scale = scale_of(features)
    scaled = scale(np.array([[2.0, 5.0], [np.nan, np.nan], [2.0 + np.sqrt(8 / 3), 5.0]]))
    np.testing.assert_allclose(scaled, [[0, 0], [0, 0], [1, 0]], atol=1e-6)


def test_a_scale_of_nothing_seen_is_refused() -> None:
    with pytest.raises(UsageError, match="at least one step that shows a face"):
        scale_of([np.full((3, 2), np.nan)])
