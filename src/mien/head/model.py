"""The built-in head: one mesh, its people, its expression units, all read from one small file.

The file is baked by ``tools/bake_head.py``; ``data/head.json`` beside it says from what. Units are
linear deltas that fit every person, because the source adds them to the rest shape unchanged.
"""

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from types import MappingProxyType

import numpy as np
from jaxtyping import Float, Float32, Int

from mien.core.arrays import Triangles, Vertices
from mien.core.errors import FormatError, UsageError
from mien.core.nearest import unknown_name
from mien.head.landmarks import LandmarkEmbedding
from mien.head.person import Person
from mien.head.strands import StrandKind, Strands

PARTS = ("skin", "shirt", "teeth_upper", "teeth_lower", "tongue", "lashes")
"""Parts of the mesh in the order of their vertices."""


@dataclass(frozen=True)
class Head:
    """The mesh that all people share, and how it moves.

    Vertices are split at texture seams; :attr:`weld` joins them again.
    """

    quads: Int[np.ndarray, "quad 4"]
    """Vertex indices, wound outward."""

    triangles: Int[np.ndarray, "triangle 3"]
    """Every quad as two triangles: quad ``q`` gives triangles ``2q`` and ``2q + 1``."""

    parts: Mapping[str, slice]
    """Range of vertices by part: skin, shirt, teeth_upper, teeth_lower, tongue, lashes."""

    part_quads: Mapping[str, slice]
    """Range of quads by part."""

    weld: Int[np.ndarray, " vertex"]
    """First vertex at the same place of the surface; itself where no seam runs."""

    uv: Float32[np.ndarray, "vertex 2"]
    """Texture coordinates, v up."""

    unit_names: tuple[str, ...]
    """The 52 ARKit names in Apple's camelCase."""

    unit_deltas_m: Float32[np.ndarray, "unit vertex 3"]
    """Displacement at weight 1. ``mouthClose`` is only right together with ``jawOpen``."""

    mean_m: Float32[np.ndarray, "vertex 3"]
    """The source's average person."""

    people: Mapping[str, Person]
    landmarks: LandmarkEmbedding
    lash_rows: Mapping[str, Int[np.ndarray, "column row"]]
    """Vertices of the lash cards by ``upper_left``, ``lower_left``, ``upper_right`` and
    ``lower_right``: columns from the nose outward, rows from root to tip."""

    masks: Mapping[str, Float32[np.ndarray, " vertex"]]
    """0..1 per vertex: lips, eyelids, ears, face, inside_mouth, brow, scalp; and occlusion, the
    share of the sky that the vertex sees on the neutral face (0 dark)."""

    def part_triangles(self, *parts: str) -> Triangles:
        """Triangles of some parts.

        Raises:
            UsageError: no such part.
        """
        unknown = [part for part in parts if part not in self.part_quads]
        if unknown:
            msg = f"Expected parts among {tuple(self.part_quads)}, but got {unknown}."
            raise UsageError(msg)
        ranges = (self.part_quads[part] for part in parts)
        return np.concatenate([self.triangles[2 * r.start : 2 * r.stop] for r in ranges])

    def unit_index(self, name: str) -> int:
        """Row of a unit in :attr:`unit_deltas_m`.

        Raises:
            UsageError: not one of the 52 ARKit names.
        """
        if name not in self.unit_names:
            msg = f"Expected one of the 52 ARKit names such as jawOpen, but got {name!r}."
            raise UsageError(msg)
        return self.unit_names.index(name)

    def person(self, name: str) -> Person:
        """Look one person up by name; ``seed-1234`` is the random person of that seed.

        Raises:
            UsageError: nobody of that name, or a seed out of range.
        """
        if name in self.people:
            return self.people[name]
        from mien.head.random_person import random_person, seed_of  # noqa: PLC0415 - reads a file

        seed = seed_of(name)
        if seed is None:
            msg = f"{unknown_name('a person', name, self.people)} Or name a random one: seed-1234."
            raise UsageError(msg)
        return random_person(self, seed)

    def strands(self, person: Person, kind: StrandKind, *, seed: int = 0, most: int = 0) -> Strands:
        """Grow brows (``brow``), lashes (``lash``) or the hair of the head (``hair``) of a person.

        Brows and lashes take about 10 ms, hair up to a second; place them with
        :func:`mien.head.strands.strand_points`. ``most`` limits the number of hairs on the scalp,
        wider in proportion; 0 grows as many as the style has.
        """
        from mien.head.growth import grown  # noqa: PLC0415 - compiled, for this function only

        ground = replace(self, mean_m=person.vertices_m) if kind == "hair" else self
        return grown(ground, person.appearance, kind, seed=seed, most=most)

    def people_of(self, role: str) -> tuple[Person, ...]:
        """Everybody of one role: ``shown``, ``basis``, ``held-out`` or ``cast``.

        Raises:
            UsageError: nobody has that role.
        """
        found = tuple(person for person in self.people.values() if person.role == role)
        if not found:
            msg = f"Expected the role shown, basis, held-out or cast, but got {role!r}."
            raise UsageError(msg)
        return found


