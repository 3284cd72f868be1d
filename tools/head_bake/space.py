"""Fit the space of faces (:mod:`mien.head.people_space`) to random faces of the source model."""

# ruff: noqa: PLR2004 - shares of the sample

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from head_bake import features
from head_bake.people import age_parameter

from mien.head.people_space import Demography

SAMPLES = 480
WAYS = 48
_SEED = 20
_MM = 1e3


@dataclass(frozen=True)
class Face:
    """One face of the source with its faults mended, in metres."""

    vertices: np.ndarray
    eye_centre: np.ndarray
    eye_radius: np.ndarray


Build = Callable[[dict[str, float], dict[str, float]], Face]
"""From phenotype and local changes to a face."""


def random_demography(rng: np.random.Generator) -> Demography:
    """Draw sex, age, ancestry and weight: most people mostly of one family, some mixed."""
    mixed = rng.random() < 0.4
    shares = rng.dirichlet((1.2, 1.2, 1.2)) if mixed else rng.permutation((0.9, 0.06, 0.04))
    return Demography(
        female=float(rng.random() < 0.5),
        age_years=float(rng.uniform(20, 76)),
        african=float(shares[0]),
        asian=float(shares[1]),
        weight=float(np.clip(rng.normal(0.5, 0.07), 0.35, 0.68)),
    )


def fitted_space(
    build: Build, labels: list[str], mean: np.ndarray, say: Callable[[str], None]
) -> dict[str, np.ndarray]:
    """Build random faces, regress them on demography, and keep the main ways to differ."""
    rng = np.random.default_rng(_SEED)
    predictors, rows = [], []
    for sample in range(SAMPLES):
        who = random_demography(rng)
        face = build(
            {
                "gender": 0.97 * who.female + 0.015,
                "age": age_parameter(max(who.age_years, 23)),
                "muscle": float(rng.uniform(0.42, 0.60)),
                "weight": who.weight,
                "height": 0.5,
                "proportions": float(rng.uniform(0.08, 0.35)),
                "cupsize": 0.4,
                "firmness": 0.5,
                "african": who.african,
                "asian": who.asian,
                "caucasian": 1 - who.african - who.asian,
            },
            features.local_changes(
                labels, female=who.female, age_years=who.age_years, spread=0.9, rng=rng
            ),
        )
        predictors.append(who.predictors())
        parts = ((face.vertices - mean).ravel(), face.eye_centre.ravel(), face.eye_radius)
        rows.append((_MM * np.concatenate(parts)).astype(np.float32))
        if sample % 60 == 0:
            say(f"face {sample} of {SAMPLES}")
    known, shapes = np.stack(predictors), np.stack(rows).astype(np.float64)
    means, _, rank, _ = np.linalg.lstsq(known, shapes, rcond=None)
    if rank < known.shape[1]:
        msg = f"Expected independent predictors, but only {rank} of {known.shape[1]} are."
        raise ValueError(msg)
    left = shapes - known @ means
    scores, strength, _ = np.linalg.svd(left @ left.T / SAMPLES)
    ways = (scores[:, :WAYS].T @ left) / np.sqrt(SAMPLES)
    share = strength[:WAYS].sum() / strength.sum()
    say(f"{WAYS} ways hold {share:.3f} of what demography does not explain")
    size = mean.size
    return {
        "mean_delta_mm": means[:, :size].reshape(-1, *mean.shape).astype(np.float16),
        "way_mm": ways[:, :size].reshape(-1, *mean.shape).astype(np.float16),
        "mean_eye_mm": means[:, size:].astype(np.float32),
        "way_eye_mm": ways[:, size:].astype(np.float32),
    }
