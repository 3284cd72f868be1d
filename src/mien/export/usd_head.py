"""The built-in head as USD: a skeleton for neck and eyes, blend shapes, preview materials."""

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import Float

from mien import __version__
from mien.core.errors import MissingError
from mien.export.head_maps import HeadMaps
from mien.export.head_parts import HeadParts, Part
from mien.export.head_surfaces import PAINTED, THIN, Surface, surfaces
from mien.head import Person

if TYPE_CHECKING:
    from pxr import Usd

JOINTS = ("body", "body/head", "body/head/eyeLeft", "body/head/eyeRight")
"""Joints of the skeleton; the eyes turn about their centres."""

_ROOT = "/mien"
_STILL_M = 2e-6
_STILL_NORMAL = 4e-3


def fill_stage(
    stage: "Usd.Stage", parts: HeadParts, person: Person, maps: Mapping[str, str] | None
) -> None:
    """Put the head under ``/mien`` of an empty stage: Y up, metres.

    Args:
        stage: an empty stage.
        parts: the head.
        person: whose colours.
        maps: paths of the pictures by name, as the file is to state them.
    """
    from pxr import Usd, UsdGeom, UsdSkel

    UsdGeom.SetStageUpAxis(stage, UsdGeom.Tokens.y)
    UsdGeom.SetStageMetersPerUnit(stage, 1.0)
    stage.SetMetadata("comment", f"mien {__version__}. Head: MakeHuman and MPFB, CC0-1.0.")
    root = UsdSkel.Root.Define(stage, _ROOT)
    stage.SetDefaultPrim(root.GetPrim())
    Usd.ModelAPI(root.GetPrim()).SetKind("component")
    skeleton = _skeleton(stage, parts)
    names = [_identifier(name) for name in parts.shapes]
    animation = UsdSkel.Animation.Define(stage, f"{_ROOT}/atRest")
    animation.CreateBlendShapesAttr(names)
    animation.CreateBlendShapeWeightsAttr([0.0] * len(names))
    binding = UsdSkel.BindingAPI.Apply(skeleton.GetPrim())
    binding.CreateAnimationSourceRel().SetTargets([animation.GetPath()])
    looks = {
        name: _material(stage, name, surface, maps) for name, surface in surfaces(person).items()
    }
    for part in (*parts.face, parts.shirt):
        mesh = _mesh(stage, part.material, part, looks)
        _bind_neck(mesh, part, skeleton)
        if part.deltas_m is not None:
            _blend(stage, mesh, part, names)
    for joint, side, eye in zip((2, 3), ("Left", "Right"), parts.eyes, strict=True):
        for part in eye:
            centre = parts.eye_centre_m[joint - 2]
            mesh = _mesh(stage, f"{part.material}{side}", part, looks, shift_m=centre)
            _bind_joint(mesh, joint, len(part.vertices_m), skeleton)


def usd_modules() -> None:
    """Say how to get USD where it is missing.

    Raises:
        MissingError: the extra ``usd`` is not installed.
    """
    try:
        import pxr.Usd  # noqa: F401 - an extra
    except ImportError as error:
        msg = 'Expected usd-core for USD files, but it is not installed: pip install "mien[usd]".'
        raise MissingError(msg) from error


def _identifier(name: str) -> str:
    """A name that USD allows; ``AU06L+AU12L`` becomes ``AU06L_AU12L``."""
    return re.sub(r"\W", "_", name)


def _skeleton(stage: "Usd.Stage", parts: HeadParts) -> Any:
    from pxr import Gf, UsdSkel

    skeleton = UsdSkel.Skeleton.Define(stage, f"{_ROOT}/skeleton")
    skeleton.CreateJointsAttr(list(JOINTS))
    pivot = parts.pivot_m
    places = [np.zeros(3), pivot, *parts.eye_centre_m]
    parents = [np.zeros(3), np.zeros(3), pivot, pivot]

    def moved(by: Float[np.ndarray, " 3"]) -> Any:
        return Gf.Matrix4d().SetTranslate(Gf.Vec3d(*by.tolist()))

    skeleton.CreateBindTransformsAttr([moved(place) for place in places])
    skeleton.CreateRestTransformsAttr(
        [moved(place - parent) for place, parent in zip(places, parents, strict=True)]
    )
    return skeleton


