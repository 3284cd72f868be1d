"""`mien render`: the same pictures whoever draws them, in files that say how they were made."""

import json
import os
import re
import signal
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import av
import jsonschema
import numpy as np
import PIL.Image
import pytest
from typer.testing import CliRunner, Result

from mien.cli import app
from mien.core.facs import Channel, channels_of
from mien.core.provenance import Provenance
from mien.core.time import TimeBase
from mien.core.track import ActionUnitTrack
from mien.curves import CubicCurve
from mien.head import load_head, pose_actions
from mien.pipeline.posing import poses_at
from mien.pipeline.render_note import RENDER_DOCUMENT
from mien.rig import Performance, load_rig, perform, performance_to_json, write_performance
from mien.store.digest import sha256_of_path
from mien.tracks import track_to_json, write_tracks_parquet

FRAMES = 13
SMALL = ("--size", "64x64")


def smile(*, models: dict[str, str] | None = None, pitch_rad: float = 0.1) -> ActionUnitTrack:
    """Thirteen frames in which a smile rises, the head always nodded."""
    channels = channels_of(12)
    activation = np.linspace(0, 0.8, FRAMES)[:, None] * np.ones((1, 2))
    rotation = np.zeros((FRAMES, 3))
    rotation[:, 0] = pitch_rad
    return ActionUnitTrack(
        time=TimeBase(Fraction(60), FRAMES),
        channels=channels,
        activation=activation,
        confidence=np.ones((FRAMES, 2)),
        head_rotation_rad=rotation,
        gaze_rad=np.zeros((FRAMES, 2, 2)),
        provenance=Provenance(source="made.mp4", models=models or {}),
    )


@pytest.fixture
def performance(tmp_path: Path) -> Path:
    path = tmp_path / "in" / "performance.json"
    path.parent.mkdir()
    write_performance(perform(smile()), path)
    return path


def render(*words: str | Path) -> Result:
    return CliRunner().invoke(app, ["render", *map(str, words)])


def pictures(path: Path) -> np.ndarray:
    with av.open(str(path)) as container:
        return np.stack([one.to_ndarray(format="rgb24") for one in container.decode(video=0)])


@pytest.mark.slow
def test_any_number_of_workers_gives_the_same_bytes(tmp_path: Path, performance: Path) -> None:
    hashes = []
    for workers in (1, 2):
        out = tmp_path / str(workers)
        words = ("--master", "--seed", "3", "--workers", str(workers))
        done = render(performance, "--out", out, "--frames", "7:11", *SMALL, *words)
        assert done.exit_code == 0, done.stderr
        hashes.append([sha256_of_path(out / f"digital_human.{end}") for end in ("mp4", "mkv")])
    assert hashes[0] == hashes[1]


def test_the_master_holds_the_very_pictures_and_the_stills_are_among_them(
    tmp_path: Path, performance: Path
) -> None:
    done = render(performance, "--out", tmp_path / "v", "--master", "--quality", "fast", *SMALL)
    assert done.exit_code == 0, done.stderr
    master = pictures(tmp_path / "v" / "digital_human.mkv")
    assert master.shape == (FRAMES, 64, 64, 3)
    still = ("--still", "0", "--still", "0.2")
    done = render(performance, "--out", tmp_path / "s", "--quality", "fast", *still, *SMALL)
    assert done.exit_code == 0, done.stderr
    for time, frame in (("000.000", 0), ("000.200", 12)):
        with PIL.Image.open(tmp_path / "s" / f"still_{time}s.png") as read:
            np.testing.assert_array_equal(np.asarray(read), master[frame])
    assert not (tmp_path / "s" / "digital_human.mp4").exists()
    lossy = pictures(tmp_path / "v" / "digital_human.mp4").astype(float)
    assert np.abs(lossy - master).mean() < 2.5


def test_a_part_of_the_frames_at_another_rate_is_that_part(
    tmp_path: Path, performance: Path
) -> None:
    words = ("--master", "--quality", "fast", "--rate", "30", *SMALL)
    render(performance, "--out", tmp_path / "all", *words)
    done = render(performance, "--out", tmp_path / "part", "--frames", "2:5", *words)
    assert done.exit_code == 0, done.stderr
    every, part = (pictures(tmp_path / name / "digital_human.mkv") for name in ("all", "part"))
    assert len(every) == 7
    np.testing.assert_array_equal(part, every[2:5])
    with av.open(str(tmp_path / "part" / "digital_human.mp4")) as container:
        assert container.streams.video[0].average_rate == 30


def test_every_file_says_how_it_was_made(tmp_path: Path, performance: Path) -> None:
    words = ("--quality", "fast", "--light", "side", "--seed", "9", "--person", "seed-12", *SMALL)
    render(performance, "--out", tmp_path / "v", "--master", *words)
    render(performance, "--out", tmp_path / "s", "--still", "0.1", *words)
    notes = []
    for name in ("mp4", "mkv"):
        with av.open(str(tmp_path / "v" / f"digital_human.{name}")) as container:
            held = {key.lower(): value for key, value in container.metadata.items()}
        notes.append(json.loads(held["comment"]))
    with PIL.Image.open(tmp_path / "s" / "still_000.100s.png") as read:
        assert re.fullmatch(r"mien \S+", read.info["Software"])
        notes.append(json.loads(read.info["Comment"]))
    for note in notes:
        assert (note["seed"], note["person"]) == (9, "seed-12")
        assert note["settings"]["staging"]["light"] == "side"
        assert note["source_sha256"] == sha256_of_path(performance)
        assert note["renderer"].startswith("mien ")


