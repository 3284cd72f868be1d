"""Dense optical flow of aligned faces, pooled to a grid of cells."""

import threading
from typing import Protocol, runtime_checkable

import cv2
import numpy as np
from jaxtyping import Float, UInt8

GRID = 32
"""Cells along each side of the aligned face."""

CellField = Float[np.ndarray, "row column 2"]
"""One displacement (x right, y down) a cell, in pixels of the aligned face."""


@runtime_checkable
class _DenseInverseSearch(Protocol):
    def calc(
        self, first: np.ndarray, second: np.ndarray, flow: np.ndarray | None, /
    ) -> np.ndarray: ...


_local = threading.local()


def _engine() -> _DenseInverseSearch:
    # An engine holds buffers, so each thread keeps its own.
    engine: _DenseInverseSearch | None = getattr(_local, "engine", None)
    if engine is None:
        engine = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
        _local.engine = engine
    return engine


def dense_flow(
    reference: UInt8[np.ndarray, "s s"], frame: UInt8[np.ndarray, "s s"]
) -> Float[np.ndarray, "s s 2"]:
    """Displacement of every pixel of ``reference`` to where it is seen in ``frame``.

    Dense inverse search (Kroeger et al. 2016, medium preset), in pixels, x right and y down.
    """
    return np.asarray(_engine().calc(reference, frame, None))


def pooled_flow(reference: UInt8[np.ndarray, "s s"], frame: UInt8[np.ndarray, "s s"]) -> CellField:
    """Displacement of every cell of ``reference`` to where it is seen in ``frame``.

    Dense inverse search (Kroeger et al. 2016, medium preset), then the mean over each cell.
    Both pictures are square and grey, of one size that is a multiple of the grid. The flow lives
    on the reference, where the face is at rest, as do the motion fields it is compared with.
    """
    dense = dense_flow(reference, frame)
    pooled: np.ndarray = cv2.resize(dense, (GRID, GRID), interpolation=cv2.INTER_AREA)
    return pooled.astype(np.float32, copy=False)


def pooled_picture(picture: UInt8[np.ndarray, "s s"]) -> Float[np.ndarray, "row column"]:
    """Mean grey of every cell, by which pictures of one face are compared cheaply."""
    small: np.ndarray = cv2.resize(picture, (GRID, GRID), interpolation=cv2.INTER_AREA)
    return small.astype(np.float32)
