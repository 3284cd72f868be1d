"""The portrait quality: every pixel lit by itself, with shadows, lashes and hair."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Float64, Int

from mien.core.arrays import ImageRgb
from mien.head import Strands
from mien.head.pose import HeadPose
from mien.render.backdrop import background
from mien.render.body import Body
from mien.render.camera import Camera
from mien.render.focus import Defocus, Focus
from mien.render.hair import Hair, hair_strokes
from mien.render.lashes import SOFT_M, lash_strokes
from mien.render.light import Light
from mien.render.material import SKIN
from mien.render.paint import Paint
from mien.render.posed import posed_mesh
from mien.render.raster import rasterise_rows
from mien.render.shade_portrait import shade_portrait_rows
from mien.render.shadow import shadow_map
from mien.render.strokes import StrokeSet, draw_hair, draw_strokes
from mien.render.tone import WHITE, develop_rows, tone_table


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
        mesh = posed_mesh(body, self.paint, camera, vertices, pose, folds)
        lights, room = light.table(), light.room()
        shadow = shadow_map(
            vertices, self._casters, lights[0], mesh.shadow_centre_m, light.key_softness
        )
        ids = np.zeros((height * samples, width * samples), np.int32)
        nearness = np.zeros(ids.shape, np.float32)
        linear = np.zeros((height, width, 3), np.float32)
        depth, cover = np.zeros((2, height, width), np.float32)
        behind = background(light, camera, self.backdrop)
        eye = np.array(camera.centre_m)
        eyes = mesh.eyes.table()
        strokes: list[StrokeSet] = [lash_strokes(self.lashes, vertices, body.baked, camera)]
        hair = self.hair and hair_strokes(self.hair, body, pose, light, camera)
        layer = np.empty((height, width, 4), np.float32)
        picture = np.zeros((height, width, 3), np.uint8)
        table = tone_table()

        def band(rows: Int[np.ndarray, "2"]) -> None:
            rasterise_rows(mesh.screen, body.triangles, samples, rows * samples, ids, nearness)
            shade_portrait_rows(
                (mesh.screen, body.triangles, body.material, mesh.attributes),
                (self.paint.texture, self.paint.atlas.texels_per_m, self.paint.look),
                samples,
                rows,
                (ids, nearness),
                (eye, mesh.up, lights, room, shadow.nearness, shadow.frame),
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
                develop_rows(linear, table, WHITE, rows, picture)

        in_bands(band, height, self.threads)
        in_bands(hairs, height, self.threads)
        if self.focus is not None:
            defocus = Defocus(self.focus, linear, depth, cover)

            def soften(rows: Int[np.ndarray, "2"]) -> None:
                defocus.band(rows)
                develop_rows(defocus.picture, table, WHITE, rows, picture)

            in_bands(soften, height, self.threads)
        return picture

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
