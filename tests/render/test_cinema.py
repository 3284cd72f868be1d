"""Blender as a program: found or explained, fed frame by frame, ended with its user.

Most tests use a stand-in that speaks the protocol; those that draw need bpy and are marked long.
"""

import ast
import os
import stat
import sys
import time
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner, Result

from mien.cli import app
from mien.core.arrays import ImageRgb
from mien.core.errors import MissingError
from mien.core.facs import channels_of
from mien.core.time import TimeBase
from mien.core.track import ActionUnitTrack
from mien.head import load_head
from mien.pipeline.cinema import FLICKER_LIMIT, cinema_pictures, flicker
from mien.pipeline.posing import Poses
from mien.pipeline.render_settings import RenderSettings
from mien.render import Portrait, light_named
from mien.render.camera import camera_for
from mien.render.cinema import BLENDER_VARIABLE, Blender, CinemaScene, find_blender, shoot
from mien.render.staging import Staging
from mien.rig import perform, write_performance
from mien.work import Silent

_HEAD = load_head()
_PERSON = _HEAD.people["Jonas"]
_SOURCE = Path(__file__).parents[2] / "src" / "mien"

needs_shebang = pytest.mark.skipif(sys.platform == "win32", reason="stand-ins are scripts")

DRAWS = """
import json, pathlib, sys, time
import numpy as np
job = pathlib.Path(sys.argv[-1])
facts = json.loads((job / "scene.json").read_text())
width, height = facts["size_px"]
for number in range(facts["frames"]):
    source = job / f"frame_{number:05d}.npz"
    while not source.exists():
        time.sleep(0.01)
    level = float(np.load(source)["folds"].shape[0] > 0) * 0.1 * (number + 1)
    picture = np.full((height, width, 4), level, np.float32)
    picture[..., 3] = 1.0
    np.save(job / "part.npy", picture)
    (job / "part.npy").replace(source.with_suffix(".npy"))
"""


def stand_in(folder: Path, text: str, name: str = "blender") -> Path:
    path = folder / name
    path.write_text(f"#!{sys.executable}\n{text}", encoding="utf-8")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


def answering(folder: Path, version: str, then: str = "") -> Path:
    told = (
        f"import sys\nif '--version' in sys.argv:\n    print('Blender {version}')\n    sys.exit()\n"
    )
    return stand_in(folder, told + then)


@pytest.fixture
def performance(tmp_path: Path) -> Path:
    frames = 3
    track = ActionUnitTrack(
        time=TimeBase(Fraction(60), frames),
        channels=channels_of(12),
        activation=np.linspace(0, 0.5, frames)[:, None] * np.ones((1, 2)),
        confidence=np.ones((frames, 2)),
        head_rotation_rad=np.zeros((frames, 3)),
        gaze_rad=np.zeros((frames, 2, 2)),
    )
    path = tmp_path / "performance.json"
    write_performance(perform(track), path)
    return path


def render(*words: str | Path) -> Result:
    return CliRunner().invoke(app, ["render", *map(str, words), "--size", "32x32"])


