"""Frames that come one at a time -> action units at once, events when they are over."""

import time
from types import TracebackType

from mien.core.arrays import ImageRgb
from mien.core.errors import UsageError
from mien.core.track import Event
from mien.faces import FaceModels
from mien.faces.follower import FaceFollower
from mien.head import load_head
from mien.pipeline.aside import Aside
from mien.pipeline.live_face import LiveFace
from mien.pipeline.live_frame import LiveFrame
from mien.recognition.live_spotting import LiveJudging
from mien.recognition.posture import posture_model

FORGET_S = 5.0
"""A face that was away for longer is read anew, even if it is the same."""


class LiveReader:
    """Reads one face from frames of the past alone.

    Call :meth:`read` with every frame in order, then :meth:`finish` once. As a context manager it
    also ends its thread.

    Args:
        models: the landmark models.
        threaded: look for events, and lay the units over a new face, in a thread, so that values
            come without a pause: right for a camera. Otherwise all is done within the call, and
            two readings of one file are the same.
        judging: by what movements are judged; None for analysis by synthesis alone.
        turn_deg: counter-clockwise turn that puts the picture upright, for finding faces.
    """

    def __init__(
        self,
        models: FaceModels,
        *,
        threaded: bool = False,
        judging: LiveJudging | None = None,
        turn_deg: int = 0,
    ) -> None:
        head = load_head()
        people = [person for person in head.people.values() if person.role == "basis"]
        self._model = posture_model(head, people)
        self._follower = FaceFollower(models, turn_deg=turn_deg)
        self._aside = Aside(threaded=threaded)
        self._judging = judging or LiveJudging()
        self._face: LiveFace | None = None
        self._person = 0
        self._seen_s = 0.0
        self._latest_s = float("-inf")
        self._cpu_s: dict[str, float] = {}
        self._frames = 0

    def __enter__(self) -> "LiveReader":  # noqa: PYI034 - the shape checker cannot read Self
        """Begin to read."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End the thread."""
        self._aside.close()

    def read(self, rgb: ImageRgb, time_s: float) -> LiveFrame:
        """Read the next frame.

        Raises:
            UsageError: a time that is not later than that of the frame before.
        """
        if not time_s > self._latest_s:
            msg = (
                f"Expected a frame later than {self._latest_s:.4f} s, but got {time_s:.4f} s. "
                "Leave frames out whose time repeats or goes back."
            )
            raise UsageError(msg)
        self._latest_s = time_s
        self._frames += 1
        began_s = time.process_time()
        mesh = self._follower.update(rgb)
        self._add("following the face", time.process_time() - began_s)
        if mesh is None:
            return LiveFrame(time_s, reason=self._follower.reason)
        ended = self._begin_if_new(time_s)
        assert self._face is not None  # noqa: S101 - just begun, or known
        self._seen_s = time_s
        frame = self._face.read(rgb, mesh, time_s)
        if not ended:
            return frame
        return LiveFrame(
            frame.time_s, frame.activation, frame.confidence, frame.head_rotation_rad,
            frame.gaze_rad, frame.reason, frame.person, (*ended, *frame.events),
        )  # fmt: skip

    def finish(self) -> tuple[Event, ...]:
        """Give the events that were still waiting for their surroundings."""
        return self._face.finish() if self._face is not None else ()

    @property
    def stage_cpu_ms(self) -> dict[str, float]:
        """CPU milliseconds a frame so far, by stage."""
        spent = dict(self._cpu_s)
        for stage, seconds in (self._face.cpu_s if self._face is not None else {}).items():
            spent[stage] = spent.get(stage, 0.0) + seconds
        return {stage: 1000 * seconds / max(self._frames, 1) for stage, seconds in spent.items()}

    def _begin_if_new(self, time_s: float) -> tuple[Event, ...]:
        """Begin anew for another person, and after a long absence; give what was still waiting."""
        away = time_s - self._seen_s > FORGET_S
        if self._face is not None and self._follower.person == self._person and not away:
            return ()
        ended: tuple[Event, ...] = ()
        if self._face is not None:
            ended = self._face.finish()
            for stage, seconds in self._face.cpu_s.items():
                self._add(stage, seconds)
        self._person = self._follower.person
        self._face = LiveFace(self._model, self._aside, judging=self._judging, person=self._person)
        return ended

    def _add(self, stage: str, seconds: float) -> None:
        self._cpu_s[stage] = self._cpu_s.get(stage, 0.0) + seconds
