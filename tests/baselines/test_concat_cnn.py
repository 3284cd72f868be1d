"""Concat-CNN: layers, windows, labels and the rule that joins windows."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from mien.baselines.concat_cnn import (
    SPEC,
    ConcatCnn,
    Rule,
    best_rule,
    features_of,
    joined,
    unit_numbers,
    window_labels,
    window_spans,
    windows_of,
    without_lonely,
)
from mien.core.errors import InputError, UsageError
from mien.core.track import Event, EventKind
from mien.datasets.clips import LabelledVideo, Video
from mien.evaluation.systems import Budget, SpottingSystem
from mien.work import Silent


def _video(frames: int = 200, rate: float = 100.0, name: str = "v") -> Video:
    rng = np.random.default_rng(0)
    return Video(
        name=name,
        subject=name,
        rate=rate,
        start_s=0.0,
        faces=np.zeros((frames, 2, 2), np.uint8),
        landmarks_px=np.zeros((frames, 468, 2)),
        unit_names=("AU12R", "AU04L", "AU12L", "AU04R"),
        unit_curves=rng.random((frames, 4)),
    )


def test_the_network_has_the_layers_of_the_authors_program() -> None:
    # 17 units x 256 filters of length 3, 4, 5; 1 + 2 + 4 pooled places of 256 to one score.
    count = sum(one.numel() for one in ConcatCnn(17).parameters())
    assert count == 17 * (3 + 4 + 5) * 256 + 3 * 256 + 7 * 256 + 1
    # The variant for macro-expressions: 180 samples of 69 numbers.
    long = ConcatCnn(69, samples=180)
    assert long.score.in_features == (22 + 45 + 90) * 256
    assert ConcatCnn(17, 16).score.in_features == 7 * 64


def test_the_score_is_what_the_layers_say_by_hand() -> None:
    torch.manual_seed(0)
    model = ConcatCnn(3, 1).eval()
    window = torch.rand(1, 3, 8)
    parts = []
    for convolution, pool in zip(model.convolutions, (8, 4, 2), strict=True):
        kernel, offset = (one.detach().numpy() for one in convolution.parameters())
        length = kernel.shape[2]
        padded = np.pad(window[0].numpy(), ((0, 0), ((length - 1) // 2, length // 2)))
        views = np.lib.stride_tricks.sliding_window_view(padded, length, axis=1)
        value = np.einsum("upl,ful->fp", views, kernel) + offset[:, None]
        parts.append(np.maximum(value, 0).reshape(len(kernel), -1, pool).max(axis=2))
    flat = np.concatenate(parts, axis=1).ravel()
    logit = model.score.weight.detach().numpy() @ flat + model.score.bias.detach().numpy()
    np.testing.assert_allclose(model(window).detach().numpy(), 1 / (1 + np.exp(-logit)), atol=1e-6)


def test_curves_are_the_larger_side_forty_times_a_second() -> None:
    video = _video()
    assert video.unit_curves is not None
    features = features_of(video)
    assert unit_numbers(video.unit_names) == (4, 12)
    assert features.shape == (80, 2)
    larger = np.maximum(video.unit_curves[:, 0], video.unit_curves[:, 2])
    np.testing.assert_allclose(features[2, 1], larger[5], rtol=1e-5)
    np.testing.assert_allclose(features[1, 1], (larger[2] + larger[3]) / 2, rtol=1e-5)


def test_windows_last_a_fifth_of_a_second_and_overlap() -> None:
    curves = np.arange(20, dtype=np.float32).reshape(10, 2)
    windows = windows_of(curves)
    assert windows.shape == (2, 2, 8)
    assert windows[1, 0].tolist() == [4, 6, 8, 10, 12, 14, 16, 18]
    np.testing.assert_allclose(window_spans(2), [[0, 0.175], [0.05, 0.225]])


def test_windows_within_an_event_are_marked_and_those_at_its_rim_left_out() -> None:
    labels = window_labels(12, np.array([[0.2, 0.45]]))
    # Windows begin every .05 s and last .175 s; from .20 and .25 s on they lie within.
    assert np.isnan(labels[[1, 2, 3, 6, 7, 8, 9]]).all()
    assert labels[[4, 5]].tolist() == [1, 1]
    assert labels[[0, 10, 11]].tolist() == [0, 0, 0]


def test_a_window_around_a_shorter_event_is_marked() -> None:
    labels = window_labels(8, np.array([[0.21, 0.29]]))
    assert np.flatnonzero(labels == 1).tolist() == [3, 4]


def test_lonely_windows_are_dropped_and_runs_joined_over_gaps() -> None:
    found = np.array([1, 1, 0, 1, 1, 0, 0, 1, 0, 0], bool)
    assert without_lonely(found).tolist() == [True, True, False, True, True, *[False] * 5]
    assert joined(found, 0).tolist() == [[0, 1], [3, 4], [7, 7]]
    assert joined(found, 1).tolist() == [[0, 4], [7, 7]]
    assert joined(found, 2).tolist() == [[0, 7]]
    assert joined(np.zeros(3, bool), 2).shape == (0, 2)


def test_a_rule_makes_intervals_from_first_to_last_window() -> None:
    scores = np.array([0.1, 0.7, 0.8, 0.2, 0.9, 0.1, 0.6])
    intervals = Rule(0.5, 0)(scores)
    np.testing.assert_allclose(intervals.spans_s, [[0.05, 0.275]])
    assert intervals.scores.tolist() == [0.8]
    assert Rule(0.95, 0)(scores).spans_s.shape == (0, 2)


def test_the_rule_is_the_one_with_the_largest_f1() -> None:
    scores = np.full(60, 0.05)
    scores[10:16] = 0.75  # an event: windows from .5 to .75 s, until .925 s
    scores[30:33] = 0.45  # none
    rule = best_rule([(scores, np.array([[0.5, 0.925]]))])
    assert rule == Rule(0.6, 0)  # the middle one of .5, .6 and .7, which are equally good
    assert len(rule(scores).scores) == 1


def test_a_gap_is_bridged_where_that_helps() -> None:
    scores = np.full(60, 0.05)
    scores[10:13], scores[15:18] = 0.9, 0.9
    rule = best_rule([(scores, np.array([[0.5, 1.025]]))])
    assert rule.gap == 2


def test_videos_of_other_units_are_refused() -> None:
    event = (Event(EventKind.MICRO, 0.5, 0.6, 0.9),)
    system = SPEC.build(Budget(width=4, max_epochs=1))
    assert isinstance(system, SpottingSystem)
    other = replace(_video(name="w"), unit_names=("AU12R", "AU01L", "AU12L", "AU01R"))
    both = [LabelledVideo(_video(), event), LabelledVideo(other, event)]
    with pytest.raises(UsageError, match=r"same units, but got \(1, 12\) and \(4, 12\)"):
        system.fit(both, seed=0, progress=Silent())
    system.fit(both[:1], seed=0, progress=Silent())
    with pytest.raises(
        InputError, match=r"units \(4, 12\) as in the training, but w has \(1, 12\)"
    ):
        system.spot(other)


def test_a_video_without_curves_is_refused() -> None:
    with pytest.raises(InputError, match="v to have action unit curves"):
        features_of(replace(_video(), unit_curves=None))
