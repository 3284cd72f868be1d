"""From a stream of aligned faces to one field of cell displacements a frame, in bounded memory."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float, Float32, UInt8

from mien.core.arrays import Times
from mien.motion.album import Album
from mien.motion.flow import GRID, CellField, pooled_flow, pooled_picture
from mien.motion.light import even_light
from mien.motion.reference import frames_at_rest, reference_picture
from mien.motion.stillness import held_back

WINDOW_S = 2.0
"""A reference is chosen among the frames of this span."""

HOP_S = 0.5
"""A new reference is chosen this often; each frame is compared with one reference only."""

MIN_KEY_STEP_S = 0.2
"""Key frames nearer than this are no events of their own: the whole video is coded so."""

WORKERS = 2


@dataclass(frozen=True)
class AlignedFrame:
    """One aligned grey face, or its absence."""

    time_s: float
    picture: UInt8[np.ndarray, "s s"] | None
    """None where the frame has no face."""

    key: bool = False
    """Whether the video's encoder began anew here."""

    still: float = float("nan")
    """Share of the face's blocks that are exactly as in the frame before; NaN where not known."""

    change: float = float("nan")
    """Mean change against the frame before, in grey levels; NaN where not known."""


@dataclass(frozen=True)
class CellFlow:
    """Displacement of the cells of an aligned face over time."""

    times_s: Times
    flow_px: Float32[np.ndarray, "frame row column 2"]
    """Pixels of the aligned face against the face at rest; NaN where there is no face."""

    grey: Float32[np.ndarray, "frame row column"]
    """Mean grey of every cell; NaN where there is no face."""

    still: Float[np.ndarray, " frame"]
    """Share of the face's blocks that are exactly as in the frame before."""

    change: Float[np.ndarray, " frame"]
    """Mean change against the frame before, in grey levels."""

    looks_s: Float[np.ndarray, " look"]
    """Times at which the face's look was compared with its usual one."""

    strangeness: Float32[np.ndarray, "look row column"]
    """How much of each cell's structure no motion explains, see :class:`Album`."""

    steps_s: tuple[float, ...] = ()
    """Times at which the flow may jump for no movement of the face: the encoder began anew."""

    @property
    def held_back(self) -> float:
        """How much of the face's change the compression keeps until a key frame."""
        return held_back(self.times_s, self.still, self.change, self.grey, self.steps_s)


@dataclass
class _Held:
    index: int
    time_s: float
    picture: UInt8[np.ndarray, "s s"]
    small: Float[np.ndarray, "row column"]


_Job = tuple[int, Future[CellField], CellField]


class _Run:
    """One unbroken run of faces: holds a window of frames, gives out fields hop by hop."""

    def __init__(self, pool: ThreadPoolExecutor) -> None:
        self._pool = pool
        self._held: deque[_Held] = deque()
        self._hop_start_s: float | None = None
        self._next_index = 0
        self._reference: UInt8[np.ndarray, "s s"] | None = None
        # Where the present reference stands against the run's first one. Without it every new
        # reference would look like a sudden step of the whole face.
        self._offset: CellField = np.zeros((GRID, GRID, 2), np.float32)
        self._jobs: list[_Job] = []

    def add(self, frame: _Held) -> Iterator[tuple[int, CellField]]:
        if self._hop_start_s is None:
            self._hop_start_s = frame.time_s
            self._next_index = frame.index
        self._held.append(frame)
        while frame.time_s >= self._hop_start_s + HOP_S / 2 + WINDOW_S / 2:
            yield from self._hop(self._hop_start_s + HOP_S)

    def finish(self) -> Iterator[tuple[int, CellField]]:
        while self._held and self._next_index <= self._held[-1].index:
            last_s = self._held[-1].time_s
            if self._hop_start_s is None:
                return
            end_s = self._hop_start_s + HOP_S
            # A remainder shorter than half a hop joins the last reference.
            if last_s < end_s + HOP_S / 2:
                end_s = last_s + HOP_S
            yield from self._hop(end_s)
        yield from _results(self._jobs)
        self._jobs = []

    def _hop(self, end_s: float) -> Iterator[tuple[int, CellField]]:
        start_s = self._hop_start_s
        if start_s is None:
            return
        middle_s = start_s + HOP_S / 2
        window = [f for f in self._held if abs(f.time_s - middle_s) <= WINDOW_S / 2]
        todo = [f for f in self._held if f.index >= self._next_index and f.time_s < end_s]
        self._hop_start_s = end_s
        if not todo:
            return
        if window:
            chosen = frames_at_rest(np.stack([f.small for f in window]))
            reference = reference_picture(np.stack([window[i].picture for i in chosen]))
            if self._reference is not None:
                self._offset = self._offset + _flow_in_even_light(
                    self._reference, reference, pooled_picture(reference)
                )
            self._reference = reference
        else:
            reference = todo[0].picture if self._reference is None else self._reference
            self._reference = reference
        # The pool works on this hop while the caller reads the next one.
        before, self._jobs = (
            self._jobs,
            [
                (
                    f.index,
                    self._pool.submit(_flow_in_even_light, reference, f.picture, f.small),
                    self._offset,
                )
                for f in todo
            ],
        )
        self._next_index = todo[-1].index + 1
        keep_from_s = end_s + HOP_S / 2 - WINDOW_S / 2
        while (
            self._held
            and self._held[0].time_s < keep_from_s
            and (self._held[0].index < self._next_index)
        ):
            self._held.popleft()
        yield from _results(before)


