"""The wall behind the person."""

from functools import lru_cache

import numpy as np
from jaxtyping import Float32

from mien.render.camera import Camera
from mien.render.light import Light


@lru_cache(maxsize=4)
def background(light: Light, camera: Camera) -> Float32[np.ndarray, "row column 3"]:
    """Give the wall behind the person: a gradient, brighter behind the face."""
    height, width = camera.height_px, camera.width_px
    part = np.linspace(0, 1, height)[:, None, None]
    top, bottom = np.array(light.background_top), np.array(light.background_bottom)
    wall = top * (1 - part) + bottom * part
    y, x = np.mgrid[:height, :width].astype(np.float64)
    away = np.hypot((x - width * 0.56) / width, (y - height * 0.42) / height)
    glow = 1 + 0.55 * np.exp(-((away / 0.42) ** 2))
    result: Float32[np.ndarray, "row column 3"] = (wall * glow[..., None]).astype(np.float32)
    return result
