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
DPI = 100


def save_png(path: Path, picture: ImageRgb, *, colours: int = 256) -> None:
    """Write a picture with a palette, which makes it a third as large."""
    image = Image.fromarray(picture).quantize(
        colours, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.FLOYDSTEINBERG
    )
    data = io.BytesIO()
    image.save(data, format="PNG", optimize=True)
    write_bytes_atomic(path, data.getvalue())


def figure(width_px: int, height_px: int) -> Figure:
    """Give an empty white figure of a size in pixels."""
    return Figure(figsize=(width_px / DPI, height_px / DPI), dpi=DPI, layout="constrained")


def drawn(made: Figure) -> ImageRgb:
    """Draw a figure into pixels."""
    canvas = FigureCanvasAgg(made)
    canvas.draw()
    return np.ascontiguousarray(np.asarray(canvas.buffer_rgba())[..., :3])


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
    colour: str = "#ffd23f",
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
