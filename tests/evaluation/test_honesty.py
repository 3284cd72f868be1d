"""The check for leaks lets an honest recogniser through and catches each kind of cheat."""

from collections.abc import Callable

import numpy as np
import pytest
from jaxtyping import Float

from mien.core.errors import UsageError
from mien.datasets.clips import Clips, LabelledClips, Labels
from mien.evaluation.honesty import assert_no_leak
from mien.evaluation.systems import Predictions, RecognitionSystem
from mien.work import Progress


def clips(people: int = 6) -> LabelledClips:
    rng = np.random.default_rng(0)
    subjects = tuple(f"casme2/{i}" for i in range(people) for _ in range(4))
    count = len(subjects)
    arrays: dict[str, np.ndarray] = {
        "flow_image": rng.normal(size=(count, 4, 4, 3)).astype(np.float32),
        "rgb": rng.integers(0, 255, (count, 2, 4, 4, 3)).astype(np.uint8),
    }
    return LabelledClips(
        Clips(
            tuple(f"{who}/{i}" for i, who in enumerate(subjects)),
            subjects,
            arrays,
            np.arange(count),
        ),
        Labels(
            classes=("a", "b"),
            emotion=np.arange(count) % 2,
            unit_numbers=(1,),
            units=np.ones((count, 1)),
            times=np.full((count, 3), 0.5),
            window_s=np.ones(count),
        ),
    )


class Honest:
    """Nearest mean of a class, after scaling by what was learned."""

    def fit(self, clips: LabelledClips, *, seed: int, progress: Progress) -> None:
        del progress, seed
        features = self.features(clips.clips)
        self.scale = self.learned_scale(clips.clips)
        self.means = np.stack(
            [features[clips.labels.emotion == i].mean(axis=0) / self.scale for i in range(2)]
        )

    def predict(self, clips: Clips) -> Predictions:
        gap = np.square(self.features(clips)[:, None] / self.scale - self.means).mean(axis=2)
        weight = np.exp(-(gap - gap.min(axis=1, keepdims=True)))
        return Predictions(weight / weight.sum(axis=1, keepdims=True))

    def features(self, clips: Clips) -> Float[np.ndarray, "clip feature"]:
        flow = clips.read("flow_image").reshape(len(clips), -1).astype(np.float64)
        grey = clips.read("rgb").reshape(len(clips), -1) / 255
        return np.concatenate([flow, grey], axis=1)

    def learned_scale(self, clips: Clips) -> float:
        return float(self.features(clips).std())


class ScalesByEverything(Honest):
    def learned_scale(self, clips: Clips) -> float:
        return float(clips.arrays["flow_image"].std())


class ScalesByWhatItPredicts(Honest):
    def predict(self, clips: Clips) -> Predictions:
        self.scale = float(self.features(clips).std()) + 0.1
        return super().predict(clips)


class DrawsFromNoSeed(Honest):
    draws = np.random.default_rng(1)

    def learned_scale(self, clips: Clips) -> float:
        return super().learned_scale(clips) * float(self.draws.uniform(0.5, 2))


class RemembersTheLastPrediction(Honest):
    before = 1.0

    def predict(self, clips: Clips) -> Predictions:
        self.scale, self.before = self.before, self.scale
        return super().predict(clips)


class SmoothsOverNeighbours(Honest):
    def features(self, clips: Clips) -> Float[np.ndarray, "clip feature"]:
        own = super().features(clips)
        smooth: np.ndarray = (own + np.roll(own, 2, axis=0)) / 2
        return smooth


class LooksAtOtherRows(Honest):
    """Reads around ``rows``: the mean over the whole array while predicting."""

    def predict(self, clips: Clips) -> Predictions:
        self.scale = float(clips.arrays["flow_image"].std())
        return super().predict(clips)


class SaysNothing(Honest):
    def predict(self, clips: Clips) -> Predictions:
        return Predictions(np.full((len(clips), 2), np.nan))


def test_an_honest_system_passes() -> None:
    assert isinstance(Honest(), RecognitionSystem)
    assert_no_leak(Honest, clips())


@pytest.mark.parametrize(
    ("cheat", "sentence"),
    [
        (ScalesByEverything, "change by .* when the test clips are noise while it learns"),
        (ScalesByWhatItPredicts, "whatever is predicted with it"),
        (DrawsFromNoSeed, "two trainings differ by .* Draw everything from the seed"),
        (RemembersTheLastPrediction, "same prediction of the same clips, but the second differs"),
        (SmoothsOverNeighbours, "in any order, but it changes"),
        (LooksAtOtherRows, "among noise it changes by"),
        (SaysNothing, "Expected finite emotion of 12 clips"),
    ],
)
def test_cheats_are_told(cheat: Callable[[], RecognitionSystem], sentence: str) -> None:
    with pytest.raises(UsageError, match=sentence):
        assert_no_leak(cheat, clips())


def test_one_subject_is_not_enough_to_look() -> None:
    with pytest.raises(UsageError, match="at least two subjects"):
        assert_no_leak(Honest, clips(people=1))


def test_the_clips_are_left_as_they_were() -> None:
    given = clips()
    before = {name: array.copy() for name, array in given.clips.arrays.items()}
    assert_no_leak(Honest, given)
    for name, array in before.items():
        assert np.array_equal(given.clips.arrays[name], array)
