"""What Blender draws, as arrays: meshes, textures and strands once, their places in each frame."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from jaxtyping import Float, Float32, Float64, Int

from mien.core.arrays import ImageRgb
from mien.head import Head, Person, Strands, strand_points
from mien.head.eye import LIMBUS, EyeMesh, EyeRegion, eye_mesh
from mien.head.pose import HeadPose
from mien.head.srgb import linear_from_srgb
from mien.render.atlas import FIRST_FOLDS, RELIEF, SECOND_FOLDS
from mien.render.backdrop import background
from mien.render.camera import SENSOR_MM, Camera
from mien.render.deferred import DeferredPainter
from mien.render.light import Light
from mien.render.material import SHIRT, SKIN, TEETH, TONGUE
from mien.render.portrait import Portrait
from mien.render.staging import Staging
from mien.render.tone import develop

Arrays = Mapping[str, np.ndarray]

_PARTS = {"skin": SKIN, "shirt": SHIRT, "teeth": TEETH, "tongue": TONGUE}
_EYES = {
    "eyeball": (EyeRegion.SCLERA,),
    "iris": (EyeRegion.IRIS, EyeRegion.PUPIL),
    "cornea": (EyeRegion.CORNEA,),
}
_EYE_SEGMENTS = 96
_FINER = 1.7  # texels of cinema against those of portrait
_BROW_EVERY = 3  # hairs of a brow: the others are on the texture
_LASH_RGB = (0.012, 0.009, 0.008)
_LARGEST_PX = 8192


@dataclass(frozen=True)
class CinemaScene:
    """One person before a camera, for Blender."""

    portrait: Portrait
    """The same person in portrait quality: its meshes, texture and strands are drawn."""

    person: Person
    brows: Strands
    camera: Camera
    light: Light
    background: str
    f_stop: float | None
    seed: int

    @classmethod
    def of(  # noqa: PLR0913 - the settings of a picture, all keyword-only
        cls,
        head: Head,
        person: Person,
        camera: Camera,
        light: Light,
        *,
        view: str,
        staging: Staging,
        f_stop: float | None = None,
        seed: int = 0,
        unit_deltas_m: Float[np.ndarray, "unit vertex 3"] | None = None,
    ) -> "CinemaScene":
        """Paint a person.

        Args:
            head: the built-in head.
            person: whose face.
            camera: that looks at it.
            light: the lamps.
            view: of the camera; decides how finely the skin is painted.
            staging: background and place of the camera.
            f_stop: opening of the lens; None draws everything sharp.
            seed: of everything random, the paths of the light too.
            unit_deltas_m: units other than the head's own; weights then follow their order.

        Raises:
            UsageError: as a portrait does.
        """
        portrait = Portrait(
            head,
            person,
            width_px=min(round(_FINER * camera.width_px), _LARGEST_PX),
            height_px=min(round(_FINER * camera.height_px), _LARGEST_PX),
            quality="portrait",
            unit_deltas_m=unit_deltas_m,
            seed=seed,
            view=view,
            staging=staging,
        )
        brows = _sparse(head.strands(person, "brow", seed=seed))
        return cls(portrait, person, brows, camera, light, staging.background, f_stop, seed)

    @property
    def _painter(self) -> DeferredPainter:
        painter = self.portrait.painter
        assert isinstance(painter, DeferredPainter)  # noqa: S101 - it was made with that quality
        return painter

    @cached_property
    def _eye(self) -> EyeMesh:
        body = self._painter.body
        radius_m = float(np.linalg.norm(body.eye.vertices_m, axis=1).min())
        return eye_mesh(radius_m, segments=_EYE_SEGMENTS)

    @cached_property
    def _eye_pieces(self) -> dict[str, tuple[np.ndarray, np.ndarray]]:
        """Vertices and triangles (among those) of each piece of one eye."""
        pieces = {}
        for name, regions in _EYES.items():
            inside = np.isin(self._eye.region, regions)
            place = np.cumsum(inside) - 1
            triangles = self._eye.triangles
            own = triangles[inside[triangles].all(axis=1)]
            pieces[name] = (np.flatnonzero(inside), place[own])
        return pieces

    def facts(self, *, samples: int, frames: int, threads: int) -> dict[str, Any]:
        """Give everything about the scene that is no array."""
        camera, light, paint = self.camera, self.light, self._painter.paint
        aim = self._painter.body.eyes_m.mean(axis=0)
        table, room = light.table(), light.room()
        shorter_px = min(camera.width_px, camera.height_px)
        return {
            "size_px": [camera.width_px, camera.height_px],
            "samples": samples,
            "seed": self.seed,
            "frames": frames,
            "threads": threads,
            "folds": self._folds,
            "texels": float(paint.texture.shape[1]),
            "texels_per_m": paint.atlas.texels_per_m,
            "camera": {
                "lens_mm": camera.focal_px / shorter_px * SENSOR_MM,
                "sensor_mm": SENSOR_MM,
                "centre_m": list(camera.centre_m),
                "axes": [list(axis) for axis in camera.axes],
                "f_stop": self.f_stop,
                "sharp_m": self._sharp_m,
            },
            "light": {
                "aim_m": [float(aim[0]), float(aim[1]) - 0.04, float(aim[2])],
                "directions": table[:3].tolist(),
                "colours": table[3:].tolist(),
                "key_softness": light.key_softness,
                "sky": room[0].tolist(),
                "ground": room[1].tolist(),
            },
            "meshes": {
                "skin": ["tint", "gloss", *(f"fold{number}" for number in range(self._folds))],
                "shirt": ["tint"],
                "teeth": ["tint"],
                "tongue": ["tint"],
                **{name: [] for name in _EYES},
            },
            "hairs": list(self._strands),
        }

    @property
    def _sharp_m(self) -> float:
        """Distance of the camera from the front of the eyes."""
        front = np.array(self._painter.body.eyes_m)
        front[:, 2] += self._eye.vertices_m[:, 2].max()
        return float((1.0 / self.camera.screen(front)[:, 2]).mean())

    @cached_property
    def _folds(self) -> int:
        """Number of separate sets of folds in the relief."""
        return 2

    def arrays(self) -> dict[str, np.ndarray]:
        """Give everything that does not move."""
        painter, texture = self._painter, self._painter.paint.texture
        body, paint = painter.body, painter.paint
        found: dict[str, np.ndarray] = {
            "texture": texture[..., :3],
            # Millimetres, so that single precision has room.
            "relief": texture[..., [RELIEF, FIRST_FOLDS, SECOND_FOLDS]] * np.float32(1e3),
        }
        places = self._places(self._posed_at_rest())
        for name, kind in _PARTS.items():
            own = body.surface[body.material[: len(body.surface)] == kind]
            found[f"{name}_triangles"] = body.weld[own]
            found[f"{name}_corners"] = self._uv(paint.texels[own])
            found[f"{name}_vertices"] = places[f"{name}_vertices"]
            found[f"{name}_tint"] = paint.tint[: len(body.rest_m)]
        found["skin_gloss"] = paint.gloss[: len(body.rest_m)]
        for number in range(self._folds):
            found[f"skin_fold{number}"] = np.zeros(len(body.rest_m))
        for name, (vertices, triangles) in self._eye_pieces.items():
            count = len(vertices)
            found[f"{name}_triangles"] = np.concatenate((triangles, triangles + count))
            corners = self._uv(self._eye_texels(name, vertices)[triangles])
            found[f"{name}_corners"] = np.concatenate((corners, corners))
            found[f"{name}_vertices"] = places[f"{name}_vertices"]
        for name, (radius, colour) in self._strands.items():
            found[f"{name}_radius"], found[f"{name}_colour"] = radius, colour
        return found

    def _eye_texels(
        self, name: str, vertices: Int[np.ndarray, " vertex"]
    ) -> Float64[np.ndarray, "vertex 2"]:
        """Find the place on the painted ball; the iris lies deeper than it is painted."""
        points = self._eye.vertices_m[vertices] / np.linalg.norm(
            self._eye.vertices_m[self._eye.region == EyeRegion.SCLERA][0]
        )
        if name == "iris":
            flat = points[:, :2]
            share = np.minimum(np.linalg.norm(flat, axis=1, keepdims=True), LIMBUS * 0.985)
            flat = flat / np.maximum(np.linalg.norm(flat, axis=1, keepdims=True), 1e-9) * share
            points = np.column_stack((flat, np.sqrt(1 - (flat**2).sum(axis=1))))
        return self._painter.paint.atlas.eye_texels(points)

    def _uv(self, texels: Float[np.ndarray, "triangle 3 2"]) -> Float32[np.ndarray, "corner 2"]:
        """Give places on the texture from the lower left, 0..1."""
        height, width = self._painter.paint.texture.shape[:2]
        x, y = (texels[..., 0] + 0.5) / width, 1.0 - (texels[..., 1] + 0.5) / height
        return np.stack((x, y), axis=-1).reshape(-1, 2).astype(np.float32)

    @cached_property
    def _strands(self) -> dict[str, tuple[np.ndarray, np.ndarray]]:
        """Radius at every point and colour of every strand, by the kind of hair."""
        painter = self._painter
        found = {}
        hair = painter.hair
        if hair is not None:
            found["hair"] = (hair.half_width_m, hair.colour.mean(axis=1))
        rgb = linear_from_srgb(np.array(self.person.appearance["brow_rgb"]))
        rng = np.random.default_rng((self.seed, 5))
        count = len(self.brows.triangle)
        found["brow"] = (self.brows.radius_m, rgb * rng.uniform(0.6, 1.3, (count, 1)))
        lashes = painter.lashes
        black = np.broadcast_to(_LASH_RGB, (len(lashes.triangle), 3))
        found["lash"] = (lashes.radius_m, black)
        return {name: pair for name, pair in found.items() if len(pair[0])}

    def _posed_at_rest(self) -> Float64[np.ndarray, "vertex 3"]:
        body = self._painter.body
        return body.pose(np.zeros(len(body.deltas_m)), HeadPose(), np.zeros((2, 2)))

    def frame(
        self,
        weights: Float[np.ndarray, " unit"],
        head_rotation_rad: tuple[float, float, float],
        gaze_rad: Float[np.ndarray, "2 2"],
    ) -> dict[str, np.ndarray]:
        """Give where everything is in one frame.

        Raises:
            UsageError: weights, pose or gaze that do not fit.
        """
        painter = self._painter
        body, hair = painter.body, painter.hair
        body.check(weights, gaze_rad)
        pose = HeadPose(head_rotation_rad, (0.0, 0.0, 0.0))
        vertices = body.pose(weights, pose, gaze_rad)
        found = self._places(vertices)
        found["folds"] = self.portrait.folds(weights, gaze_rad)
        if hair is not None:
            shape = hair.points_m.shape
            turned = body.neck.turn_points(hair.points_m.reshape(-1, 3), pose)
            found["hair_points"] = turned.reshape(shape)
        for name, strands in (("brow", self.brows), ("lash", painter.lashes)):
            found[f"{name}_points"] = strand_points(strands, vertices, body.baked)
        return {name: value.astype(np.float32) for name, value in found.items()}

    def _places(self, vertices: Float64[np.ndarray, "vertex 3"]) -> dict[str, np.ndarray]:
        body = self._painter.body
        head = vertices[: len(body.rest_m)]
        found: dict[str, np.ndarray] = {f"{name}_vertices": head for name in _PARTS}
        balls = vertices[len(body.rest_m) :].reshape(2, -1, 3)
        own = np.column_stack((np.ones(len(body.eye.vertices_m)), body.eye.vertices_m))
        frames = np.linalg.pinv(own) @ balls  # centre and axes; exact, as balls only turn
        for name, (inside, _) in self._eye_pieces.items():
            points = np.column_stack((np.ones(len(inside)), self._eye.vertices_m[inside]))
            found[f"{name}_vertices"] = np.vstack([points @ frame for frame in frames])
        return found

    def develop(self, drawn: Float32[np.ndarray, "row column 4"]) -> ImageRgb:
        """Put what Blender drew before the background, and turn light into a picture."""
        behind = background(self.light, self.camera, self.background)
        cover = np.clip(drawn[..., 3:], 0.0, 1.0)
        linear = np.maximum(drawn[..., :3], 0.0) + (1 - cover) * behind
        return develop(np.ascontiguousarray(linear, np.float32))


def _sparse(hairs: Strands) -> Strands:
    """Take some hairs of a brow."""
    taken = slice(None, None, _BROW_EVERY)
    return Strands(
        hairs.triangle[taken],
        hairs.barycentric[taken],
        hairs.local_m[taken],
        hairs.radius_m[taken],
    )
