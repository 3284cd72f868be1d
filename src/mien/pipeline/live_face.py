"""One person's face, read frame by frame from the past alone."""

import time
from concurrent.futures import Future

import numpy as np
from jaxtyping import Float, Float32

from mien.core.arrays import ImageRgb
from mien.core.facs import Side, channels_of
from mien.core.track import Event
from mien.faces import (
    CROP_SIZE_PX,
    crop_shrink,
    eye_openness,
    gaze_of,
    head_pose,
    turn_from_camera,
    warp_crop,
)
from mien.faces.causal_alignment import CausalAlignment
from mien.faces.landmarker import Mesh
from mien.faces.pose import upright_points
from mien.motion import remove_similarity
from mien.motion.causal_flow import CausalFlow
from mien.motion.past_median import PastMedian
from mien.pipeline.aside import Aside
from mien.pipeline.face_signals import basis_at, rigid_zone
from mien.pipeline.live_frame import LiveFrame, live_channels
from mien.recognition.basis import Basis
from mien.recognition.canonical import placement_of
from mien.recognition.live_lids import LiveLids
from mien.recognition.live_posture import LivePosture
from mien.recognition.live_spotting import LiveJudging, LiveSpotting
from mien.recognition.live_units import USUAL_S, BriefMotion, LiveUnits
from mien.recognition.posture import PostureModel
from mien.recognition.visibility import FARTHEST_TURN_RAD, TURNED

WARMING_UP = "warming up"
WARM_UP_S = 0.5
"""The face is seen for so long before its own layout, its rest and its noise are known."""

LARGEST_PX = 12.0
"""A cell that moves farther is beyond what the flow measures: landmarks alone are asked then."""

_RELEASE = 0.15
"""While landmarks fall by so much, motion is the way back from a large expression."""

_MESH_POINTS = 468
_OPEN = 0.8
_RESIDUAL_LIMIT_M = 0.006
_CLOSED, _SHUT = channels_of(45), channels_of(43)


