"""Faces for witnesses: the built-in head with some channels moved, as a picture and as points."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from mien.core.arrays import ImageRgb, Points2, Points3
from mien.core.facs import Channel
from mien.head import Head, Person, action_deltas, action_weights, load_head
from mien.render import Light, Portrait


@dataclass(frozen=True)
class Pose:
    """How a face looks at the camera."""

    activations: Mapping[Channel, float]
    rotation_rad: tuple[float, float, float] = (0.0, 0.0, 0.0)
    light: Light | None = None


class Sitter:
    """One person before one camera, moved by action units with their correctives."""

    def __init__(
        self,
        person: Person,
        *,
        size_px: int,
        quality: str = "fast",
        seed: int = 0,
    ) -> None:
        self.person = person
        self.size_px = size_px
        self._deltas = action_deltas(self.head).astype(np.float64)
        self.portrait = Portrait(
            self.head,
            person,
            width_px=size_px,
            height_px=size_px,
            quality=quality,
            unit_deltas_m=self._deltas,
            seed=seed,
        )

    @cached_property
    def head(self) -> Head:
        """The built-in head."""
        return load_head()

    def weights(self, pose: Pose) -> np.ndarray:
        """Weights of all shapes of the head, correctives included."""
        return action_weights(dict(pose.activations))

    def vertices(self, pose: Pose) -> Points3:
        """The moved vertices, before the head turns."""
        moved: Points3 = self.person.vertices_m.astype(np.float64) + np.tensordot(
            self.weights(pose), self._deltas, axes=1
        )
        return moved

    def picture(self, pose: Pose) -> ImageRgb:
        """Draw the face."""
        return self.portrait.frame(
            self.weights(pose), head_rotation_rad=pose.rotation_rad, light=pose.light
        )

    def landmarks_px(self, pose: Pose) -> Points2:
        """Where the landmarks truly are in the picture."""
        points = self.head.landmarks.points(self.vertices(pose))
        return self.portrait.project(points, head_rotation_rad=pose.rotation_rad)


def table(header: list[str], rows: list[list[str]]) -> str:
    """Markdown table."""
    lines = [header, ["---"] * len(header), *rows]
    return "".join("| " + " | ".join(line) + " |\n" for line in lines)
