"""Codes of local texture on three orthogonal planes of a clip, and their histograms in blocks.

Source: Zhao and Pietikäinen, *Dynamic texture recognition using local binary patterns with an
application to facial expressions*, PAMI 2007. Around each pixel eight samples lie on an ellipse in
the planes of x and y, of x and time, and of y and time. Samples between pixels are interpolated
bilinearly; their places are rounded to five decimals and all arithmetic is of whole numbers, so
that equal samples are exactly equal.
"""

# ruff: noqa: ANN001, ANN202 - the kernels are untyped: numba compiles them
import hashlib
import typing
from collections import OrderedDict
from collections.abc import Callable
from enum import Enum

import cv2
import numpy as np
from jaxtyping import Float, Float32, Int, UInt8
from numba import njit

from mien.core.errors import InputError, UsageError
from mien.datasets.clips import Clips
from mien.work import Progress

RADII = (1, 1, 4)
"""Of the ellipses along x, y and time, in pixels and pictures."""

POINTS = 8
BLOCKS = 5
"""Rows, and columns, of blocks that the face is parted into."""

PLANES = ("xy", "xt", "yt")
CODES = 1 << POINTS

_UNIT = 100_000
"""Places are multiples of one over this, weights of its square: exact in a float64."""

_KEPT_BYTES = 256 * 2**20


class Contrast(Enum):
    """What each sample of a circle is compared with: bit p is set where it is not darker."""

    CENTRE = "centre"
    """The pixel in the middle: local binary patterns."""

    NEXT = "next"
    """The next sample of the circle, the last with the first: local ordinal contrast patterns."""


@njit(cache=True)
@typing.no_type_check
def _sample(grey, place, taps, weights, samples):
    t, y, x = place
    points, columns = samples.shape
    samples[:] = 0.0
    for point in range(points):
        for corner in range(weights.shape[1]):
            weight = weights[point, corner]
            if weight > 0.0:  # a pixel without weight may lie outside
                line = grey[t + taps[point, corner, 0], y + taps[point, corner, 1]]
                first = x + taps[point, corner, 2]
                for column in range(columns):
                    samples[point, column] += weight * line[first + column]


@njit(cache=True)
@typing.no_type_check
def _compare(samples, middle, against_next, code):
    points, columns = samples.shape
    for point in range(points):
        other = samples[(point + 1) % points] if against_next else middle
        bit = np.uint8(1 << point)
        for column in range(columns):
            if samples[point, column] >= other[column]:
                code[column] |= bit


@njit(cache=True)
@typing.no_type_check
def _code(grey, taps, weights, reach, against_next, unit, codes):
    planes, steps, rows, columns = codes.shape
    x, y, t = reach
    samples = np.empty((weights.shape[1], columns))
    for step in range(steps):
        for row in range(rows):
            middle = grey[t + step, y + row, x : x + columns] * unit
            for plane in range(planes):
                _sample(grey, (t + step, y + row, x), taps[plane], weights[plane], samples)
                _compare(samples, middle, against_next, codes[plane, step, row])


@njit(cache=True)
@typing.no_type_check
def _count(codes, bins, block_of_row, block_of_column, counts):
    planes, steps, rows, columns = codes.shape
    for plane in range(planes):
        for step in range(steps):
            for row in range(rows):
                for column in range(columns):
                    place = bins[codes[plane, step, row, column]]
                    counts[block_of_row[row], block_of_column[column], plane, place] += 1.0


def plane_codes(
    grey: UInt8[np.ndarray, "step row column"],
    contrast: Contrast,
    *,
    radii: tuple[int, int, int] = RADII,
) -> UInt8[np.ndarray, "plane inner_step inner_row inner_column"]:
    """Code every pixel whose three circles lie inside the clip, in the order of :data:`PLANES`.

    Sample p is at the angle of p eighths of a turn, from along x (along y in the last plane)
    towards smaller y (towards earlier time in the last two planes).

    Args:
        grey: pictures of a clip.
        contrast: what samples are compared with.
        radii: along x, y and time, at least 1.

    Raises:
        UsageError: a radius below 1, or a clip that is too small for one circle.
    """
    if min(radii) < 1:
        msg = f"Expected radii of at least 1 along x, y and time, but got {radii}."
        raise UsageError(msg)
    inner = tuple(size - 2 * reach for size, reach in zip(grey.shape, radii[::-1], strict=True))
    if min(inner) < 1:
        least = tuple(2 * reach + 1 for reach in radii[::-1])
        msg = (
            f"Expected a clip of at least {least} pictures, rows and columns for circles of radii "
            f"{radii}, but got {grey.shape}. Prepare longer or larger clips."
        )
        raise UsageError(msg)
    taps, weights = _taps(radii)
    codes: UInt8[np.ndarray, "plane inner_step inner_row inner_column"] = np.zeros(
        (len(PLANES), *inner), np.uint8
    )
    _code(
        np.ascontiguousarray(grey),
        taps,
        weights,
        radii,
        contrast is Contrast.NEXT,
        float(_UNIT**2),
        codes,
    )
    return codes


