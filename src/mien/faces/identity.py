"""Tracklets -> people: who is who when faces cross, swap places, leave and come back.

Tracklets end wherever two faces met, so place is never trusted across a meeting. They are joined
in the order of time: those that begin together are given to the known people at once, so that the
sum of the differences in appearance is smallest (Kuhn 1955). A face that reappears where one was
lost a moment ago gets a bonus for its place, unless it comes from a meeting.
"""

import numpy as np
from jaxtyping import Float
from scipy.optimize import linear_sum_assignment

from mien.faces.search import mesh_box
from mien.faces.tracklet import Tracklet

_STRANGER_COST = 0.30
"""Difference in appearance (1 - cosine) from which a face is a person not seen before; one person
under turning and changing light stays below it in real footage."""

_PLACE_BONUS = 0.15
_PLACE_FRAMES = 30
"""A loss longer than this forgets the place."""

_TOGETHER_FRAMES = 15
"""Tracklets that begin within this many frames are decided together."""

_IMPOSSIBLE = 1e3


class Person:
    """Tracklets of one face, in the order of time."""

    def __init__(self, first: Tracklet) -> None:
        self.tracklets = [first]

    def busy_during(self, tracklet: Tracklet) -> bool:
        """Whether the person is elsewhere at some time of the tracklet."""
        return any(one.start < tracklet.end and tracklet.start < one.end for one in self.tracklets)

    def cost_of(self, tracklet: Tracklet) -> float:
        """How unlike the person the tracklet is."""
        if self.busy_during(tracklet):
            return _IMPOSSIBLE
        likeness = max(float(one.mean_look @ tracklet.mean_look) for one in self.tracklets)
        latest = max(self.tracklets, key=lambda one: one.end)
        bonus = 0.0
        if not tracklet.after_doubt and 0 <= tracklet.start - latest.end <= _PLACE_FRAMES:
            apart = _distance_in_widths(latest.points_px[-1], tracklet.points_px[0])
            bonus = _PLACE_BONUS * max(0.0, 1 - apart)
        return 1 - likeness - bonus


def people_of(tracklets: list[Tracklet]) -> list[Person]:
    """Join the tracklets of each person."""
    people: list[Person] = []
    waiting = sorted(tracklets, key=lambda one: (one.start, -len(one.points_px)))
    while waiting:
        together = [waiting.pop(0)]
        for other in list(waiting):
            if other.start - together[0].start > _TOGETHER_FRAMES:
                break
            if all(_overlap_in_time(one, other) for one in together):
                together.append(other)
                waiting.remove(other)
        _assign(people, together)
    return people


def _assign(people: list[Person], together: list[Tracklet]) -> None:
    known = [[person.cost_of(tracklet) for person in people] for tracklet in together]
    strangers = np.full((len(together), len(together)), _STRANGER_COST)
    costs: Float[np.ndarray, "tracklet choice"] = np.hstack(
        [np.array(known).reshape(len(together), len(people)), strangers]
    )
    rows, columns = linear_sum_assignment(costs)
    newcomers = []
    for row, column in zip(rows, columns, strict=True):
        if column < len(people):
            people[column].tracklets.append(together[row])
        else:
            newcomers.append(Person(together[row]))
    people += newcomers


def _overlap_in_time(one: Tracklet, other: Tracklet) -> bool:
    return one.start < other.end and other.start < one.end


def _distance_in_widths(
    one: Float[np.ndarray, "point 3"], other: Float[np.ndarray, "point 3"]
) -> float:
    boxes = [mesh_box(points) for points in (one, other)]
    centres = [box[:2] + box[2:] / 2 for box in boxes]
    return float(np.linalg.norm(centres[0] - centres[1]) / max(boxes[0][2], 1.0))