class LiveFace:
    """Alignment, motion, landmarks and lids of one person, each with its own short memory."""

    def __init__(
        self, model: PostureModel, aside: Aside, *, judging: LiveJudging, person: int
    ) -> None:
        self._aside = aside
        self._judging = judging
        self._person = person
        self._alignment = CausalAlignment()
        self._flow = CausalFlow()
        self._lids = LiveLids()
        self._posture = LivePosture(model)
        self._usual = PastMedian(USUAL_S)
        self._columns = [live_channels().index(one) for one in self._posture.channels]
        self._began_s: float | None = None
        self._shrink = 1
        self._zone = np.zeros(0)
        self._basis: Future[Basis] | None = None
        self._units: LiveUnits | None = None
        self._spotting: LiveSpotting | None = None
        self._look: Future[tuple[Event, ...]] | None = None
        self.cpu_s: dict[str, float] = {}
        """CPU seconds spent so far, by stage."""

    def read(self, rgb: ImageRgb, mesh: Mesh, time_s: float) -> LiveFrame:
        """Read the newest frame, in which the face lies where ``mesh`` says."""
        self._lap_from = time.process_time()
        steadied = self._alignment.steadied(mesh, time_s)
        rotation = head_pose(steadied[None])
        gaze = gaze_of(mesh.points_px[None], rotation)[0]
        ratio = self._lids.update(eye_openness(mesh.points_px[None])[0], time_s)
        closings = self._lids.events(ratio, time_s)
        posture, residual_m = self._posture.update(
            upright_points(mesh.points_px[None, :_MESH_POINTS], 0)[0],
            time_s,
            open_eyes=bool(ratio.min() > _OPEN),
        )
        usual = self._usual.update(posture, time_s)
        turned = float(turn_from_camera(steadied[None])[0]) > FARTHEST_TURN_RAD
        self._lap("landmarks to posture, lids, gaze")
        brief = None if turned else self._motion(rgb, mesh, steadied, ratio, time_s)
        announced = self._announced()
        seen = LiveFrame(
            time_s,
            head_rotation_rad=rotation[0],
            gaze_rad=gaze,
            reason=TURNED if turned else WARMING_UP,
            person=self._person,
            events=(*closings, *announced),
        )
        if brief is None:
            return seen
        activation, confidence = self._values(posture, usual, residual_m, brief)
        closed, long = self._lids.closed(ratio, time_s)
        for channel in _SHUT if long else _CLOSED:
            eye = 0 if channel.side is Side.LEFT else 1
            activation[live_channels().index(channel)] = closed[eye]
        self._lap("values")
        return LiveFrame(
            time_s, activation, confidence, rotation[0], gaze,
            person=self._person, events=seen.events,
        )  # fmt: skip

    def finish(self) -> tuple[Event, ...]:
        """Look at the past once more, since no frame will follow."""
        if self._spotting is None:
            return ()
        pending = self._spotting.new(self._look.result()) if self._look is not None else ()
        self._look = None
        work = self._spotting.look(last=True)
        return (*pending, *(self._spotting.new(work()) if work is not None else ()))

    def _motion(
        self,
        rgb: ImageRgb,
        mesh: Mesh,
        steadied: Float32[np.ndarray, "point 3"],
        ratio: Float[np.ndarray, " 2"],
        time_s: float,
    ) -> BriefMotion | None:
        import cv2

        if not self._alignment.settled and not self._settled(mesh, time_s, steadied):
            return None
        matrix = self._alignment.transform(steadied)
        grey = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)
        crop = warp_crop(grey, matrix, CROP_SIZE_PX, shrink=self._shrink)
        self._lap("crop")
        flow = self._flow.update(crop, time_s)
        self._lap("flow")
        if flow is None or not self._ready(matrix):
            return None
        assert self._units is not None  # noqa: S101 - ready
        assert self._spotting is not None  # noqa: S101
        still = remove_similarity(flow[None], self._zone)[0][0]
        self._spotting.add(still, ratio, time_s)
        brief = self._units.update(still, time_s, blinking=self._lids.touched(ratio, time_s))
        self._lap("rigid part, noise, units")
        return brief

    def _settled(self, mesh: Mesh, time_s: float, steadied: Float32[np.ndarray, "point 3"]) -> bool:
        """Collect the first half second; then settle the layout and have the basis laid over it."""
        self._began_s = time_s if self._began_s is None else self._began_s
        self._alignment.collect(mesh)
        if time_s - self._began_s < WARM_UP_S:
            return False
        self._alignment.settle()
        rest_px = self._alignment.rest_px
        self._shrink = crop_shrink(self._alignment.transform(steadied)[None])
        self._zone = rigid_zone(rest_px)
        self._basis = self._aside.begin(lambda: basis_at(rest_px))
        return True

    def _ready(self, matrix: Float[np.ndarray, "2 3"]) -> bool:
        if self._units is None and self._basis is not None and self._basis.done():
            basis = self._basis.result()
            magnification = float(np.sqrt(abs(np.linalg.det(matrix[:, :2]))))
            self._units = LiveUnits(basis)
            self._spotting = LiveSpotting(
                basis,
                magnification=magnification,
                placement=placement_of(self._alignment.rest_px, size_px=CROP_SIZE_PX),
                judging=self._judging,
            )
        return self._units is not None

    def _announced(self) -> tuple[Event, ...]:
        if self._spotting is None:
            return ()
        if self._look is None:
            work = self._spotting.look()
            self._look = None if work is None else self._aside.begin(work)
        events: tuple[Event, ...] = ()
        if self._look is not None and self._look.done():
            events = self._spotting.new(self._look.result())
            self._look = None
        self._lap("spotting")
        return events

    def _values(
        self,
        posture: Float[np.ndarray, " slow"],
        usual: Float[np.ndarray, " slow"],
        residual_m: float,
        brief: BriefMotion,
    ) -> tuple[Float[np.ndarray, " channel"], Float[np.ndarray, " channel"]]:
        """Lay brief motion over what the landmarks say, less what they have seen of it."""
        channels = live_channels()
        slow, risen = np.zeros(len(channels)), np.zeros(len(channels))
        slow[self._columns] = posture
        risen[self._columns] = np.maximum(posture - usual, 0)
        added = np.zeros(len(channels))
        assert self._units is not None  # noqa: S101 - there is brief motion
        if brief.largest_px <= LARGEST_PX and float((usual - posture).max()) < _RELEASE:
            places = [channels.index(one) for one in self._units.channels]
            added[places] = brief.activation
        added = np.maximum(added - risen, 0)
        trust = float(np.clip(1 - residual_m / _RESIDUAL_LIMIT_M, 0, 1))
        confidence = np.where(added > 0, brief.confidence, trust)
        return np.clip(slow + added, 0, 1), confidence

    def _lap(self, stage: str) -> None:
        now_s = time.process_time()
        self.cpu_s[stage] = self.cpu_s.get(stage, 0.0) + now_s - self._lap_from
        self._lap_from = now_s
