"""Pictures of what moves in a face besides its shape: folds, eyes, mouth."""

from pathlib import Path

import cv2
import numpy as np
from docs_making.canvas import grid, labelled, save_png

from mien.core.arrays import ImageRgb
from mien.head import action_deltas, action_weights, load_head
from mien.head.fold_maps import fold_maps
from mien.head.unrolled import unrolled
from mien.render import Portrait

_SIZE_PX = 560
_MOVEMENTS = {
    "AU1+2": ("AU01", "AU02"),
    "AU4": ("AU04",),
    "AU6+12": ("AU06", "AU12"),
    "AU9": ("AU09",),
    "AU14": ("AU14",),
    "AU17": ("AU17",),
}
_TILE_PX = 200
_MAP_PX = 2 * _TILE_PX
_SPAN_M, _LOW_M = 0.15, -0.090  # of the unrolled face that the maps show


def draw_folds(path: Path) -> None:
    """Draw a young and an old face with the units that make folds, and the folds as maps."""
    head = load_head()
    rows = []
    for name in ("Jonas", "Hana"):
        person = head.people[name]
        portrait = Portrait(
            head,
            person,
            width_px=_SIZE_PX,
            height_px=_SIZE_PX,
            quality="portrait",
            unit_deltas_m=action_deltas(head),
        )
        for title, units in _MOVEMENTS.items():
            held = {unit + side: 1.0 for unit in units for side in "LR"}
            picture = portrait.frame(action_weights(held))[40:480, 60:500]
            rows.append(labelled(_tile(picture), f"{title}, {person.age_years} years", size_px=11))
    person = head.people["Hana"]
    along, up, _ = unrolled(person.vertices_m - person.eye_centre_m.mean(axis=0)).T
    face = np.column_stack((along / _SPAN_M + 0.5, (up - _LOW_M) / _SPAN_M))
    maps = fold_maps(head, person, size_px=_MAP_PX, uv=face)
    shown = ("forehead_inner", "glabella", "crows_feet", "nose", "nasolabial", "chin")
    for kind in shown:
        own = [maps.normals[k] for k, name in enumerate(maps.names) if name.startswith(kind)]
        rows.append(labelled(_tile(_together(own)), f"map of {kind.replace('_', ' ')}", size_px=11))
    save_png(path, grid(rows, len(_MOVEMENTS)))


def _together(maps: list[np.ndarray]) -> ImageRgb:
    """Show some maps as one: the strongest of them at every place."""
    every = np.stack(maps)
    bent = np.abs(every.astype(int) - (128, 128, 255)).sum(axis=3)
    whole = np.take_along_axis(every, bent.argmax(axis=0)[None, ..., None], axis=0)[0]
    return np.ascontiguousarray(whole)


def draw_eyes_and_mouths(path: Path) -> None:
    """Draw eyes that look about and close, and mouths that open."""
    head = load_head()
    looks = {
        "at rest": ((0.0, 0.0), {}),
        "aside": ((0.0, 0.4), {}),
        "down": ((0.4, 0.0), {}),
        "up": ((-0.4, 0.0), {}),
        "closed": ((0.0, 0.0), {"eyeBlinkLeft": 1.0, "eyeBlinkRight": 1.0}),
    }
    mouths = {
        "mild smile": {"mouthSmileLeft": 0.4, "mouthSmileRight": 0.4, "jawOpen": 0.08},
        "smile": {"mouthSmileLeft": 0.8, "mouthSmileRight": 0.8, "jawOpen": 0.14},
        "open": {"jawOpen": 0.6},
    }
    rows = []
    for name in ("Jonas", "Ada", "Clara"):
        portrait = Portrait(
            head, head.people[name], width_px=768, height_px=768, quality="portrait"
        )

        def drawn(
            named: dict[str, float], gaze: tuple[float, float], portrait: Portrait = portrait
        ) -> ImageRgb:
            weights = np.zeros(len(head.unit_names))
            for unit, value in named.items():
                weights[head.unit_index(unit)] = value
            return portrait.frame(weights, gaze_rad=np.array((gaze, gaze)))

        for title, (gaze, named) in looks.items():
            picture = drawn(named, gaze)[240:340, 380:570]
            rows.append(labelled(picture, title, size_px=11))
        for title, named in mouths.items():
            picture = drawn(named, (0.0, 0.0))[470:630, 232:536]
            rows.append(labelled(_shrunk(picture), title, size_px=11))
    save_png(path, grid(rows, len(looks) + len(mouths)))


def _tile(picture: ImageRgb) -> ImageRgb:
    tile: ImageRgb = cv2.resize(picture, (_TILE_PX, _TILE_PX), interpolation=cv2.INTER_AREA)
    return tile


def _shrunk(picture: ImageRgb) -> ImageRgb:
    shrunk: ImageRgb = cv2.resize(picture, (190, 100), interpolation=cv2.INTER_AREA)
    return shrunk