def _vectors(values: Float[np.ndarray, "row 3"]) -> Any:
    from pxr import Vt

    return Vt.Vec3fArray.FromNumpy(np.ascontiguousarray(values, np.float32))


def _mesh(
    stage: "Usd.Stage",
    name: str,
    part: Part,
    looks: dict[str, Any],
    *,
    shift_m: Float[np.ndarray, " 3"] | None = None,
) -> Any:
    from pxr import Sdf, UsdGeom, UsdShade, Vt

    mesh = UsdGeom.Mesh.Define(stage, f"{_ROOT}/{name}")
    points = part.vertices_m if shift_m is None else part.vertices_m + shift_m
    mesh.CreatePointsAttr(_vectors(points))
    mesh.CreateExtentAttr(_vectors(np.stack([points.min(axis=0), points.max(axis=0)])))
    mesh.CreateFaceVertexCountsAttr([3] * len(part.triangles))
    mesh.CreateFaceVertexIndicesAttr(
        Vt.IntArray.FromNumpy(np.ascontiguousarray(part.triangles.reshape(-1), np.int32))
    )
    mesh.CreateNormalsAttr(_vectors(part.normals))
    mesh.SetNormalsInterpolation(UsdGeom.Tokens.vertex)
    mesh.CreateSubdivisionSchemeAttr(UsdGeom.Tokens.none)
    mesh.CreateDoubleSidedAttr(part.material in THIN)
    primvars = UsdGeom.PrimvarsAPI(mesh)
    if part.uv is not None:
        upward = np.column_stack([part.uv[:, 0], 1 - part.uv[:, 1]]).astype(np.float32)
        primvars.CreatePrimvar("st", Sdf.ValueTypeNames.TexCoord2fArray, UsdGeom.Tokens.vertex).Set(
            Vt.Vec2fArray.FromNumpy(np.ascontiguousarray(upward))
        )
    if part.colours is not None:
        primvars.CreatePrimvar(
            "displayColor", Sdf.ValueTypeNames.Color3fArray, UsdGeom.Tokens.vertex
        ).Set(_vectors(part.colours[:, :3]))
    UsdShade.MaterialBindingAPI.Apply(mesh.GetPrim()).Bind(looks[part.material])
    return mesh


def _bind_neck(mesh: Any, part: Part, skeleton: Any) -> None:
    from pxr import UsdSkel

    share = part.share if part.share is not None else np.ones(len(part.vertices_m))
    binding = UsdSkel.BindingAPI.Apply(mesh.GetPrim())
    binding.CreateSkeletonRel().SetTargets([skeleton.GetPath()])
    indices = np.tile([0, 1], len(share))
    weights = np.stack([1 - share, share], axis=1).reshape(-1).astype(float)
    binding.CreateJointIndicesPrimvar(constant=False, elementSize=2).Set(indices.tolist())
    binding.CreateJointWeightsPrimvar(constant=False, elementSize=2).Set(weights.tolist())
    _stand(binding)


def _bind_joint(mesh: Any, joint: int, count: int, skeleton: Any) -> None:
    from pxr import UsdSkel

    binding = UsdSkel.BindingAPI.Apply(mesh.GetPrim())
    binding.CreateSkeletonRel().SetTargets([skeleton.GetPath()])
    binding.CreateJointIndicesPrimvar(constant=False, elementSize=1).Set([joint] * count)
    binding.CreateJointWeightsPrimvar(constant=False, elementSize=1).Set([1.0] * count)
    _stand(binding)


def _stand(binding: Any) -> None:
    """Say that the points are bound where they stand."""
    from pxr import Gf

    binding.CreateGeomBindTransformAttr(Gf.Matrix4d(1.0))


