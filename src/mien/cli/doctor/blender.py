"""Blender, which cinema quality needs."""

from mien.cli.doctor.finding import Finding, State
from mien.core.errors import MissingError


def blender() -> Finding:
    """Tell which Blender `mien render --quality cinema` would run."""
    from mien.render.cinema import find_blender  # noqa: PLC0415 - keeps `mien --help` quick

    try:
        found = find_blender()
    except MissingError as error:
        return Finding(
            "Blender", State.NOTE, "not here; only --quality cinema needs it", str(error)
        )
    data = {"path": found.path, "version": found.version}
    return Finding("Blender", State.GOOD, f"{found.version} at {found.path}", data=data)
