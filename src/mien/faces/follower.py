"""One face followed from frame to frame, with nothing kept but the newest mesh.

For live reading. Where the face is lost the detectors look again in the same frame; every 15 frames
they confirm the mesh, which can sit on something that is no face without noticing.
"""

import numpy as np
from jaxtyping import Float

from mien.core.arrays import ImageRgb
from mien.faces.appearance import appearance_of
from mien.faces.landmarker import Mesh
from mien.faces.region import region_of_landmarks
from mien.faces.search import FaceSearch, mesh_box
from mien.faces.track import USELESS_EYE_DISTANCE_PX, eye_distances
from mien.store.models import FaceModels

CHECK_EVERY = 15
"""Frames between two looks of the detector."""

_CHECKS_MISSED = 4
_SAME_LOOK = 0.82
_STRANGER = 0.70
"""Likeness to the face before below which a face that comes after a loss is another person."""

_MEMORY = 0.1
THOROUGH_EVERY = 60
"""While no face is there, tiles of the picture, which cost most, are searched so seldom."""


class FaceFollower:
    """Follows the largest face through frames that come one at a time.

    Once it follows a face it stays with it, whoever else comes into the picture.
    """

    def __init__(self, models: FaceModels, *, turn_deg: int = 0) -> None:
        self._search = FaceSearch(models)
        self._turn_deg = turn_deg
        self._mesh: Mesh | None = None
        self._look: Float[np.ndarray, " value"] | None = None
        self._since_check = 0
        self._unconfirmed = 0
        self._fruitless = 0
        self.person = 0
        """Number of the person followed now, from 1; 0 before there was any."""

        self.reason = "no face was found"
        """Why the newest frame gave no mesh; empty when it did."""

    def update(self, image: ImageRgb) -> Mesh | None:
        """Follow the face into the next frame; None where there is none that can be read."""
        mesh = self._followed(image) if self._mesh is not None else None
        if mesh is None:
            mesh = self._found(image)
        self._mesh = mesh
        if mesh is None:
            return None
        eyes_px = float(eye_distances(mesh.points_px[None])[0])
        if eyes_px < USELESS_EYE_DISTANCE_PX:
            self.reason = (
                f"the eyes are {eyes_px:.0f} px apart; below {USELESS_EYE_DISTANCE_PX:.0f} px "
                "small movements cannot be measured"
            )
            return None
        self.reason = ""
        return mesh

    def _followed(self, image: ImageRgb) -> Mesh | None:
        assert self._mesh is not None  # noqa: S101 - asked for only where there is one
        points = self._mesh.points_px[:, :2].astype(np.float64)
        mesh = self._search.fit(image, region_of_landmarks(points))
        if mesh is None:
            self.reason = "the face was lost"
            return None
        look = appearance_of(image, mesh.points_px)
        if self._likeness(look) < _SAME_LOOK:
            self._begin(look)
        self._remember(look)
        self._since_check += 1
        if self._since_check < CHECK_EVERY:
            return mesh
        self._since_check = 0
        agreed = self._search.confirms(image, mesh)
        self._unconfirmed = 0 if agreed else self._unconfirmed + 1
        if agreed is False or self._unconfirmed >= _CHECKS_MISSED:
            self.reason = "the detector does not confirm the face"
            return None
        return mesh

    def _found(self, image: ImageRgb) -> Mesh | None:
        self._fruitless += 1
        thorough = self._fruitless == 1 or self._fruitless % THOROUGH_EVERY == 0
        found = self._search.faces(image, self._turn_deg, tiles=thorough)
        if not found:
            if self.reason == "":
                self.reason = "the face was lost"
            return None
        mesh = max((one.mesh for one in found), key=lambda one: mesh_box(one.points_px)[2])
        look = appearance_of(image, mesh.points_px)
        if self.person == 0 or self._likeness(look) < _STRANGER:
            self._begin(look)
        self._since_check = self._unconfirmed = self._fruitless = 0
        return mesh

    def _begin(self, look: Float[np.ndarray, " value"]) -> None:
        self.person += 1
        self._look = look

    def _likeness(self, look: Float[np.ndarray, " value"]) -> float:
        return 1.0 if self._look is None else float(self._look @ look)

    def _remember(self, look: Float[np.ndarray, " value"]) -> None:
        known = look if self._look is None else self._look
        mixed = (1 - _MEMORY) * known + _MEMORY * look
        self._look = mixed / float(np.linalg.norm(mixed))
