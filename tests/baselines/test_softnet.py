"""SOFTNet: size, pictures, labels and peaks, each by hand."""

import cv2
import numpy as np
import pytest
import torch
from scipy.ndimage import uniform_filter1d

from mien.baselines.softnet import (
    SPEC,
    SoftNet,
    altered,
    half_length,
    interval_images,
    peaks_of,
    pseudo_labels,
    regions_of,
    smoothed,
)
from mien.head import load_head

SIZE = 128


@pytest.fixture(scope="module")
def rest_px() -> np.ndarray:
    head = load_head()
    person = next(one for one in head.people.values() if one.role == "basis")
    points = head.landmarks.points(person.vertices_m.astype(float))[:, :2] * [1, -1]
    right, left = points[[33, 133]].mean(axis=0), points[[362, 263]].mean(axis=0)
    placed = (points - (left + right) / 2) * 0.34 / np.linalg.norm(left - right)
    in_px: np.ndarray = (placed + np.array([0.5, 0.33])) * SIZE
    return in_px


def test_the_network_has_the_size_that_the_authors_give() -> None:
    # Convolutions 3 x 26, 5 x 26, 8 x 26; dense 784 x 400 + 400; score 401: about .32 million.
    count = sum(one.numel() for one in SoftNet().parameters())
    assert count == 16 * 26 + 784 * 400 + 400 + 401
    assert round(count / 1e6, 2) == 0.31


def test_a_smaller_budget_makes_a_smaller_network() -> None:
    small = SoftNet(16)
    filters = [one.shape[0] for name, one in small.named_parameters() if one.ndim == 4 and name]
    assert filters == [1, 1, 2]
    assert small(torch.zeros(2, 3, 42, 42)).shape == (2,)


def test_the_score_is_what_the_layers_say_by_hand() -> None:
    torch.manual_seed(0)
    model = SoftNet(8).eval()
    image = torch.rand(1, 3, 42, 42)
    parts = []
    for channel, stream in enumerate(model.streams):
        padded = np.pad(image[0, channel].numpy(), 2)
        windows = np.lib.stride_tricks.sliding_window_view(padded, (5, 5))
        kernels, offsets = (one.detach().numpy() for one in stream.parameters())
        maps = np.einsum("yxij,kij->kyx", windows, kernels[:, 0]) + offsets[:, None, None]
        maps = np.maximum(maps, 0)
        parts.append(maps.reshape(-1, 14, 3, 14, 3).max(axis=(2, 4)))
    joined = np.concatenate(parts).reshape(-1, 7, 2, 7, 2).max(axis=(2, 4)).ravel()
    dense, score = model.dense, model.score
    hidden = np.maximum(dense.weight.detach().numpy() @ joined + dense.bias.detach().numpy(), 0)
    expected = score.weight.detach().numpy() @ hidden + score.bias.detach().numpy()
    np.testing.assert_allclose(model(image).detach().numpy(), expected, atol=1e-5)


@pytest.mark.parametrize(
    ("frames", "half"), [([12], 6), ([35], 18), ([73], 37), ([348], 174), ([1], 1), ([10, 15], 6)]
)
def test_half_lengths_are_those_that_the_authors_print(frames: list[int], half: int) -> None:
    spans = np.array([[2.0, 2.0 + one] for one in frames])
    assert half_length(spans, 1.0) == half


def test_labels_mark_every_interval_that_shares_a_step_with_the_event() -> None:
    # The event holds the steps 6, 7, 8; an interval of 3 from 4 on holds 4, 5, 6.
    labels = pseudo_labels(12, 3, np.array([[0.5, 0.8]]), 0.1)
    assert labels.tolist() == [0, 0, 0, 0, 1, 1, 1, 1, 1, 0, 0, 0]


def test_labels_agree_with_the_overlap_of_sets() -> None:
    rng = np.random.default_rng(0)
    for _ in range(30):
        onset, length, half = rng.integers(0, 40), rng.integers(1, 12), int(rng.integers(1, 8))
        event = set(range(onset + 1, onset + length + 1))
        expected = [float(bool(event & set(range(i, i + half)))) for i in range(50)]
        spans = np.array([[onset, onset + length]]) * 0.02
        assert pseudo_labels(50, half, spans, 0.02).tolist() == expected


def test_smoothing_is_a_mean_over_twice_the_half_length() -> None:
    scores = np.random.default_rng(1).random(40)
    # scipy centres an even window one sample before its right half, as the authors' loop does.
    expected = uniform_filter1d(scores, 6)[3:-3]
    np.testing.assert_allclose(smoothed(scores, 3), expected)


