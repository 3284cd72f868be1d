"""Folds of the skin that the mesh is too coarse for: where they lie, and how deep they are.

They deepen as the skin around them is pushed together. How deep is read off the landmarks, not off
the units, so that any set of units makes folds; age makes them deeper and leaves some of each on
the face at rest.
"""

import math
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Float64, Int

from mien.core.arrays import Points3, Vertices
from mien.head.model import Head
from mien.head.noise import smoothstep

Marks = Float[np.ndarray, "landmark 3"]
"""The 468 landmarks."""

FOLDS = (
    "forehead_inner_left",
    "forehead_inner_right",
    "forehead_outer_left",
    "forehead_outer_right",
    "glabella",
    "crows_feet_left",
    "crows_feet_right",
    "nose_left",
    "nose_right",
    "nasolabial_left",
    "nasolabial_right",
    "chin",
    "dimple_left",
    "dimple_right",
    "under_eye_left",
    "under_eye_right",
)
"""Names of the folds, in the order of every array that has one row or column per fold."""

CROSSING = (4, 7, 8, 14, 15)
"""Folds that run across their neighbours; they are kept on a layer of their own."""

FULL = 1.25
"""Deepest that a fold gets."""

# Landmarks: left, right.
INNER_BROWS, OUTER_BROWS = ((336, 296), (107, 66)), ((334, 293), (105, 63))
FROWN = (336, 107)
CHEEKS, WINGS, CORNERS, JOWLS = (280, 50), (358, 129), (291, 61), (432, 212)
EYE_CORNERS, INNER_EYES, LOWER_LIDS = (263, 33), (362, 133), (374, 145)
BESIDE_WINGS = (423, 203)
CHIN_BOSS, CHIN, NASION = 199, 152, 168

_USED = np.array(
    sorted(
        {mark for pairs in (INNER_BROWS, OUTER_BROWS) for pair in pairs for mark in pair}
        | {*FROWN, *CHEEKS, *WINGS, *CORNERS, *JOWLS, *LOWER_LIDS, *BESIDE_WINGS, CHIN_BOSS, CHIN}
    )
)

# Movements that make a fold of full depth, in metres, and how much of it age leaves at rest.
_BROW_M, _NEARER_M, _CHEEK_M, _WING_M, _CORNER_M = 0.0050, 0.0055, 0.0075, 0.0060, 0.0150
_BOSS_M, _PIT_M, _LID_M, _LIP_RAISED_M = 0.0024, 0.0042, 0.0032, 0.0045
_HEAPED_M = 0.0034  # of the cheek that is drawn away from the wing of the nose
_SETTLED = np.array(
    [0.7, 0.7, 0.6, 0.6, 0.8, 1.0, 1.0, 0.2, 0.2, 1.0, 1.0, 0.25, 0.5, 0.5, 0.9, 0.9]
)
_SETTLING_AGE, _SETTLING_YEARS, _MOST_SETTLED = 34.0, 75.0, 0.5
_GROWN_AGE, _GROWING_YEARS = 20.0, 45.0
_ONSET = 1.35  # skin first takes up its slack


@dataclass(frozen=True)
class Folds:
    """Where each fold lies, and the landmarks that tell how deep it is."""

    share: Float64[np.ndarray, "fold head_vertex"]
    """0..1, by :data:`FOLDS`."""

    corners: Int[np.ndarray, "landmark 3"]
    weights: Float64[np.ndarray, "landmark 3"]
    rest_m: Marks
    age_years: float

    def amounts(self, head_m: Vertices) -> Float64[np.ndarray, " fold"]:
        """Tell how deep every fold is, 0..1.25; the head not turned."""
        marks = self.rest_m.copy()
        weights, corners = self.weights[_USED], self.corners[_USED]
        marks[_USED] = np.einsum("lc,lcd->ld", weights, head_m[corners])
        return fold_amounts(self.rest_m, marks, self.age_years)

    def depth(self, head_m: Vertices) -> Float64[np.ndarray, "head_vertex 2"]:
        """Give the depth at every vertex: of the folds, and of those that cross them."""
        layers = np.zeros((2, self.share.shape[1]))
        for fold, amount in enumerate(self.amounts(head_m)):
            if amount > 0.0:
                layers[int(fold in CROSSING)] += amount * self.share[fold]
        result: Float64[np.ndarray, "head_vertex 2"] = np.minimum(layers, FULL).T
        return result


def folds_of(head: Head, rest_m: Vertices, middle_m: Float[np.ndarray, "3"], age: float) -> Folds:
    """Lay the folds into a mesh at rest that begins with the head's vertices."""
    marks = head.landmarks.points(rest_m)
    return Folds(
        share=fold_regions(rest_m - middle_m, marks - middle_m),
        corners=head.landmarks.corners,
        weights=head.landmarks.barycentric,
        rest_m=marks,
        age_years=age,
    )


def settled_folds(age_years: float) -> Float64[np.ndarray, " fold"]:
    """Tell how deep age leaves the folds of a face at rest, 0..0.5."""
    share = np.clip((age_years - _SETTLING_AGE) / _SETTLING_YEARS, 0.0, 1.0)
    result: Float64[np.ndarray, " fold"] = _MOST_SETTLED * share * _SETTLED
    return result


