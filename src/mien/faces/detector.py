"""Faces in an image, with six key points each: the BlazeFace detectors.

Source: Bazarevsky et al., *BlazeFace: Sub-millisecond Neural Face Detection on Mobile GPUs*, 2019
(arXiv 1907.05047); anchor grids by the model cards of the two networks.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import Float, Float32
from scipy.special import expit

from mien.core.arrays import ImageRgb
from mien.faces.network import Network
from mien.faces.warping import warp

MINIMUM_SCORE = 0.5
_OVERLAP_OF_ONE_FACE = 0.3
_KEY_POINTS = 6
_NEAR_GRIDS = ((16, 2), (8, 6))
"""(cells per side, anchors per cell) of the detector for near faces."""

_FAR_GRIDS = ((48, 1),)


@dataclass(frozen=True)
class Detection:
    """One detected face in image pixels."""

    box_px: Float[np.ndarray, " 4"]
    """Left, top, width, height."""

    key_points_px: Float[np.ndarray, "6 2"]
    """The subject's right eye, left eye, nose tip, mouth centre, right ear, left ear."""

    score: float
    """0..1."""

    @property
    def eye_distance_px(self) -> float:
        """Distance between the two eyes."""
        return float(np.linalg.norm(self.key_points_px[1] - self.key_points_px[0]))

    def mapped(self, matrix: Float[np.ndarray, "2 3"]) -> "Detection":
        """Give the detection in the coordinates that ``matrix`` maps to; the box stays upright."""
        left, top, width, height = self.box_px.tolist()
        corners = np.array([[left, top], [left + width, top + height]])
        moved = corners @ matrix[:, :2].T + matrix[:, 2]
        low, high = moved.min(axis=0), moved.max(axis=0)
        points = self.key_points_px @ matrix[:, :2].T + matrix[:, 2]
        return Detection(np.concatenate([low, high - low]), points, self.score)


class FaceDetector:
    """One detector network with its anchors; finds faces larger than about a tenth of the image."""

    def __init__(self, model: bytes) -> None:
        self._network = Network(model)
        self._size = self._network.input_shape[1]
        grids = _NEAR_GRIDS if self._size == 128 else _FAR_GRIDS  # noqa: PLR2004 - input px
        self._anchors = _anchors(grids)

    def detect(self, image: ImageRgb) -> tuple[Detection, ...]:
        """Find faces, best first."""
        height, width = image.shape[:2]
        scale = self._size / max(height, width)
        shift = (self._size - scale * np.array([width, height])) / 2
        square = warp(
            image,
            np.column_stack([np.eye(2) * scale, shift]),
            self._size,
            interpolation=cv2.INTER_LINEAR,
        )
        # Beyond the image the network was trained on black.
        left, top = (int(np.ceil(max(v, 0))) for v in shift)
        square[:top], square[self._size - top :] = 0, 0
        square[:, :left], square[:, self._size - left :] = 0, 0
        raw, logits = self._network.run(square.astype(np.float32) / 127.5 - 1)
        found = self._decoded(raw.reshape(len(self._anchors), -1), expit(logits))
        return tuple(
            Detection(
                np.concatenate([(box[:2] - shift) / scale, box[2:] / scale]),
                (points - shift) / scale,
                score,
            )
            for box, points, score in found
        )

    def _decoded(
        self, raw: Float32[np.ndarray, "anchor 16"], scores: Float32[np.ndarray, " anchor"]
    ) -> list[tuple[Float[np.ndarray, " 4"], Float[np.ndarray, "6 2"], float]]:
        kept = scores >= MINIMUM_SCORE
        scores, centres = scores[kept].astype(np.float64), self._anchors[kept] * self._size
        values = raw[kept].astype(np.float64).reshape(-1, 2 + _KEY_POINTS, 2)
        size = values[:, 1]
        values = values + centres[:, None]
        boxes = np.hstack([values[:, 0] - size / 2, size])
        return _merged(boxes, values[:, 2:], scores)


def _merged(
    boxes: Float[np.ndarray, "box 4"],
    points: Float[np.ndarray, "box 6 2"],
    scores: Float[np.ndarray, " box"],
) -> list[tuple[Float[np.ndarray, " 4"], Float[np.ndarray, "6 2"], float]]:
    """Melt boxes of one face into their mean, weighted by score (steadier than the best alone)."""
    merged = []
    order = np.argsort(-scores, kind="stable")
    while order.size:
        same = box_overlaps(boxes[order[0]], boxes[order]) > _OVERLAP_OF_ONE_FACE
        same[0] = True
        group = order[same]
        weights = scores[group] / scores[group].sum()
        box = np.tensordot(weights, boxes[group], 1)
        merged.append((box, np.tensordot(weights, points[group], 1), float(scores[order[0]])))
        order = order[~same]
    return merged


def box_overlaps(
    box: Float[np.ndarray, " 4"], boxes: Float[np.ndarray, "box 4"]
) -> Float[np.ndarray, " box"]:
    """Intersection over union of one box (left, top, width, height) with others, 0..1."""
    low = np.maximum(box[:2], boxes[:, :2])
    high = np.minimum(box[:2] + box[2:], boxes[:, :2] + boxes[:, 2:])
    shared = np.prod(np.clip(high - low, 0, None), axis=1)
    return np.asarray(shared / (np.prod(box[2:]) + np.prod(boxes[:, 2:], axis=1) - shared))


def _anchors(grids: tuple[tuple[int, int], ...]) -> Float[np.ndarray, "anchor 2"]:
    """Centres (x, y) of all anchors in parts of the input, in the order of the network."""
    centres = []
    for cells, per_cell in grids:
        y, x = np.mgrid[:cells, :cells]
        grid = (np.stack([x, y], axis=-1).reshape(-1, 2) + 0.5) / cells
        centres.append(np.repeat(grid, per_cell, axis=0))
    return np.concatenate(centres)