def pose_vertices(head: Head, person: Person, weights: Float[np.ndarray, " unit"]) -> Vertices:
    """Blend the units onto a person.

    Gaze is not here: the eyes are nodes that rotate (:func:`mien.head.eye.gaze_rotation`), and the
    eyeLook units move only the lids.

    Args:
        head: The head.
        person: Whose face.
        weights: One weight per unit, 0..1 in the order of ``head.unit_names``; not clamped.

    Returns:
        Vertices in metres.
    """
    active = np.flatnonzero(weights)
    moved = np.tensordot(weights[active].astype(np.float32), head.unit_deltas_m[active], axes=1)
    posed: Vertices = person.vertices_m + moved
    return posed


@cache
def load_head() -> Head:
    """Read the built-in head; the second call returns the same object.

    Raises:
        FormatError: the file of this installation is damaged.
    """
    data = files("mien.head").joinpath("data").joinpath("head.npz").read_bytes()
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
            return _head_from({name: arrays[name] for name in arrays.files})
    except (ValueError, KeyError, OSError) as error:
        msg = f"Expected the built-in head in head.npz, but it is damaged: {error}. Reinstall mien."
        raise FormatError(msg) from error


def _head_from(arrays: Mapping[str, np.ndarray]) -> Head:
    text = json.loads(str(arrays["text"]))
    quads = arrays["quads"].astype(np.int32)
    triangles = triangulated(quads)
    mean_m = _frozen(arrays["mean_m"])
    units = np.zeros((len(text["unit_names"]), *mean_m.shape), dtype=np.float32)
    units[arrays["unit_of"].astype(np.intp), arrays["unit_vertex"].astype(np.intp)] = arrays[
        "unit_delta_mm"
    ].astype(np.float32) * np.float32(1e-3)
    shapes = mean_m + arrays["person_delta_mm"].astype(np.float32) * np.float32(1e-3)
    people = {
        facts["name"]: Person(
            name=facts["name"],
            role=facts["role"],
            sex=facts["sex"],
            age_years=facts["age_years"],
            ancestry=MappingProxyType(facts["ancestry"]),
            vertices_m=_frozen(shapes[index]),
            eye_centre_m=_frozen(arrays["eye_centre_m"][index]),
            eye_radius_m=_frozen(arrays["eye_radius_m"][index]),
            appearance=MappingProxyType(
                {
                    key: tuple(value) if isinstance(value, list) else value
                    for key, value in facts["appearance"].items()
                }
            ),
        )
        for index, facts in enumerate(text["people"])
    }
    masks = arrays["masks"].astype(np.float32) / np.float32(255)
    return Head(
        quads=_frozen(quads),
        triangles=_frozen(triangles),
        parts=_ranges(arrays["part_vertices"]),
        part_quads=_ranges(arrays["part_quads"]),
        weld=_frozen(arrays["weld"].astype(np.int32)),
        uv=_frozen(arrays["uv"].astype(np.float32) / np.float32(65535)),
        unit_names=tuple(text["unit_names"]),
        unit_deltas_m=_frozen(units),
        mean_m=mean_m,
        people=MappingProxyType(people),
        landmarks=LandmarkEmbedding.on(
            triangles,
            arrays["landmark_triangle"].astype(np.int32),
            arrays["landmark_barycentric"].astype(np.float64),
        ),
        lash_rows=MappingProxyType(
            {
                f"{lid}_{side}": _frozen(arrays[f"lash_{lid}"][index].astype(np.int32))
                for lid in ("upper", "lower")
                for index, side in enumerate(("left", "right"))
            }
        ),
        masks=MappingProxyType(
            {name: _frozen(masks[row]) for row, name in enumerate(text["mask_names"])}
        ),
    )


def triangulated(quads: Int[np.ndarray, "quad 4"]) -> Triangles:
    """Split every quad along its first diagonal.

    >>> triangulated(np.array([[0, 1, 2, 3]])).tolist()
    [[0, 1, 2], [0, 2, 3]]
    """
    return quads[:, [0, 1, 2, 0, 2, 3]].reshape(-1, 3)


def _ranges(bounds: Int[np.ndarray, " part_and_end"]) -> Mapping[str, slice]:
    return MappingProxyType(
        {
            part: slice(int(start), int(stop))
            for part, start, stop in zip(PARTS, bounds[:-1], bounds[1:], strict=True)
        }
    )


def _frozen(array: np.ndarray) -> np.ndarray:
    """Make a shared array read-only, because everybody gets the same object."""
    array.flags.writeable = False
    return array
