"""A head at rest as glTF and USD, judged by readers and validators that are not ours."""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pygltflib
import pytest

from mien.export.head_files import parts_with_all_shapes, write_head_glb, write_head_usd
from mien.export.head_maps import HeadMaps
from mien.export.head_parts import EYE_SEGMENTS, HeadParts
from mien.head import load_head
from mien.head.eye import eye_mesh
from mien.head.neck import neck_of
from mien.head.view import head_rotation

HERE = Path(__file__).parent
HEAD = load_head()
PERSON = HEAD.person("Ada")


@pytest.fixture(scope="module")
def maps() -> HeadMaps:
    rng = np.random.default_rng(3)
    picture = rng.integers(0, 255, (32, 64, 3)).astype(np.uint8)
    place = HEAD.mean_m[:, :2] - HEAD.mean_m[:, :2].min(axis=0)
    eye = eye_mesh(1.0, segments=EYE_SEGMENTS).vertices_m
    return HeadMaps(
        head_uv=np.column_stack([place[:, 0], 1 - place[:, 1]]) / place.max(),
        eye_uv=0.5 + 0.4 * eye[:, :2],
        tint=np.ones_like(HEAD.mean_m, np.float64),
        colour=picture,
        normal=np.full((32, 64, 3), (128, 128, 255), np.uint8),
        folds={"forehead": picture[::-1].copy()},
    )


@pytest.fixture(scope="module")
def parts(maps: HeadMaps) -> HeadParts:
    return parts_with_all_shapes(HEAD, PERSON, maps)


@pytest.fixture(scope="module")
def glb(parts: HeadParts, maps: HeadMaps, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("head") / "Ada.glb"
    write_head_glb(parts, PERSON, maps, path)
    return path


@pytest.fixture(scope="module")
def usd(parts: HeadParts, maps: HeadMaps, tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("pxr", reason="usd-core is not installed")
    path = tmp_path_factory.mktemp("head") / "Ada.usdc"
    written = write_head_usd(parts, PERSON, maps, path)
    assert written[0] == path
    assert all(file.exists() for file in written)
    return path


def test_the_pictures_inside_the_glb_are_those_given(glb: Path, maps: HeadMaps) -> None:
    file = pygltflib.GLTF2().load(str(glb))
    for image, picture in zip(
        file.images, (maps.colour, maps.normal, maps.folds["forehead"]), strict=True
    ):
        view = file.bufferViews[image.bufferView]
        data = file.binary_blob()[view.byteOffset : view.byteOffset + view.byteLength]
        read = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
        assert read is not None
        np.testing.assert_array_equal(read[..., ::-1], picture)
    skin = next(one for one in file.materials if one.name == "skin")
    assert skin.normalTexture.index == 1
    assert skin.extras == {"folds": ["fold_forehead"]}


def test_every_shape_of_the_head_is_in_the_glb(glb: Path) -> None:
    file = pygltflib.GLTF2().load(str(glb))
    mesh = next(mesh for mesh in file.meshes if mesh.name == "face")
    assert set(HEAD.unit_names) <= set(mesh.extras["targetNames"])
    assert all(len(one.targets) == len(mesh.extras["targetNames"]) for one in mesh.primitives)


def test_the_khronos_validator_finds_no_error_and_no_warning(glb: Path) -> None:
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
    assert (issues["numErrors"], issues["numWarnings"]) == (0, 0), issues


def test_the_usd_validators_find_nothing(usd: Path) -> None:
    from pxr import Usd, UsdValidation

    validators = UsdValidation.ValidationRegistry().GetOrLoadAllValidators()
    assert len(validators) > 20
    stage = Usd.Stage.Open(str(usd))
    found = UsdValidation.ValidationContext(validators).Validate(stage)
    assert [f"{one.GetName()}: {one.GetMessage()}" for one in found] == []


def posed_by_usd(usd: Path, shapes: dict[str, float], turns: dict[str, Any], mesh: str) -> Any:
    """Points of a mesh as Pixar's own code poses them."""
    from pxr import Gf, Usd, UsdGeom, UsdSkel, Vt

    stage = Usd.Stage.Open(str(usd))
    animation = UsdSkel.Animation(stage.GetPrimAtPath("/mien/atRest"))
    names = list(animation.GetBlendShapesAttr().Get())
    animation.GetBlendShapeWeightsAttr().Set([shapes.get(name, 0.0) for name in names])
    skeleton = UsdSkel.Skeleton(stage.GetPrimAtPath("/mien/skeleton"))
    joints = list(skeleton.GetJointsAttr().Get())
    rest = skeleton.GetRestTransformsAttr().Get()
    animation.CreateJointsAttr(joints)
    places, rotations = [], []
    for joint, matrix in zip(joints, rest, strict=True):
        places.append(Gf.Vec3f(matrix.ExtractTranslation()))
        turn = Gf.Matrix3d(*turns.get(joint, np.eye(3)).T.reshape(-1).tolist())
        rotations.append(Gf.Quatf(turn.ExtractRotation().GetQuat()))
    animation.CreateTranslationsAttr(places)
    animation.CreateRotationsAttr(rotations)
    animation.CreateScalesAttr([Gf.Vec3h(1, 1, 1)] * len(joints))
    assert UsdSkel.BakeSkinning(UsdSkel.Root(stage.GetPrimAtPath("/mien")))
    prim = UsdGeom.Mesh(stage.GetPrimAtPath(f"/mien/{mesh}"))
    assert isinstance(prim.GetPointsAttr().Get(), Vt.Vec3fArray)
    return np.array(prim.GetPointsAttr().Get(Usd.TimeCode.EarliestTime()))


def test_usd_poses_the_skin_as_the_head_does(usd: Path) -> None:
    turn = head_rotation(0.1, 0.3, -0.05)
    posed = posed_by_usd(usd, {"jawOpen": 0.5, "mouthSmileLeft": 1.0}, {"body/head": turn}, "skin")
    where = HEAD.parts["skin"]
    expected = PERSON.vertices_m.astype(np.float64)
    for name, weight in {"jawOpen": 0.5, "mouthSmileLeft": 1.0}.items():
        expected = expected + weight * HEAD.unit_deltas_m[HEAD.unit_index(name)]
    neck = neck_of(PERSON.vertices_m, PERSON.eye_centre_m)
    turned = (expected - neck.pivot_m) @ turn.T + neck.pivot_m
    share = neck.share[:, None]
    expected = expected * (1 - share) + turned * share
    np.testing.assert_allclose(posed, expected[where], atol=2e-5)


def test_usd_turns_an_eye_about_its_centre(usd: Path) -> None:
    turn = head_rotation(0.0, 0.4)
    posed = posed_by_usd(usd, {}, {"body/head/eyeLeft": turn}, "pupilLeft")
    ahead = posed.mean(axis=0) - PERSON.eye_centre_m[0]
    assert ahead[0] / ahead[2] == pytest.approx(np.tan(0.4), abs=0.01)


def test_the_usd_file_says_which_way_is_up_and_how_long_a_metre_is(usd: Path) -> None:
    from pxr import Usd, UsdGeom

    stage = Usd.Stage.Open(str(usd))
    assert UsdGeom.GetStageUpAxis(stage) == "Y"
    assert UsdGeom.GetStageMetersPerUnit(stage) == 1.0
