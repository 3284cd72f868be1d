"""Pictures of what may be chosen for a picture: lights, backgrounds, lens, place of the camera."""

from pathlib import Path

import numpy as np
from docs_making.canvas import grid, labelled, save_png
from docs_making.subjects import shown_person

from mien.core.arrays import ImageRgb
from mien.head import load_head
from mien.render import BACKGROUNDS, LIGHTS, Portrait, Staging

_SIZE_PX = 196


def draw_lights(path: Path) -> None:
    """Draw the same face in every light, before every background, from several places."""
    rows = [
        *((f"light {name}", Staging(light=name)) for name in LIGHTS),
        *((f"background {name}", Staging(background=name)) for name in BACKGROUNDS[1:]),
        ("--lens 28", Staging(lens_mm=28)),
        ("--lens 200", Staging(lens_mm=200)),
        ("--camera-yaw 35", Staging(yaw_rad=float(np.radians(35)))),
        ("--camera-pitch 20", Staging(pitch_rad=float(np.radians(20)))),
        ("--f-stop 1.4", Staging(background="room", f_stop=1.4)),
    ]
    save_png(path, grid([labelled(_face(one), name, size_px=11) for name, one in rows], 5))


def _face(staging: Staging) -> ImageRgb:
    head = load_head()
    portrait = Portrait(
        head,
        shown_person(),
        width_px=_SIZE_PX,
        height_px=_SIZE_PX,
        quality="portrait",
        view="face" if staging.background == "studio" or staging.f_stop else "bust",
        staging=staging,
    )
    return portrait.frame(np.zeros(len(head.unit_names)))
