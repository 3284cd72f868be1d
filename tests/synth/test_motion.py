"""Flow images straight from the geometry."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from mien.core.errors import UsageError
from mien.core.facs import Channel, channels_of
from mien.head import action_names, load_head
from mien.recognition.canonical import canonical_basis
from mien.recognition.network_input import without_rigid
from mien.store.digest import sha256_of_path
from mien.synth import motion_set
from mien.synth.measured_motion import draw_measured_shard
from mien.synth.motion_fields import FaceView, motion_fields
from mien.synth.motion_options import MotionOptions
from mien.synth.motion_set import write_motion
from mien.synth.motion_shard import _strain, draw_shard, risen
from mien.synth.shapes import footage_channels, shape_units
from mien.work import Silent

FRONT = FaceView((0.0, 0.0, 0.0), 1.0)
SMALL = MotionOptions(images=300, volumes=12, people=("Nina", "Omar"), views_per_shard=3)
CLEAN = MotionOptions(
    images=60,
    volumes=0,
    people=("Nina",),
    units=(4,),
    side="left",
    views_per_shard=2,
    noise_px=0.0,
    head_motion_px=0.0,
)


def test_a_raised_brow_moves_its_cells_up_and_a_left_one_on_the_right_of_the_picture() -> None:
    fields = motion_fields(load_head(), load_head().person("Nina"), FRONT)
    brow = fields.shapes_px[footage_channels().index(Channel.parse("AU02L"))]
    row, column = np.unravel_index(np.abs(brow[..., 1]).argmax(), (28, 28))
    assert brow[row, column, 1] < -2
    assert column > 14
    assert row < 10


def test_rigid_fields_hold_shifts_and_turns() -> None:
    fields = motion_fields(load_head(), load_head().person("Nina"), FRONT)
    right = fields.rigid_px[0][fields.seen]
    assert np.abs(right[:, 1]).max() < 0.2 * np.abs(right[:, 0]).min()
    np.testing.assert_allclose(
        np.abs(fields.rigid_px[:, fields.seen]).mean(axis=(1, 2)), 1.0, rtol=1e-5
    )


def test_blur_keeps_the_mean_motion_and_takes_its_edge() -> None:
    person = load_head().person("Nina")
    sharp, soft = (
        motion_fields(load_head(), person, FRONT, blur_cells=blur).shapes_px for blur in (0.0, 1.5)
    )
    assert np.abs(soft).max() < 0.9 * np.abs(sharp).max()
    assert np.abs(soft).sum() == pytest.approx(np.abs(sharp).sum(), rel=0.1)


def test_without_noise_only_the_units_that_were_drawn_move_the_face() -> None:
    shard = draw_shard(CLEAN, "image", 0, 60)
    moving = {footage_channels()[i] for i in np.flatnonzero(shard.activation.any(axis=0))}
    assert moving == {channels_of(4)[0]}
    flow = shard.flow.astype(np.float32)
    peak = shard.activation.max(axis=1)
    size = np.abs(flow[..., :2]).max(axis=(1, 2, 3))
    for view in range(2):
        mine = shard.view == view
        # One field, scaled: the size of the motion goes with the activation.
        ratio = size[mine] / peak[mine]
        assert ratio.std() < 0.01 * ratio.mean()
    upper = np.abs(flow[:, :14, :, :2]).sum() / np.abs(flow[..., :2]).sum()
    assert upper > 0.9


def test_strain_is_that_of_a_known_stretch_and_of_no_turn() -> None:
    y, x = np.mgrid[:28, :28].astype(np.float32)
    stretch = np.stack((0.02 * x, 0 * y), axis=-1)[None, None]
    turn = np.stack((-0.02 * y, 0.02 * x), axis=-1)[None, None]
    seen = np.ones((1, 28, 28), np.bool_)
    np.testing.assert_allclose(_strain(stretch, seen)[0, 0, 2:-2, 2:-2], 0.02, atol=1e-5)
    np.testing.assert_allclose(_strain(turn, seen)[0, 0, 2:-2, 2:-2], 0.0, atol=1e-5)


def test_noise_has_the_spread_that_the_labels_say() -> None:
    options = MotionOptions(
        images=400, volumes=0, people=("Nina",), head_motion_px=0.0, intensity=(1e-6, 1e-6),
        views_per_shard=1, noise_px=0.5,
    )  # fmt: skip
    shard = draw_shard(options, "image", 0, 400)
    noise = shard.flow[:, 10:18, 10:18, :2].astype(np.float64)
    scaled = noise / shard.noise_px[:, None, None, None]
    assert scaled.std() == pytest.approx(1.0, rel=0.05)


def test_a_volume_rises_from_onset_to_apex() -> None:
    options = MotionOptions(
        images=0, volumes=20, people=("Nina",), noise_px=0.0, head_motion_px=0.0,
        views_per_shard=2, volume_frames=8,
    )  # fmt: skip
    shard = draw_shard(options, "volume", 0, 20)
    size = np.abs(shard.flow[..., :2].astype(np.float64)).sum(axis=(2, 3, 4))
    assert shard.flow.shape == (20, 8, 28, 28, 3)
    assert (np.diff(size, axis=1) > 0).all()


def test_half_way_up_a_volume_two_units_have_a_quarter_of_their_corrective() -> None:
    channels, shapes = footage_channels(), len(shape_units())
    activation = np.zeros((1, len(channels)), np.float32)
    # Each shape moves one cell of its own, so the motion of the cells spells the weights.
    fields = np.zeros((shapes, 28 * 28 * 2), np.float32)
    fields[np.arange(shapes), 2 * np.arange(shapes)] = 1.0
    for name in ("AU06L", "AU12L"):
        activation[0, channels.index(Channel.parse(name))] = 0.8
    shares = np.array([[0.25, 0.5, 1.0]], np.float32)
    moved = risen(activation, shares, fields.reshape(shapes, 28, 28, 2))
    weights = moved.reshape(3, -1)[:, : 2 * shapes : 2]
    drawn = [name for name in action_names() if name[2:4] not in {"61", "62", "63", "64"}]
    units = [drawn.index(name) for name in ("AU06L", "AU12L")]
    np.testing.assert_allclose(weights[:, units], [[0.2, 0.2], [0.4, 0.4], [0.8, 0.8]], rtol=1e-6)
    together = weights[:, drawn.index("AU06L+AU12L")]
    np.testing.assert_allclose(together, [0.04, 0.16, 0.64], rtol=1e-6)


def files_of(folder: Path) -> dict[str, str]:
    files = (file for file in sorted(folder.rglob("*")) if file.is_file())
    return {file.relative_to(folder).as_posix(): sha256_of_path(file) for file in files}


def test_a_set_is_written_with_labels_and_goes_on_after_it_was_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(motion_set, "SHARD", {"image": 150, "volume": 12})
    write_motion(tmp_path / "a", SMALL, Silent())
    labels = pd.read_parquet(tmp_path / "a" / "labels.parquet")
    assert labels["kind"].value_counts().to_dict() == {"image": 300, "volume": 12}
    manifest = json.loads((tmp_path / "a" / "manifest.json").read_text("utf-8"))
    assert manifest["prior"] == "dfme"
    for file, rows in labels.groupby("file"):
        with np.load(tmp_path / "a" / str(file)) as shard:
            assert len(shard["flow"]) == len(rows)
            assert np.isfinite(shard["flow"]).all()
    units = labels.loc[labels["units"] == "4"]
    assert (units[["AU04L", "AU04R"]].max(axis=1) > 0).all()
    assert (units["AU12L"] == 0).all()
    whole = files_of(tmp_path / "a")
    # What an ended run leaves: a shard without its labels, no tables.
    for name in ("images/00001.parquet", "labels.parquet", "manifest.json"):
        (tmp_path / "a" / name).unlink()
    write_motion(tmp_path / "a", SMALL, Silent())
    assert files_of(tmp_path / "a") == whole


def test_a_set_of_other_settings_is_refused(tmp_path: Path) -> None:
    (tmp_path / "synth.json").write_text('{"kind": "footage", "options": {}}', "utf-8")
    with pytest.raises(UsageError, match="kind 'footage' there, 'motion' asked for"):
        write_motion(tmp_path, SMALL, Silent())


MEASURED = MotionOptions(
    images=0,
    volumes=6,
    people=("seed-1", "seed-2"),
    units=(1, 2, 4, 12),
    intensity=(0.4, 0.6),
    measured=True,
    course="whole",
    volume_frames=8,
    views_per_shard=2,
    sensor_noise=(0.5, 1.0),
)


def test_a_whole_course_rises_from_rest_to_its_apex_and_comes_back() -> None:
    whole = MotionOptions(
        images=0,
        volumes=20,
        people=("Nina",),
        course="whole",
        volume_frames=33,
        noise_px=0.0,
        head_motion_px=0.0,
        views_per_shard=2,
    )
    shard = draw_shard(whole, "volume", 0, 20)
    size = np.abs(shard.flow[..., :2].astype(np.float32)).mean(axis=(2, 3, 4))
    at = np.linspace(0, 1, 33)
    for course, (onset, apex, offset) in zip(size, shard.times, strict=True):
        assert 0 < onset < apex < offset < 1
        assert not course[(at < onset) | (at > offset)].any()
        assert abs(at[course.argmax()] - apex) < 0.05


def test_measured_flow_is_that_of_the_units_that_were_drawn() -> None:
    shard = draw_measured_shard(MEASURED, "volume", 0, 6)
    basis = canonical_basis()
    alike = []
    for flow, activation, (_, apex, _) in zip(
        shard.flow, shard.activation, shard.times, strict=True
    ):
        moved = np.zeros((28, 28, 2))
        for channel, amount in zip(footage_channels(), activation, strict=True):
            if channel in basis.channels:
                moved += amount * basis.fields_px[basis.channels.index(channel)]
        measured = flow[round(float(apex) * 7), ..., :2].astype(np.float32)
        one, other = (without_rigid(field[None])[0][basis.seen] for field in (measured, moved))
        alike.append((one * other).sum() / np.sqrt((one**2).sum() * (other**2).sum()))
    assert np.median(alike) > 0.7


def test_the_faces_that_are_measured_can_be_kept(tmp_path: Path) -> None:
    options = MotionOptions(
        images=3, volumes=0, people=("seed-1",), measured=True, pictures=True, views_per_shard=1
    )
    write_motion(tmp_path, options, Silent())
    with np.load(tmp_path / "images" / "00000.npz") as shard:
        rest, last = shard["pictures"].transpose(1, 0, 2, 3).astype(float)
    assert rest.shape == (3, 56, 56)
    assert rest.std() > 10
    assert 0 < np.abs(last - rest).mean() < 20


def test_the_same_options_measure_the_same_flow() -> None:
    one, other = (draw_measured_shard(MEASURED, "volume", 1, 2) for _ in range(2))
    assert np.array_equal(one.flow, other.flow)


def test_units_drawn_freely_have_no_emotion_and_as_many_as_were_asked_for() -> None:
    options = MotionOptions(images=400, volumes=0, people=("Nina",), free_share=0.5)
    free = [one for one in draw_shard(options, "image", 0, 400).expressions if not one.emotion]
    assert 0.4 < len(free) / 400 < 0.6
    assert all(1 <= len(one.units) <= 3 for one in free)


@pytest.mark.parametrize(
    "wrong",
    [
        {"pictures": True},
        {"course": "fall"},
        {"free_share": 1.5},
        {"sensor_noise": (3.0, 1.0)},
        {"blink_share": -0.1},
    ],
)
def test_settings_that_mean_nothing_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        MotionOptions(**wrong)