def test_scores_shorter_than_the_window_give_no_place() -> None:
    assert len(smoothed(np.ones(6), 3)) == 0
    assert len(smoothed(np.ones(2), 3)) == 0
    assert len(peaks_of(np.zeros(0), 3, 0.0)) == 0


def test_peaks_lie_above_the_threshold_and_apart() -> None:
    places = np.zeros(30)
    places[[5, 8, 20, 26]] = 1.0, 0.9, 0.5, 0.7
    # Mean 3.1 / 30 = .103; threshold .103 + .55 x .897 = .597.
    assert peaks_of(places, 4, 0.0).tolist() == [5, 26]
    assert peaks_of(places, 2, 0.0).tolist() == [5, 8, 26]
    assert peaks_of(places, 2, 0.95).tolist() == [5]


def test_a_flat_score_has_no_peak() -> None:
    assert len(peaks_of(np.full(30, 0.7), 4, 0.0)) == 0


def test_the_picture_shows_brows_above_and_mouth_below(rest_px: np.ndarray) -> None:
    regions = regions_of(rest_px, SIZE)
    brow, corner, nose = rest_px[105], rest_px[61], rest_px[197]
    above, below = slice(0, 21), slice(21, 42)
    assert regions.y_px[above].min() < brow[1] < regions.y_px[above].max()
    assert regions.x_px[above].min() < brow[0] < regions.x_px[above].max()
    assert regions.y_px[below].min() < corner[1] < regions.y_px[below].max()
    assert regions.x_px[below].min() < corner[0] < regions.x_px[below].max()
    rows, columns = np.nonzero(regions.nose)
    assert abs(rows.mean() * 4 + 1.5 - nose[1]) < 2.5
    assert abs(columns.mean() * 4 + 1.5 - nose[0]) < 2.5


def test_the_eyes_are_masked_and_the_mouth_is_not(rest_px: np.ndarray) -> None:
    regions = regions_of(rest_px, SIZE)
    pupil = rest_px[[33, 133]].mean(axis=0)
    away = np.hypot(regions.x_px - pupil[0], regions.y_px - pupil[1])
    assert regions.eyes[np.unravel_index(int(away.argmin()), away.shape)]
    assert not regions.eyes[21:].any()
    assert 0.1 < regions.eyes.mean() < 0.45


def test_motion_of_brow_is_seen_without_that_of_the_head(rest_px: np.ndarray) -> None:
    regions = regions_of(rest_px, SIZE)
    centres = (np.arange(32) + 0.5) * 4 - 0.5
    x, y = np.meshgrid(centres, centres)
    brow = rest_px[107] - [0, 8]
    flow = np.zeros((4, 32, 32, 2), np.float32)
    flow[2:, ..., 1] = -2 * np.exp(-((x - brow[0]) ** 2 + (y - brow[1]) ** 2) / (2 * 7.0**2))
    flow[2:] += [3.0, 1.0]  # the head
    images = interval_images(flow, 2, regions)
    assert images.shape == (2, 3, 42, 42)
    vertical = images[0, 1]
    row, column = np.unravel_index(int(vertical.argmax()), vertical.shape)
    assert abs(regions.x_px[row, column] - brow[0]) < 6
    assert abs(regions.y_px[row, column] - brow[1]) < 8
    assert vertical[21:].max() < 0.1
    assert images.min() == 0
    assert images[0, 1].max() == 1
    assert (vertical[regions.eyes] == 0).all()


def test_without_motion_or_face_a_picture_is_empty(rest_px: np.ndarray) -> None:
    flow = np.zeros((3, 32, 32, 2), np.float32)
    flow[2] = np.nan
    assert not interval_images(flow, 1, regions_of(rest_px, SIZE)).any()


def test_alterations_mirror_blur_and_disturb() -> None:
    rng = np.random.default_rng(0)
    image = rng.random((3, 42, 42)).astype(np.float32)
    np.testing.assert_array_equal(altered(image, 0, rng), image)
    np.testing.assert_array_equal(altered(image, 1, rng), image[:, :, ::-1])
    expected = np.stack([cv2.GaussianBlur(one, (7, 7), 0) for one in image])
    np.testing.assert_allclose(altered(image, 2, rng), expected)
    noisy = altered(image, 3, rng)
    assert noisy.min() >= 0
    assert noisy.max() <= 1
    assert 0.05 < np.abs(noisy - image).mean() < 0.1


def test_the_summary_says_what_differs() -> None:
    for word in ("TV-L1", "training subjects", "momentum"):
        assert word in SPEC.summary
