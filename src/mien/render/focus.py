"""Depth of field: what lies before or behind the eyes falls out of focus.

Each pixel gathers the light of the discs that its neighbours spread over it. The pattern of the
gathering is fixed, so a still face stays still to the byte.
"""

import math
import typing
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32, Int
from numba import njit

from mien.core.errors import UsageError
from mien.render.camera import SENSOR_MM, Camera

_LARGEST_PX = 40.0
_MOST_TAPS = 96
_TURN_RAD = math.pi * (3.0 - math.sqrt(5.0))  # the golden angle strews taps evenly over a disc
_TILE_PX = 16
_SHARP_PX = 0.6  # a disc of this radius changes nothing that can be seen
_F_STOPS = (0.7, 64.0)


@dataclass(frozen=True)
class Focus:
    """A lens that is focused on one distance."""

    spread_px: float
    """Radius of the disc of a point at infinity."""

    sharp_m: float
    """Distance that is in focus."""

    unseen_m: float
    """Distance at which loose hair stands before the background, which itself needs no blur."""


def focus_of(camera: Camera, f_stop: float, *, sharp_m: float, behind_m: float) -> Focus:
    """Focus a lens by its f-stop: the smaller the number, the less is sharp.

    The radius of a disc is ``spread_px * |1 - sharp / distance|``: that of the thin lens.

    Args:
        camera: gives focal length and the size of a pixel.
        f_stop: focal length over the lens' opening.
        sharp_m: distance that is in focus, from the camera.
        behind_m: how far behind that the crown of the head lies.

    Raises:
        UsageError: an f-stop that no lens has.
    """
    if not _F_STOPS[0] <= f_stop <= _F_STOPS[1]:
        msg = f"Expected an f-stop of {_F_STOPS[0]:g} to {_F_STOPS[1]:g}, but got {f_stop:g}."
        raise UsageError(msg)
    px_per_mm = min(camera.width_px, camera.height_px) / SENSOR_MM
    lens_mm = camera.focal_px / px_per_mm
    opening_mm = lens_mm / f_stop
    magnified = lens_mm / (1e3 * sharp_m - lens_mm)
    return Focus(0.5 * opening_mm * magnified * px_per_mm, sharp_m, sharp_m + behind_m)


@njit(cache=True, nogil=True)
@typing.no_type_check
def disc_radii(depth, cover, focus, rows, radii):  # noqa: ANN001, ANN201
    """Fill rows[0] <= row < rows[1] with the radius of each pixel's disc."""
    spread, sharp, unseen, largest = focus
    for row in range(rows[0], rows[1]):
        for column in range(depth.shape[1]):
            far = depth[row, column] if cover[row, column] > 0.0 else unseen
            radii[row, column] = min(spread * abs(1.0 - sharp / far), largest)


@njit(cache=True, nogil=True)
@typing.no_type_check
def widest_near(radii, tile):  # noqa: ANN001, ANN201
    """Give, for each tile, the largest radius of the discs that may reach into it."""
    down = (radii.shape[0] + tile - 1) // tile
    over = (radii.shape[1] + tile - 1) // tile
    own = np.zeros((down, over), np.float32)
    for row in range(radii.shape[0]):
        for column in range(radii.shape[1]):
            y = row // tile
            x = column // tile
            own[y, x] = max(own[y, x], radii[row, column])
    widest = np.zeros((down, over), np.float32)
    for y in range(down):
        for x in range(over):
            for other_y in range(down):
                for other_x in range(over):
                    gap = max(abs(other_y - y), abs(other_x - x)) - 1
                    if own[other_y, other_x] > gap * tile:
                        widest[y, x] = max(widest[y, x], own[other_y, other_x])
    return widest


@njit(cache=True, nogil=True)
@typing.no_type_check
def blur_rows(linear, depth, radii, widest, settings, rows, blurred):  # noqa: ANN001, ANN201
    """Write rows[0] <= row < rows[1] of the picture out of focus."""
    tile, sharp_px, most, turn = settings
    for row in range(rows[0], rows[1]):
        for column in range(linear.shape[1]):
            reach = widest[row // tile, column // tile]
            own = radii[row, column]
            weight = 1.0 / max(own * own, 1.0)
            red = weight * linear[row, column, 0]
            green = weight * linear[row, column, 1]
            blue = weight * linear[row, column, 2]
            taps = min(int(3.2 * reach * reach), most) if reach > sharp_px else 0
            share = reach * reach / max(taps, 1)  # pixels that a tap stands for, over pi
            for tap in range(taps):
                away = reach * np.sqrt((tap + 0.5) / taps)
                y = int(np.floor(row + away * np.sin(tap * turn) + 0.5))
                x = int(np.floor(column + away * np.cos(tap * turn) + 0.5))
                if y < 0 or x < 0 or y >= linear.shape[0] or x >= linear.shape[1]:
                    continue
                disc = radii[y, x]
                # What lies behind a sharp edge does not spread over it.
                if depth[y, x] == 0.0 or depth[y, x] > depth[row, column] > 0.0:
                    disc = min(disc, own)
                covers = min(max(disc - away + 0.5, 0.0), 1.0)
                part = covers * share / max(disc * disc, 1.0)
                weight += part
                red += part * linear[y, x, 0]
                green += part * linear[y, x, 1]
                blue += part * linear[y, x, 2]
            blurred[row, column, 0] = red / weight
            blurred[row, column, 1] = green / weight
            blurred[row, column, 2] = blue / weight


class Defocus:
    """One picture being put out of focus, band by band."""

    def __init__(
        self,
        focus: Focus,
        linear: Float32[np.ndarray, "row column 3"],
        depth: Float32[np.ndarray, "row column"],
        cover: Float32[np.ndarray, "row column"],
    ) -> None:
        self._linear, self._depth = linear, depth
        self._radii = np.zeros_like(depth)
        table = (focus.spread_px, focus.sharp_m, focus.unseen_m, _LARGEST_PX)
        disc_radii(depth, cover, table, np.array([0, len(depth)]), self._radii)
        self._widest = widest_near(self._radii, _TILE_PX)
        self.picture: Float32[np.ndarray, "row column 3"] = np.zeros_like(linear)

    def band(self, rows: Int[np.ndarray, "2"]) -> None:
        """Fill rows[0] <= row < rows[1] of :attr:`picture`."""
        settings = (_TILE_PX, _SHARP_PX, _MOST_TAPS, _TURN_RAD)
        blur_rows(
            self._linear, self._depth, self._radii, self._widest, settings, rows, self.picture
        )
