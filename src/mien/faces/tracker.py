"""Frames -> tracked faces.

Each face is followed by fitting the mesh where the last frame had it; nothing is filtered. Every
15 frames, and whenever a face is lost, the detectors look again, for new faces and to confirm the
known ones: a mesh can sit on something that is no face without noticing.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from mien.core.arrays import ImageRgb
from mien.core.errors import UsageError
from mien.faces.appearance import appearance_of
from mien.faces.blendshapes import BlendshapeScorer
from mien.faces.detector import box_overlaps
from mien.faces.identity import Person, people_of
from mien.faces.landmarker import Mesh
from mien.faces.search import TURNS_DEG, FaceSearch, mesh_box, same_face
from mien.faces.track import (
    SMALL_EYE_DISTANCE_PX,
    USELESS_EYE_DISTANCE_PX,
    FaceTrack,
    eye_distances,
)
from mien.faces.tracklet import Tracklet
from mien.store.models import FaceModels

CHECK_EVERY = 15
"""Frames between two looks of the detectors."""

_CHECKS_MISSED = 4
"""Looks in a row that find no face where a mesh is: from then on it counts as lost."""

_SAME_LOOK = 0.82
"""Likeness to the running mean below which the face in a region is another one; from one frame to
the next a face stays above .95."""

_MEETING_OVERLAP = 0.05
_SHORTEST_FRAMES = 3
_RAREST_THOROUGH = 8
"""Where tiles and turns find nothing they are tried at every second, fourth, then eighth check."""


@dataclass(frozen=True)
class _Fitted:
    """One followed face in the newest frame."""

    tracklet: Tracklet
    mesh: Mesh
    look: Float[np.ndarray, " value"]
    likeness: float


class FaceTracker:
    """Follows up to ``max_faces`` faces through the frames of one video.

    Call :meth:`update` with every frame in order, then :meth:`tracks` once.
    """

    def __init__(
        self,
        models: FaceModels,
        *,
        max_faces: int = 4,
        turn_deg: int = 0,
        blendshapes: bool = False,
    ) -> None:
        if max_faces < 1:
            msg = f"Expected at least 1 face to follow, but got {max_faces}."
            raise UsageError(msg)
        if turn_deg not in TURNS_DEG:
            msg = f"Expected a turn of 0, 90, 180 or 270 degrees, but got {turn_deg}."
            raise UsageError(msg)
        self._models = models
        self._search = FaceSearch(models)
        self._scorer = (
            BlendshapeScorer(models.blendshapes) if blendshapes and models.blendshapes else None
        )
        self._max_faces = max_faces
        self._turn_deg = turn_deg
        self._active: list[Tracklet] = []
        self._ended: list[Tracklet] = []
        self._times_s: list[float] = []
        self._size_px = (0, 0)
        self._reasons: dict[int, str] = {}
        self._since_check = CHECK_EVERY
        self._checks_to_skip = 0
        self._fruitless = 1

    def update(self, image: ImageRgb, time_s: float) -> None:
        """Follow the faces into the next frame, shown at ``time_s`` seconds."""
        index = len(self._times_s)
        self._times_s.append(time_s)
        self._size_px = (image.shape[1], image.shape[0])
        lost = self._follow(index, image)
        self._since_check += 1
        if self._since_check >= CHECK_EVERY:
            self._since_check = 0
            self._confirm(index, image)
            self._look_for_faces(index, image, thorough=self._may_search_thoroughly())
        elif lost or not self._active:
            self._look_for_faces(index, image, thorough=False)
        self._note_meetings()
        if not self._active:
            self._reasons.setdefault(index, "no face was found")

    def _may_search_thoroughly(self) -> bool:
        """Search tiles and turns ever more rarely while no face is there: they cost most."""
        if self._active:
            self._checks_to_skip, self._fruitless = 0, 1
            return True
        if self._checks_to_skip > 0:
            self._checks_to_skip -= 1
            return False
        self._checks_to_skip = self._fruitless - 1
        self._fruitless = min(2 * self._fruitless, _RAREST_THOROUGH)
        return True

    def _follow(self, index: int, image: ImageRgb) -> bool:
        lost = False
        fitted: list[_Fitted] = []
        for tracklet in list(self._active):
            mesh = self._search.fit(image, tracklet.region)
            if mesh is None:
                self._end(tracklet, index, "the face was lost")
                lost = True
                continue
            look = appearance_of(image, mesh.points_px)
            likeness = tracklet.likeness(look)
            if likeness < _SAME_LOOK and not tracklet.meeting:
                self._end(tracklet, index, "another face came in its place")
                tracklet = Tracklet(index, after_doubt=True)  # noqa: PLW2901 - the same region, a new face
                self._active.append(tracklet)
            fitted.append(_Fitted(tracklet, mesh, look, likeness))
        placed: list[Mesh] = []
        for one in sorted(fitted, key=lambda one: -one.likeness):
            # Two meshes on one face: it belongs to the one that always looked like it.
            if any(same_face(one.mesh, other) for other in placed):
                self._end(one.tracklet, index, "the face was hidden behind another")
                lost = True
                continue
            placed.append(one.mesh)
            self._append(one.tracklet, one.mesh, one.look)
        return lost

    def _append(self, tracklet: Tracklet, mesh: Mesh, look: Float[np.ndarray, " value"]) -> None:
        tracklet.append(mesh, look)
        if self._scorer is not None:
            tracklet.blendshapes.append(self._scorer.score(mesh.points_px))

    def _confirm(self, index: int, image: ImageRgb) -> None:
        for tracklet in list(self._active):
            agreed = self._search.confirms(image, Mesh(tracklet.points_px[-1], 1.0))
            if agreed:
                tracklet.unconfirmed = 0
                tracklet.confirmed_count = len(tracklet.points_px)
                continue
            tracklet.unconfirmed += 1
            if agreed is False or tracklet.unconfirmed >= _CHECKS_MISSED:
                reason = "the detector does not confirm the face"
                for frame in range(tracklet.start + tracklet.confirmed_count, index + 1):
                    self._reasons[frame] = reason
                tracklet.cut_to(tracklet.confirmed_count)
                self._end(tracklet, index, reason)

    def _look_for_faces(self, index: int, image: ImageRgb, *, thorough: bool) -> None:
        active = [Mesh(tracklet.points_px[-1], 1.0) for tracklet in self._active]
        found = self._search.faces(image, self._turn_deg, tiles=thorough, known=active)
        if not found and thorough and not self._active and not self._ended:
            scores = {turn: self._search.upright_score(image, turn) for turn in TURNS_DEG}
            best = max(scores, key=lambda turn: scores[turn])
            if scores[best] > 0:
                self._turn_deg = best
                found = self._search.faces(image, best, tiles=False)
        for face in sorted(found, key=lambda one: -mesh_box(one.mesh.points_px)[2]):
            if len(self._active) >= self._max_faces:
                break
            if any(same_face(face.mesh, Mesh(t.points_px[-1], 1.0)) for t in self._active):
                continue
            tracklet = Tracklet(index, after_doubt=False)
            self._append(tracklet, face.mesh, appearance_of(image, face.mesh.points_px))
            tracklet.confirmed_count = 1
            self._active.append(tracklet)

    def _note_meetings(self) -> None:
        """Begin new tracklets where faces part, because there they may have been mistaken."""
        boxes = [mesh_box(one.points_px[-1]) for one in self._active]
        for position, tracklet in enumerate(list(self._active)):
            others = np.array(boxes[:position] + boxes[position + 1 :]).reshape(-1, 4)
            meets = bool((box_overlaps(boxes[position], others) > _MEETING_OVERLAP).any())
            if tracklet.meeting and not meets:
                self._split(tracklet)
            else:
                tracklet.meeting = meets

    def _split(self, tracklet: Tracklet) -> None:
        """Move the last frame of a tracklet to the beginning of a new one."""
        fresh = Tracklet(tracklet.end - 1, after_doubt=True)
        fresh.points_px.append(tracklet.points_px[-1])
        fresh.presence.append(tracklet.presence[-1])
        fresh.blendshapes += tracklet.blendshapes[-1:]
        fresh.confirmed_count = 1
        if tracklet.latest_look is not None:
            fresh.latest_look = tracklet.latest_look
            fresh.remember(tracklet.latest_look)
        tracklet.cut_to(len(tracklet.points_px) - 1)
        self._active[self._active.index(tracklet)] = fresh
        if tracklet.points_px:
            self._ended.append(tracklet)

    def _end(self, tracklet: Tracklet, index: int, reason: str) -> None:
        self._reasons[index] = reason
        self._active.remove(tracklet)
        if tracklet.points_px:
            self._ended.append(tracklet)

    def tracks(self) -> tuple[FaceTrack, ...]:
        """Give one track for each person, the one seen longest and largest first."""
        tracklets = [
            one
            for one in (*self._ended, *self._active)
            if len(one.points_px) >= min(_SHORTEST_FRAMES, len(self._times_s))
        ]
        people = sorted(people_of(tracklets), key=_prominence, reverse=True)
        return tuple(self._track(face_id, person) for face_id, person in enumerate(people))

    def _track(self, face_id: int, person: Person) -> FaceTrack:
        frames = len(self._times_s)
        points = person.tracklets[0].points_px[0].shape[0]
        landmarks = np.full((frames, points, 3), np.nan, np.float32)
        score = np.zeros(frames, np.float32)
        blendshapes = np.full((frames, 52), np.nan, np.float32) if self._scorer else None
        for tracklet in person.tracklets:
            part = slice(tracklet.start, tracklet.end)
            landmarks[part] = tracklet.points_px
            score[part] = tracklet.presence
            if blendshapes is not None:
                blendshapes[part] = tracklet.blendshapes
        success = np.isfinite(landmarks[:, 0, 0])
        unseen = "this face was not found"
        reasons = {
            int(frame): self._reasons.get(int(frame), unseen) for frame in np.flatnonzero(~success)
        }
        eyes_px = float(np.median(eye_distances(landmarks[success])))
        warnings, refused = _judge_size(eyes_px)
        return FaceTrack(
            face_id=face_id,
            times_s=np.array(self._times_s),
            success=success,
            landmarks_px=landmarks,
            score=score,
            frame_size_px=self._size_px,
            model_kind=self._models.kind,
            blendshapes=blendshapes,
            reasons=reasons,
            warnings=warnings,
            refused=refused,
            turn_deg=self._turn_deg,
        )


def _prominence(person: Person) -> float:
    """Sum of eye distances over the frames: pixels times frames."""
    return sum(float(eye_distances(np.stack(one.points_px)).sum()) for one in person.tracklets)


def _judge_size(eyes_px: float) -> tuple[tuple[str, ...], str]:
    if eyes_px < USELESS_EYE_DISTANCE_PX:
        return (), (
            f"The eyes are {eyes_px:.0f} px apart; below {USELESS_EYE_DISTANCE_PX:.0f} px small "
            "movements cannot be measured. Film closer or with more pixels."
        )
    if eyes_px < SMALL_EYE_DISTANCE_PX:
        warning = (
            f"The eyes are {eyes_px:.0f} px apart; below {SMALL_EYE_DISTANCE_PX:.0f} px small "
            "movements are measured poorly."
        )
        return (warning,), ""
    return (), ""
