"""Points in space from a mesh, against a head of known place, a real camera and real footage."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from mien.core.errors import UsageError
from mien.core.track import ActionUnitTrack
from mien.tracks import OpenFaceCamera, OpenFaceGeometry, openface_geometry, write_openface_csv
from mien.tracks.ibug68 import IBUG68_FROM_MESH
from mien.tracks.openface_axes import head_matrices, openface_angles, openface_matrices

SHARED = Path(__file__).parents[2].parent / "shared"
SIZE_PX = (1280, 961)
FOCAL_PX, CENTRE_PX = 1000.5208, np.array([640.0, 480.5])
"""OpenFace's camera for that size, as it prints it."""

HEAD_RAD = np.array([[0.0, 0.0, 0.0], [0.2, 0.3, -0.1], [-0.1, -0.4, 0.2], [0.1, 0.1, 0.3]])
PLACES_MM = np.array([[0.0, 0.0, 600.0], [80, -50, 500], [-100, 60, 900], [30, 90, 450]])
FLIP = np.array([1.0, -1.0, -1.0])


@pytest.fixture(scope="module")
def mesh_mm() -> np.ndarray:
    """A built-in person in head axes, around the mean of the 68 points."""
    head = pytest.importorskip("mien.head").load_head()
    person = next(iter(head.people.values()))
    mesh = 1000 * head.landmarks.points(np.asarray(person.vertices_m, np.float64))
    return np.asarray(mesh - mesh[list(IBUG68_FROM_MESH)].mean(axis=0))


def eye_distance_mm(mesh: np.ndarray) -> float:
    return float(np.linalg.norm(mesh[[33, 133]].mean(axis=0) - mesh[[362, 263]].mean(axis=0)))


def in_space(mesh: np.ndarray) -> np.ndarray:
    """The head in OpenFace's camera frame at each place."""
    turned = np.einsum("fij,pj->fpi", head_matrices(HEAD_RAD), mesh)
    return np.asarray(turned * FLIP + PLACES_MM[:, None])


def seen_far_away(mesh: np.ndarray) -> np.ndarray:
    """Mesh points in pixels as a landmark model gives them: without perspective."""
    points = in_space(mesh) - PLACES_MM[:, None]
    scale = (FOCAL_PX / PLACES_MM[:, 2])[:, None, None]
    centre = FOCAL_PX * PLACES_MM[:, :2] / PLACES_MM[:, 2:] + CENTRE_PX
    pixels = points * scale
    pixels[..., :2] += centre[:, None]
    return np.asarray(pixels + np.array([0, 0, 17.0]))  # the zero of the depth is anywhere


def geometry_of(mesh: np.ndarray, **changes: object) -> OpenFaceGeometry:
    choices: dict[str, object] = {
        "frame_size_px": SIZE_PX,
        "eye_distance_mm": eye_distance_mm(mesh),
    }
    return openface_geometry(seen_far_away(mesh), HEAD_RAD, **(choices | changes))  # type: ignore[arg-type]


def test_place_size_and_turn_are_those_of_the_head(mesh_mm: np.ndarray) -> None:
    geometry = geometry_of(mesh_mm)
    assert geometry.head_position_mm == pytest.approx(PLACES_MM, abs=0.01)
    assert geometry.weak_perspective is not None
    scale, *_ = geometry.weak_perspective.T
    assert scale == pytest.approx(FOCAL_PX / PLACES_MM[:, 2], rel=1e-5)
    rotation = head_matrices(HEAD_RAD) * FLIP[:, None] * FLIP
    assert geometry.weak_perspective[:, 1:4] == pytest.approx(openface_angles(rotation), abs=1e-9)


def test_depth_is_the_heads_own(mesh_mm: np.ndarray) -> None:
    geometry = geometry_of(mesh_mm)
    assert geometry.landmarks68_mm is not None
    expected = in_space(mesh_mm)[:, list(IBUG68_FROM_MESH), 2]
    assert geometry.landmarks68_mm[..., 2] == pytest.approx(expected, abs=0.01)


def test_a_head_before_a_real_camera_is_found_to_some_millimetres(mesh_mm: np.ndarray) -> None:
    truth = in_space(mesh_mm)
    pixels = FOCAL_PX * truth[..., :2] / truth[..., 2:] + CENTRE_PX
    depth = (truth[..., 2:] - PLACES_MM[:, None, 2:]) * (FOCAL_PX / PLACES_MM[:, 2])[:, None, None]
    geometry = openface_geometry(
        np.concatenate([pixels, depth], axis=-1),
        HEAD_RAD,
        frame_size_px=SIZE_PX,
        eye_distance_mm=eye_distance_mm(mesh_mm),
    )
    assert geometry.landmarks68_mm is not None
    off = geometry.landmarks68_mm - truth[:, list(IBUG68_FROM_MESH)]
    # The eyes are nearer than the middle of the head and so look larger: some per cent.
    assert np.abs(off[..., :2]).max() < 8
    assert (np.abs(off[..., 2]) < 0.08 * PLACES_MM[:, 2:]).all()


