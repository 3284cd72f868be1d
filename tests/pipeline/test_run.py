"""The main job as its user has it: one command, all files, and the truth beside it."""

import json
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from mien.cli import app
from mien.core.track import EventKind
from mien.evaluation import match_events
from mien.head import load_head
from mien.pipeline.analysis import analyse_video
from mien.pipeline.face_signals import measure_motion, signals_of
from mien.pipeline.settings import RunSettings
from mien.recognition.face_reading import read_face
from mien.recognition.gates import SpottingThresholds
from mien.rig import read_performance
from mien.synth.clip_plan import HeadMotion
from mien.synth.footage import render_clip
from mien.synth.measuring_sets import plan_clip
from mien.synth.still import sway_photograph
from mien.tracks import read_events_tsv, read_tracks_parquet
from mien.video import open_video, write_video
from mien.work import Silent

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("face_models")]

FILES = (
    "tracks.parquet",
    "tracks.csv",
    "tracks.json",
    "events.tsv",
    "performance.json",
    "performance.glb",
    "live_link.csv",
    "curve_table.csv",
    "curve_table.json",
    "import_into_unreal.py",
    "digital_human.mp4",
    "render.mp4",
    "report.html",
)


def test_the_demo_finds_what_it_planted_and_a_second_run_reuses_it(tmp_path: Path) -> None:
    out = tmp_path / "demo"
    first = CliRunner().invoke(app, ["demo", "--out", str(out), "--json"])
    assert first.exit_code == 0, first.stderr
    for name in FILES:
        assert (out / name).stat().st_size > 0, name
    assert not [path for path in out.iterdir() if path.name.startswith(".")]

    rows = read_events_tsv(out / "events.tsv")
    micro = [row for row in rows if row.event.kind is EventKind.MICRO]
    assert len(micro) == 2
    for row, (onset_s, apex_s, offset_s) in zip(
        micro, [(0.60, 0.70, 0.85), (2.05, 2.17, 2.34)], strict=True
    ):
        assert row.event.onset_s == pytest.approx(onset_s, abs=0.02)
        assert row.event.apex_s == pytest.approx(apex_s, abs=0.02)
        assert row.event.offset_s == pytest.approx(offset_s, abs=0.02)
    assert {unit.channel.au for unit in micro[0].event.units} == {1, 2}
    assert {unit.channel.au for unit in micro[1].event.units} == {6, 12}
    assert [row.emotion for row in micro] == ["surprise", "happiness"]

    said = json.loads(first.stdout)
    data = said["results"][0]["data"]
    assert max(data["route_errors"].values()) < 1e-4
    loop = {entry["channel"]: entry for entry in data["loop"]}
    for channel in ("AU01L", "AU02R", "AU12L", "AU12R"):
        assert loop[channel]["correlation"] > 0.9
        assert abs(loop[channel]["apex_shift_s"]) < 0.05

    performance = read_performance(out / "performance.json")
    assert performance.curves["mouthSmileLeft"](np.array([2.17]))[0] > 0.1
    assert open_video(out / "render.mp4").info.rate == 60

    before = (out / "render.mp4").stat().st_mtime_ns
    second = CliRunner().invoke(app, ["run", str(out / "demo.mp4"), "--out", str(out)])
    assert second.exit_code == 0
    told = " ".join(second.stdout.split())
    assert "From an earlier run: following faces, measuring motion, rendering." in told
    assert (out / "render.mp4").stat().st_mtime_ns == before


def test_two_smiles_are_no_micro_expressions_and_a_blink_is_a_blink(
    media: Path, tmp_path: Path
) -> None:
    analysis = analyse_video(media / "single_face.mp4", RunSettings(), Silent())
    track = analysis.track
    assert track.of_kind(EventKind.MICRO) == ()
    assert len(track.of_kind(EventKind.BLINK)) == 1
    smiles = [
        event
        for event in track.of_kind(EventKind.MACRO)
        if 12 in {unit.channel.au for unit in event.units}
    ]
    assert smiles
    assert tmp_path.exists()


@pytest.mark.parametrize(("rate", "seed"), [(30, 1), (60, 8)])
def test_a_photograph_that_sways_shows_no_movement_even_to_laxer_gates(
    tmp_path: Path, rate: int, seed: int
) -> None:
    data = pytest.importorskip("skimage.data")
    clip = tmp_path / "still.mp4"
    head = HeadMotion(seed=seed)
    footage = sway_photograph(
        data.astronaut(), rate=Fraction(rate), duration_s=8.0, head=head, seed=seed
    )
    write_video(clip, footage, rate=Fraction(rate), crf=12)
    analysis = analyse_video(clip, RunSettings(), Silent())
    assert analysis.track.of_kind(EventKind.MICRO) == ()
    assert analysis.face is not None
    aligned = analysis.face.aligned
    flow = measure_motion(open_video(clip), aligned, Silent())
    signals, _ = signals_of(aligned, analysis.face.basis, flow, Fraction(rate))
    gates = SpottingThresholds()
    laxer = replace(gates, score=0.8 * gates.score, reach_video_px=0.8 * gates.reach_video_px)
    assert read_face(signals, analysis.face.basis, thresholds=laxer).findings == ()


@pytest.mark.parametrize("name", ["D", "W"])
def test_compressed_and_weak_movements_are_found_with_their_units(
    tmp_path: Path, name: str
) -> None:
    people = tuple(person.name for person in load_head().people_of("held-out"))
    plan = plan_clip(name, 9, people, seed=7)
    clip = tmp_path / "clip.mp4"
    write_video(clip, render_clip(plan), rate=plan.rate, crf=26 if name == "D" else 1)
    track = analyse_video(clip, RunSettings(), Silent()).track
    planted = plan.truth().of_kind(EventKind.MICRO)
    matches, wrong = match_events(planted, track.of_kind(EventKind.MICRO))
    assert wrong == ()
    for match in matches:
        assert match.found is not None
        assert match.found.units[0].channel in {unit.channel for unit in match.truth.units}
        assert match.found.apex_s == pytest.approx(match.truth.apex_s, abs=0.03)


def test_a_video_without_a_face_is_an_empty_result(media: Path, tmp_path: Path) -> None:
    result = CliRunner().invoke(
        app, ["run", str(media / "no_face.mp4"), "--out", str(tmp_path / "out")]
    )
    assert result.exit_code == 0
    assert "No face was found in no_face.mp4" in " ".join(result.stderr.split())
    (track,) = read_tracks_parquet(tmp_path / "out" / "tracks.parquet").values()
    assert np.isnan(track.activation).all()
    assert not (tmp_path / "out" / "performance.json").exists()
