"""One person before one camera, built once and used for many clips."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Float, Float32, Float64

from mien.core.arrays import ImageRgb, Points2
from mien.head import Head
from mien.head.pose import HeadPose
from mien.render import Light, Portrait
from mien.render.body import Body
from mien.render.camera import Camera
from mien.synth.disturbance import disturbed_deltas


@dataclass(frozen=True)
class Stage:
    """A person before a camera; what moves the face comes with each frame."""

    head: Head
    portrait: Portrait

    @property
    def body(self) -> Body:
        """The mesh."""
        return self.portrait.painter.body

    @property
    def camera(self) -> Camera:
        """The camera."""
        return self.portrait.painter.camera

    def picture(
        self,
        weights: Float[np.ndarray, " unit"],
        pose: HeadPose,
        gaze_rad: Float[np.ndarray, "2 2"],
        light: Light,
    ) -> ImageRgb:
        """Draw one frame."""
        return self.portrait.frame(
            weights,
            head_rotation_rad=pose.rotation_rad,
            head_translation_m=pose.translation_m,
            gaze_rad=gaze_rad,
            light=light,
        )

    def vertices_m(
        self,
        weights: Float[np.ndarray, " unit"],
        pose: HeadPose,
        gaze_rad: Float[np.ndarray, "2 2"],
    ) -> Float64[np.ndarray, "vertex 3"]:
        """Pose the whole mesh, eyes included."""
        return self.body.pose(weights, pose, gaze_rad)

    def landmarks_px(self, vertices_m: Float64[np.ndarray, "vertex 3"]) -> Points2:
        """Where the 468 points of a posed mesh fall in the picture."""
        return self.camera.project(self.head.landmarks.points(vertices_m))

    @cached_property
    def skin(self) -> np.ndarray:
        """Triangles of the skin, as baked."""
        skin = self.head.parts["skin"]
        triangles = self.head.triangles
        inside = ((triangles >= skin.start) & (triangles < skin.stop)).all(axis=1)
        return np.ascontiguousarray(self.body.baked[inside])


def stage_for(
    head: Head,
    person: str,
    deltas_m: Float32[np.ndarray, "unit vertex 3"],
    *,
    size_px: int,
    quality: str,
    seed: int,
) -> Stage:
    """Build a stage.

    Raises:
        UsageError: an unknown person or quality, or a size that no picture has.
    """
    portrait = Portrait(
        head,
        head.person(person),
        width_px=size_px,
        height_px=size_px,
        quality=quality,
        unit_deltas_m=deltas_m,
        view="face",
        seed=seed,
    )
    return Stage(head, portrait)


def disturbed_shapes(
    head: Head,
    person: str,
    units: tuple[int, ...],
    deltas_m: Float[np.ndarray, "unit vertex 3"],
    *,
    seed: int,
    gain_sd: float,
    turn_deg: float,
) -> Float32[np.ndarray, "unit vertex 3"]:
    """Change the shapes of one person; lids close as they are.

    Both sides of a unit share one disturbance field, as both halves of a face share a skull.
    """
    if gain_sd == 0 and turn_deg == 0:
        return deltas_m.astype(np.float32)
    rng = np.random.default_rng(seed)
    points = head.person(person).vertices_m.astype(np.float64)
    changed = deltas_m.astype(np.float32)
    for au in sorted(set(units) - {43, 45, 46}):
        state = rng.integers(2**32)
        for index, unit in enumerate(units):
            if unit != au:
                continue
            moving = np.flatnonzero(deltas_m[index].any(axis=1))
            changed[index, moving] = disturbed_deltas(
                points[moving],
                deltas_m[index, moving][None].astype(np.float64),
                rng=np.random.default_rng(state),
                gain_sd=gain_sd,
                turn_deg=turn_deg,
            )[0]
    return changed
