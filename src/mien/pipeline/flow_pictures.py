"""Flow images as they circulate in the field: 28 x 28 PNG of 8 bit, with a table beside them."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from mien.datasets.prepared import ARRAYS, PreparedClip
from mien.store.atomic import write_bytes_atomic, write_text_atomic

PICTURES, TABLE = "flow_png", "manifest.csv"
"""Folder of the pictures, and table of what they show and what their grey values mean."""

_COLUMNS = ("path", "subject", "label", "name", "units", "corpus", "channels", "scaling")


def write_flow_pictures(folder: Path, rows: Sequence[PreparedClip]) -> list[Path]:
    """Write the flow from onset to apex of every clip as a picture of 8 bit.

    Red, green and blue (the reverse of OpenCV's order) hold u, v and strain, each stretched to its
    own smallest and largest value, as the pictures that circulate are. The table keeps both, so
    that ours can be turned back: value = low + grey / 255 * (high - low), in pixels of a face of
    256 px. It is a manifest: ``mien dataset prepare manifest`` reads it.

    Returns:
        the table.

    Raises:
        OutputError: a file cannot be written.
    """
    import cv2

    images = np.load(folder / ARRAYS / "flow_image.npy", mmap_mode="r", allow_pickle=False)
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(_COLUMNS)
    for row, image in zip(rows, images, strict=True):
        low, high = image.min(axis=(0, 1)), image.max(axis=(0, 1))
        span = np.where(high > low, high - low, 1)
        grey = np.rint((image - low) / span * 255).astype(np.uint8)
        name = f"{row.key.replace('/', '__').replace(':', '_')}.png"
        _, data = cv2.imencode(".png", np.ascontiguousarray(grey[..., ::-1]))
        write_bytes_atomic(folder / PICTURES / name, data.tobytes())
        scaling = " ".join(
            f"{one:.6g}:{other:.6g}" for one, other in zip(low, low + span, strict=True)
        )
        units = "?" if row.units is None else "+".join(map(str, row.units)) or "0"
        who = row.subject.partition("/")[2]
        table.writerow((name, who, row.emotion, row.name, units, row.corpus, "u v strain", scaling))
    write_text_atomic(folder / PICTURES / TABLE, text.getvalue())
    return [folder / PICTURES / TABLE]
