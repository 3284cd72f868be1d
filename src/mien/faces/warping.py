"""Similarity transforms of images, safe when they shrink a lot."""

import cv2
import numpy as np
from jaxtyping import Float, UInt8

from mien.core.arrays import ImageRgb, Points2

_SHRINK_FROM = 2.0
"""From this many source pixels per target pixel on, a cubic kernel skips pixels."""


def warp(
    image: UInt8[np.ndarray, "height width ..."],
    matrix: Float[np.ndarray, "2 3"],
    size_px: int,
    *,
    interpolation: int = cv2.INTER_CUBIC,
    shrink: int | None = None,
) -> UInt8[np.ndarray, "size size ..."]:
    """Sample a square of ``size_px`` by the map ``matrix`` from image to square coordinates [px].

    One interpolation; where more than two image pixels fall on one of the square, the image is
    first averaged over blocks of ``shrink`` x ``shrink`` pixels (default: by this matrix alone),
    so that no pixel is skipped. Outside the image the border is repeated.
    """
    blocks = shrink_of(matrix) if shrink is None else shrink
    if blocks > 1:
        image, matrix = _averaged(image, matrix, size_px, blocks)
    return np.asarray(
        cv2.warpAffine(
            image, matrix, (size_px, size_px), flags=interpolation, borderMode=cv2.BORDER_REPLICATE
        )
    )


def shrink_of(matrix: Float[np.ndarray, "2 3"]) -> int:
    """Side of the blocks [px] to average before ``matrix`` is applied; 1 for none."""
    source_per_target = 1 / float(np.sqrt(abs(np.linalg.det(matrix[:, :2]))))
    return int(source_per_target) if source_per_target >= _SHRINK_FROM else 1


def _averaged(
    image: UInt8[np.ndarray, "height width ..."],
    matrix: Float[np.ndarray, "2 3"],
    size_px: int,
    blocks: int,
) -> tuple[UInt8[np.ndarray, "small_height small_width ..."], Float[np.ndarray, "2 3"]]:
    """Average the part of the image that the square covers, and adapt the matrix to it."""
    height, width = image.shape[:2]
    corners = np.array([[0, 0], [size_px, 0], [0, size_px], [size_px, size_px]], np.float64)
    covered = apply_transform(invert_transform(matrix), corners)
    margin = 4 * blocks
    # The grid of blocks stays put in the image: a moving one would shimmer.
    left, top = (max(int(v) - margin, 0) // blocks * blocks for v in covered.min(axis=0))
    right, bottom = covered.max(axis=0) + margin
    right = min(left + max(-(-(int(right) - left) // blocks), 1) * blocks, width)
    bottom = min(top + max(-(-(int(bottom) - top) // blocks), 1) * blocks, height)
    columns, rows = (right - left) // blocks, (bottom - top) // blocks
    if columns < 1 or rows < 1:
        return image, matrix
    part = image[top : top + rows * blocks, left : left + columns * blocks]
    small = np.asarray(cv2.resize(part, (columns, rows), interpolation=cv2.INTER_AREA))
    # Pixel centres are at integers: block k covers left + k*blocks .. and is centred half a
    # block minus half a pixel further on.
    back = np.array([[blocks, 0, left + (blocks - 1) / 2], [0, blocks, top + (blocks - 1) / 2]])
    return small, compose_transforms(matrix, back)


def apply_transform(matrix: Float[np.ndarray, "2 3"], points: Points2) -> Points2:
    """Map points [px]."""
    mapped: Points2 = points @ matrix[:, :2].T + matrix[:, 2]
    return mapped


def compose_transforms(
    outer: Float[np.ndarray, "2 3"], inner: Float[np.ndarray, "2 3"]
) -> Float[np.ndarray, "2 3"]:
    """Give the map that does ``inner`` first, then ``outer``."""
    return np.hstack([outer[:, :2] @ inner[:, :2], outer[:, :2] @ inner[:, 2:] + outer[:, 2:]])


def invert_transform(matrix: Float[np.ndarray, "2 3"]) -> Float[np.ndarray, "2 3"]:
    """Give the opposite map."""
    inverse = np.linalg.inv(matrix[:, :2])
    return np.hstack([inverse, -inverse @ matrix[:, 2:]])


def quarter_turn(
    image: ImageRgb, turn_deg: int
) -> tuple[UInt8[np.ndarray, "turned_height turned_width 3"], Float[np.ndarray, "2 3"]]:
    """Turn an image counter-clockwise by 0, 90, 180 or 270 degrees.

    The second value maps points of the turned image back to the given one.
    """
    height, width = image.shape[:2]
    turned = np.ascontiguousarray(np.rot90(image, turn_deg // 90))
    back = {
        0: [[1, 0, 0], [0, 1, 0]],
        90: [[0, -1, width - 1], [1, 0, 0]],
        180: [[-1, 0, width - 1], [0, -1, height - 1]],
        270: [[0, 1, 0], [-1, 0, height - 1]],
    }[turn_deg]
    return turned, np.array(back, np.float64)