def test_without_blender_the_sentence_says_how_to_install_it(
    tmp_path: Path, performance: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv(BLENDER_VARIABLE, raising=False)
    done = render(performance, "--out", tmp_path / "out", "--quality", "cinema")
    assert done.exit_code == 3
    assert len(done.stderr.splitlines()) == 1
    assert "Expected Blender for cinema quality, but found none." in done.stderr
    assert "pip install bpy==5.0.1" in done.stderr
    assert not (tmp_path / "out").exists()


@needs_shebang
@pytest.mark.parametrize(
    ("program", "sentence"),
    [
        ("print('Blender 4.2.1')", "is 4.2.1. Install Blender 5"),
        ("print('vim 9')", "but it is another program. Install Blender 5"),
        ("", "but it is another program."),
    ],
)
def test_another_version_or_program_is_told_with_what_was_found(
    tmp_path: Path, performance: Path, program: str, sentence: str
) -> None:
    path = stand_in(tmp_path, program)
    words = ("--quality", "cinema", "--blender", path)
    done = render(performance, "--out", tmp_path / "out", *words)
    assert done.exit_code == 3
    assert sentence in done.stderr
    assert not (tmp_path / "out").exists()


def test_a_python_without_bpy_is_told() -> None:
    with pytest.raises(MissingError, match="it is a Python without bpy"):
        find_blender(Path(sys.executable))


def test_a_path_that_leads_nowhere_is_told(tmp_path: Path) -> None:
    with pytest.raises(MissingError, match="but there is no program"):
        find_blender(tmp_path / "blender")


@needs_shebang
def test_the_environment_variable_names_blender(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(BLENDER_VARIABLE, str(answering(tmp_path, "5.0.1")))
    found = find_blender()
    assert (found.version, found.is_python) == ("5.0.1", False)
    assert found.command(tmp_path)[-2:] == ["--", str(tmp_path)]


@needs_shebang
def test_what_blender_draws_becomes_the_pictures_and_the_note_names_it(
    tmp_path: Path, performance: Path
) -> None:
    blender = answering(tmp_path, "5.0.9", DRAWS)
    words = ("--quality", "cinema", "--blender", blender, "--still", "0", "--still", "0.03")
    done = render(performance, "--out", tmp_path / "out", *words)
    assert done.exit_code == 0, done.stderr
    assert '"renderer": "Blender 5.0.9"' in (tmp_path / "out" / "digital_human.json").read_text(
        encoding="utf-8"
    )
    import cv2

    first, second = (
        cv2.imread(str(tmp_path / "out" / f"still_{time}s.png")) for time in ("000.000", "000.030")
    )
    assert first is not None
    assert second is not None
    # Linear .1 and .2 as sRGB (IEC 61966-2-1).
    assert np.unique(first).tolist() == [89]
    assert np.unique(second).tolist() == [124]


@needs_shebang
def test_a_blender_that_dies_is_told_with_its_last_words(tmp_path: Path, performance: Path) -> None:
    blender = answering(tmp_path, "5.0.1", "print('out of paint')\nsys.exit(7)")
    words = ("--quality", "cinema", "--blender", blender, "--still", "0")
    done = render(performance, "--out", tmp_path / "out", *words)
    assert done.exit_code == 1
    assert "Blender ended with code 7" in done.stderr
    assert "out of paint" in done.stderr
    assert "defect" not in done.stderr
    assert not (tmp_path / "out").exists()


@needs_shebang
def test_whoever_stops_taking_pictures_ends_blender_and_its_files(tmp_path: Path) -> None:
    note = tmp_path / "process"
    sleeps = (
        f"import os, pathlib, time\npathlib.Path({str(note)!r}).write_text(str(os.getpid()) + ' '"
        " + sys.argv[-1])\n"
    )
    path = answering(tmp_path, "5.0.1", sleeps + DRAWS + "\ntime.sleep(600)")
    frames = [{"folds": np.zeros((3, 1), np.float32)}] * 2
    facts = {"frames": 3, "size_px": [4, 4]}
    pictures: Any = shoot(Blender(path, "5.0.1", is_python=False), facts, {}, iter(frames * 2))
    assert next(pictures).shape == (4, 4, 4)
    process, job = note.read_text(encoding="utf-8").split(" ", 1)
    pictures.close()
    assert not Path(job).exists()
    time.sleep(0.1)
    with pytest.raises(ProcessLookupError):
        os.kill(int(process), 0)


def _poses(weights: list[float]) -> Poses:
    rows = np.zeros((len(weights), len(_HEAD.unit_names)))
    rows[:, _HEAD.unit_index("jawOpen")] = weights
    frames = len(weights)
    return Poses(_HEAD.unit_names, rows, np.zeros((frames, 3)), np.zeros((frames, 2, 2)))


@needs_shebang
def test_a_pose_that_stays_is_drawn_once_and_flicker_of_a_still_face_is_told(
    tmp_path: Path,
) -> None:
    settings = RenderSettings(
        quality="cinema", width_px=16, height_px=16, blender=answering(tmp_path, "5.0.1", DRAWS)
    )
    told = Silent()
    poses = _poses([0.1, 0.1, 0.1, 0.10005, 0.3])
    pictures = list(cinema_pictures(poses, _PERSON, settings, told))
    # The stand-in brightens with every picture that it draws: the third differs by too little.
    levels = [int(picture[0, 0, 0]) for picture in pictures]
    assert levels[0] == levels[1] == levels[2] < levels[3] < levels[4]
    assert len(told.warnings) == 1
    assert "flickers by 35.00 grey levels between frames 2 and 3" in told.warnings[0]


def test_blender_is_reached_as_a_program_only() -> None:
    importing = set()
    for file in _SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            names = [one.name for one in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            if any(name.split(".")[0] in {"bpy", "mathutils"} for name in names):
                importing.add(file.relative_to(_SOURCE).as_posix())
            if any("draw_in_blender" in name for name in names):
                importing.add(f"{file.name} imports it")
    assert importing == {"render/cinema/data/draw_in_blender.py"}


@pytest.fixture
def blender() -> Blender:
    try:
        return find_blender()
    except MissingError as error:
        pytest.skip(str(error))


def _drawn(blender: Blender, weights: list[dict[str, float]], samples: int) -> list[ImageRgb]:
    camera = camera_for(
        np.asarray(_PERSON.eye_centre_m, np.float64), width_px=96, height_px=96, view="face"
    )
    scene = CinemaScene.of(
        _HEAD, _PERSON, camera, light_named("soft"), view="face", staging=Staging()
    )
    frames = []
    for named in weights:
        row = np.zeros(len(_HEAD.unit_names))
        for name, value in named.items():
            row[_HEAD.unit_index(name)] = value
        frames.append(scene.frame(row, (0.0, 0.0, 0.0), np.zeros((2, 2))))
    facts = scene.facts(samples=samples, frames=len(frames), threads=0)
    return [scene.develop(one) for one in shoot(blender, facts, scene.arrays(), iter(frames))]


@pytest.mark.long
def test_a_still_face_does_not_flicker_while_a_brow_moves_elsewhere(blender: Blender) -> None:
    """The mouth and chin of a face whose brows rise; light that the brows send there is little."""
    rows = [{}, {}, {"browOuterUpLeft": 0.02}, {"browOuterUpLeft": 0.04}]
    pictures = _drawn(blender, rows, samples=32)
    assert flicker(pictures[0], pictures[1]) <= FLICKER_LIMIT
    for one, other in pairwise(pictures[1:]):
        assert flicker(one[58:], other[58:]) <= FLICKER_LIMIT


@pytest.mark.long
def test_cinema_shows_the_same_face_in_the_same_place_as_portrait(blender: Blender) -> None:
    (drawn,) = _drawn(blender, [{"mouthSmileLeft": 0.5}], samples=16)
    portrait = Portrait(_HEAD, _PERSON, width_px=96, height_px=96, quality="portrait")
    weights = np.zeros(len(_HEAD.unit_names))
    weights[_HEAD.unit_index("mouthSmileLeft")] = 0.5
    expected = portrait.frame(weights).astype(float)
    face = (slice(30, 80), slice(28, 68))
    one, other = drawn[face].astype(float).mean(axis=2), expected[face].mean(axis=2)
    assert np.corrcoef(one.ravel(), other.ravel())[0, 1] > 0.8
    assert abs(one.mean() - other.mean()) < 30


@pytest.mark.long
def test_the_same_seed_gives_the_same_picture(blender: Blender) -> None:
    first, again = (_drawn(blender, [{}], samples=4)[0] for _ in range(2))
    assert flicker(first, again) == pytest.approx(0.0, abs=0.02)
