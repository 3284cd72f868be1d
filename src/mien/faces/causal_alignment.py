"""Meshes that come one at a time -> one upright crop for each frame, by past frames only."""

from collections import deque

import numpy as np
from jaxtyping import Float, Float32

from mien.core.arrays import Points2
from mien.faces.alignment import CROP_SIZE_PX, RIGID_POINTS, layout_of, similarity
from mien.faces.landmarker import Mesh
from mien.faces.warping import apply_transform

SMOOTHING_S = 0.1
"""A line is fitted to the rigid points of so much of the past and read off at its end."""

_MIN_FIT = 4
_ROUNDING_S = 0.002
_MESH_POINTS = 468


class CausalAlignment:
    """The place of one person's face in its crop, frame by frame.

    The person's own layout of the rigid points is settled once, from the first frames; until then
    :meth:`settle` has not been called and there is no crop.
    """

    def __init__(self) -> None:
        self._recent: deque[tuple[float, Float[np.ndarray, "point 3"]]] = deque()
        self._first: list[Float32[np.ndarray, "point 3"]] = []
        self._target: Float[np.ndarray, "point 2"] | None = None
        self.rest_px: Points2 = np.empty((0, 2))
        """Usual place of the 468 mesh points in the aligned face, once it is settled."""

    @property
    def settled(self) -> bool:
        """Whether the layout is known."""
        return self._target is not None

    def collect(self, mesh: Mesh) -> None:
        """Take one of the first frames, from which the layout is settled."""
        self._first.append(mesh.points_px)

    def settle(self) -> None:
        """Settle the layout by the frames collected so far (their median)."""
        points = np.stack(self._first)[..., :2].astype(np.float64)
        rigid = points[:, RIGID_POINTS]
        self._target = layout_of(rigid) * CROP_SIZE_PX
        placed = [
            apply_transform(similarity(own, self._target), every[:_MESH_POINTS])
            for own, every in zip(rigid, points, strict=True)
        ]
        self.rest_px = np.median(np.stack(placed), axis=0)
        self._first.clear()

    def steadied(self, mesh: Mesh, time_s: float) -> Float32[np.ndarray, "point 3"]:
        """Give the newest mesh with its rigid points smoothed; the others keep their movement."""
        rigid = mesh.points_px[RIGID_POINTS].astype(np.float64)
        self._recent.append((time_s, rigid))
        while time_s - self._recent[0][0] > SMOOTHING_S + _ROUNDING_S:
            self._recent.popleft()
        points = mesh.points_px.copy()
        points[RIGID_POINTS] = _end_of_line(self._recent)
        return points

    def transform(self, steadied: Float32[np.ndarray, "point 3"]) -> Float[np.ndarray, "2 3"]:
        """Give the map from the frame to the crop [px] by smoothed rigid points."""
        assert self._target is not None, "settle the layout first"  # noqa: S101
        return similarity(steadied[RIGID_POINTS, :2].astype(np.float64), self._target)


def _end_of_line(
    recent: deque[tuple[float, Float[np.ndarray, "point 3"]]],
) -> Float[np.ndarray, "point 3"]:
    """Read the newest place off a straight line through the recent ones: no lag in steady motion.

    Fewer than four places are not smoothed: their line would run through the noise.
    """
    times_s = np.array([time_s for time_s, _ in recent])
    places = np.stack([place for _, place in recent])
    if len(places) < _MIN_FIT:
        newest: Float[np.ndarray, "point 3"] = places[-1]
        return newest
    powers = np.column_stack([np.ones(len(times_s)), times_s - times_s[-1]])
    weights = np.linalg.pinv(powers)[0]
    smooth: Float[np.ndarray, "point 3"] = np.tensordot(weights, places, 1)
    return smooth
