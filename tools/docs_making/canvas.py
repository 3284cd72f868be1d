"""Paper and pen of the pictures: grids, labels, arrows, small files."""

import io
from collections.abc import Sequence
from pathlib import Path

import matplotlib as mpl
import numpy as np
from jaxtyping import Float
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from mien.core.arrays import ImageRgb
from mien.render.labels import draw_text
from mien.store.atomic import write_bytes_atomic

mpl.rcParams.update({"font.size": 9, "axes.spines.top": False, "axes.spines.right": False})

INK = "#23272b"
LEFT, RIGHT, MICRO, BLINK, FAINT = "#2b6cb0", "#c2622d", "#d6a419", "#7d8a97", "#9aa3ab"
ARROW = "#ffd23f"
DPI = 100
_KEPT = {INK: 6, LEFT: 6, RIGHT: 6, MICRO: 40, BLINK: 6, FAINT: 6, ARROW: 40, "#ffffff": 6}
"""Colours of lines, and how many grey levels off they may be."""


def save_png(path: Path, picture: ImageRgb, *, colours: int = 256) -> None:
    """Write a picture with a palette, which makes it a third as large.

    The colours of lines and arrows have places of their own, or a face would take them all; only
    pixels of nearly these colours get them.
    """
    free = colours - len(_KEPT)
    # Of Pillow's ways this one keeps the few bright pixels of wet eyes and glossy skin.
    # Of Pillow's ways this one keeps the few bright pixels of wet eyes and glossy skin.
    whole = Image.fromarray(picture)
    found = whole.quantize(free, method=Image.Quantize.MAXCOVERAGE, kmeans=3)
    image = whole.quantize(palette=found, dither=Image.Dither.FLOYDSTEINBERG)
    kept = [[int(code[at : at + 2], 16) for at in (1, 3, 5)] for code in _KEPT]
    palette = (found.getpalette() or [])[: 3 * free]
    palette += [0] * (3 * free - len(palette)) + [value for colour in kept for value in colour]
    indices = np.array(image)
    for number, (colour, off) in enumerate(zip(kept, _KEPT.values(), strict=True), start=free):
        near = np.abs(picture.astype(np.int16) - colour).max(axis=-1) <= off
        indices[near] = number
    image = Image.fromarray(indices, mode="P")
    image.putpalette(palette)
    data = io.BytesIO()
    image.save(data, format="PNG", optimize=True)
    write_bytes_atomic(path, data.getvalue())


def figure(width_px: int, height_px: int) -> Figure:
    """Give an empty white figure of a size in pixels."""
    return Figure(figsize=(width_px / DPI, height_px / DPI), dpi=DPI, layout="constrained")


def drawn(made: Figure) -> ImageRgb:
    """Draw a figure into pixels."""
    canvas = FigureCanvasAgg(made)
    canvas.draw()  # type: ignore[no-untyped-call] # matplotlib's own gap
    pixels = np.asarray(canvas.buffer_rgba())  # type: ignore[no-untyped-call]
    return np.ascontiguousarray(pixels[..., :3])


def labelled(picture: ImageRgb, text: str, *, size_px: int = 15) -> ImageRgb:
    """Put a white strip with a line of text under a picture."""
    strip = np.full((2 * size_px, picture.shape[1], 3), 255, np.uint8)
    place = (picture.shape[1] // 2, round(1.4 * size_px))
    draw_text(strip, text, place, size_px=size_px, colour=(35, 39, 43), anchor="middle")
    return np.concatenate([picture, strip])


def grid(pictures: Sequence[ImageRgb], columns: int, *, gap_px: int = 8) -> ImageRgb:
    """Lay pictures of one size into rows on white."""
    height, width = pictures[0].shape[:2]
    rows = -(-len(pictures) // columns)
    shape = (rows * (height + gap_px) - gap_px, columns * (width + gap_px) - gap_px, 3)
    sheet = np.full(shape, 255, np.uint8)
    for number, picture in enumerate(pictures):
        top = number // columns * (height + gap_px)
        left = number % columns * (width + gap_px)
        sheet[top : top + height, left : left + width] = picture
    return sheet


def show_picture(axes: Axes, picture: ImageRgb, title: str = "") -> None:
    """Show a picture without axes."""
    axes.imshow(picture)
    axes.set_axis_off()
    axes.set_title(title, fontsize=9, color=INK)


def draw_field(
    axes: Axes,
    field_px: Float[np.ndarray, "row column 2"],
    size_px: int,
    *,
    noise_px: float = 0.0,
    longest_px: float = 26.0,
    colour: str = ARROW,
) -> float:
    """Draw motion as arrows, one for each block of two by two cells.

    Returns:
        how many times longer than the motion the arrows are.
    """
    rows, columns = field_px.shape[:2]
    blocks = field_px.reshape(rows // 2, 2, columns // 2, 2, 2).mean(axis=(1, 3))
    length = np.hypot(blocks[..., 0], blocks[..., 1])
    stretch = longest_px / float(length.max())
    shown = length >= max(2 * noise_px, 0.12 * float(length.max()))
    row, column = np.nonzero(shown)
    step = size_px / len(blocks)
    axes.quiver(
        (column + 0.5) * step - 0.5,
        (row + 0.5) * step - 0.5,
        stretch * blocks[row, column, 0],
        stretch * blocks[row, column, 1],
        angles="xy",
        scale_units="xy",
        scale=1,
        width=0.006,
        headwidth=4,
        headlength=4,
        headaxislength=3.5,
        color=colour,
        edgecolor="#00000090",
        linewidth=0.4,
    )
    return stretch