def _flow_in_even_light(
    reference: UInt8[np.ndarray, "s s"],
    picture: UInt8[np.ndarray, "s s"],
    cells: Float[np.ndarray, "row column"],
) -> CellField:
    return pooled_flow(reference, even_light(reference, picture, pooled_picture(reference), cells))


def _results(jobs: list[_Job]) -> Iterator[tuple[int, CellField]]:
    for index, job, offset in jobs:
        yield index, job.result() + offset


def measure_cell_flow(
    frames: Iterable[AlignedFrame], *, progress: Callable[[int], None] | None = None
) -> CellFlow:
    """Measure each aligned face against the face at rest around it.

    The reference is the mean of the frames nearest the median picture of two seconds, renewed
    every half second; the displacement between one reference and the next is measured and
    carried along, so that the fields are continuous. A gap in the faces starts anew. Memory holds
    two and a half seconds of pictures and one small field a frame.

    Args:
        frames: aligned faces in time order.
        progress: called with the number of fields measured so far.
    """
    told: list[AlignedFrame] = []
    album = Album()
    small: dict[int, Float[np.ndarray, "row column"]] = {}
    fields: dict[int, CellField] = {}

    def keep(results: Iterator[tuple[int, CellField]]) -> None:
        for index, field in results:
            fields[index] = field
            if progress is not None:
                progress(len(fields))

    with ThreadPoolExecutor(WORKERS) as pool:
        run: _Run | None = None
        for index, frame in enumerate(frames):
            told.append(replace(frame, picture=None))
            if frame.picture is None:
                if run is not None:
                    keep(run.finish())
                    run = None
                continue
            if run is None:
                run = _Run(pool)
            picture = frame.picture
            album.add(frame.time_s, picture)
            small[index] = pooled_picture(picture)
            keep(run.add(_Held(index, frame.time_s, picture, small[index])))
        if run is not None:
            keep(run.finish())
    times_s = np.array([frame.time_s for frame in told], np.float64)
    return CellFlow(
        times_s,
        _stacked(fields, len(told), (GRID, GRID, 2)),
        _stacked(small, len(told), (GRID, GRID)),
        np.array([frame.still for frame in told], np.float64),
        np.array([frame.change for frame in told], np.float64),
        *album.strangeness(),
        _steps(times_s[np.array([frame.key for frame in told], bool)]),
    )


def _stacked(
    parts: Mapping[int, np.ndarray], count: int, shape: tuple[int, ...]
) -> Float32[np.ndarray, "frame ..."]:
    """One array over all frames, NaN where a frame has no part."""
    whole = np.full((count, *shape), np.nan, np.float32)
    for index, part in parts.items():
        whole[index] = part
    return whole


def _steps(keys_s: Times) -> tuple[float, ...]:
    """Key frames after the first; none where they follow so closely that all are like them."""
    far = len(keys_s) > 1 and float(np.median(np.diff(keys_s))) >= MIN_KEY_STEP_S
    return tuple(keys_s[1:].tolist()) if far else ()