def test_the_note_keeps_to_its_schema_and_holds_the_digests(
    tmp_path: Path, performance: Path
) -> None:
    render(performance, "--out", tmp_path / "v", "--quality", "fast", *SMALL)
    note = json.loads((tmp_path / "v" / "digital_human.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(RENDER_DOCUMENT.schema()).validate(note)
    video = tmp_path / "v" / "digital_human.mp4"
    assert note["sha256"] == {"digital_human.mp4": sha256_of_path(video)}


def test_a_track_a_folder_and_standard_input_give_what_the_performance_gives(
    tmp_path: Path,
) -> None:
    own = perform(smile(), "mien")
    folder = tmp_path / "results"
    folder.mkdir()
    write_performance(own, folder / "performance.json")
    write_tracks_parquet(tmp_path / "tracks.parquet", {0: smile()})
    (tmp_path / "track.json").write_text(track_to_json(smile()), encoding="utf-8")
    sources = {
        "performance": folder / "performance.json",
        "folder": folder,
        "parquet": tmp_path / "tracks.parquet",
        "track": tmp_path / "track.json",
        "pipe": Path("-"),
    }
    found = []
    for name, source in sources.items():
        out = tmp_path / name
        words = ["render", str(source), "--out", str(out), "--still", "0.15"]
        done = CliRunner().invoke(
            app, [*words, "--quality", "fast", *SMALL], input=performance_to_json(own)
        )
        assert done.exit_code == 0, done.stderr
        with PIL.Image.open(out / "still_000.150s.png") as read:
            found.append(np.asarray(read))
    for picture in found[1:]:
        np.testing.assert_array_equal(picture, found[0])


def test_on_its_own_rig_the_head_moves_by_action_units_with_their_correctives() -> None:
    head = load_head()
    courses: dict[Channel | str, float] = {"AU06L": 0.5, "AU12L": 0.8, "AU17R": 0.6}
    curves = {
        name: CubicCurve.constant(courses.get(name, 0.0)) for name in load_rig("mien").controls
    }
    still = CubicCurve.constant(0.0)
    own = Performance("mien", curves, (still,) * 3, (still,) * 4, 0.0, 1.0)
    poses = poses_at(own, head, np.array([0.0]), usual_pose_is_rest=False)
    person = head.people_of("shown")[0]
    moved = person.vertices_m + np.tensordot(poses.weights[0], poses.deltas_m(head), axes=1)
    expected = pose_actions(head, person, courses)
    np.testing.assert_allclose(moved, expected, atol=1e-6)


def test_a_pose_that_a_camera_saw_is_taken_from_its_usual_one() -> None:
    head = load_head()
    performance = perform(smile())
    times = np.array([0.0, 0.1])
    absolute = poses_at(performance, head, times, usual_pose_is_rest=False)
    relative = poses_at(performance, head, times, usual_pose_is_rest=True)
    np.testing.assert_allclose(absolute.head_rotation_rad[:, 0], 0.1, atol=1e-6)
    np.testing.assert_allclose(relative.head_rotation_rad, 0.0, atol=1e-6)
    smiling = head.unit_index("mouthSmileLeft")
    assert absolute.weights[1, smiling] > 0.3
    np.testing.assert_array_equal(absolute.weights, relative.weights)


@pytest.mark.parametrize(
    ("models", "pose", "expected"),
    [
        ({}, None, "absolute"),
        ({"face.task": "0" * 64}, None, "relative"),
        ({"face.task": "0" * 64}, "absolute", "absolute"),
    ],
)
def test_the_pose_is_relative_by_itself_only_where_a_camera_saw_the_face(
    tmp_path: Path, models: dict[str, str], pose: str | None, expected: str
) -> None:
    path = tmp_path / "performance.json"
    write_performance(perform(smile(models=models)), path)
    chosen = () if pose is None else ("--pose", pose)
    render(path, "--out", tmp_path / "o", "--still", "0", "--quality", "fast", *SMALL, *chosen)
    note = json.loads((tmp_path / "o" / "digital_human.json").read_text(encoding="utf-8"))
    assert note["pose"] == expected


def test_several_inputs_get_a_folder_each(tmp_path: Path, performance: Path) -> None:
    other = tmp_path / "in" / "other.json"
    write_performance(perform(smile()), other)
    words = ("--still", "0", "--quality", "fast", *SMALL)
    done = render(performance, other, "--out", tmp_path / "o", *words)
    assert done.exit_code == 0, done.stderr
    assert (tmp_path / "o" / "performance" / "still_000.000s.png").is_file()
    assert (tmp_path / "o" / "other" / "still_000.000s.png").is_file()


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT for one process")
def test_ctrl_c_ends_all_workers_and_leaves_nothing_half_written(
    tmp_path: Path, performance: Path
) -> None:
    out = tmp_path / "out"
    words = ["render", str(performance), "--out", str(out), "--master", "--rate", "900"]
    words += ["--workers", "2", "--quality", "fast"]
    with subprocess.Popen(
        [sys.executable, "-m", "mien", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        start_new_session=True,
    ) as running:
        try:
            assert running.stderr is not None
            assert running.stderr.readline().startswith("rendering: ")
            while not any(path.stat().st_size for path in out.glob(".digital_human*")):
                assert running.poll() is None
            os.killpg(running.pid, signal.SIGINT)
            said = running.stderr.read().splitlines()
            code = running.wait(timeout=60)
        finally:
            running.kill()
    assert code == 130, said
    assert said[-1] == "interrupted"
    assert not [line for line in said if "Traceback" in line or "leaked" in line]
    assert not out.exists()
