"""The glb file, read back by mien, by pygltflib and by the Khronos validator."""

import json
import os
import shutil
import struct
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pygltflib
import pytest
from scipy.interpolate import CubicHermiteSpline
from scipy.spatial.transform import Rotation

from mien.core.errors import FormatError, InputError, UsageError
from mien.curves import CubicCurve, spline_from_samples
from mien.export import PERFORMANCE_GLB, read_glb_weights, write_glb
from mien.export.glb_animation import quaternions, rotation_keys
from mien.head import load_head
from mien.head.neck import neck_of
from mien.head.pose import HeadPose
from mien.head.view import head_rotation
from mien.render.body import body_of
from mien.rig import Performance, load_rig

HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def glb(performance: Performance, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("glb") / PERFORMANCE_GLB
    assert write_glb(performance, path) == (path,)
    return path


@pytest.fixture(scope="module")
def witness(glb: Path) -> pygltflib.GLTF2:
    return pygltflib.GLTF2().load(str(glb))


def numbers(file: Any, index: int) -> np.ndarray:
    """Read an accessor the slow way, sparse ones too."""
    accessor = file.accessors[index]
    width = {"SCALAR": 1, "VEC3": 3, "VEC4": 4, "MAT4": 16}[accessor.type]
    kinds = {5126: "<f4", 5123: "<u2", 5125: "<u4", 5121: "u1"}
    binary = file.binary_blob()

    def view(number: int, kind: int, count: int) -> np.ndarray:
        return np.frombuffer(binary, kinds[kind], count, file.bufferViews[number].byteOffset)

    if accessor.bufferView is None:
        values = np.zeros((accessor.count, width))
    else:
        flat = view(accessor.bufferView, accessor.componentType, accessor.count * width)
        values = flat.reshape(-1, width).astype(float)
    if accessor.sparse:
        sparse = accessor.sparse
        at = view(sparse.indices.bufferView, sparse.indices.componentType, sparse.count)
        new = view(sparse.values.bufferView, 5126, sparse.count * width)
        values[at] = new.reshape(-1, width)
    return values


def test_the_curves_survive_the_file(performance: Performance, glb: Path) -> None:
    back = read_glb_weights(glb)
    assert tuple(back) == performance.controls
    fine = np.linspace(0, performance.end_s, 20_001)
    for name, curve in performance.curves.items():
        np.testing.assert_allclose(back[name](fine), curve(fine), atol=1e-6)


def test_an_independent_reader_plays_the_same_curves(
    performance: Performance, witness: pygltflib.GLTF2
) -> None:
    animation = witness.animations[0]
    channel = next(one for one in animation.channels if one.target.path == "weights")
    sampler = animation.samplers[channel.sampler]
    assert sampler.interpolation == "CUBICSPLINE"
    times = numbers(witness, sampler.input)[:, 0]
    assert (np.diff(times) > 0).all()
    names = witness.meshes[witness.nodes[channel.target.node].mesh].extras["targetNames"]
    keys = numbers(witness, sampler.output).reshape(len(times), 3, len(names))
    for column, name in enumerate(names):
        for key in range(len(times) - 1):
            ends = slice(key, key + 2)
            slopes = [keys[key, 2, column], keys[key + 1, 0, column]]
            piece = CubicHermiteSpline(times[ends], keys[ends, 1, column], slopes)
            at = np.linspace(times[key], times[key + 1], 4)
            np.testing.assert_allclose(piece(at), performance.curves[name](at), atol=1e-6)


def test_the_shapes_are_the_heads_units(witness: pygltflib.GLTF2) -> None:
    head = load_head()
    person = head.people_of("shown")[0]
    mesh = next(mesh for mesh in witness.meshes if mesh.name == "face")
    names = mesh.extras["targetNames"]
    weights = np.zeros(52)
    for name, weight in {"jawOpen": 0.7, "browInnerUp": 0.4, "mouthSmileLeft": 1.0}.items():
        weights[head.unit_index(name)] = weight
    shown = body_of(head, person, level=0)  # teeth and tongue stand where our pictures show them
    expected = shown.rest_m + np.einsum("u,uvd->vd", weights, shown.deltas_m)
    for number, part in enumerate(("skin", "teeth_upper", "teeth_lower", "tongue")):
        primitive = mesh.primitives[number]
        assert len(primitive.targets) == 52
        posed = numbers(witness, primitive.attributes.POSITION)
        for unit, weight in zip(head.unit_names, weights, strict=True):
            target = primitive.targets[names.index(unit)]
            posed = posed + weight * numbers(witness, target["POSITION"])
        np.testing.assert_allclose(posed, expected[head.parts[part]], atol=1e-5)


def test_brows_follow_the_skin(witness: pygltflib.GLTF2) -> None:
    mesh = next(mesh for mesh in witness.meshes if mesh.name == "face")
    names = mesh.extras["targetNames"]
    brows = mesh.primitives[4]
    assert witness.materials[brows.material].name == "brows"
    raised = numbers(witness, brows.targets[names.index("browOuterUpLeft")]["POSITION"])
    left = numbers(witness, brows.attributes.POSITION)[:, 0] > 0.02
    assert raised[left, 1].mean() > 0.002
    assert np.abs(raised[~left]).max() < np.abs(raised[left]).max() / 2


def test_the_eyes_are_nodes_at_their_centres(witness: pygltflib.GLTF2) -> None:
    person = load_head().people_of("shown")[0]
    by_name = {node.name: node for node in witness.nodes}
    for row, name in enumerate(("eyeLeft", "eyeRight")):
        centre = np.array(by_name["head"].translation) + by_name[name].translation
        np.testing.assert_allclose(centre, person.eye_centre_m[row], atol=1e-6)


def test_eyes_that_look_ahead_stand_between_their_lids_as_in_our_pictures(
    witness: pygltflib.GLTF2,
) -> None:
    head = load_head()
    person = head.people_of("shown")[0]
    body = body_of(head, person, level=0)
    posed = body.pose(np.zeros(52), HeadPose(), np.zeros((2, 2)))
    for name, frame in zip(("eyeLeft", "eyeRight"), body.eye_frames(posed), strict=True):
        mesh = next(mesh for mesh in witness.meshes if mesh.name == name)
        pupil = next(
            one for one in mesh.primitives if witness.materials[one.material].name == "pupil"
        )
        ahead = numbers(witness, pupil.attributes.POSITION).mean(axis=0)
        np.testing.assert_allclose(ahead / np.linalg.norm(ahead), frame[3], atol=1e-3)


def test_rotations_are_head_and_gaze(performance: Performance, witness: pygltflib.GLTF2) -> None:
    animation = witness.animations[0]
    angles = {
        "head": performance.head_rotation,
        "eyeLeft": (*performance.gaze[:2], CubicCurve.constant(0.0)),
        "eyeRight": (*performance.gaze[2:], CubicCurve.constant(0.0)),
    }
    turned = {
        witness.nodes[one.target.node].name: animation.samplers[one.sampler]
        for one in animation.channels
        if one.target.path == "rotation"
    }
    assert set(turned) == set(angles)
    for name, sampler in turned.items():
        times = numbers(witness, sampler.input)[:, 0]
        matrices = Rotation.from_quat(numbers(witness, sampler.output)).as_matrix()
        for time, matrix in zip(times[::17], matrices[::17], strict=True):
            now = (float(curve(np.array([time]))[0]) for curve in angles[name])
            np.testing.assert_allclose(matrix, head_rotation(*now), atol=1e-6)


def test_quaternions_are_the_heads_rotations_and_never_jump() -> None:
    pitch, yaw, roll = np.random.default_rng(0).uniform(-3, 3, (3, 50))
    turned = quaternions(pitch, yaw, roll)
    for row, angles in enumerate(zip(pitch, yaw, roll, strict=True)):
        matrix = Rotation.from_quat(turned[row]).as_matrix()
        np.testing.assert_allclose(matrix, head_rotation(*map(float, angles)), atol=1e-12)
    assert (np.sum(turned[1:] * turned[:-1], axis=1) >= 0).all()


def test_a_head_that_never_turns_has_no_rotation() -> None:
    still = CubicCurve.constant(0.0)
    assert rotation_keys((still, still, still), 0.0, 1.0) is None
    tilted = rotation_keys((still, still, CubicCurve.constant(0.2)), 0.0, 0.0)
    assert tilted is not None
    assert len(tilted[0]) == 2


def test_normals_and_weights_are_of_length_one(witness: pygltflib.GLTF2) -> None:
    for mesh in witness.meshes:
        for primitive in mesh.primitives:
            normals = numbers(witness, primitive.attributes.NORMAL)
            np.testing.assert_allclose(np.linalg.norm(normals, axis=1), 1, atol=1e-5)
            if primitive.attributes.WEIGHTS_0 is not None:
                weights = numbers(witness, primitive.attributes.WEIGHTS_0)
                np.testing.assert_allclose(weights.sum(axis=1), 1, atol=1e-6)


def test_the_neck_bends_as_in_pictures(witness: pygltflib.GLTF2) -> None:
    head = load_head()
    person = head.people_of("shown")[0]
    neck = neck_of(person.vertices_m, person.eye_centre_m)
    skin = witness.meshes[0].primitives[0]
    share = numbers(witness, skin.attributes.WEIGHTS_0)[:, 1]
    np.testing.assert_allclose(share, neck.share[head.parts["skin"]], atol=1e-6)
    (pivot,) = (node.translation for node in witness.nodes if node.name == "head")
    np.testing.assert_allclose(pivot, neck.pivot_m, atol=1e-9)


def test_one_file_is_small(glb: Path) -> None:
    assert glb.stat().st_size < 4_000_000


def test_the_khronos_validator_finds_nothing(glb: Path) -> None:
    node = shutil.which("node")
    folder = Path(os.environ.get("MIEN_GLTF_VALIDATOR", HERE / "node_modules"))
    if node is None:
        pytest.skip("node is not installed")
    if not (folder / "gltf-validator").is_dir():
        pytest.skip("gltf-validator is not in MIEN_GLTF_VALIDATOR or tests/export/node_modules")
    done = subprocess.run(
        [node, str(HERE / "validate_glb.mjs"), str(glb), str(folder)],
        capture_output=True,
        check=True,
        encoding="utf-8",
        timeout=60,
    )
    issues = json.loads(done.stdout)["issues"]
    assert (issues["numErrors"], issues["numWarnings"], issues["numInfos"]) == (0, 0, 0), issues


def test_a_performance_of_one_frame_is_a_file_too(performance: Performance, tmp_path: Path) -> None:
    curves = {name: CubicCurve.constant(0.25) for name in performance.controls}
    still = CubicCurve.constant(0.0)
    one = Performance("arkit52", curves, (still,) * 3, (still,) * 4, 0.0, 0.0)
    write_glb(one, tmp_path / "one.glb")
    assert dict(read_glb_weights(tmp_path / "one.glb")) == curves


def test_linear_weights_are_read_as_straight_pieces(glb: Path, tmp_path: Path) -> None:
    data = glb.read_bytes()
    length = struct.unpack_from("<I", data, 12)[0]
    document = json.loads(data[20 : 20 + length])
    sampler = document["animations"][0]["samplers"][0]
    keys = document["accessors"][sampler["input"]]["count"]
    document["accessors"][sampler["output"]]["count"] = keys * 52
    sampler["interpolation"] = "LINEAR"
    text = json.dumps(document).encode()
    text += b" " * (-len(text) % 4)
    path = tmp_path / "linear.glb"
    start = struct.pack("<III", 0x46546C67, 2, 0) + struct.pack("<II", len(text), 0x4E4F534A)
    path.write_bytes(start + text + data[20 + length :])
    curve = read_glb_weights(path)["mouthSmileLeft"]
    middles = (curve.times_s[1:] + curve.times_s[:-1]) / 2
    np.testing.assert_allclose(curve(middles), (curve.values[1:] + curve.values[:-1]) / 2)


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        (b"glTF", b"glTG", "header is another"),
        (b"targetNames", b"targetnames", "shapes have no names"),
        (b'"path":"weights"', b'"path":"weighty"', "no animation moves the weights"),
        (b"CUBICSPLINE", b"LINEAR     ", "LINEAR      with"),
    ],
)
def test_other_files_are_refused(
    glb: Path, tmp_path: Path, old: bytes, new: bytes, sentence: str
) -> None:
    path = tmp_path / "other.glb"
    path.write_bytes(glb.read_bytes().replace(old, new, 1))
    with pytest.raises(FormatError, match=sentence):
        read_glb_weights(path)


