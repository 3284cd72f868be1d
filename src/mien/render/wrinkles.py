"""Folds that the mesh is too coarse for: they deepen as the skin around them is pushed together.

How deep is read off the landmarks, not off the units, so that any set of units makes folds.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Float64, Int

from mien.core.arrays import Points3
from mien.head import Head
from mien.head.noise import smoothstep, value_noise

Marks = Float[np.ndarray, "landmark 3"]

# Landmarks: left, right.
_BROWS = ((296, 334), (66, 105))
_INNER_BROWS = (336, 107)
_CHEEKS = (280, 50)
_CORNERS = (291, 61)
_WINGS = (358, 129)
_EYE_CORNERS = (263, 33)

_FOREHEAD_M, _GLABELLA_M, _CROW_M, _NASOLABIAL_M = 0.00020, 0.00035, 0.00014, 0.00055
_SETTLED_AGE, _AGED_SPAN = 38.0, 90.0


@dataclass(frozen=True)
class Folds:
    """Where each fold lies, and the landmarks that tell how deep it is."""

    share: Float64[np.ndarray, "fold head_vertex"]
    """0..1; folds: forehead left, right; between the brows; crow's feet left, right; nasolabial
    left, right."""

    corners: Int[np.ndarray, "landmark 3"]
    weights: Float64[np.ndarray, "landmark 3"]
    rest_m: Marks
    settled: float
    """Depth of all folds on the face at rest, 0..1, by age."""

    def depth(
        self, head_m: Float64[np.ndarray, "head_vertex 3"]
    ) -> Float64[np.ndarray, " head_vertex"]:
        """Tell how deep the folds are at every vertex, 0..1; the head not yet turned."""
        marks = np.einsum("lc,lcd->ld", self.weights, head_m[self.corners])
        moved = marks - self.rest_m
        values = [float(moved[list(side), 1].mean()) / 0.0065 for side in _BROWS]
        inner = marks[list(_INNER_BROWS)]
        rest = self.rest_m[list(_INNER_BROWS)]
        nearer = np.linalg.norm(rest[0] - rest[1]) - np.linalg.norm(inner[0] - inner[1])
        values.append(nearer / 0.005 - moved[list(_INNER_BROWS), 1].mean() / 0.007)
        values.extend(moved[list(_CHEEKS), 1] / 0.005)
        for place, outward in ((0, 1.0), (1, -1.0)):
            corner, wing = moved[_CORNERS[place]], moved[_WINGS[place]]
            values.append((corner[1] + 0.6 * outward * corner[0]) / 0.013 + wing[1] / 0.005)
        amounts = np.clip(np.array(values), 0.0, 1.2)
        # Folds begin slowly: skin first takes up its slack.
        active = amounts**1.3 + self.settled
        depth: Float64[np.ndarray, " head_vertex"] = np.einsum(
            "f,fv->v", np.minimum(active, 1.2), self.share
        )
        return depth


def folds_of(
    head: Head,
    rest_m: Float64[np.ndarray, "head_vertex 3"],
    middle_m: Float[np.ndarray, "3"],
    age_years: float,
) -> Folds:
    """Lay the folds into a mesh at rest."""
    marks = head.landmarks.points(rest_m)
    regions = _regions(rest_m - middle_m, marks - middle_m)
    return Folds(
        share=np.stack(regions),
        corners=head.landmarks.corners,
        weights=head.landmarks.barycentric,
        rest_m=marks,
        settled=float(np.clip((age_years - _SETTLED_AGE) / _AGED_SPAN, 0.0, 0.4)),
    )


def _regions(points: Points3, marks: Marks) -> list[Float64[np.ndarray, " point"]]:
    """Give the reach of every fold, with soft borders; points from the middle of the eyes."""
    x, y, z = points.T
    face = smoothstep(-0.05, -0.03, z)
    brow = marks[list(_BROWS[0] + _BROWS[1]), 1].mean()
    above = smoothstep(brow + 0.002, brow + 0.009, y) * face * smoothstep(0.058, 0.04, np.abs(x))
    left = smoothstep(-0.006, 0.006, x)
    inner = marks[list(_INNER_BROWS)].mean(axis=0)
    between = np.exp(-((x / 0.014) ** 2) - ((y - inner[1]) / 0.016) ** 2) * face
    regions = [above * left, above * (1 - left), between]
    for corner in _EYE_CORNERS:
        away = points - marks[corner]
        outward = np.sign(marks[corner, 0]) * away[:, 0]
        fan = np.exp(-(((outward - 0.012) / 0.016) ** 2) - (away[:, 1] / 0.018) ** 2)
        regions.append(fan * smoothstep(0.0, 0.005, outward))
    for side in range(2):
        middle = 0.5 * (marks[_WINGS[side]] + marks[_CORNERS[side]])
        away = points - middle
        regions.append(np.exp(-((away[:, 0] / 0.024) ** 2) - (away[:, 1] / 0.030) ** 2) * face)
    return regions


def paint_folds(
    points: Points3, marks: Marks, rng: np.random.Generator
) -> Float64[np.ndarray, " point"]:
    """Draw the relief of all folds at full depth, in metres; points from the middle of the eyes."""
    regions = _regions(points, marks)
    x, y, _ = points.T
    wander = value_noise(points * (1.0, 0.6, 0.6), 0.018, rng)
    level = (y + 0.0022 * wander + 0.10 * np.abs(x)) / 0.0085
    away = np.abs(level - np.round(level)) * 0.0085
    uneven = 0.75 + 0.35 * np.clip(value_noise(points, 0.02, rng), -1, 1)
    relief = -_FOREHEAD_M * _groove(away, 0.0009) * uneven * (regions[0] + regions[1])
    slant = np.abs(x) - 0.0062 - 0.10 * (y - marks[_INNER_BROWS[0], 1]) + 0.0006 * wander
    relief -= _GLABELLA_M * _groove(slant, 0.0011) * regions[2]
    for index, corner in enumerate(_EYE_CORNERS):
        offset = points - marks[corner]
        outward = np.sign(marks[corner, 0]) * offset[:, 0] + 0.006
        angle = np.arctan2(offset[:, 1], outward) + 0.08 * wander
        spoke = np.abs(angle / 0.42 - np.round(angle / 0.42)) * 0.42
        relief -= _CROW_M * _groove(spoke * np.abs(outward), 0.0007) * regions[3 + index]
    for side in range(2):
        relief -= _NASOLABIAL_M * _nasolabial(points, marks, side) * regions[5 + side]
    result: Float64[np.ndarray, " point"] = relief
    return result


def _groove(away: Float[np.ndarray, " point"], width: float) -> Float64[np.ndarray, " point"]:
    groove: Float64[np.ndarray, " point"] = np.exp(-((away / width) ** 2))
    return groove


def _nasolabial(points: Points3, marks: Marks, side: int) -> Float64[np.ndarray, " point"]:
    """Draw the fold from the wing of the nose past the corner of the mouth, as a bent line."""
    outward = 1.0 if side == 0 else -1.0
    wing = marks[_WINGS[side]] + (0.003 * outward, 0.004, 0.0)
    end = marks[_CORNERS[side]] + (0.009 * outward, -0.004, 0.0)
    along = np.clip((wing[1] - points[:, 1]) / (wing[1] - end[1]), 0.0, 1.0)
    line = wing[0] + (end[0] - wing[0]) * (0.35 * along + 0.65 * along**0.7)
    away = (points[:, 0] - line) * outward
    # Steep towards the mouth, soft towards the cheek.
    fold = np.where(away < 0, np.exp(-((away / 0.0022) ** 2)), np.exp(-((away / 0.0045) ** 2)))
    faded: Float64[np.ndarray, " point"] = (
        fold * smoothstep(0.0, 0.12, along) * smoothstep(1.0, 0.8, along)
    )
    return faded
