"""Text in pictures: glyphs of matplotlib's own font as soft bitmaps, drawn without a figure."""

from functools import lru_cache
from pathlib import Path
from typing import Literal

import numpy as np
from jaxtyping import UInt8

from mien.core.arrays import ImageRgb

Rgb = tuple[int, int, int]
Anchor = Literal["left", "middle", "right"]


@lru_cache(maxsize=1024)
def _bitmap(text: str, size_px: int, *, bold: bool) -> tuple[UInt8[np.ndarray, "row column"], int]:
    """Draw a line of text; also give the row of its baseline."""
    import matplotlib as mpl
    from matplotlib.ft2font import FT2Font

    name = "DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf"
    font = FT2Font(str(Path(mpl.get_data_path(), "fonts", "ttf", name)))
    font.set_size(size_px, 72)
    font.set_text(text, 0.0)
    font.draw_glyphs_to_bitmap(antialiased=True)
    bitmap = np.array(font.get_image(), np.uint8)
    return bitmap, bitmap.shape[0] - round(font.get_descent() / 64)


def text_width_px(text: str, size_px: int, *, bold: bool = False) -> int:
    """Measure a line of text."""
    return _bitmap(text, size_px, bold=bold)[0].shape[1] if text.strip() else 0


def draw_text(
    picture: ImageRgb,
    text: str,
    place_px: tuple[int, int],
    *,
    size_px: int = 14,
    colour: Rgb = (232, 234, 238),
    bold: bool = False,
    anchor: Anchor = "left",
) -> None:
    """Draw a line of text into a picture, its baseline at ``place_px`` (x, y).

    What falls outside the picture is cut off.
    """
    if not text.strip():
        return
    bitmap, baseline = _bitmap(text, size_px, bold=bold)
    height, width = bitmap.shape
    left = place_px[0] - {"left": 0, "middle": width // 2, "right": width}[anchor]
    top = place_px[1] - baseline
    y0, x0 = max(top, 0), max(left, 0)
    y1, x1 = min(top + height, picture.shape[0]), min(left + width, picture.shape[1])
    if y0 >= y1 or x0 >= x1:
        return
    alpha = bitmap[y0 - top : y1 - top, x0 - left : x1 - left, None].astype(np.float32) / 255
    under = picture[y0:y1, x0:x1].astype(np.float32)
    blended = under + alpha * (np.array(colour, np.float32) - under)
    picture[y0:y1, x0:x1] = np.rint(blended).astype(np.uint8)