def test_points_of_the_file_fall_onto_its_pixels(
    mesh_mm: np.ndarray, track: ActionUnitTrack, tmp_path: Path
) -> None:
    table = written(geometry_of(mesh_mm), track, tmp_path)
    for prefix, points in (("", range(68)), ("eye_lmk_", (*range(8, 20), *range(36, 48)))):
        for point in points:
            x, y, z = (table[f"{prefix}{axis}_{point}"] for axis in "XYZ")
            assert FOCAL_PX * x / z + 640.0 == pytest.approx(table[f"{prefix}x_{point}"], abs=0.03)
            assert FOCAL_PX * y / z + 480.5 == pytest.approx(table[f"{prefix}y_{point}"], abs=0.03)


def test_position_and_shape_parameters_of_the_file_agree(
    mesh_mm: np.ndarray, track: ActionUnitTrack, tmp_path: Path
) -> None:
    table = written(geometry_of(mesh_mm), track, tmp_path)
    assert table["pose_Tz"] == pytest.approx(FOCAL_PX / table["p_scale"], abs=0.01)
    for axis, centre in zip("xy", CENTRE_PX, strict=True):
        seen = FOCAL_PX * table[f"pose_T{axis}"] / table["pose_Tz"] + centre
        assert table[f"p_t{axis}"] == pytest.approx(seen, abs=0.03)
    depth = np.mean([table[f"Z_{point}"] for point in range(68)], axis=0)
    assert depth == pytest.approx(table["pose_Tz"], abs=0.01)


def test_shape_parameters_of_the_file_reproduce_its_pixels(
    mesh_mm: np.ndarray, track: ActionUnitTrack, tmp_path: Path
) -> None:
    table = written(geometry_of(mesh_mm), track, tmp_path)
    shape = mesh_mm[list(IBUG68_FROM_MESH)] * FLIP
    for frame in range(4):
        row = {name: column[frame] for name, column in table.items()}
        cx, cy, cz = np.cos([row["p_rx"], row["p_ry"], row["p_rz"]])
        sx, sy, sz = np.sin([row["p_rx"], row["p_ry"], row["p_rz"]])
        turn = (
            np.array([[1, 0, 0], [0, cx, -sx], [0, sx, cx]])
            @ np.array([[cy, 0, sy], [0, 1, 0], [-sy, 0, cy]])
            @ np.array([[cz, -sz, 0], [sz, cz, 0], [0, 0, 1]])
        )
        x, y, _ = row["p_scale"] * turn @ shape.T
        assert x + row["p_tx"] == pytest.approx([row[f"x_{i}"] for i in range(68)], abs=0.02)
        assert y + row["p_ty"] == pytest.approx([row[f"y_{i}"] for i in range(68)], abs=0.02)


def test_twice_the_eye_distance_is_twice_as_far(mesh_mm: np.ndarray) -> None:
    one, other = (
        geometry_of(mesh_mm),
        geometry_of(mesh_mm, eye_distance_mm=2 * eye_distance_mm(mesh_mm)),
    )
    assert one.landmarks68_mm is not None
    assert other.landmarks68_mm == pytest.approx(2 * one.landmarks68_mm)
    assert other.landmarks68_px == pytest.approx(one.landmarks68_px)


@pytest.mark.parametrize("turn_deg", [90, 180, 270])
def test_a_picture_that_lies_on_its_side_is_described_as_it_lies(
    turn_deg: int, mesh_mm: np.ndarray, track: ActionUnitTrack, tmp_path: Path
) -> None:
    upright = geometry_of(mesh_mm)
    mesh = seen_far_away(mesh_mm)
    x, y, z = np.moveaxis(mesh, -1, 0)
    width, height = SIZE_PX
    # the frame before it is turned counter-clockwise by so much
    lying = {90: (height - y, x), 180: (width - x, height - y), 270: (y, width - x)}[turn_deg]
    geometry = openface_geometry(
        np.stack([*lying, z], axis=-1),
        HEAD_RAD,
        frame_size_px=SIZE_PX if turn_deg == 180 else SIZE_PX[::-1],
        eye_distance_mm=eye_distance_mm(mesh_mm),
        turn_deg=turn_deg,
    )
    assert upright.weak_perspective is not None
    assert geometry.weak_perspective is not None
    assert geometry.head_rotation_rad is not None
    assert geometry.weak_perspective[:, 0] == pytest.approx(upright.weak_perspective[:, 0])
    table = written(geometry, track, tmp_path)
    for axis in "xyz":
        off = np.angle(np.exp(1j * (table[f"pose_R{axis}"] - table[f"p_r{axis}"])))
        assert off == pytest.approx(np.zeros(4), abs=1e-5)


