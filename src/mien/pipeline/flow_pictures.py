"""Flow images as they circulate in the field: 28 x 28 PNG of 8 bit, with the scaling beside."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from mien.datasets.prepared import ARRAYS, PreparedClip
from mien.store.atomic import write_bytes_atomic, write_text_atomic

PICTURES, SCALING = "flow_png", "scaling.csv"
"""Folder of the pictures, and table of what their grey values mean."""


def write_flow_pictures(folder: Path, rows: Sequence[PreparedClip]) -> list[Path]:
    """Write the flow from onset to apex of every clip as a picture of 8 bit.

    Blue, green and red (the order of OpenCV) hold strain, v and u, each stretched to its own
    smallest and largest value, as the pictures that circulate are; ``scaling.csv`` keeps both, so
    that ours can be turned back: value = low + grey / 255 * (high - low), in pixels of a face of
    256 px.

    Returns:
        the table.

    Raises:
        OutputError: a file cannot be written.
    """
    import cv2

    images = np.load(folder / ARRAYS / "flow_image.npy", mmap_mode="r", allow_pickle=False)
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    columns = [f"{channel}_{end}" for channel in ("u", "v", "strain") for end in ("low", "high")]
    table.writerow(("file", "key", *columns))
    for row, image in zip(rows, images, strict=True):
        low, high = image.min(axis=(0, 1)), image.max(axis=(0, 1))
        span = np.where(high > low, high - low, 1)
        grey = np.rint((image - low) / span * 255).astype(np.uint8)
        name = f"{row.key.replace('/', '__').replace(':', '_')}.png"
        _, data = cv2.imencode(".png", np.ascontiguousarray(grey[..., ::-1]))
        write_bytes_atomic(folder / PICTURES / name, data.tobytes())
        ends = [f"{value:.6g}" for pair in zip(low, high, strict=True) for value in pair]
        table.writerow((name, row.key, *ends))
    write_text_atomic(folder / PICTURES / SCALING, text.getvalue())
    return [folder / PICTURES / SCALING]
