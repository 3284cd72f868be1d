"""A performance as files for engines, and how far each file is from its curves."""

from mien.export.curve_table import (
    CURVE_TABLE_CSV,
    CURVE_TABLE_JSON,
    curve_table_errors,
    read_curve_table,
    table_times,
    write_curve_table_csv,
    write_curve_table_json,
)
from mien.export.formats import FORMATS, write_formats
from mien.export.glb import PERFORMANCE_GLB, read_glb_weights, write_glb
from mien.export.live_link_csv import (
    LIVE_LINK_CSV,
    LiveLinkTake,
    read_live_link_csv,
    write_live_link_csv,
)
from mien.export.routes import ROUTE_LIMITS, route_errors
from mien.export.unreal_script import PERFORMANCE_JSON, UNREAL_SCRIPT, write_unreal_script

__all__ = [
    "CURVE_TABLE_CSV",
    "CURVE_TABLE_JSON",
    "FORMATS",
    "LIVE_LINK_CSV",
    "PERFORMANCE_GLB",
    "PERFORMANCE_JSON",
    "ROUTE_LIMITS",
    "UNREAL_SCRIPT",
    "LiveLinkTake",
    "curve_table_errors",
    "read_curve_table",
    "read_glb_weights",
    "read_live_link_csv",
    "route_errors",
    "table_times",
    "write_curve_table_csv",
    "write_curve_table_json",
    "write_formats",
    "write_glb",
    "write_live_link_csv",
    "write_unreal_script",
]