def test_frames_without_a_face_stay_empty(mesh_mm: np.ndarray) -> None:
    mesh = seen_far_away(mesh_mm)
    mesh[1] = np.nan
    geometry = openface_geometry(mesh, HEAD_RAD, frame_size_px=SIZE_PX, eye_distance_mm=60.0)
    for values in (
        *(geometry.landmarks68_mm, geometry.eyes56_mm, geometry.head_position_mm),
        geometry.weak_perspective,
    ):
        assert values is not None
        assert np.isnan(values[1]).all()
        assert np.isfinite(values[0]).any()


def test_impossible_arguments_are_refused(mesh_mm: np.ndarray) -> None:
    with pytest.raises(UsageError, match="an eye distance above 0 mm, but got 0"):
        geometry_of(mesh_mm, eye_distance_mm=0.0)
    with pytest.raises(UsageError, match="Expected 2 head rotations, but got 4"):
        openface_geometry(
            seen_far_away(mesh_mm)[:2], HEAD_RAD, frame_size_px=SIZE_PX, eye_distance_mm=60.0
        )


def test_a_rotation_of_another_length_is_refused(track: ActionUnitTrack, tmp_path: Path) -> None:
    geometry = OpenFaceGeometry(head_rotation_rad=np.zeros((3, 3)))
    with pytest.raises(UsageError, match="geometry of 4 frames, but got 3"):
        write_openface_csv(tmp_path / "t.csv", {0: track}, geometry={0: geometry})


@pytest.mark.slow
@pytest.mark.parametrize("name", ["single_face.mp4", "man_expressions.mp4"])
def test_on_real_footage_the_rigid_part_explains_the_pixels(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Expression is what is left: some per cent of the distance between the eyes."""
    bundle, clip = SHARED / "models" / "face_landmarker.task", SHARED / "media" / name
    if not (bundle.exists() and clip.exists()):
        pytest.skip("models and footage are not beside the project")
    monkeypatch.setenv("MIEN_FACE_MODEL", str(bundle))
    from itertools import islice

    from mien.faces import head_pose, resolve_models, smooth_landmarks
    from mien.faces.tracker import FaceTracker
    from mien.video import open_video

    tracker = FaceTracker(resolve_models())
    for frame in islice(open_video(clip).frames(), 60):
        tracker.update(frame.rgb, frame.time_s)
    face = tracker.tracks()[0]
    geometry = openface_geometry(
        face.landmarks_px.astype(np.float64),
        head_pose(smooth_landmarks(face)),
        frame_size_px=face.frame_size_px,
        eye_distance_mm=61.4,
    )
    seen = face.success
    assert geometry.landmarks68_px is not None
    assert geometry.landmarks68_mm is not None
    assert geometry.eyes56_mm is not None
    assert geometry.weak_perspective is not None
    assert geometry.head_position_mm is not None
    # the iris is wholly seen and lies at the depth of the lids
    lids, iris = geometry.eyes56_mm[seen, 8:20, 2], geometry.eyes56_mm[seen, :8, 2]
    assert np.abs(lids.mean(axis=1) - iris.mean(axis=1)).max() < 8
    # a human iris is 11 to 13 mm wide, whoever the person
    across_mm = np.linalg.norm(geometry.eyes56_mm[seen, 0] - geometry.eyes56_mm[seen, 4], axis=1)
    assert 10 < np.median(across_mm) < 14
    camera = OpenFaceCamera.assumed(*face.frame_size_px)
    assert camera.project(geometry.landmarks68_mm[seen]) == pytest.approx(
        geometry.landmarks68_px[seen], abs=1e-6
    )
    scale, rx, ry, rz, tx, ty = geometry.weak_perspective[seen].T
    assert np.degrees(np.abs(np.diff(np.stack([rx, ry, rz]), axis=1))).max() < 5
    depth = geometry.landmarks68_mm[seen, :, 2] - geometry.head_position_mm[seen, 2:]
    flat = (geometry.landmarks68_px[seen] - np.stack([tx, ty], axis=1)[:, None]) / scale[
        :, None, None
    ]

    turns = openface_matrices(np.stack([rx, ry, rz], axis=1))
    at_rest = np.einsum("fji,fpj->fpi", turns, np.concatenate([flat, depth[..., None]], axis=-1))
    left_mm = np.linalg.norm((at_rest - np.median(at_rest, axis=0))[..., :2], axis=-1)
    assert np.sqrt(np.mean(left_mm**2)) < 0.06 * 61.4


def written(
    geometry: OpenFaceGeometry, track: ActionUnitTrack, folder: Path
) -> dict[str, np.ndarray]:
    path = folder / "tracks.csv"
    write_openface_csv(path, {0: track}, geometry={0: geometry})
    table = pd.read_csv(path)
    return {str(name): table[name].to_numpy() for name in table.columns}