def _taps(
    radii: tuple[int, int, int],
) -> tuple[Int[np.ndarray, "plane point corner 3"], Float[np.ndarray, "plane point corner"]]:
    """Steps in time, y and x to the pixels around each sample, and their whole weights."""
    angles = 2 * np.pi * np.arange(POINTS) / POINTS
    along, against = np.cos(angles), -np.sin(angles)
    x, y, t = radii
    none = np.zeros(POINTS)
    # Two axes of each plane: the circle starts along the second and turns against the first.
    places = np.array(
        [
            [none, y * against, x * along],
            [t * against, none, x * along],
            [t * against, y * along, none],
        ]
    )  # plane, axis, point
    whole = np.rint(places * _UNIT).astype(np.int64)
    low, part = np.divmod(whole, _UNIT)
    taps = np.zeros((len(PLANES), POINTS, 4, 3), np.int64)
    weights = np.zeros((len(PLANES), POINTS, 4))
    for plane, (first, second) in enumerate(((1, 2), (0, 2), (0, 1))):
        for corner in range(4):
            up = np.zeros((3, POINTS), np.int64)
            up[first], up[second] = corner >> 1, corner & 1
            share = np.where(up == 1, part[plane], _UNIT - part[plane])
            taps[plane, :, corner] = (low[plane] + up).T
            weights[plane, :, corner] = share[first] * share[second]
    return taps, weights


def block_histograms(
    codes: UInt8[np.ndarray, "plane step row column"],
    bins: Int[np.ndarray, " code"],
    *,
    blocks: int = BLOCKS,
) -> Float32[np.ndarray, "block_row block_column plane bin"]:
    """Count codes in each block over all its steps; each histogram sums to 1.

    Args:
        codes: of each plane.
        bins: bin of each of the 256 codes.
        blocks: rows and columns of blocks, about equally large.

    Raises:
        UsageError: fewer rows or columns than blocks.
    """
    planes, steps, rows, columns = codes.shape
    if min(steps, rows, columns) < 1 or min(rows, columns) < blocks:
        msg = (
            f"Expected at least {blocks} rows and columns of codes for as many blocks, but got "
            f"{rows} x {columns} of {steps} steps. Prepare larger clips."
        )
        raise UsageError(msg)
    counts = np.zeros((blocks, blocks, planes, int(bins.max()) + 1))
    of_row = np.arange(rows) * blocks // rows
    of_column = np.arange(columns) * blocks // columns
    _count(codes, bins, of_row, of_column, counts)
    histograms: Float32[np.ndarray, "block_row block_column plane bin"] = (
        counts / counts.sum(axis=-1, keepdims=True)
    ).astype(np.float32)
    return histograms


def grey_clip(
    rgb: UInt8[np.ndarray, "step row column 3"], name: str
) -> UInt8[np.ndarray, "step row column"]:
    """Make the pictures of a clip grey.

    Args:
        rgb: its pictures.
        name: of the clip, for the error.

    Raises:
        InputError: a picture that is even, such as a black one: there is no face in it.
    """
    steps, rows, columns, _ = rgb.shape
    flat = np.ascontiguousarray(rgb).reshape(steps * rows, columns, 3)
    grey = np.asarray(cv2.cvtColor(flat, cv2.COLOR_RGB2GRAY)).reshape(steps, rows, columns)
    even = np.flatnonzero(grey.min(axis=(1, 2)) == grey.max(axis=(1, 2)))
    if len(even):
        msg = (
            f"Expected a face in every picture of {name}, but {len(even)} of {steps} are of one "
            f"even grey, first picture {even[0] + 1}. Prepare the corpus again, or leave the clip "
            "out."
        )
        raise InputError(msg)
    return grey


class TopFeatures:
    """A function from clips to a row of numbers each; the process keeps what it made.

    Every fold learns from nearly the same clips. Rows are kept by the clip's name and the digest
    of its pictures, the oldest are dropped first.
    """

    def __init__(
        self, describe: Callable[[UInt8[np.ndarray, "step row column"]], np.ndarray]
    ) -> None:
        self._describe = describe
        self._kept: OrderedDict[tuple[str, str], np.ndarray] = OrderedDict()
        self._bytes = 0

    def __call__(self, clips: Clips, progress: Progress) -> Float32[np.ndarray, "clip feature"]:
        """Describe the pictures of each clip.

        Raises:
            UsageError: the corpus has no ``rgb``, or clips that are too small.
            InputError: a clip with an even picture.
        """
        progress.start("texture on three planes", len(clips), "clips")
        rows = []
        for position, name in enumerate(clips.names):
            rows.append(self._row(name, clips.read("rgb", [position])[0]))
            progress.update(position + 1)
        progress.finish()
        return np.stack(rows) if rows else np.zeros((0, 0), np.float32)

    def _row(self, name: str, rgb: UInt8[np.ndarray, "step row column 3"]) -> np.ndarray:
        digest = hashlib.blake2b(repr(rgb.shape).encode())
        digest.update(np.ascontiguousarray(rgb).data)
        key = (name, digest.hexdigest())
        if key not in self._kept:
            self._kept[key] = self._describe(grey_clip(rgb, name)).ravel()
            self._bytes += self._kept[key].nbytes
        self._kept.move_to_end(key)
        while self._bytes > _KEPT_BYTES and len(self._kept) > 1:
            self._bytes -= self._kept.popitem(last=False)[1].nbytes
        return self._kept[key]
