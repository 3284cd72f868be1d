"""A person whose brow is lowered all the time, with and without a neutral face to compare with."""

from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import pytest
from typer.testing import CliRunner

from mien.cli import app
from mien.core.arrays import ImageRgb
from mien.core.errors import FaceError, UsageError
from mien.core.facs import Channel, channels_of
from mien.core.track import EventKind
from mien.head import load_head
from mien.head.pose import HeadPose
from mien.pipeline.analysis import Analysis, analyse_video
from mien.pipeline.settings import RunSettings
from mien.render import Light
from mien.synth.footage import pictures, stage_of_person
from mien.synth.sensor import Sensor
from mien.synth.shapes import shape_weights
from mien.video import write_video
from mien.work import Silent

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("face_models")]

FROWN = 0.4
RATE = Fraction(25)
PEOPLE = tuple(person.name for person in load_head().people_of("held-out"))


def footage(person: str, frown: float, count: int) -> list[ImageRgb]:
    """A person who sways a little and holds a lowered brow."""
    stage = stage_of_person(person, 256, "fast", 3, mismatch=False)
    weights = shape_weights(channels_of(4), np.full((count, 2), frown))
    poses = [
        (
            weights[frame],
            HeadPose((0.02 * np.sin(frame / 8), 0.03 * np.sin(frame / 6), 0.0), (0.0, 0.0, 0.0)),
            np.zeros((2, 2)),
        )
        for frame in range(count)
    ]
    rng = np.random.default_rng(1)
    return list(pictures(stage, poses, light=Light(), sensor=Sensor(noise_sd=2.0), rng=rng))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The frown, and neutral footage of the same and of another person."""
    path = tmp_path_factory.mktemp("neutral")
    write_video(path / "frown.mp4", iter(footage(PEOPLE[2], FROWN, 32)), rate=RATE, crf=8)
    smooth = footage(PEOPLE[2], 0.0, 8)
    write_video(path / "smooth.mp4", iter(smooth), rate=RATE, crf=8)
    cv2.imwrite(str(path / "smooth.png"), smooth[3][..., ::-1])
    cv2.imwrite(str(path / "wall.png"), np.full((256, 256, 3), 120, np.uint8))
    write_video(path / "other.mp4", iter(footage(PEOPLE[4], 0.0, 8)), rate=RATE, crf=8)
    return path


def analysed(folder: Path, neutral: tuple[float, float] | Path | None = None) -> Analysis:
    settings = RunSettings(neutral=neutral, use_cache=False)
    return analyse_video(folder / "frown.mp4", settings, Silent())


def brow(analysis: Analysis) -> float:
    """Median activation of the lowered brow, the larger side."""
    return max(
        float(np.median(analysis.track.column(Channel.parse(name)))) for name in ("AU04L", "AU04R")
    )


@pytest.mark.parametrize("neutral", [None, (0.0, 0.5)], ids=["found", "a stretch of it"])
def test_a_resting_frown_is_no_expression(
    folder: Path, neutral: tuple[float, float] | None
) -> None:
    analysis = analysed(folder, neutral)
    assert analysis.track.of_kind(EventKind.MACRO) == ()
    assert analysis.track.of_kind(EventKind.MICRO) == ()
    assert brow(analysis) < 0.1
    assert analysis.face is not None
    rest = analysis.face.rest
    assert rest is not None
    assert rest.source.startswith("found" if neutral is None else "given, 0 to 0.5 s of frown.mp4")
    assert 0 < rest.spread_m < 0.0006


@pytest.mark.parametrize("name", ["smooth.mp4", "smooth.png"])
def test_against_a_neutral_face_of_the_same_person_the_frown_is_read(
    folder: Path, name: str
) -> None:
    analysis = analysed(folder, folder / name)
    assert brow(analysis) == pytest.approx(FROWN, abs=0.12)
    (event,) = analysis.track.of_kind(EventKind.MACRO)
    assert {unit.channel.au for unit in event.units} == {4}
    assert event.duration_s > 1
    assert event.reference == f"the neutral face given, {name}"
    assert analysis.track.of_kind(EventKind.MICRO) == ()


@pytest.mark.parametrize(
    ("neutral", "kind", "sentence"),
    [
        (
            (1.0, 3.0),
            UsageError,
            "Expected a neutral stretch within frown.mp4, which lasts from 0.00 to 1.28 s, but",
        ),
        ("gone.png", UsageError, "There is no file {path} with a neutral face."),
        ("wall.png", FaceError, "Expected a neutral face in wall.png, but it shows no face."),
        (
            "other.mp4",
            FaceError,
            "Expected the person of frown.mp4 in other.mp4, but it shows another one",
        ),
    ],
    ids=["outside the video", "no file", "no face", "another person"],
)
def test_a_neutral_face_that_is_none_is_refused_with_the_reason(
    folder: Path, neutral: tuple[float, float] | str, kind: type[Exception], sentence: str
) -> None:
    path = folder / neutral if isinstance(neutral, str) else neutral
    with pytest.raises(kind) as raised:
        analysed(folder, path)
    assert str(raised.value).startswith(sentence.format(path=path))


def test_the_command_says_what_it_compared_with_and_refuses_a_stretch_that_ends_too_early(
    folder: Path, tmp_path: Path
) -> None:
    words = ["analyze", str(folder / "frown.mp4"), "--out", str(tmp_path / "out"), "--no-cache"]
    told = CliRunner().invoke(app, [*words, "--neutral", "0-0.4"])
    assert told.exit_code == 0, told.stderr
    assert "Neutral face: given, 0 to 0.4 s of frown.mp4 (frames: 11, within" in " ".join(
        told.stdout.split()
    )
    wrong = CliRunner().invoke(app, [*words, "--neutral", "2-1"])
    assert wrong.exit_code == 2
