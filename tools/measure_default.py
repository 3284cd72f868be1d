"""Measures the recogniser that comes with mien, and what each of its parts is worth.

Usage: python tools/measure_default.py --work DIR [--workers N] [--no-ablation]

Draws faces of people, light and cameras that nothing was trained or calibrated on, measures their
flow, and lets the packaged networks read it. ``--work`` is that of tools/train_default.py, whose
sets the ablation trains on. Writes docs/evidence/default.json and default.md.
"""

import argparse
import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import torch
from default_ablation import ablation_rows, pixel_rows
from default_page import write_page
from scipy.special import expit
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import f1_score
from train_default import MEASURED_WITH, SETS, drawn, people, read

from mien.evaluation.bootstrap import Interval, subject_bootstrap
from mien.evaluation.classification import classification_figures
from mien.evaluation.reliability import reliability
from mien.evaluation.units import unit_figures
from mien.recognition.fusion import IMAGE, SYNTHESIS, VOLUME, TrainedRecogniser, Verdict
from mien.recognition.unit_sets import UNIT_SETS
from mien.training.motion_samples import MotionSamples

PAGE = Path(__file__).parents[1] / "docs" / "evidence" / "default.md"
FEWEST = 10  # positives that a unit needs to have figures
THREE = {"happiness": 1, "surprise": 2}
"""Classes of MEGC2019; every other emotion is negative, 0."""

TESTS = {
    "usual": replace(MEASURED_WITH, volumes=1000, people=people(8000, 100), seed=801),
    "noisy": replace(
        MEASURED_WITH, volumes=400, people=people(8200, 60), seed=802, sensor_noise=(4.0, 6.0)
    ),
}
"""Sets that are read once; the noise of the second is beyond all that was learned from."""


def three_of(emotions: np.ndarray, classes: tuple[str, ...]) -> np.ndarray:
    """Give the class of three of each emotion."""
    table = np.array([THREE.get(name, 0) for name in classes])
    three: np.ndarray = table[emotions]
    return three


def summed(probability: np.ndarray, classes: tuple[str, ...]) -> np.ndarray:
    """Add the probabilities of emotions up to those of three classes."""
    place = three_of(np.arange(len(classes)), classes)
    return np.stack([probability[:, place == one].sum(axis=1) for one in range(3)], axis=1)


def defined(value: float) -> float | None:
    """Give a figure, or nothing where it is not defined: JSON has no NaN."""
    return None if np.isnan(value) else float(value)


def interval(one: Interval) -> list[float]:
    """Give a figure with its interval as a list."""
    return [one.value, one.low, one.high]


def unit_summary(
    truth: np.ndarray,
    probability: np.ndarray,
    units: tuple[int, ...],
    subjects: list[str],
    threshold: float,
) -> dict[str, Any]:
    """Give the means over units with enough positives, and over the twelve of CD6ME."""
    enough = [i for i in range(len(units)) if truth[:, i].sum() >= FEWEST]
    twelve = [i for i in enough if units[i] in UNIT_SETS["cd6me12"]]

    def statistic(weights: np.ndarray) -> np.ndarray:
        figures = unit_figures(truth, probability, weights, threshold=threshold)
        means = [
            np.nanmean(figures[:, chosen][..., [0, 2, 3]], axis=1) for chosen in (enough, twelve)
        ]
        return np.concatenate(means, axis=1)

    found = subject_bootstrap(statistic, subjects, resamples=500)
    names = ("f1", "auc", "ap")
    return {
        "all": dict(zip(names, map(interval, found[:3]), strict=True)),
        "twelve": dict(zip(names, map(interval, found[3:]), strict=True)),
        "units_all": [units[i] for i in enough],
        "units_twelve": [units[i] for i in twelve],
    }


def emotion_summary(
    truth: np.ndarray, said: np.ndarray, classes: int, subjects: list[str]
) -> dict[str, list[float]]:
    """Give accuracy and unweighted F1 with intervals."""
    pairs = np.eye(classes * classes)[truth * classes + said]

    def statistic(weights: np.ndarray) -> np.ndarray:
        return classification_figures((weights @ pairs).reshape(-1, classes, classes))

    found = subject_bootstrap(statistic, subjects)
    return {"accuracy": interval(found[0]), "uf1": interval(found[1])}


def ceiling(train: Path, test: Path, classes: tuple[str, ...]) -> dict[str, float]:
    """Say how well trees name the emotion that know exactly which units move."""

    def units_of(folder: Path, kind: str) -> tuple[np.ndarray, np.ndarray]:
        table = pq.read_table(folder / "labels.parquet").to_pandas()
        table = table[(table["kind"] == kind) & (table["emotion"] != "")]
        names = [name for name in table.columns if name.startswith("AU") and "45" not in name]
        moved = table[names].to_numpy() > 0
        return moved.astype(float), np.array([classes.index(one) for one in table["emotion"]])

    known, label = units_of(train, "image")
    asked, truth = units_of(test, "volume")
    shares = HistGradientBoostingClassifier(max_iter=80, random_state=0).fit(known, label)
    probability = shares.predict_proba(asked)
    three = summed(probability, classes).argmax(axis=1)
    return {
        "seven_uf1": float(f1_score(truth, probability.argmax(axis=1), average="macro")),
        "three_uf1": float(f1_score(three_of(truth, classes), three, average="macro")),
    }


