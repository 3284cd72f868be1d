"""A person of the built-in head as files for other programs."""

from pathlib import Path

from mien.core.errors import UsageError
from mien.export.head_files import parts_with_all_shapes, write_head_glb, write_head_usd
from mien.export.head_maps import HeadMaps
from mien.export.head_parts import EYE_SEGMENTS
from mien.export.usd_head import usd_modules
from mien.head import Head, Person
from mien.head.eye import eye_mesh
from mien.render.maps import painted_maps

FORMATS = ("glb", "usd")


def export_head(
    head: Head,
    person: Person,
    out: Path,
    *,
    formats: tuple[str, ...] = FORMATS[:1],
    map_width_px: int = 2048,
    seed: int = 0,
) -> tuple[Path, ...]:
    """Write a person at rest, with skin, pictures and every shape.

    Args:
        head: the built-in head.
        person: who is written.
        out: folder of the files, which are named after the person.
        formats: ``glb``, ``usd``, or both.
        map_width_px: width of the pictures.
        seed: the grain of the skin.

    Returns:
        The paths written.

    Raises:
        UsageError: a format or width that does not exist.
        MissingError: USD is wanted, and its extra is not installed.
        OutputError: a file cannot be written.
    """
    unknown = [name for name in formats if name not in FORMATS]
    if unknown or not formats:
        msg = (
            f"Expected formats among {', '.join(FORMATS)}, but got {', '.join(unknown) or 'none'}."
        )
        raise UsageError(msg)
    if "usd" in formats:
        usd_modules()
    ball = eye_mesh(1.0, segments=EYE_SEGMENTS)
    painted = painted_maps(head, person, ball.vertices_m, width_px=map_width_px, seed=seed)
    maps = HeadMaps(
        head_uv=painted.head_uv,
        eye_uv=painted.eye_uv,
        tint=painted.tint,
        colour=painted.colour,
        normal=painted.normal,
        folds={"all": painted.folds, "crossing": painted.crossing_folds},
    )
    parts = parts_with_all_shapes(head, person, maps)
    written: list[Path] = []
    if "glb" in formats:
        path = out / f"{person.name}.glb"
        write_head_glb(parts, person, maps, path)
        written.append(path)
    if "usd" in formats:
        written += write_head_usd(parts, person, maps, out / f"{person.name}.usdc")
    return tuple(written)
