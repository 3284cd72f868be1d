"""A face followed from frame to frame without doubt who it is."""

from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Float, Float32

from mien.faces.landmarker import Mesh
from mien.faces.region import Region, region_of_landmarks

_MEMORY = 0.1
"""Weight of the newest look in the running mean."""


@dataclass
class Tracklet:
    """Meshes of consecutive frames.

    Who it is gets decided later, when all tracklets of the video are known.
    """

    start: int
    """Index of the first frame."""

    after_doubt: bool
    """Whether it began where two faces met or the look changed, so that place says nothing."""

    points_px: list[Float32[np.ndarray, "point 3"]] = field(default_factory=list)
    presence: list[float] = field(default_factory=list)
    blendshapes: list[Float32[np.ndarray, " 52"]] = field(default_factory=list)
    look: Float[np.ndarray, " value"] | None = None
    """Running mean appearance, length 1."""

    latest_look: Float[np.ndarray, " value"] | None = None
    """Appearance in the last frame, whether in doubt or not."""

    look_sum: Float[np.ndarray, " value"] | float = 0.0
    unconfirmed: int = 0
    """Checks since the detector last agreed."""

    confirmed_count: int = 0
    """Number of frames up to the last agreement."""

    meeting: bool = False
    """Whether another face overlaps it now."""

    @property
    def end(self) -> int:
        """Index after the last frame."""
        return self.start + len(self.points_px)

    @property
    def region(self) -> Region:
        """Where to look for the face in the next frame."""
        return region_of_landmarks(self.points_px[-1][:, :2].astype(np.float64))

    @property
    def mean_look(self) -> Float[np.ndarray, " value"]:
        """Mean appearance over all frames without doubt, length 1."""
        known = self.look_sum if isinstance(self.look_sum, np.ndarray) else self.latest_look
        total = np.zeros(1) if known is None else known
        return total / max(float(np.linalg.norm(total)), 1e-9)

    def likeness(self, look: Float[np.ndarray, " value"]) -> float:
        """How like the running mean a look is, -1..1; 1 where nothing is known yet."""
        return 1.0 if self.look is None else float(self.look @ look)

    def append(self, mesh: Mesh, look: Float[np.ndarray, " value"]) -> None:
        """Add the mesh of the next frame."""
        self.points_px.append(mesh.points_px)
        self.presence.append(mesh.presence)
        self.latest_look = look
        if not self.meeting:
            self.remember(look)

    def remember(self, look: Float[np.ndarray, " value"]) -> None:
        """Take a look into the running mean."""
        self.look_sum = self.look_sum + look
        mixed = look if self.look is None else (1 - _MEMORY) * self.look + _MEMORY * look
        self.look = mixed / float(np.linalg.norm(mixed))

    def cut_to(self, count: int) -> None:
        """Keep the first ``count`` frames only."""
        del self.points_px[count:], self.presence[count:], self.blendshapes[count:]
