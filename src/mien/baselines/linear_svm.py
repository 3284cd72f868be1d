"""A linear support vector machine a class on a row of numbers a clip; SVM on flow is one on flow.

What is learned, its scale included, comes from the training clips alone. How softly the margin is
kept is chosen by predicting subjects whom an inner training has not seen.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from jaxtyping import Float, Int
from scipy.special import expit, softmax

from mien.core.errors import InputError, MissingError, UsageError
from mien.datasets.clips import Clips, LabelledClips
from mien.datasets.protocols import inner_folds
from mien.datasets.splits import Fold
from mien.evaluation.classification import classification_scores
from mien.evaluation.systems import Budget, Predictions, SystemSpec, SystemTask
from mien.work import Progress, Silent

PENALTIES = (0.01, 0.1, 1.0, 10.0)
"""C that are tried, for features whose mean squared distance from their mean is 1."""

USUAL_PENALTY = 1.0
"""C where the training clips are of a single subject, so that none can be chosen."""

INNER_FOLDS = 3
_FEWEST_CLASSES = 2


@dataclass(frozen=True)
class Descriptor:
    """What a machine sees of a clip."""

    name: str
    describe: Callable[[Clips, Progress], Float[np.ndarray, "clip feature"]]
    """Module-level, so that a trained system can go to another process."""

    standardised: bool
    """Whether every number gets a variance of 1, or all of them one common scale."""

    units: bool = False
    """Whether action units get a machine each, too."""


@dataclass(frozen=True)
class _Scale:
    mean: Float[np.ndarray, " feature"]
    factor: Float[np.ndarray, " feature"]

    def __call__(
        self, features: Float[np.ndarray, "row feature"]
    ) -> Float[np.ndarray, "row feature"]:
        scaled: Float[np.ndarray, "row feature"] = (features - self.mean) * self.factor
        return scaled


def _scale_of(features: Float[np.ndarray, "row feature"], *, standardised: bool) -> _Scale:
    """Learn to bring rows to a mean of 0 and a mean squared length of 1."""
    mean = features.mean(axis=0)
    deviation = features.std(axis=0)
    if not standardised:
        deviation = np.full_like(deviation, np.sqrt(np.square(deviation).mean()))
    moving = deviation > 0
    factor = np.zeros_like(deviation)
    factor[moving] = 1 / (deviation[moving] * np.sqrt(max(moving.sum(), 1)))
    return _Scale(mean, factor)


@dataclass(frozen=True)
class _Machines:
    """One separating plane a column; a column that never (always) occurs is -inf (inf)."""

    weights: Float[np.ndarray, "column feature"]
    offsets: Float[np.ndarray, " column"]

    def decide(self, rows: Float[np.ndarray, "row feature"]) -> Float[np.ndarray, "row column"]:
        decisions: Float[np.ndarray, "row column"] = rows @ self.weights.T + self.offsets
        return decisions


def _train(
    rows: Float[np.ndarray, "row feature"],
    occurs: Float[np.ndarray, "row column"],
    penalty: float,
) -> _Machines:
    """Part each column's rows of 1 from those of 0; rows of NaN are left out."""
    gram = rows @ rows.T
    weights = np.zeros((occurs.shape[1], rows.shape[1]))
    offsets = np.zeros(occurs.shape[1])
    for column, values in enumerate(occurs.T):
        known = np.flatnonzero(~np.isnan(values))
        truth = values[known] > 0
        if not truth.any() or truth.all():
            offsets[column] = np.inf if truth.any() else -np.inf
            continue
        machine = _machine(penalty)
        machine.fit(gram[np.ix_(known, known)], truth)
        weights[column] = machine.dual_coef_[0] @ rows[known[machine.support_]]
        offsets[column] = machine.intercept_[0]
    return _Machines(weights, offsets)


def _machine(penalty: float) -> Any:
    try:
        from sklearn.svm import SVC  # noqa: PLC0415 - of the extra [evaluate], loaded when used
    except ModuleNotFoundError as error:
        msg = (
            "A support vector machine needs scikit-learn, which is not installed: "
            "pip install 'mien[evaluate]'"
        )
        raise MissingError(msg) from error
    return SVC(C=penalty, kernel="precomputed", class_weight="balanced")


def _one_a_class(emotion: Int[np.ndarray, " row"], classes: int) -> Float[np.ndarray, "row class"]:
    occurs: Float[np.ndarray, "row class"] = (emotion[:, None] == np.arange(classes)) * 1.0
    return occurs


def emotion_probabilities(
    decisions: Float[np.ndarray, "clip class"],
) -> Float[np.ndarray, "clip class"]:
    """Make probabilities of decision values by a softmax.

    The unit of the values is half the margin, so two classes whose values are 1 and -1 get .88 and
    .12. They are an order of belief, not calibrated. A class that the training lacked (-inf) gets
    0.

    >>> emotion_probabilities(np.array([[0.0, 0.0, -np.inf]])).tolist()
    [[0.5, 0.5, 0.0]]
    """
    probabilities: Float[np.ndarray, "clip class"] = softmax(decisions, axis=1)
    return probabilities