def fold_amounts(rest_m: Marks, posed_m: Marks, age_years: float) -> Float64[np.ndarray, " fold"]:
    """Tell how deep every fold is, 0..1.25, from where the landmarks went.

    Args:
        rest_m: the landmarks at rest.
        posed_m: the landmarks now, the head not turned.
        age_years: of the person: at 20 skin folds half as deep as at 65.
    """
    # Plain numbers: a few dozen of them are no work for arrays.
    moved = dict(zip(_USED.tolist(), (posed_m[_USED] - rest_m[_USED]).tolist(), strict=True))
    raw = [0.0] * len(FOLDS)
    for side, outward in ((0, 1.0), (1, -1.0)):
        raw[0 + side] = sum(moved[mark][1] for mark in INNER_BROWS[side]) / 2 / _BROW_M
        raw[2 + side] = sum(moved[mark][1] for mark in OUTER_BROWS[side]) / 2 / _BROW_M
        cheek, wing, lid = (moved[marks[side]][1] for marks in (CHEEKS, WINGS, LOWER_LIDS))
        out, up = outward * moved[CORNERS[side]][0], moved[CORNERS[side]][1]
        raised = max(up, 0.0)
        raw[5 + side] = (cheek - 0.35 * raised) / _CHEEK_M + 0.25 * lid / _LID_M
        raw[7 + side] = (wing - 0.6 * moved[FROWN[side]][1]) / _WING_M - 0.30
        raw[9 + side] = (up + 0.6 * out) / _CORNER_M + wing / _LIP_RAISED_M
        # A smile moves the whole cheek; only what goes ahead of the corner heaps up (AU11).
        wing_out, beside = (outward * moved[marks[side]][0] for marks in (WINGS, BESIDE_WINGS))
        raw[9 + side] += max(beside - wing_out - 0.12 * max(out, 0.0), 0.0) / _HEAPED_M
        raw[12 + side] = _nearer_m(rest_m, posed_m, (CORNERS[side], JOWLS[side])) / _PIT_M
        squeezed = max(cheek - lid, 0.0) / _CHEEK_M
        raw[14 + side] = 0.6 * max(lid, 0.0) / _LID_M + 0.8 * squeezed
    nearer = _nearer_m(rest_m, posed_m, FROWN)
    lowered = sum(moved[mark][1] for mark in FROWN) / 2
    raw[4] = nearer / _NEARER_M - 0.4 * lowered / _BROW_M
    raw[11] = (moved[CHIN_BOSS][1] - moved[CHIN][1]) / _BOSS_M
    grown = 0.62 + 0.63 * np.clip((age_years - _GROWN_AGE) / _GROWING_YEARS, 0.0, 1.0)
    active = np.clip(raw, 0.0, 1.3) ** _ONSET * grown
    amounts: Float64[np.ndarray, " fold"] = np.minimum(active + settled_folds(age_years), FULL)
    return amounts


def _nearer_m(rest_m: Marks, posed_m: Marks, pair: tuple[int, int]) -> float:
    """Tell by how much two landmarks came nearer to each other."""
    return math.dist(rest_m[pair[0]], rest_m[pair[1]]) - math.dist(
        posed_m[pair[0]], posed_m[pair[1]]
    )


def fold_regions(points: Points3, marks: Marks) -> Float64[np.ndarray, "fold point"]:
    """Give the reach of every fold, 0..1 with soft borders; all from the middle of the eyes."""
    x, y, z = points.T
    face = smoothstep(-0.05, -0.03, z)
    regions = np.zeros((len(FOLDS), len(points)))
    brow = marks[[mark for side in OUTER_BROWS for mark in side], 1].mean()
    above = smoothstep(brow + 0.001, brow + 0.008, y) * face * smoothstep(0.060, 0.042, np.abs(x))
    above *= smoothstep(brow + 0.060, brow + 0.042, y)
    left = smoothstep(-0.006, 0.006, x)
    outer = smoothstep(0.016, 0.034, np.abs(x))
    for side, half in ((0, left), (1, 1 - left)):
        regions[0 + side], regions[2 + side] = above * half * (1 - outer), above * half * outer
    inner = marks[list(FROWN)].mean(axis=0)
    regions[4] = np.exp(-((x / 0.014) ** 2) - ((y - inner[1]) / 0.016) ** 2) * face
    for side, outward in ((0, 1.0), (1, -1.0)):
        away = points - marks[EYE_CORNERS[side]]
        out = outward * away[:, 0]
        fan = np.exp(-(((out - 0.011) / 0.014) ** 2) - ((away[:, 1] + 0.001) / 0.017) ** 2)
        regions[5 + side] = fan * smoothstep(-0.001, 0.006, out)
        half = smoothstep(-0.001, 0.004, outward * x)
        nose = np.exp(-(((np.abs(x) - 0.008) / 0.010) ** 2))
        bridge = marks[NASION, 1] - 0.012
        regions[7 + side] = nose * np.exp(-(((y - bridge) / 0.011) ** 2)) * half * face
        middle = 0.5 * (marks[WINGS[side]] + marks[CORNERS[side]])
        away = points - middle
        regions[9 + side] = np.exp(-((away[:, 0] / 0.024) ** 2) - (away[:, 1] / 0.030) ** 2) * face
        away = points - (marks[CORNERS[side]] + (0.009 * outward, 0.0, 0.0))
        regions[12 + side] = np.exp(-((away[:, 0] / 0.008) ** 2) - (away[:, 1] / 0.011) ** 2) * face
        lid = 0.5 * (marks[EYE_CORNERS[side]] + marks[INNER_EYES[side]])
        away = points - lid
        below = smoothstep(-0.0065, -0.0100, away[:, 1]) * smoothstep(-0.025, -0.014, away[:, 1])
        regions[14 + side] = below * np.exp(-((away[:, 0] / 0.017) ** 4)) * face
    chin = marks[CHIN_BOSS] + (0.0, 0.003, 0.0)
    away = points - chin
    regions[11] = np.exp(-((away[:, 0] / 0.017) ** 2) - (away[:, 1] / 0.012) ** 2) * face
    return regions
