"""Footage on which mien must say that it cannot tell, beside the same footage clean."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import pytest
from jaxtyping import Float, UInt8

from mien.core.arrays import ImageRgb, Times
from mien.core.facs import Channel, Side, channels_of
from mien.core.track import EventKind
from mien.directing import PlannedMovement
from mien.head import load_head
from mien.pipeline.analysis import Analysis, analyse_video
from mien.pipeline.settings import RunSettings
from mien.synth.clip_plan import ClipPlan, HeadMotion
from mien.synth.footage import render_clip
from mien.video import write_video
from mien.work import Silent

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("face_models")]

RATE = Fraction(30)
SIZE_PX = 256
BROWS_S, SMILE_S = 0.75, 1.65
"""Apexes of the two planted micro-expressions: AU1+2, then AU12."""


def plan(duration_s: float = 2.4, smile_s: float = SMILE_S) -> ClipPlan:
    person = load_head().people_of("held-out")[0].name
    return ClipPlan(
        person=person,
        rate=RATE,
        duration_s=duration_s,
        movements=(
            PlannedMovement((*channels_of(1), *channels_of(2)), 0.4, 0.63, BROWS_S, 0.9),
            PlannedMovement(channels_of(12), 0.4, smile_s - 0.12, smile_s, smile_s + 0.15),
        ),
        head=HeadMotion(sway_px=1.5, seed=3),
        noise_sd=0.0,
        size_px=SIZE_PX,
        seed=3,
    )


@pytest.fixture(scope="module")
def pictures() -> np.ndarray:
    """The clean clip, without noise."""
    return np.stack(list(render_clip(plan())))


@dataclass(frozen=True)
class Turning(HeadMotion):
    """A head that turns away after the first movement."""

    def at(
        self, times_s: Times
    ) -> tuple[Float[np.ndarray, "frame 2"], Float[np.ndarray, "frame 3"]]:
        shift_px, rotation_rad = super().at(times_s)
        share = np.clip((times_s - 1.1) / 1.4, 0, 1)
        rotation_rad[:, 1] += np.radians(42) * share * share * (3 - 2 * share)
        return shift_px, rotation_rad


def analysed(
    folder: Path,
    frames: Sequence[np.ndarray] | np.ndarray,
    *,
    crf: int = 8,
    noise_sd: float = 2.0,
    rate: Fraction = RATE,
) -> Analysis:
    """Add a sensor's noise, write and read."""
    rng = np.random.default_rng(0)

    def seen(frame: np.ndarray) -> ImageRgb:
        noisy = frame + rng.normal(0, noise_sd, frame.shape)
        picture: ImageRgb = np.clip(np.rint(noisy), 0, 255).astype(np.uint8)
        return picture

    path = folder / "clip.mp4"
    write_video(path, (seen(frame) for frame in frames), rate=rate, crf=crf)
    return analyse_video(path, RunSettings(use_cache=False), Silent())


def micro(analysis: Analysis) -> list[tuple[float, set[int]]]:
    return [
        (event.apex_s, {unit.channel.au for unit in event.units})
        for event in analysis.track.of_kind(EventKind.MICRO)
    ]


def test_the_clean_clip_shows_both_movements_and_nothing_is_doubted(
    tmp_path: Path, pictures: np.ndarray
) -> None:
    analysis = analysed(tmp_path, pictures)
    (brows_s, brows), (smile_s, smile) = micro(analysis)
    assert brows_s == pytest.approx(BROWS_S, abs=0.04)
    assert brows & {1, 2}
    assert smile_s == pytest.approx(SMILE_S, abs=0.04)
    assert 12 in smile
    assert analysis.warnings == ()
    assert analysis.track.unseen == {}
    assert analysis.face is not None
    smallest = analysis.face.reading.smallest
    assert max(smallest[au] for au in (1, 2, 4, 12)) < 0.1


@pytest.mark.parametrize(
    ("light", "noise_sd", "crf"),
    [(1.0, 2.0, 45), (0.12, 6.0, 30)],
    ids=["few bits", "dark, noisy and few bits"],
)
def test_a_compression_that_removed_the_motion_is_told_and_nothing_is_read(
    tmp_path: Path, pictures: np.ndarray, light: float, noise_sd: float, crf: int
) -> None:
    analysis = analysed(tmp_path, light * pictures, crf=crf, noise_sd=noise_sd)
    assert analysis.track.events == ()
    assert np.isnan(analysis.track.activation).all()
    assert analysis.warnings[-1] == (
        "Cannot tell from 0.00 to 2.37 s: the compression has removed the motion of the face."
    )


def test_noise_that_hides_micro_expressions_is_told_and_none_is_reported(
    tmp_path: Path, pictures: np.ndarray
) -> None:
    analysis = analysed(tmp_path, 0.1 * pictures, noise_sd=12.0)
    assert micro(analysis) == []
    assert analysis.face is not None
    reasons = {movement.refused for movement in analysis.face.reading.refused}
    assert reasons == {"the noise or compression of this video hides most movements of this size"}
    (warning,) = analysis.warnings
    assert warning.startswith(
        "Cannot tell micro-expressions: the noise or compression of this video hides what moves "
    )


def test_a_head_turned_beyond_thirty_degrees_is_told_and_judged_only_before(
    tmp_path: Path,
) -> None:
    turning = replace(plan(3.0, smile_s=2.6), head=Turning(sway_px=1.5, seed=3))
    analysis = analysed(tmp_path, list(render_clip(turning)))
    ((apex_s, units),) = micro(analysis)
    assert apex_s == pytest.approx(BROWS_S, abs=0.04)
    assert units & {1, 2}
    times_s = analysis.track.time.times_s
    for name in ("AU01L", "AU12R"):
        course = analysis.track.column(Channel.parse(name))
        assert np.isfinite(course[times_s < 1.4]).all()
        assert np.isnan(course[times_s > 2.4]).all()
    assert analysis.track.unseen[len(times_s) - 1] == ("the head is turned by more than 30 degrees")
    assert any("the head is turned by more than 30 degrees" in one for one in analysis.warnings)


