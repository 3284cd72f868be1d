"""A check that every recogniser must pass: what it is tested on cannot have helped it.

The clips are divided by subject. A recogniser that learns while the arrays hold the test clips, and
one that learns while they hold noise in their place, must predict the same; and what it says of a
clip must not depend on the clips that are predicted with it.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np
from jaxtyping import Shaped

from mien.core.errors import UsageError
from mien.datasets.clips import Clips, LabelledClips
from mien.evaluation.systems import Predictions, RecognitionSystem
from mien.work import Silent

TOLERANCE = 1e-5
"""Largest difference that rounding may make, when the same clip comes in another batch."""


def assert_no_leak(
    system_factory: Callable[[], RecognitionSystem],
    labelled: LabelledClips,
    *,
    seed: int = 0,
    tolerance: float = TOLERANCE,
) -> None:
    """Check that a recogniser learns from its own clips only and predicts each on its own.

    It is built and fitted twice, a third time only to tell what is wrong. A leak that changes no
    prediction of these clips is not seen, so the clips should be such that the system is not sure
    of all of them.

    Args:
        system_factory: builds the system anew, untrained.
        labelled: clips of at least two subjects; every second subject is tested.
        seed: of the training.
        tolerance: largest difference that counts as none.

    Raises:
        UsageError: the sentence says what leaks, or that a seed does not fix the result.
    """
    clips = labelled.clips
    people = sorted(set(clips.subjects))
    if len(people) < 2:  # noqa: PLR2004 - one to learn from, one to predict
        msg = f"Expected clips of at least two subjects to look for a leak, got {len(people)}."
        raise UsageError(msg)
    tested = set(people[1::2])
    train = [i for i, who in enumerate(clips.subjects) if who not in tested]
    test = [i for i, who in enumerate(clips.subjects) if who in tested]

    shown = clips.take(test)
    noisy = replace(clips, arrays=_poisoned(clips, shown.rows, seed))

    def fitted(held: Clips) -> RecognitionSystem:
        system = system_factory()
        system.fit(LabelledClips(held, labelled.labels).take(train), seed=seed, progress=Silent())
        return system

    system = fitted(clips)
    clean = system.predict(shown)
    _check_rows(clean, len(test))
    if _apart(clean, system.predict(shown)) > tolerance:
        msg = "Expected the same prediction of the same clips, but the second differs."
        raise UsageError(msg)
    blind = fitted(noisy).predict(shown)
    if _apart(clean, blind) > tolerance:
        again = fitted(clips).predict(shown)
        if _apart(clean, again) > tolerance:
            msg = (
                "Expected the same result of the same clips and seed, but two trainings differ by "
                f"{_apart(clean, again):.2g}. Draw everything from the seed."
            )
        else:
            msg = (
                "Expected a system that learns from its training clips only, but its predictions "
                f"change by {_apart(clean, blind):.2g} when the test clips are noise while it "
                "learns. Fit every statistic on the clips that it is given."
            )
        raise UsageError(msg)
    _check_each_alone(system, shown, noisy.take(test), clean, tolerance)


def _check_each_alone(
    system: RecognitionSystem,
    shown: Clips,
    noise: Clips,
    clean: Predictions,
    tolerance: float,
) -> None:
    backwards = list(range(len(shown)))[::-1]
    turned = _rows(system.predict(shown.take(backwards)), backwards)
    if _apart(clean, turned) > tolerance:
        msg = (
            "Expected the same prediction of a clip in any order, but it changes by "
            f"{_apart(clean, turned):.2g} when the clips are turned round."
        )
        raise UsageError(msg)
    for place in sorted({0, len(shown) // 2, len(shown) - 1}):
        kept = int(shown.rows[place])
        arrays = {name: np.array(array) for name, array in noise.arrays.items()}
        for name, array in arrays.items():
            array[kept] = shown.arrays[name][kept]
        among_noise = system.predict(replace(noise, arrays=arrays))
        alone = system.predict(shown.take([place]))
        for other, where in ((_rows(among_noise, [place]), "among noise"), (alone, "alone")):
            gap = _apart(_rows(clean, [place]), other)
            if gap > tolerance:
                msg = (
                    f"Expected the same prediction of {shown.names[place]} whatever is predicted "
                    f"with it, but {where} it changes by {gap:.2g}. Use no statistic of the clips "
                    "that are predicted."
                )
                raise UsageError(msg)


def _poisoned(
    clips: Clips, rows: Shaped[np.ndarray, " test"], seed: int
) -> Mapping[str, Shaped[np.ndarray, "..."]]:
    """Put noise of the range of each array in place of the given rows."""
    rng = np.random.default_rng((seed, 1))
    arrays = {}
    for name, array in clips.arrays.items():
        held = np.array(array)
        shape = (len(rows), *held.shape[1:])
        if np.issubdtype(held.dtype, np.floating):
            spread = float(np.nanmax(np.abs(held.astype(np.float64)))) or 1.0
            held[rows] = rng.uniform(-spread, spread, shape).astype(held.dtype)
        else:
            low, high = int(held.min()), int(held.max())
            held[rows] = rng.integers(low, high, shape, endpoint=True).astype(held.dtype)
        arrays[name] = held
    return arrays


def _said(predictions: Predictions) -> dict[str, np.ndarray]:
    values = {
        "emotion": predictions.emotion,
        "units": predictions.units,
        "unit_intensity": predictions.unit_intensity,
        "times": predictions.times,
        "step_units": predictions.step_units,
    }
    return {name: value for name, value in values.items() if value is not None}


def _check_rows(predictions: Predictions, count: int) -> None:
    for name, value in _said(predictions).items():
        if len(value) != count or not np.isfinite(value).all():
            msg = f"Expected finite {name} of {count} clips, but got {value.shape} or NaN."
            raise UsageError(msg)


def _rows(predictions: Predictions, places: list[int]) -> Predictions:
    return Predictions(**{name: value[places] for name, value in _said(predictions).items()})


def _apart(one: Predictions, other: Predictions) -> float:
    """Give the largest difference; infinite where they do not say the same things."""
    mine, theirs = _said(one), _said(other)
    if mine.keys() != theirs.keys():
        return float("inf")
    gaps = [
        float(np.abs(mine[name] - theirs[name]).max())
        if mine[name].shape == theirs[name].shape
        else float("inf")
        for name in mine
    ]
    return float("inf") if any(np.isnan(gaps)) else max(gaps)
