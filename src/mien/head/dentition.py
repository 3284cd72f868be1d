"""Teeth that stand where lips show them.

The source's upper teeth end level with the lip and its tongue fills the gap, so an open mouth shows
no tooth. Here the edge of the upper teeth stands below the upper lip of lips that hang apart, less
far in men and with age, the lower teeth close behind it, and the tongue rests on the floor of the
mouth. How much of the upper teeth relaxed lips show: Vig & Brundo 1978. Who shows less of the upper
teeth shows more of the lower ones when the lower lip is drawn down.
"""

import numpy as np
from jaxtyping import Float, Float64

from mien.head.model import Head
from mien.head.subdivision import Subdivided

_UPPER_LIP, _LOWER_LIP = 13, 14  # landmarks at the inner borders
_HANGING = 0.1  # of jawOpen
_MIDDLE_M, _LOWEST_M = 0.005, 0.010
_SHOWN_M = {"female": 0.0034, "male": 0.0023}  # at thirty, lips apart
_LESS_SHOWN_M_PER_YEAR, _FROM_YEARS, _LEAST_SHOWN_M = 0.00004, 30.0, 0.0012
_MOST_COVERED_M = 0.0034  # of the upper teeth by closed lips
_OVERBITE_M, _OVERJET_M = 0.0014, 0.0028  # of the upper incisors over the lower: down, forward
_TONGUE_DOWN_M, _TONGUE_BACK_M = 0.0060, 0.0015


def shown_teeth_m(sex: str, age_years: float) -> float:
    """Tell how far the upper teeth stand below a relaxed upper lip.

    >>> shown_teeth_m("male", 30.0) < shown_teeth_m("female", 30.0)
    True
    """
    less = _LESS_SHOWN_M_PER_YEAR * max(age_years - _FROM_YEARS, 0.0)
    return max(_SHOWN_M.get(sex, 0.0028) - less, _LEAST_SHOWN_M)


def set_teeth(
    head: Head, fine: Subdivided, rest_m: Float[np.ndarray, "vertex 3"], shown_m: float = 0.0028
) -> Float64[np.ndarray, "vertex 3"]:
    """Move teeth and tongue of a person at rest to where they belong.

    Args:
        head: the built-in head.
        fine: the refined mesh that is drawn, because refining changes where lips end.
        rest_m: the person's vertices, not refined.
        shown_m: of the upper teeth below an upper lip that hangs over parted lips.
    """
    moved = np.array(rest_m, np.float64)
    refined = fine(moved)
    upper, lower = head.parts["teeth_upper"], head.parts["teeth_lower"]
    edge = _front(refined[fine.parts["teeth_upper"]]).min()
    lip = head.landmarks.points(moved)[_UPPER_LIP, 1]
    # Full lips hang over the teeth: lower incisors out of the lower lip's reach were never seen.
    down = edge - max(_lip_edge_m(head, fine, moved) - shown_m, lip - _MOST_COVERED_M)
    moved[upper, 1] -= down
    top = _front(refined[fine.parts["teeth_lower"]]).max()
    moved[lower, 1] += (edge - down + _OVERBITE_M) - top
    foremost = [refined[fine.parts[f"teeth_{jaw}"], 2].max() for jaw in ("upper", "lower")]
    moved[lower, 2] += max(foremost[0] - _OVERJET_M - foremost[1], 0.0)
    moved[head.parts["tongue"]] -= (0.0, _TONGUE_DOWN_M, _TONGUE_BACK_M)
    return moved


def _lip_edge_m(head: Head, fine: Subdivided, rest_m: Float64[np.ndarray, "vertex 3"]) -> float:
    """Find the lower edge of the upper lip, at its middle, of lips that hang apart."""
    skin = fine.parts["skin"]
    drop = _HANGING * head.unit_deltas_m[head.unit_index("jawOpen")]
    way = fine(drop)[skin, 1]
    points = fine(rest_m + drop)[skin]
    lips = head.landmarks.points(rest_m)[[_UPPER_LIP, _LOWER_LIP]]
    teeth = fine(rest_m)[fine.parts["teeth_upper"], 2].max()
    own = (
        (way > 0.3 * way.min())  # of the upper lip
        & (np.abs(points[:, 0] - lips[0, 0]) < _MIDDLE_M)
        & (points[:, 2] > teeth)  # in front of the teeth
        & (points[:, 1] > lips[0, 1] - _LOWEST_M)
    )
    return float(points[own, 1].min() if own.any() else lips[0, 1])


def _front(teeth_m: Float[np.ndarray, "vertex 3"]) -> Float64[np.ndarray, " incisor"]:
    """Give the heights of the incisors' vertices."""
    result: Float64[np.ndarray, " incisor"] = teeth_m[
        teeth_m[:, 2] > teeth_m[:, 2].max() - 0.004, 1
    ]
    return result
