"""A script for Unreal's editor that imports the other files: curves with their own tangents."""

import json
import re
from importlib.resources import files
from pathlib import Path

from mien import __version__
from mien.export.curve_table import CURVE_TABLE_CSV
from mien.rig import Performance
from mien.store.atomic import write_text_atomic

UNREAL_SCRIPT = "import_into_unreal.py"
PERFORMANCE_JSON = "performance.json"

_NOT_A_NAME = re.compile(r"[^A-Za-z0-9_]+")


def write_unreal_script(performance: Performance, path: Path) -> tuple[Path, ...]:
    """Write the editor script that reads ``performance.json`` and ``curve_table.csv`` beside it.

    The CurveTable is imported as cubic, so the engine sets its tangents. The AnimSequence gets
    every key with the tangents of the curves, so it plays the same polynomials.

    Returns:
        The path written.

    Raises:
        OutputError: the file cannot be written.
    """
    template = files("mien.export").joinpath("data", "import_into_unreal.txt")
    text = template.read_text(encoding="utf-8")
    stem = _NOT_A_NAME.sub("_", Path(performance.provenance.source).stem).strip("_") or "mien"
    for mark, value in (
        ("@VERSION@", __version__),
        ("@NAME@", json.dumps(stem)),
        ("@PERFORMANCE@", PERFORMANCE_JSON),
        ("@CURVE_TABLE@", CURVE_TABLE_CSV),
    ):
        text = text.replace(mark, value)
    write_text_atomic(path, text)
    return (path,)
