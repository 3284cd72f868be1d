"""The built-in digital human as pictures."""

import numpy as np
from jaxtyping import Float

from mien.core.arrays import ImageRgb, Points2, Points3
from mien.core.errors import UsageError
from mien.core.nearest import unknown_name
from mien.head import Head, Person, Strands
from mien.head.pose import HeadPose
from mien.render.body import body_of
from mien.render.camera import camera_for
from mien.render.deferred import DeferredPainter
from mien.render.fast import FastPainter
from mien.render.focus import Focus, focus_of
from mien.render.gl import GlPainter, check_driver
from mien.render.hair import Hair, scalp_hair, under_hair
from mien.render.light import Light
from mien.render.lights import light_named
from mien.render.paint import Paint, paint_person
from mien.render.staging import Staging

QUALITIES = ("fast", "portrait", "gpu")
"""``fast`` for footage, ``portrait`` for people to look at, ``gpu`` the same drawn by OpenGL."""

_LEVEL = {"fast": 0, "portrait": 1, "gpu": 1}
_MOST_HAIRS = {"fast": 700, "portrait": 0, "gpu": 0}
_CROWN_BEHIND_EYES_M = 0.1
_PLAIN_STAGING = Staging()
_TEXELS_PER_PX = {"fast": 0.9, "portrait": 1.25, "gpu": 1.25}


class Portrait:
    """A person in front of a camera."""

    def __init__(  # noqa: PLR0913 - the settings of a picture, all keyword-only
        self,
        head: Head,
        person: Person,
        *,
        width_px: int,
        height_px: int,
        quality: str = "fast",
        unit_deltas_m: Float[np.ndarray, "unit vertex 3"] | None = None,
        seed: int = 0,
        threads: int = 1,
        view: str = "face",
        staging: Staging = _PLAIN_STAGING,
    ) -> None:
        """Paint the person and set up the camera.

        Args:
            head: the built-in head.
            person: whose face.
            width_px: width of the pictures.
            height_px: height of the pictures.
            quality: ``fast`` for footage, ``portrait`` for people to look at, ``gpu`` for the same
                drawn by OpenGL.
            unit_deltas_m: units other than the head's own; weights then follow their order.
            seed: varies the grain of the skin.
            threads: that draw one picture together; the fast quality uses one.
            view: ``face`` fills the picture with the face, ``bust`` shows the shoulders too.
            staging: light, background, lens and place of the camera.

        Raises:
            UsageError: a size, quality, view, lens or deltas that do not fit.
            MissingError: no OpenGL for ``gpu`` here; says how to mend it.
        """
        if quality not in QUALITIES:
            raise UsageError(unknown_name("a quality", quality, QUALITIES))
        if staging.f_stop is not None and quality == "fast":
            msg = f"Expected portrait or gpu quality for depth of field, but got {quality}."
            raise UsageError(msg)
        if threads < 1:
            msg = f"Expected at least 1 thread, but got {threads}."
            raise UsageError(msg)
        if quality == "gpu":
            check_driver()
        self._camera = camera_for(
            person.eye_centre_m,
            width_px=width_px,
            height_px=height_px,
            view=view,
            lens_mm=staging.lens_mm,
            yaw_rad=staging.yaw_rad,
            pitch_rad=staging.pitch_rad,
        )
        self._light = light_named(staging.light)
        self._body = body_of(head, person, unit_deltas_m, level=_LEVEL[quality])
        paint = paint_person(
            person,
            self._body,
            head.strands(person, "brow", seed=seed),
            texels_per_m=self._camera.px_per_m * _TEXELS_PER_PX[quality],
            seed=seed,
        )
        lashes = head.strands(person, "lash", seed=seed)
        hair = scalp_hair(
            person,
            head.strands(person, "hair", seed=seed, most=_MOST_HAIRS[quality]),
            head.triangles,
            np.random.default_rng((seed, 2)),
        )
        paint = under_hair(paint, self._body, hair)
        self.painter = self._painter(quality, paint, lashes, hair, staging, threads)

    def _painter(
        self,
        quality: str,
        paint: Paint,
        lashes: Strands,
        hair: Hair | None,
        staging: Staging,
        threads: int,
    ) -> FastPainter | DeferredPainter | GlPainter:
        """Choose who draws."""
        if quality == "fast":
            return FastPainter(
                self._body, paint, self._camera, lashes, hair, backdrop=staging.background
            )
        focus = self._focus(staging.f_stop)
        if quality == "gpu":
            return GlPainter(
                self._body,
                paint,
                self._camera,
                lashes,
                hair,
                backdrop=staging.background,
                focus=focus,
            )
        return DeferredPainter(
            self._body,
            paint,
            self._camera,
            lashes,
            hair,
            threads=threads,
            backdrop=staging.background,
            focus=focus,
        )

    def _focus(self, f_stop: float | None) -> Focus | None:
        """Focus on the surface of the eyes."""
        if f_stop is None:
            return None
        front = self._body.eyes_m.copy()
        front[:, 2] += self._body.eye.vertices_m[:, 2].max()
        sharp_m = float(np.mean(1.0 / self._camera.screen(front)[:, 2]))
        return focus_of(self._camera, f_stop, sharp_m=sharp_m, behind_m=_CROWN_BEHIND_EYES_M)

    @property
    def px_per_m(self) -> float:
        """Pixels per metre in the plane of the eyes."""
        return self._camera.px_per_m

    def folds(
        self,
        weights: Float[np.ndarray, " unit"],
        gaze_rad: Float[np.ndarray, "eye angle"],
    ) -> Float[np.ndarray, "head_vertex 2"]:
        """Tell how deep the folds are at every vertex of the head, and those that cross them."""
        return self._body.folds.depth(self._body.blend(weights, gaze_rad))

    def project(
        self,
        points_m: Points3,
        *,
        head_rotation_rad: tuple[float, float, float] = (0.0, 0.0, 0.0),
        head_translation_m: tuple[float, float, float] = (0.0, 0.0, 0.0),
    ) -> Points2:
        """Tell where points of the head fall in the picture, in pixels.

        The points are given in the pose at rest. They must lie above the neck: below the chin the
        skin follows the head only in part.
        """
        pose = HeadPose(head_rotation_rad, head_translation_m)
        return self._camera.project(self._body.neck.turn_points(points_m, pose))

    def frame(
        self,
        weights: Float[np.ndarray, " unit"],
        *,
        head_rotation_rad: tuple[float, float, float] = (0.0, 0.0, 0.0),
        head_translation_m: tuple[float, float, float] = (0.0, 0.0, 0.0),
        gaze_rad: Float[np.ndarray, "eye angle"] | None = None,
        light: Light | None = None,
    ) -> ImageRgb:
        """Draw one picture; the same call gives the same bytes.

        Args:
            weights: one weight per unit.
            head_rotation_rad: pitch (positive down), yaw (positive to the subject's left), roll
                (positive towards the subject's left shoulder), about the base of the skull.
            head_translation_m: shift of the whole person.
            gaze_rad: (left, right) x (pitch, yaw), relative to the head.
            light: lamps other than those of the staging.

        Raises:
            UsageError: weights, pose or gaze that do not fit.
        """
        gaze = np.zeros((2, 2)) if gaze_rad is None else gaze_rad
        self._body.check(weights, gaze)
        pose = HeadPose(head_rotation_rad, head_translation_m)
        blended = self._body.blend(weights, gaze)
        vertices = self._body.place(blended, pose, gaze)
        folds = self._body.folds.depth(blended)
        return self.painter.draw(vertices, pose, light or self._light, folds)
