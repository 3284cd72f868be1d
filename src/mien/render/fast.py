"""The fast quality: light at the vertices, so that footage renders in little time."""

from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np
from jaxtyping import Float32, Float64

from mien.core.arrays import ImageRgb
from mien.head import Strands
from mien.head.normals import sum_normals
from mien.head.pose import HeadPose
from mien.render.backdrop import background
from mien.render.body import Body
from mien.render.camera import Camera
from mien.render.footage_hair import lay_hair
from mien.render.footage_kernels import SPARE, draw_triangles, seen_vertices, shade_samples
from mien.render.hair import Hair
from mien.render.lashes import SOFT_M, lash_strokes
from mien.render.light import Light
from mien.render.material import EYE, SHIRT, SKIN, TEETH, TONGUE
from mien.render.paint import Paint
from mien.render.raster import stagger
from mien.render.shade_fast import ATTRIBUTES, FOLDS, TEXELS, light_vertices
from mien.render.strokes import draw_strokes
from mien.render.tone import WHITE, develop_rows, tone_table

# Wrap of the light, gloss, sharpness of the gloss.
_SURFACE = {
    SKIN: (0.32, 0.055, 14.0),
    SHIRT: (0.1, 0.0, 8.0),
    TEETH: (0.3, 0.18, 40.0),
    TONGUE: (0.3, 0.12, 24.0),
    EYE: (0.25, 0.9, 260.0),
}


@cache
def _tones() -> Float32[np.ndarray, " step"]:
    return tone_table()


@dataclass(frozen=True)
class FastPainter:
    """Draws posed meshes, lit at their vertices."""

    body: Body
    paint: Paint
    camera: Camera
    lashes: Strands
    hair: Hair | None = None
    samples: int = 2
    backdrop: str = "studio"

    def draw(
        self,
        vertices: Float64[np.ndarray, "vertex 3"],
        pose: HeadPose,
        light: Light,
        folds: Float64[np.ndarray, "head_vertex 2"] | None = None,
    ) -> ImageRgb:
        """Draw one posed mesh, with folds 0..1 deep."""
        body, paint, camera = self.body, self.paint, self.camera
        screen = camera.screen(vertices)
        sums, normals = np.zeros_like(vertices), np.zeros_like(vertices)
        sum_normals(vertices, body.surface, body.weld, sums, normals)
        height, width = camera.height_px, camera.width_px
        ids = np.empty((height * self.samples, width * self.samples + SPARE), np.int32)
        nearness = np.empty(ids.shape, np.float32)
        planes = np.empty((len(body.triangles), 6), np.float32)
        offset = np.float32(stagger(self.samples))
        draw_triangles(screen, body.triangles, self.samples, offset, ids, nearness, planes)
        seen = seen_vertices(ids, body.triangles, len(vertices))
        occlusion, tint = paint.lit(body, vertices)
        occlusion[len(body.rest_m) :] = body.eye_light(vertices, pose)
        attributes = self._unlit.copy()
        light_vertices(
            seen,
            (vertices, normals),
            np.array(camera.centre_m),
            (light.table(), light.room()),
            (tint, self.surface),
            occlusion,
            attributes,
        )
        if folds is not None:
            attributes[: len(folds), FOLDS : FOLDS + 2] = folds
        linear = np.empty((height, width, 3), np.float32)
        depth, cover = np.empty((2, height, width), np.float32)
        rows = np.array([0, height])
        shade_samples(
            (body.triangles, body.material, attributes),
            paint.texture,
            (self.samples, offset),
            (ids, nearness, planes),
            (background(light, camera, self.backdrop), linear, depth, cover),
        )
        if self.hair is not None:
            lay_hair(self.hair, body, pose, light, camera, (depth, cover), linear)
        lashes = lash_strokes(self.lashes, vertices, body.baked, camera)
        draw_strokes(lashes, rows, (depth, cover), SOFT_M, linear)
        picture = np.zeros((height, width, 3), np.uint8)
        develop_rows(linear, _tones(), WHITE, rows, picture)
        return picture

    @cached_property
    def _unlit(self) -> Float32[np.ndarray, "vertex attribute"]:
        """Give the attributes of all vertices without their light: places on the texture."""
        unlit = np.zeros((len(self.paint.texels), ATTRIBUTES), np.float32)
        unlit[:, TEXELS : TEXELS + 2] = self.paint.texels
        return unlit

    @cached_property
    def surface(self) -> Float64[np.ndarray, "vertex 3"]:
        """Give wrap and gloss of every vertex; wet skin shines more."""
        kinds = self.body.material_of_vertex
        table: Float64[np.ndarray, "vertex 3"] = np.array(
            [_SURFACE[kind] for kind in range(len(_SURFACE))]
        )[kinds]
        skin = kinds == SKIN
        table[skin, 0] *= self.paint.look[0]
        table[skin, 1] *= (self.paint.gloss * self.paint.look[1])[skin]
        return table
