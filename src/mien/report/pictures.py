"""Pictures of the face as data inside the page, and motion as arrows over them."""

from base64 import b64encode

import numpy as np
from jaxtyping import Float

from mien.core.arrays import ImageRgb
from mien.core.errors import OutputError

_QUALITY = 90
_ARROW_CELLS = 2.0  # length of the longest arrow
_MAX_ARROWS = 18  # along one side; more run into each other


def image_uri(image: ImageRgb) -> str:
    """Give a picture as a data URI (JPEG, which is a tenth of PNG for faces).

    Raises:
        OutputError: the picture is empty.
    """
    import cv2

    if image.size == 0:
        msg = f"Expected a picture with pixels, but got one of shape {image.shape}."
        raise OutputError(msg)
    _, data = cv2.imencode(
        ".jpg", np.ascontiguousarray(image[..., ::-1]), [cv2.IMWRITE_JPEG_QUALITY, _QUALITY]
    )
    return "data:image/jpeg;base64," + b64encode(data.tobytes()).decode("ascii")


def arrow_path(
    flow_px: Float[np.ndarray, "row column 2"], size_px: tuple[int, int], noise_px: float
) -> tuple[str, float, float]:
    """Draw motion on an even grid as one SVG path in the picture's pixels.

    Arrows start at the cells' centres; a fine grid is thinned by means of neighbours. Arrows
    within twice the noise, or within a tenth of the longest, are left out.

    Args:
        flow_px: x right, y down; NaN is left out.
        size_px: width and height of the picture.
        noise_px: noise of one cell; NaN counts as none.

    Returns:
        The path, the longest motion of an arrow in px (NaN where there is none), and how many
        times longer than the motion the arrows are.
    """
    width, height = size_px
    flow = _thinned(flow_px.astype(np.float64))
    rows, columns = flow.shape[:2]
    length = np.hypot(flow[..., 0], flow[..., 1])
    if not np.isfinite(length).any() or np.nanmax(length) == 0:
        return "", float("nan"), 1.0
    longest = float(np.nanmax(length))
    cell = min(width / columns, height / rows)
    stretch = _ARROW_CELLS * cell / longest
    least = max(2 * float(np.nan_to_num(noise_px)), 0.1 * longest)
    parts = []
    for row, column in np.argwhere(np.nan_to_num(length) >= least):
        x, y = (column + 0.5) * width / columns, (row + 0.5) * height / rows
        dx, dy = flow[row, column] * stretch
        # Two barbs, each turned by 150 degrees from the arrow's direction.
        back = [(-0.87 * dx - turn * 0.5 * dy, turn * 0.5 * dx - 0.87 * dy) for turn in (1.0, -1.0)]
        barbs = "".join(
            f"M{x + dx:.1f} {y + dy:.1f}l{0.4 * bx:.1f} {0.4 * by:.1f}" for bx, by in back
        )
        parts.append(f"M{x:.1f} {y:.1f}l{dx:.1f} {dy:.1f}{barbs}")
    return "".join(parts), longest, stretch


def _thinned(flow_px: Float[np.ndarray, "row column 2"]) -> Float[np.ndarray, "row2 column2 2"]:
    """Mean of blocks of cells; NaN where one of them is."""
    rows, columns = flow_px.shape[:2]
    size = -(-max(rows, columns) // _MAX_ARROWS)
    whole = flow_px[: rows // size * size, : columns // size * size]
    blocks = whole.reshape(rows // size, size, columns // size, size, 2)
    return np.asarray(blocks.mean(axis=(1, 3)))