def test_a_cut_file_and_a_missing_one_are_refused(glb: Path, tmp_path: Path) -> None:
    path = tmp_path / "cut.glb"
    path.write_bytes(glb.read_bytes()[:1_000_000])
    with pytest.raises(FormatError, match=r"cut\.glb"):
        read_glb_weights(path)
    path.write_bytes(b"")
    with pytest.raises(FormatError, match=r"cut\.glb"):
        read_glb_weights(path)
    with pytest.raises(InputError, match="cannot be read"):
        read_glb_weights(tmp_path / "none.glb")


def test_another_rig_is_refused(tmp_path: Path) -> None:
    still = CubicCurve.constant(0.0)
    other = Performance("other", {"a": still}, (still,) * 3, (still,) * 4, 0.0, 1.0)
    with pytest.raises(UsageError, match="rig other has none of them"):
        write_glb(other, tmp_path / "a.glb")
    late = Performance("arkit52", {"jawOpen": still}, (still,) * 3, (still,) * 4, -1.0, 1.0)
    with pytest.raises(UsageError, match="starts at 0 s or later"):
        write_glb(late, tmp_path / "a.glb")
    assert list(tmp_path.iterdir()) == []


def test_the_heads_own_rig_keeps_its_curves_and_gains_fitted_correctives(tmp_path: Path) -> None:
    times = np.linspace(0, 1, 41)
    rise = 0.8 * np.sin(np.pi * times) ** 2
    curves = {name: CubicCurve.constant(0.0) for name in load_rig("mien").controls}
    curves["AU06L"] = spline_from_samples(times, rise)
    curves["AU12L"] = spline_from_samples(times, 0.9 * rise)
    still = CubicCurve.constant(0.0)
    own = Performance("mien", curves, (still,) * 3, (still,) * 4, 0.0, 1.0)
    write_glb(own, tmp_path / "own.glb")
    back = read_glb_weights(tmp_path / "own.glb")
    fine = np.linspace(0, 1, 1001)
    for name, curve in curves.items():
        np.testing.assert_allclose(back[name](fine), curve(fine), atol=1e-6)
    product = curves["AU06L"](fine) * curves["AU12L"](fine)
    extras = pygltflib.GLTF2().load(str(tmp_path / "own.glb")).asset.extras
    assert "AU06L+AU12L" in extras["correctives"]
    off = np.abs(back["AU06L+AU12L"](fine) - product).max()
    assert off <= extras["correctives_largest_error"] + 1e-6
    assert extras["correctives_largest_error"] < 2e-3
