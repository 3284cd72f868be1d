"""Flow images or volumes of a motion set, as networks learn them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
from jaxtyping import Float, Float16, Float32, Int, Shaped

from mien.core.errors import FormatError, MissingError, UsageError
from mien.core.facs import Channel
from mien.recognition.network_input import network_images, network_volumes

_LABELS = "labels.parquet"
_COLUMNS = ("kind", "file", "row", "person", "emotion", "onset", "apex", "offset")
_CHUNK = 512


@dataclass(frozen=True)
class MotionSamples:
    """What networks learn from, row by row."""

    flow_px: Float16[np.ndarray, "sample *step 28 28 2"]
    """On the canonical face."""

    units: Float[np.ndarray, "sample unit"]
    """1 where the unit moves, else 0."""

    intensity: Float[np.ndarray, "sample unit"]
    """Activation at the apex, the larger side."""

    emotion: Int[np.ndarray, " sample"]
    """Position among the classes; -1 where units were drawn freely."""

    times: Float[np.ndarray, "sample 3"]
    """Onset, apex and offset in 0..1 of the volume; NaN where there are none."""

    person: Shaped[np.ndarray, " sample"]

    def __len__(self) -> int:
        """Number of samples."""
        return len(self.flow_px)

    @property
    def volumes(self) -> bool:
        """Whether each sample is a course, or the motion from onset to apex."""
        return self.flow_px.ndim > 4  # noqa: PLR2004 - steps beside sample, row, column and axis

    def planes(self) -> Float16[np.ndarray, "sample 3 *step 28 28"]:
        """Give the input of a network, see :mod:`mien.recognition.network_input`."""
        made = network_volumes if self.volumes else network_images
        parts = [
            made(self.flow_px[first : first + _CHUNK].astype(np.float32)).astype(np.float16)
            for first in range(0, len(self), _CHUNK)
        ]
        planes: Float16[np.ndarray, "sample 3 *step 28 28"] = np.concatenate(parts)
        return planes

    def at_apex_px(self) -> Float32[np.ndarray, "sample 28 28 2"]:
        """Give the step nearest the apex of volumes of a whole course.

        Raises:
            UsageError: these are no such volumes.
        """
        if not self.volumes or not np.isfinite(self.times).all():
            msg = "Expected volumes of a whole course, which have an apex inside, but got others."
            raise UsageError(msg)
        apex = np.rint(self.times[:, 1] * (self.flow_px.shape[1] - 1)).astype(int)
        flow: Float32[np.ndarray, "sample 28 28 2"] = self.flow_px[
            np.arange(len(self)), apex
        ].astype(np.float32)
        return flow

    def as_images(self) -> "MotionSamples":
        """Give the motion at the apex of volumes as flow images."""
        return replace(self, flow_px=self.at_apex_px().astype(np.float16))

    def take(self, rows: Shaped[np.ndarray, " row"]) -> "MotionSamples":
        """Give some of the samples."""
        return MotionSamples(*(getattr(self, name)[rows] for name in _FIELDS))


_FIELDS = ("flow_px", "units", "intensity", "emotion", "times", "person")


def joined(parts: Sequence[MotionSamples]) -> MotionSamples:
    """Put samples of one kind one after the other."""
    return MotionSamples(
        *(np.concatenate([getattr(one, name) for one in parts]) for name in _FIELDS)
    )


def read_motion_samples(
    folder: Path,
    kind: str,
    *,
    unit_numbers: Sequence[int],
    classes: Sequence[str],
) -> MotionSamples:
    """Read the ``image`` or ``volume`` samples that ``mien synth --motion-only`` wrote.

    Args:
        folder: of the set.
        kind: ``image`` or ``volume``.
        unit_numbers: FACS numbers of the columns.
        classes: names of the emotions.

    Raises:
        MissingError: the folder holds no motion set.
        FormatError: a set of an older version.
        UsageError: no sample of the kind.
    """
    path = folder / _LABELS
    if not path.is_file():
        msg = (
            f"Expected a motion set in {folder}, but there is no {_LABELS}. Write one with "
            f"mien synth --motion-only --out {folder.name}"
        )
        raise MissingError(msg)
    table = pq.read_table(path).to_pandas()
    lacking = [name for name in _COLUMNS if name not in table.columns]
    if lacking:
        msg = f"Expected the columns {', '.join(lacking)} in {path}. Draw the set again."
        raise FormatError(msg)
    table = table[table["kind"] == kind].reset_index(drop=True)
    if not len(table):
        msg = f"Expected samples of the kind {kind} in {folder}, but it has none."
        raise UsageError(msg)
    flow = [
        _flow(folder / str(name), rows["row"].to_numpy())
        for name, rows in table.groupby("file", sort=False)
    ]
    channels = [Channel.parse(name) for name in table.columns if name.startswith("AU")]
    activation = table[[str(channel) for channel in channels]].to_numpy(np.float64)
    intensity = np.zeros((len(table), len(unit_numbers)))
    for column, unit in enumerate(unit_numbers):
        mine = [index for index, channel in enumerate(channels) if channel.au == unit]
        if mine:
            intensity[:, column] = activation[:, mine].max(axis=1)
    place = {name: index for index, name in enumerate(classes)}
    return MotionSamples(
        flow_px=np.concatenate(flow),
        units=(intensity > 0).astype(np.float64),
        intensity=intensity,
        emotion=np.array([place.get(name, -1) for name in table["emotion"]], np.int64),
        times=table[["onset", "apex", "offset"]].to_numpy(np.float64),
        person=table["person"].to_numpy(),
    )


def _flow(file: Path, rows: Int[np.ndarray, " row"]) -> Float16[np.ndarray, "sample *step 28 28 2"]:
    with np.load(file, allow_pickle=False) as shard:
        flow: Float16[np.ndarray, "sample *step 28 28 2"] = shard["flow"][rows][..., :2]
    return flow
