"""A set of flow images on disk: shards of arrays, one table of labels, one manifest."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from mien.core.movement_statistics import movement_statistics
from mien.store.atomic import atomic_path, write_bytes_atomic, write_text_atomic
from mien.store.digest import sha256_of_path
from mien.synth.corpus import MANIFEST, claim_folder, identity_of, refuse_unseen
from mien.synth.measured_motion import draw_measured_shard
from mien.synth.motion_options import MotionOptions
from mien.synth.motion_shard import MotionShard, draw_shard
from mien.synth.shapes import footage_channels
from mien.work import Progress, map_in_order

LABELS = "labels.parquet"
SHARD = {"image": 2500, "volume": 250}
"""Samples of a whole shard."""

_MEASURED_SHARD = {"image": 500, "volume": 40}
"""Drawing and measuring takes a hundred times as long."""

_FOLDER = {"image": "images", "volume": "volumes"}


@dataclass(frozen=True)
class ShardTask:
    """Writes one shard, unless it is there."""

    options: MotionOptions
    out: Path

    def __call__(self, item: tuple[str, int, int]) -> str:
        """Write the shard of a kind, number and count; return its path below the folder.

        Raises:
            OutputError: it cannot be written.
        """
        kind, number, count = item
        file = self.out / _FOLDER[kind] / f"{number:05d}.npz"
        labels = file.with_suffix(".parquet")
        if not (file.is_file() and labels.is_file()):
            draw = draw_measured_shard if self.options.measured else draw_shard
            shard = draw(self.options, kind, number, count)
            buffer = BytesIO()
            if shard.pictures is None:
                np.savez(buffer, flow=shard.flow)
            else:
                np.savez(buffer, flow=shard.flow, pictures=shard.pictures)
            write_bytes_atomic(file, buffer.getvalue())
            _write_labels(labels, shard, kind, file)  # last: says that both are there
        return file.relative_to(self.out).as_posix()


def write_motion(
    out: Path,
    options: MotionOptions,
    progress: Progress,
    *,
    workers: int | None = 1,
    ray: str | None = None,
) -> tuple[Path, ...]:
    """Write flow images and volumes from the geometry, without drawing a picture.

    ``images/NNNNN.npz`` holds ``flow`` of (image, 28, 28, 3) float16, ``volumes/NNNNN.npz`` of
    (volume, frame, 28, 28, 3): u, v and strain. ``labels.parquet`` has a row for each sample. A
    folder that holds part of the same set is completed.

    Raises:
        UsageError: the folder holds something else.
        OutputError: a file cannot be written, or is not seen from here.
    """
    items = _items(options)
    task = ShardTask(options, out.absolute())
    results = map_in_order(task, items, workers=workers, ray=ray)
    claim_folder(out, identity_of("motion", options.as_json))
    total = options.images + options.volumes
    progress.start("drawing motion", total, "samples")
    done, names = 0, []
    for item, name in zip(items, results, strict=True):
        refuse_unseen((out / name).with_suffix(".parquet"))
        names.append(name)
        done += item[2]
        progress.update(done)
    progress.finish()
    _join_labels(out, names)
    manifest: Mapping[str, Any] = {
        **identity_of("motion", options.as_json),
        "prior": options.prior,
        "prior_sources": {
            name: movement_statistics(name).source for name in options.prior.split("+")
        },
        "channels": [str(channel) for channel in footage_channels()],
        "sha256": {name: sha256_of_path(out / name) for name in (*names, LABELS)},
    }
    write_text_atomic(out / MANIFEST, json.dumps(manifest, indent=1) + "\n")
    return out / LABELS, out / MANIFEST


def _items(options: MotionOptions) -> list[tuple[str, int, int]]:
    items = []
    for kind, total in (("image", options.images), ("volume", options.volumes)):
        size = (_MEASURED_SHARD if options.measured else SHARD)[kind]
        items += [
            (kind, number, min(size, total - number * size)) for number in range(-(-total // size))
        ]
    return items


def _write_labels(path: Path, shard: MotionShard, kind: str, file: Path) -> None:
    count = len(shard.expressions)
    views = [shard.views[index] for index in shard.view]
    columns: dict[str, Any] = {
        "kind": [kind] * count,
        "file": [f"{file.parent.name}/{file.name}"] * count,
        "row": np.arange(count, dtype=np.int32),
        "person": list(shard.person),
        "prior": [one.prior for one in shard.expressions],
        "emotion": [one.emotion for one in shard.expressions],
        "units": ["+".join(map(str, one.units)) for one in shard.expressions],
        "onset_apex_s": np.array([one.onset_apex_s for one in shard.expressions]),
        "apex_offset_s": np.array([one.apex_offset_s for one in shard.expressions]),
        "pitch_rad": np.array([one.rotation_rad[0] for one in views]),
        "yaw_rad": np.array([one.rotation_rad[1] for one in views]),
        "roll_rad": np.array([one.rotation_rad[2] for one in views]),
        "distance_m": np.array([one.distance_m for one in views]),
        "crop_zoom": np.array([one.zoom for one in views]),
        "crop_right": np.array([one.shift[0] for one in views]),
        "crop_down": np.array([one.shift[1] for one in views]),
        "crop_roll_rad": np.array([one.roll_rad for one in views]),
        "onset": shard.times[:, 0],
        "apex": shard.times[:, 1],
        "offset": shard.times[:, 2],
        "noise_px": shard.noise_px,
        "head_px": np.linalg.norm(shard.head_px, axis=1),
    }
    for index, channel in enumerate(footage_channels()):
        columns[str(channel)] = shard.activation[:, index]
    with atomic_path(path) as temporary:
        pq.write_table(pa.table(columns), temporary, compression="zstd")


def _join_labels(out: Path, names: list[str]) -> None:
    tables = [pq.read_table((out / name).with_suffix(".parquet")) for name in names]
    with atomic_path(out / LABELS) as temporary:
        pq.write_table(pa.concat_tables(tables), temporary, compression="zstd")
