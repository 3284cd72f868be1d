"""Bake the shapes of the action units: ``src/mien/head/data/actions.npz`` and ``actions.sha256``.

Run after a change of ``tools/head_bake/actions``, of ``data/actions.json``, or of the mesh or the
ARKit units in ``data/head.npz``::

    PYTHONPATH=src python tools/bake_actions.py

It needs nothing but mien itself, takes a few seconds, and gives the same bytes every time.

Each unit is drawn on the skin of the average person: ARKit units of the head, whole or in part,
and pulls along the skin in the direction of the muscle, with fall-off by the distance along the
skin. Left fields are mirrored. The displacement is added to every person alike.
"""

import argparse
import hashlib
import io
import json
import sys
import time
from pathlib import Path

import numpy as np
from head_bake.actions import units
from head_bake.actions.meetings import corrective_fields
from head_bake.actions.surface import Surface

from mien.head.action_definition import action_definition
from mien.head.model import load_head
from mien.store.atomic import write_bytes_atomic, write_text_atomic

DATA = Path(__file__).resolve().parents[1] / "src" / "mien" / "head" / "data"

SMALLEST_MM = 0.004
"""Displacements below this are left out."""


def drawn(surface: Surface) -> dict[str, np.ndarray]:
    """Every shape of the file by name, in millimetres."""
    channels = {str(channel): field for channel, field in units.fields(surface).items()}
    lids = {
        f"AU{look.au}{side[0].upper()}": surface.unit(name)
        for look in action_definition().gaze
        for side, name in look.lids.items()
    }
    return channels | corrective_fields(surface, channels | lids)


def baked(shapes: dict[str, np.ndarray]) -> bytes:
    """The file's bytes."""
    fields = np.stack(list(shapes.values()))
    fields[np.linalg.norm(fields, axis=2) < SMALLEST_MM] = 0
    shape, vertex = np.nonzero(np.abs(fields).max(axis=2))
    buffer = io.BytesIO()
    np.savez_compressed(
        buffer,
        allow_pickle=False,
        shape=shape.astype(np.uint8),
        vertex=vertex.astype(np.uint16),
        delta_mm=fields[shape, vertex].astype(np.float16),
        text=np.array(json.dumps({"names": list(shapes), "vertices": fields.shape[1]})),
    )
    return buffer.getvalue()


def main() -> None:
    """Bake."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--out", type=Path, default=DATA, help="folder of actions.npz")
    options = parser.parse_args()
    began = time.monotonic()
    shapes = drawn(Surface(load_head()))
    data = baked(shapes)
    write_bytes_atomic(options.out / "actions.npz", data)
    digest = hashlib.sha256(data).hexdigest()
    write_text_atomic(options.out / "actions.sha256", f"{digest}  actions.npz\n")
    print(
        f"{options.out / 'actions.npz'}: {len(shapes)} shapes, {len(data) / 1e6:.2f} MB, "
        f"{time.monotonic() - began:.1f} s",
        file=sys.stderr,
    )


if __name__ == "__main__":
    main()
