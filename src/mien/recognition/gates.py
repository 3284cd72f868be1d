"""What a movement must show to be reported, and the sentence where it does not."""

from dataclasses import dataclass

from mien.recognition.sensitivity import DEFAULT_CONFIDENCE
from mien.recognition.timing import Moments


@dataclass(frozen=True)
class SpottingThresholds:
    """Fixed on footage kept apart from any test."""

    confidence: float = DEFAULT_CONFIDENCE
    """Probability of being a true brief expression that a movement must reach."""

    score: float = 0.8
    """Root of the explained energy times the explained fraction; below it nothing is looked at."""

    fraction: float = 0.1
    """Explained part of the energy of the movement's own field at its apex."""

    max_duration_s: float = 0.56
    """A longer movement is no micro-expression: half a second, and how far measured durations
    stray."""

    min_duration_s: float = 0.04
    largest_px: float = 12.0
    """A cell that moves farther in the aligned face is beyond what the flow measures."""

    reach_px: float = 0.15
    """How far the explained motion must move some cell."""

    reach_video_px: float = 0.12
    """The same in pixels of the video: a small face is enlarged, and its pixels say no more."""

    stray: float = 15.0
    """A cell that moves so many times farther than the explained motion reaches shows something
    else: a lid, a hand, a flaw of the compression."""

    lasting: float = 0.6
    lasting_px: float = 0.8
    """A change that stays, as a part of the apex and in pixels: with both, the movement is the
    beginning or end of a longer one."""

    edge_s: float = 0.25
    """The first and last quarter of a second have no surroundings to be judged by."""


@dataclass(frozen=True)
class Measured:
    """What the gates look at."""

    moments: Moments
    fraction: float
    reach_px: float
    """Farthest cell of the explained motion."""

    largest_px: float
    """Farthest cell of the whole motion."""

    magnification: float
    """Pixels of the aligned face for one of the video."""

    step: float
    """What stays after the movement, as a part of its apex."""

    span_s: tuple[float, float]
    """First and last frame of the video."""

    confidence: float
    """Probability that it is a true brief expression."""


LASTS = "it lasts longer than half a second:"


def why_refused(  # noqa: PLR0911 - one sentence a reason
    measured: Measured, thresholds: SpottingThresholds
) -> str:
    """Say why a movement is not reported as brief; empty where it is."""
    moments = measured.moments
    duration_s = moments.offset_s - moments.onset_s
    if measured.fraction < thresholds.fraction:
        return f"the action units explain only {measured.fraction:.0%} of the motion"
    if too_small := _why_too_small(measured, thresholds):
        return too_small
    if measured.largest_px > thresholds.stray * measured.reach_px:
        return (
            f"cells move {measured.largest_px:.1f} px where the action units explain "
            f"{measured.reach_px:.1f} px"
        )
    if measured.largest_px > thresholds.largest_px:
        return f"cells move {measured.largest_px:.1f} px: a large movement, not measured as brief"
    if not moments.complete:
        return "it does not come back to rest within half a second"
    if duration_s > thresholds.max_duration_s:
        return f"{LASTS} {duration_s:.2f} s"
    if duration_s < thresholds.min_duration_s:
        return f"it lasts only {duration_s * 1000:.0f} ms"
    first_s, last_s = measured.span_s
    if min(moments.apex_s - first_s, last_s - moments.apex_s) < thresholds.edge_s:
        return "too near the beginning or end of the video to be judged"
    if (
        measured.step > thresholds.lasting
        and measured.step * measured.reach_px > thresholds.lasting_px
    ):
        return "the face does not go back: part of a longer movement"
    return _why_unsure(measured, thresholds)


def _why_unsure(measured: Measured, thresholds: SpottingThresholds) -> str:
    if measured.confidence < thresholds.confidence:
        return f"its confidence is {measured.confidence:.2f}, below {thresholds.confidence:.2f}"
    return ""


def _why_too_small(measured: Measured, thresholds: SpottingThresholds) -> str:
    if measured.reach_px < thresholds.reach_px:
        return f"the explained motion is only {measured.reach_px:.2f} px"
    reach_video_px = measured.reach_px / measured.magnification
    if reach_video_px < thresholds.reach_video_px:
        return f"the explained motion is only {reach_video_px:.2f} px of the video"
    return ""