def _blend(stage: "Usd.Stage", mesh: Any, part: Part, names: Iterable[str]) -> None:
    """Put every shape that moves the part under its mesh; shapes that rest are left out."""
    from pxr import UsdSkel, Vt

    if part.deltas_m is None:
        return
    used, targets = [], []
    for row, name in enumerate(names):
        delta = part.deltas_m[row]
        moved = np.abs(delta).max(axis=1) > _STILL_M
        turn = None if part.normal_deltas is None else part.normal_deltas[row]
        if turn is not None:
            moved |= np.abs(turn).max(axis=1) > _STILL_NORMAL
        index = np.flatnonzero(moved)
        if len(index) == 0:
            continue
        shape = UsdSkel.BlendShape.Define(stage, mesh.GetPath().AppendChild(name))
        shape.CreateOffsetsAttr(_vectors(delta[index]))
        if turn is not None:
            shape.CreateNormalOffsetsAttr(_vectors(turn[index]))
        shape.CreatePointIndicesAttr(Vt.IntArray.FromNumpy(index.astype(np.int32)))
        used.append(name)
        targets.append(shape.GetPath())
    binding = UsdSkel.BindingAPI(mesh.GetPrim())
    binding.CreateBlendShapesAttr(used)
    binding.CreateBlendShapeTargetsRel().SetTargets(targets)


def _material(
    stage: "Usd.Stage", name: str, surface: Surface, maps: Mapping[str, str] | None
) -> Any:
    from pxr import Gf, Sdf, UsdShade

    material = UsdShade.Material.Define(stage, f"{_ROOT}/looks/{name}")
    shader = UsdShade.Shader.Define(stage, f"{_ROOT}/looks/{name}/surface")
    shader.CreateIdAttr("UsdPreviewSurface")
    shader.CreateInput("roughness", Sdf.ValueTypeNames.Float).Set(surface.roughness)
    shader.CreateInput("opacity", Sdf.ValueTypeNames.Float).Set(surface.alpha)
    colour = shader.CreateInput("diffuseColor", Sdf.ValueTypeNames.Color3f)
    colour.Set(Gf.Vec3f(*surface.colour.tolist()))
    if maps and name in PAINTED:
        colour.ConnectToSource(_texture(stage, name, "colour", maps["colour"], srgb=True))
        if name == "skin":
            shader.CreateInput("normal", Sdf.ValueTypeNames.Normal3f).ConnectToSource(
                _texture(stage, name, "normal", maps["normal"], srgb=False)
            )
    material.CreateSurfaceOutput().ConnectToSource(shader.ConnectableAPI(), "surface")
    return material


def _texture(stage: "Usd.Stage", name: str, what: str, path: str, *, srgb: bool) -> Any:
    from pxr import Gf, Sdf, UsdShade

    place = f"{_ROOT}/looks/{name}"
    reader = UsdShade.Shader.Define(stage, f"{place}/st")
    reader.CreateIdAttr("UsdPrimvarReader_float2")
    reader.CreateInput("varname", Sdf.ValueTypeNames.String).Set("st")
    where = reader.CreateOutput("result", Sdf.ValueTypeNames.Float2)
    texture = UsdShade.Shader.Define(stage, f"{place}/{what}")
    texture.CreateIdAttr("UsdUVTexture")
    texture.CreateInput("file", Sdf.ValueTypeNames.Asset).Set(path)
    texture.CreateInput("sourceColorSpace", Sdf.ValueTypeNames.Token).Set("sRGB" if srgb else "raw")
    texture.CreateInput("st", Sdf.ValueTypeNames.Float2).ConnectToSource(where)
    for side in ("wrapS", "wrapT"):
        texture.CreateInput(side, Sdf.ValueTypeNames.Token).Set("clamp")
    if not srgb:
        texture.CreateInput("scale", Sdf.ValueTypeNames.Float4).Set(Gf.Vec4f(2, 2, 2, 1))
        texture.CreateInput("bias", Sdf.ValueTypeNames.Float4).Set(Gf.Vec4f(-1, -1, -1, 0))
    return texture.CreateOutput("rgb", Sdf.ValueTypeNames.Float3)


def map_pictures(maps: HeadMaps) -> dict[str, Any]:
    """All pictures of the maps by name."""
    return {
        "colour": maps.colour,
        "normal": maps.normal,
        **{f"fold_{name}": picture for name, picture in maps.folds.items()},
    }
