"""The built-in digital human as pictures."""

import numpy as np
from jaxtyping import Float

from mien.core.arrays import ImageRgb, Points2, Points3
from mien.core.errors import UsageError
from mien.head import Head, Person
from mien.head.pose import HeadPose
from mien.render.body import body_of
from mien.render.camera import camera_for
from mien.render.deferred import DeferredPainter
from mien.render.fast import FastPainter
from mien.render.hair import scalp_hair
from mien.render.light import Light
from mien.render.paint import paint_person

QUALITIES = ("fast", "portrait")
"""``fast`` for footage, ``portrait`` for people to look at."""

_LEVEL = {"fast": 0, "portrait": 1}
_TEXELS_PER_PX = {"fast": 0.9, "portrait": 1.25}


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
    ) -> None:
        """Paint the person and set up the camera.

        Args:
            head: the built-in head.
            person: whose face.
            width_px: width of the pictures.
            height_px: height of the pictures.
            quality: ``fast`` for footage, ``portrait`` for people to look at.
            unit_deltas_m: units other than the head's own; weights then follow their order.
            seed: varies the grain of the skin.
            threads: that draw one picture together; the fast quality uses one.
            view: ``face`` fills the picture with the face, ``bust`` shows the shoulders too.

        Raises:
            UsageError: a size, quality, view or deltas that do not fit.
        """
        if quality not in QUALITIES:
            msg = f"Expected a quality among {', '.join(QUALITIES)}, but got {quality!r}."
            raise UsageError(msg)
        if threads < 1:
            msg = f"Expected at least 1 thread, but got {threads}."
            raise UsageError(msg)
        self._camera = camera_for(
            person.eye_centre_m, width_px=width_px, height_px=height_px, view=view
        )
        self._body = body_of(head, person, unit_deltas_m, level=_LEVEL[quality])
        paint = paint_person(
            person,
            self._body,
            head.strands(person, "brow", seed=seed),
            texels_per_m=self._camera.px_per_m * _TEXELS_PER_PX[quality],
            seed=seed,
        )
        lashes = head.strands(person, "lash", seed=seed)
        self.painter: FastPainter | DeferredPainter = FastPainter(
            self._body, paint, self._camera, lashes
        )
        if quality == "portrait":
            hair = scalp_hair(
                person,
                self._body,
                head.strands(person, "hair", seed=seed),
                np.random.default_rng((seed, 2)),
            )
            self.painter = DeferredPainter(
                self._body, paint, self._camera, lashes, hair, samples=2, threads=threads
            )

    @property
    def px_per_m(self) -> float:
        """Pixels per metre in the plane of the eyes."""
        return self._camera.px_per_m

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
            light: the lamps; the default is a soft portrait light.

        Raises:
            UsageError: weights, pose or gaze that do not fit.
        """
        gaze = np.zeros((2, 2)) if gaze_rad is None else gaze_rad
        self._body.check(weights, gaze)
        pose = HeadPose(head_rotation_rad, head_translation_m)
        vertices = self._body.pose(weights, pose, gaze)
        if isinstance(self.painter, FastPainter):
            return self.painter.draw(vertices, pose, light or Light())
        folds = self._body.folds.depth(self._body.blend(weights))
        return self.painter.draw(vertices, pose, light or Light(), folds)