@pytest.mark.parametrize("bands", [0.0, 0.8], ids=["whole picture", "bands of a rolling shutter"])
def test_light_that_flickers_is_evened_out_and_told(
    tmp_path: Path, pictures: np.ndarray, bands: float
) -> None:
    rows_s = bands * np.arange(SIZE_PX) / SIZE_PX / float(RATE)
    times_s = np.arange(len(pictures))[:, None] / float(RATE) + rows_s
    light = 1 + 0.2 * np.sin(2 * np.pi * 100 * times_s)
    analysis = analysed(tmp_path, pictures * light[:, :, None, None])
    (brows_s, brows), (smile_s, smile) = micro(analysis)
    assert brows_s == pytest.approx(BROWS_S, abs=0.06)
    assert brows & {1, 2}
    assert smile_s == pytest.approx(SMILE_S, abs=0.06)
    assert 12 in smile
    (warning,) = analysis.warnings
    assert warning.startswith("The light flickers by ")
    assert "10 times a second" in warning


def with_hand(frames: np.ndarray, start_s: float, end_s: float) -> list[UInt8[np.ndarray, "y x 3"]]:
    """Hold a hand, drawn as a shape in the colour of the skin, before the mouth for a while."""
    shape = np.array(
        [[-1, 0.6], [-0.9, -0.2], [0, -0.5], [0.9, -0.15], [1, 0.6], [0.5, 3], [-0.5, 3]]
    )
    held = []
    for index, frame in enumerate(frames):
        time_s = index / float(RATE)
        share = np.clip(min(time_s - start_s, end_s - time_s) / 0.2, 0, 1)
        seen = frame.copy()
        if share > 0:
            tremor = np.array([2 * np.sin(9 * time_s), 1.5 * np.cos(7 * time_s)])
            middle = np.array([0.5, 1.3 - 0.58 * share]) * SIZE_PX + tremor
            skin = frame[int(0.35 * SIZE_PX), SIZE_PX // 2].astype(float)
            outline = np.rint(16 * (middle + 0.2 * SIZE_PX * shape)).astype(np.int32)
            cv2.fillPoly(seen, [outline], (0.92 * skin).tolist(), lineType=cv2.LINE_AA, shift=4)
            for finger in (-0.5, 0.0, 0.5):
                ends = middle + 0.2 * SIZE_PX * np.array([[finger, -0.3], [0.7 * finger, 0.6]])
                first, last = (tuple(int(part) for part in end) for end in ends)
                cv2.line(seen, first, last, (0.75 * skin).tolist(), 2, cv2.LINE_AA)
        held.append(seen)
    return held


@pytest.mark.parametrize(
    ("start_s", "end_s", "found"),
    [(0.1, 1.1, [BROWS_S, SMILE_S]), (1.1, 2.2, [BROWS_S])],
    ids=["while the brows move", "while the mouth moves"],
)
def test_a_hand_before_the_mouth_leaves_the_brows_to_be_read(
    tmp_path: Path, pictures: np.ndarray, start_s: float, end_s: float, found: list[float]
) -> None:
    analysis = analysed(tmp_path, with_hand(pictures, start_s, end_s))
    assert [apex_s for apex_s, _ in micro(analysis)] == pytest.approx(found, abs=0.05)
    assert micro(analysis)[0][1] & {1, 2}
    assert analysis.track.of_kind(EventKind.MACRO) == ()
    times_s = analysis.track.time.times_s
    held = (times_s > start_s + 0.15) & (times_s < end_s - 0.15)
    assert np.isnan(analysis.track.column(Channel.parse("AU12L"))[held]).all()
    assert np.isfinite(analysis.track.column(Channel.parse("AU01L"))).all()
    reasons = {analysis.track.unseen[int(frame)] for frame in np.flatnonzero(held)}
    assert reasons == {"the mouth and chin: covered, or unlike what it mostly looks like"}
    assert any("the mouth and chin: covered" in one for one in analysis.warnings)


def test_a_face_cut_by_the_lower_edge_is_read_above_and_told_below(
    tmp_path: Path, pictures: np.ndarray
) -> None:
    analysis = analysed(tmp_path, pictures[:, :150])
    ((apex_s, units),) = micro(analysis)
    assert apex_s == pytest.approx(BROWS_S, abs=0.04)
    assert units & {1, 2}
    assert "the mouth and chin: outside the picture" in set(analysis.track.unseen.values())
    assert np.isnan(analysis.track.column(Channel.parse("AU12L"))).all()
    assert np.isfinite(analysis.track.column(Channel.parse("AU01L"))).all()
    assert any("the mouth and chin: outside the picture" in one for one in analysis.warnings)


def test_a_face_half_out_of_the_picture_is_read_on_the_half_that_is_in_it(
    tmp_path: Path, pictures: np.ndarray
) -> None:
    analysis = analysed(tmp_path, pictures[:, :, : SIZE_PX // 2 + 20])
    events = analysis.track.of_kind(EventKind.MICRO)
    assert events
    for event in events:
        assert min(abs(event.apex_s - true_s) for true_s in (BROWS_S, SMILE_S)) < 0.05
    assert {unit.channel.side for event in events for unit in event.units} == {Side.RIGHT}
    assert np.isnan(analysis.track.column(Channel.parse("AU12L"))).all()
    assert any("the left half of the face: outside the picture" in w for w in analysis.warnings)