class SvmSystem:
    """Trains linear support vector machines on what a descriptor says of clips.

    Each class is parted from all others; rare classes weigh as much as common ones. C is the one
    with the best unweighted F1 of predicted subjects, the smallest of several; action units are
    learned with the C of the emotions.
    """

    def __init__(self, descriptor: Descriptor, budget: Budget) -> None:
        del budget  # it has no network and no epochs
        self._descriptor = descriptor
        self._scale: _Scale | None = None
        self._emotion: _Machines | None = None
        self._units: _Machines | None = None
        self._penalty = USUAL_PENALTY

    @property
    def penalty(self) -> float:
        """C that was chosen.

        Raises:
            UsageError: it has not been trained.
        """
        self._trained()
        return self._penalty

    def fit(self, clips: LabelledClips, *, seed: int, progress: Progress) -> None:
        """Learn from clips; those without a class of the labelling scheme are left out.

        Raises:
            UsageError: no clip, or a single class of emotion.
            InputError: an input that is not a number, or a clip without a face.
            MissingError: scikit-learn is not installed.
        """
        known = clips.take(np.flatnonzero(clips.labels.emotion >= 0))
        labels, name = known.labels, self._descriptor.name
        present = np.unique(labels.emotion)
        if len(present) < _FEWEST_CLASSES:
            names = [labels.classes[one] for one in present]
            msg = (
                f"Expected at least two classes of emotion to train {name}, but got "
                f"{len(known)} clips{''.join(f' of {one}' for one in names)}. "
                "Train on more clips, or with another labelling scheme."
            )
            raise UsageError(msg)
        features = self._features(known.clips, progress)
        occurs = _one_a_class(labels.emotion, len(labels.classes))
        self._penalty = self._choose(features, occurs, known, seed)
        self._scale = _scale_of(features, standardised=self._descriptor.standardised)
        rows = self._scale(features)
        self._emotion = _train(rows, occurs, self._penalty)
        self._units = None
        if self._descriptor.units and labels.units.shape[1]:
            self._units = _train(rows, labels.units, self._penalty)

    def predict(self, clips: Clips) -> Predictions:
        """Predict clips, each on its own.

        Raises:
            UsageError: not trained, or pictures of another size than those of the training.
            InputError: an input that is not a number, or a clip without a face.
        """
        scale, emotion = self._trained()
        features = self._features(clips, Silent())
        if not len(clips):
            features = np.zeros((0, len(scale.mean)))
        if features.shape[1] != len(scale.mean):
            msg = (
                f"Expected {self._descriptor.name} to read clips of the size of its training, "
                f"with {len(scale.mean)} numbers a clip, but got {features.shape[1]}."
            )
            raise UsageError(msg)
        rows = scale(features)
        units = None if self._units is None else expit(self._units.decide(rows))
        return Predictions(emotion_probabilities(emotion.decide(rows)), units)

    def _trained(self) -> tuple[_Scale, _Machines]:
        if self._scale is None or self._emotion is None:
            msg = f"Expected {self._descriptor.name} to be trained, but it is not. Call fit first."
            raise UsageError(msg)
        return self._scale, self._emotion

    def _features(self, clips: Clips, progress: Progress) -> Float[np.ndarray, "clip feature"]:
        return self._descriptor.describe(clips, progress).astype(np.float64)

    def _choose(
        self,
        features: Float[np.ndarray, "clip feature"],
        occurs: Float[np.ndarray, "clip class"],
        known: LabelledClips,
        seed: int,
    ) -> float:
        subjects = known.clips.subjects
        count = min(INNER_FOLDS, len(set(subjects)))
        if count < 2:  # noqa: PLR2004 - one to learn from, one to predict
            return USUAL_PENALTY
        emotion = known.labels.emotion
        whole = Fold("training", np.arange(len(known)), np.arange(0))
        folds = inner_folds(whole, subjects, emotion=emotion, k=count, seed=seed)
        predicted = np.zeros((len(PENALTIES), len(known)), np.int64)
        for fold in folds:
            scale = _scale_of(features[fold.train], standardised=self._descriptor.standardised)
            train, test = scale(features[fold.train]), scale(features[fold.test])
            for place, penalty in enumerate(PENALTIES):
                decisions = _train(train, occurs[fold.train], penalty).decide(test)
                predicted[place, fold.test] = decisions.argmax(axis=1)
        scores = [
            classification_scores(emotion, one, known.labels.classes).uf1 for one in predicted
        ]
        return PENALTIES[int(np.argmax(scores))]


def flow_numbers(clips: Clips, progress: Progress) -> Float[np.ndarray, "clip feature"]:
    """Give u, v and strain of all cells of the flow image, a row a clip.

    Raises:
        UsageError: the corpus has no flow images.
        InputError: flow that is not a number.
    """
    del progress  # nothing is computed
    images = clips.read("flow_image")
    flat = images.reshape(len(clips), int(np.prod(images.shape[1:])))
    broken = np.flatnonzero(~np.isfinite(flat).all(axis=1))
    if len(broken):
        msg = (
            f"Expected only numbers in flow_image of {clips.names[broken[0]]} for SVM on flow, but "
            "some are NaN or infinite. Prepare the corpus again, or leave the clip out."
        )
        raise InputError(msg)
    return flat


FLOW = Descriptor("SVM on flow", flow_numbers, standardised=True, units=True)

SPEC = SystemSpec(
    name=FLOW.name,
    task=SystemTask.RECOGNITION,
    category="hand-crafted",
    summary=(
        "A linear support vector machine a class, and an action unit, on the 28 x 28 flow image "
        "from onset to apex, each number standardised on the training clips. It is of no "
        "publication: it shows what the flow alone gives without a network."
    ),
    source="mien",
    inputs=("flow_image",),
    build=partial(SvmSystem, FLOW),
)
