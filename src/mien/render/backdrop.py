"""What stands behind the person: a studio wall, one plain colour, or a room out of focus."""

from functools import lru_cache

import numpy as np
from jaxtyping import Float, Float32, Float64

from mien.core.errors import UsageError
from mien.core.nearest import unknown_name
from mien.head.noise import smoothstep
from mien.head.srgb import linear_from_srgb
from mien.render.camera import Camera
from mien.render.light import Light

_PLAIN = {
    "grey": linear_from_srgb(np.full(3, 128 / 255)),
    "black": np.zeros(3),
    # Drawn as 242. More light than that would eat the soft edge of the person.
    "white": np.full(3, 1.2),
    "green": linear_from_srgb(np.array([0, 177, 64]) / 255),  # what keying tools expect
}

_ROOM_RAD = 0.46  # after which window and shelf come again

BACKGROUNDS = ("studio", *_PLAIN, "room")
"""``studio`` is a wall in the colours of the light; ``room`` is a living room out of focus."""


def check_background(name: str) -> None:
    """Refuse a background that does not exist.

    Raises:
        UsageError: no background of that name; near names are offered.
    """
    if name not in BACKGROUNDS:
        raise UsageError(unknown_name("a background", name, BACKGROUNDS))


@lru_cache(maxsize=4)
def background(
    light: Light, camera: Camera, name: str = "studio"
) -> Float32[np.ndarray, "row column 3"]:
    """Give the picture behind the person, in linear light."""
    height, width = camera.height_px, camera.width_px
    if name in _PLAIN:
        plain = np.broadcast_to(_PLAIN[name], (height, width, 3))
        return np.ascontiguousarray(plain, np.float32)
    picture = _room(light, camera) if name == "room" else _wall(light, camera)
    result: Float32[np.ndarray, "row column 3"] = picture.astype(np.float32)
    return result


def _wall(light: Light, camera: Camera) -> Float64[np.ndarray, "row column 3"]:
    """Paint a gradient, brighter behind the face."""
    height, width = camera.height_px, camera.width_px
    part = np.linspace(0, 1, height)[:, None, None]
    top, bottom = np.array(light.background_top), np.array(light.background_bottom)
    wall = top * (1 - part) + bottom * part
    y, x = np.mgrid[:height, :width].astype(np.float64)
    away = np.hypot((x - width * 0.56) / width, (y - height * 0.42) / height)
    glow = 1 + 0.55 * np.exp(-((away / 0.42) ** 2))
    picture: Float64[np.ndarray, "row column 3"] = wall * glow[..., None]
    return picture


def _room(light: Light, camera: Camera) -> Float64[np.ndarray, "row column 3"]:
    """Paint a wall, a window, a shelf, a lamp and a table, all far out of focus."""
    y, x = np.mgrid[: camera.height_px, : camera.width_px].astype(np.float64)
    right = (x - (camera.width_px - 1) / 2) / camera.focal_px
    up = ((camera.height_px - 1) / 2 - y) / camera.focal_px
    ray = np.stack((right, up, np.full_like(right, -1.0)), axis=-1) @ np.array(camera.axes)
    ray /= np.linalg.norm(ray, axis=-1, keepdims=True)
    across, above = np.arctan2(ray[..., 0], -ray[..., 2]), np.arcsin(ray[..., 1])
    across = np.mod(across + 0.5 * _ROOM_RAD, _ROOM_RAD) - 0.5 * _ROOM_RAD
    picture = np.array([0.155, 0.135, 0.112]) * (1 + 1.4 * above)[..., None]

    def lay(share: Float[np.ndarray, "row column"], colour: tuple[float, float, float]) -> None:
        picture[:] += share[..., None] * (np.array(colour) - picture)

    def box(left: float, low: float, width: float, high: float) -> Float64[np.ndarray, "r c"]:
        soft = 0.011
        inside = smoothstep(left - soft, left + soft, across)
        inside = inside * smoothstep(left + width + soft, left + width - soft, across)
        inside = inside * smoothstep(low - soft, low + soft, above)
        return np.asarray(inside * smoothstep(low + high + soft, low + high - soft, above))

    lay(0.85 * box(-0.160, -0.035, 0.096, 0.2), (0.30, 0.27, 0.235))  # frame
    lay(box(-0.153, -0.026, 0.037, 0.18), (0.82, 0.92, 1.05))  # panes
    lay(box(-0.108, -0.026, 0.037, 0.18), (0.88, 0.96, 1.06))
    lay(0.9 * box(0.062, -0.3, 0.13, 0.395), (0.052, 0.036, 0.025))  # shelf
    books = ((0.35, 0.06, 0.04), (0.06, 0.14, 0.2), (0.4, 0.3, 0.14), (0.07, 0.15, 0.08))
    for number in range(12):
        row, place = divmod(number, 4)
        left, low = 0.07 + 0.024 * place, 0.045 - 0.062 * row
        lay(0.75 * box(left, low, 0.017, 0.036 - 0.004 * (number % 3)), books[(number * 5) % 4])
    glow = np.exp(-(((across - 0.024) / 0.034) ** 2) - ((above - 0.062) / 0.03) ** 2)
    picture += glow[..., None] * np.array([0.5, 0.33, 0.16])
    lay(smoothstep(-0.105, -0.135, above), (0.075, 0.05, 0.033))  # table
    result: Float64[np.ndarray, "row column 3"] = np.maximum(picture, 0.0) * light.exposure
    return result
