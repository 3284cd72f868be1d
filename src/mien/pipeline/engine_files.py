"""The files that engines read."""

from pathlib import Path

from mien.export import (
    write_curve_table_csv,
    write_curve_table_json,
    write_live_link_csv,
    write_unreal_script,
)
from mien.rig import Performance


def write_engine_files(performance: Performance, out: Path) -> tuple[Path, ...]:
    """Write every format; the file names are those of the formats' users.

    Raises:
        OutputError: a file cannot be written.
    """
    return (
        *write_live_link_csv(performance, out / "live_link.csv"),
        *write_curve_table_csv(performance, out / "unreal_curve_table.csv"),
        *write_curve_table_json(performance, out / "unreal_curve_table.json"),
        *write_unreal_script(performance, out / "import_into_unreal.py"),
    )