def test_figures(
    recogniser: TrainedRecogniser, samples: MotionSamples, folder: Path
) -> dict[str, Any]:
    """Give every figure of one set."""
    card = recogniser.card
    verdict = recogniser.read(samples.at_apex_px(), samples.flow_px.astype(np.float32))
    subjects = [str(one) for one in samples.person]
    truth = samples.units
    opinions = verdict.opinions
    sources: dict[str, np.ndarray] = {name: expit(one.units) for name, one in opinions.items()}
    pairs = {
        "both networks": (IMAGE, VOLUME),
        "synthesis + image": (SYNTHESIS, IMAGE),
    }
    for name, chosen in pairs.items():
        odds = np.mean([opinions[one].units for one in chosen], axis=0)
        sources[name] = expit(odds)
    sources["all three"] = verdict.units
    figures = {
        name: unit_summary(truth, said, card.units, subjects, card.threshold)
        for name, said in sources.items()
    }
    each = unit_figures(truth, verdict.units, threshold=card.threshold)[0]
    rows = [
        {
            "unit": unit,
            "positives": int(truth[:, i].sum()),
            "f1": defined(each[i, 0]),
            "auc": defined(each[i, 2]),
            "ap": defined(each[i, 3]),
            "ece": reliability(verdict.units[:, i], truth[:, i]).expected_error,
        }
        for i, unit in enumerate(card.units)
    ]
    bins = reliability(verdict.units.ravel(), truth.ravel())
    return {
        "clips": len(samples),
        "people": len(set(subjects)),
        "sources": figures,
        "units": rows,
        "ece": bins.expected_error,
        "reliability": [
            [float(a), float(b), int(c)]
            for a, b, c in zip(bins.said, bins.true_share, bins.counts, strict=True)
        ],
        **emotion_figures(verdict, samples, card.classes, subjects),
        "times": time_figures(verdict, samples, folder),
    }


def emotion_figures(
    verdict: Verdict, samples: MotionSamples, classes: tuple[str, ...], subjects: list[str]
) -> dict[str, Any]:
    """Give the figures of emotions, by seven classes and by three."""
    truth = samples.emotion
    said: dict[str, np.ndarray] = {
        name: np.exp(one.emotion)
        for name, one in verdict.opinions.items()
        if one.emotion is not None
    }
    said["all three"] = verdict.emotion
    sure = verdict.emotion.max(axis=1)
    right = (verdict.emotion.argmax(axis=1) == truth).astype(float)
    return {
        "seven": {
            name: emotion_summary(truth, one.argmax(axis=1), len(classes), subjects)
            for name, one in said.items()
        },
        "three": {
            name: emotion_summary(
                three_of(truth, classes), summed(one, classes).argmax(axis=1), 3, subjects
            )
            for name, one in said.items()
        },
        "emotion_ece": reliability(sure, right).expected_error,
    }


def time_figures(verdict: Verdict, samples: MotionSamples, folder: Path) -> dict[str, float]:
    """Give the median error of onset, apex and offset in milliseconds."""
    table = pq.read_table(folder / "labels.parquet").to_pandas()
    whole_s = (table["onset_apex_s"] + table["apex_offset_s"]).to_numpy()
    window_s = whole_s / (samples.times[:, 2] - samples.times[:, 0])
    if verdict.times is None:
        msg = "Expected the network on volumes to tell times."
        raise RuntimeError(msg)
    error_ms = 1000 * np.abs(verdict.times - samples.times) * window_s[:, None]
    names = ("onset_ms", "apex_ms", "offset_ms")
    return dict(zip(names, map(float, np.median(error_ms, axis=0)), strict=True))


def main() -> int:
    """Draw, read, measure, write."""
    parser = argparse.ArgumentParser(description="Measure the recogniser that comes with mien.")
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--workers", type=int, default=None)
    parser.add_argument("--no-ablation", action="store_true")
    chosen = parser.parse_args()
    torch.set_num_threads(chosen.workers or torch.get_num_threads())
    recogniser = TrainedRecogniser()
    found: dict[str, Any] = {"card": json.loads(recogniser.card.model_dump_json())}
    folders = {
        name: drawn(chosen.work, f"test-{name}", one, chosen.workers) for name, one in TESTS.items()
    }
    for name, folder in folders.items():
        found[name] = test_figures(recogniser, read([folder], "volume"), folder)
    train = drawn(chosen.work, "train-true", SETS["train-true"], chosen.workers)
    found["ceiling"] = ceiling(train, folders["usual"], recogniser.card.classes)
    kept = PAGE.with_suffix(".json")
    if chosen.no_ablation and kept.is_file():
        found["ablation"] = json.loads(kept.read_text(encoding="utf-8")).get("ablation", [])
    elif not chosen.no_ablation:
        measured = drawn(chosen.work, "train-measured", SETS["train-measured"], chosen.workers)
        found["ablation"] = ablation_rows(
            {"true": train, "measured": measured}, folders["usual"], unit_summary
        )
        found["ablation"] += pixel_rows(chosen.work, chosen.workers, unit_summary)
    kept.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    write_page(PAGE, found)
    return 0


if __name__ == "__main__":
    sys.exit(main())
