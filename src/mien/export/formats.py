"""All formats under their usual file names."""

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

from mien.export.curve_table import (
    CURVE_TABLE_CSV,
    CURVE_TABLE_JSON,
    write_curve_table_csv,
    write_curve_table_json,
)
from mien.export.glb import PERFORMANCE_GLB, write_glb
from mien.export.live_link_csv import LIVE_LINK_CSV, write_live_link_csv
from mien.export.unreal_script import PERFORMANCE_JSON, UNREAL_SCRIPT, write_unreal_script
from mien.rig import Performance, write_performance

FORMATS: Mapping[str, Callable[[Performance, Path], tuple[Path, ...]]] = MappingProxyType(
    {
        PERFORMANCE_JSON: write_performance,
        PERFORMANCE_GLB: write_glb,
        LIVE_LINK_CSV: write_live_link_csv,
        CURVE_TABLE_CSV: write_curve_table_csv,
        CURVE_TABLE_JSON: write_curve_table_json,
        UNREAL_SCRIPT: write_unreal_script,
    }
)
"""Writer by file name; each takes a performance and the path of the file."""


def write_formats(performance: Performance, folder: Path) -> tuple[Path, ...]:
    """Write a performance on ARKit's controls in every format.

    Args:
        performance: curves on the rig ``arkit52``.
        folder: made where it is missing.

    Returns:
        The paths written.

    Raises:
        UsageError: another rig.
        OutputError: a file cannot be written.
    """
    return tuple(
        path for name, write in FORMATS.items() for path in write(performance, folder / name)
    )
