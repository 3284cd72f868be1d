"""The portrait quality: every pixel lit by itself, with shadows, lashes and hair."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Float64, Int

from mien.core.arrays import ImageRgb
from mien.head import Strands
from mien.head.normals import sum_normals
from mien.head.pose import HeadPose
from mien.head.view import head_rotation
from mien.render.backdrop import background
from mien.render.body import Body
from mien.render.camera import Camera
from mien.render.focus import Defocus, Focus
from mien.render.hair import Hair, hair_strokes
from mien.render.lashes import SOFT_M, lash_strokes
from mien.render.light import Light
from mien.render.material import SKIN
from mien.render.paint import Paint
from mien.render.raster import rasterise_rows
from mien.render.shade_portrait import shade_portrait_rows
from mien.render.shade_skin import (
    ATTRIBUTES,
    FOLDS,
    GLOSS,
    NORMAL,
    OPEN,
    POSITION,
    TEXEL,
    THIN,
    TINT,
)
from mien.render.shadow import shadow_map
from mien.render.strokes import StrokeSet, draw_hair, draw_strokes
from mien.render.tone import _WHITE, develop_rows, tone_table


@dataclass(frozen=True)
class DeferredPainter:
    """Draws posed meshes with full shading."""

    body: Body
    paint: Paint
    camera: Camera
    lashes: Strands
    hair: Hair | None
    samples: int = 2
    threads: int = 1
    backdrop: str = "studio"
    focus: Focus | None = None

    def draw(
        self,
        vertices: Float64[np.ndarray, "vertex 3"],
        pose: HeadPose,
        light: Light,
        folds: Float64[np.ndarray, "head_vertex 2"] | None = None,
    ) -> ImageRgb:
        """Draw one posed mesh, with folds 0..1 deep."""
        body, camera, samples = self.body, self.camera, self.samples
        height, width = camera.height_px, camera.width_px
        screen = camera.screen(vertices)
        sums, normals = np.zeros_like(vertices), np.zeros_like(vertices)
        sum_normals(vertices, body.surface, body.weld, sums, normals)
        attributes = self._attributes(vertices, normals)
        attributes[:, OPEN], attributes[:, TINT : TINT + 3] = self.paint.lit(body, vertices)
        if folds is not None:
            attributes[: len(folds), FOLDS : FOLDS + 2] = folds
        lights, room = light.table(), light.room()
        turn = head_rotation(*pose.rotation_rad)
        centre = body.neck.turn_points(body.eyes_m.mean(axis=0)[None], pose)[0] - (0, 0.04, 0.03)
        shadow = shadow_map(vertices, self._casters, lights[0], centre, light.key_softness)
        ids = np.zeros((height * samples, width * samples), np.int32)
        nearness = np.zeros(ids.shape, np.float32)
        linear = np.zeros((height, width, 3), np.float32)
        depth, cover = np.zeros((2, height, width), np.float32)
        behind = background(light, camera, self.backdrop)
        eye = np.array(camera.centre_m)
        eyes = self._eyes(vertices, turn)
        up = np.ascontiguousarray(turn[:, 1])
        strokes: list[StrokeSet] = [lash_strokes(self.lashes, vertices, body.baked, camera)]
        hair = self.hair and hair_strokes(self.hair, body, pose, light, camera)
        layer = np.empty((height, width, 4), np.float32)
        picture = np.zeros((height, width, 3), np.uint8)
        table = tone_table()

        def band(rows: Int[np.ndarray, "2"]) -> None:
            rasterise_rows(screen, body.triangles, samples, rows * samples, ids, nearness)
            shade_portrait_rows(
                (screen, body.triangles, body.material, attributes),
                (self.paint.texture, self.paint.atlas.texels_per_m, self.paint.look),
                samples,
                rows,
                (ids, nearness),
                (eye, up, lights, room, shadow.nearness, shadow.frame),
                eyes,
                (behind, linear, depth, cover),
            )

        def hairs(rows: Int[np.ndarray, "2"]) -> None:
            # After the skin of the whole picture, since hidden hairs are looked up by their depth.
            if hair is not None:
                draw_hair(hair, rows, (depth, cover), SOFT_M, layer, linear)
            for drawn in strokes:
                draw_strokes(drawn, rows, (depth, cover), SOFT_M, linear)
            if self.focus is None:
                develop_rows(linear, table, _WHITE, rows, picture)

        in_bands(band, height, self.threads)
        in_bands(hairs, height, self.threads)
        if self.focus is not None:
            defocus = Defocus(self.focus, linear, depth, cover)

            def soften(rows: Int[np.ndarray, "2"]) -> None:
                defocus.band(rows)
                develop_rows(defocus.picture, table, _WHITE, rows, picture)

            in_bands(soften, height, self.threads)
        return picture

    def _attributes(
        self,
        vertices: Float64[np.ndarray, "vertex 3"],
        normals: Float64[np.ndarray, "vertex 3"],
    ) -> Float64[np.ndarray, "vertex attribute"]:
        attributes = np.zeros((len(vertices), ATTRIBUTES))
        attributes[:, NORMAL : NORMAL + 3] = normals
        attributes[:, POSITION : POSITION + 3] = vertices
        attributes[:, TEXEL : TEXEL + 2] = self.paint.texels
        attributes[:, GLOSS] = self.paint.gloss
        attributes[:, THIN] = self.paint.thin
        return attributes

    def _eyes(
        self, vertices: Float64[np.ndarray, "vertex 3"], turn: Float64[np.ndarray, "3 3"]
    ) -> tuple[object, ...]:
        """Collect what the shader of the eyes asks for."""
        curves = self.body.lids.curves(vertices, turn)
        corners = (self.paint.atlas.eye_corner, self.paint.atlas.iris_corner)
        return (
            self.body.eye_frames(vertices),
            self.body.eye_radius_m,
            np.array(corners, np.float64),
            np.ascontiguousarray(turn[:, :2].T),
            curves.heights,
            curves.ends,
            1.0 / self.camera.px_per_m,
        )

    @cached_property
    def _casters(self) -> Int[np.ndarray, "triangle 3"]:
        return np.ascontiguousarray(self.body.triangles[self.body.material == SKIN])


def in_bands(work: Callable[[Int[np.ndarray, "2"]], None], height: int, threads: int) -> None:
    """Run work over all rows, in as many bands at once as there are threads.

    Bands share nothing, so the picture is the same for any number of threads.
    """
    if threads == 1:
        work(np.array([0, height]))
        return
    edges = np.linspace(0, height, min(4 * threads, height) + 1).astype(np.int64)
    bands = [edges[k : k + 2] for k in range(len(edges) - 1)]
    with ThreadPoolExecutor(threads) as pool:
        for future in [pool.submit(work, band) for band in bands]:
            future.result()
