"""Flow images and volumes as a camera gives them: faces drawn, recorded, and measured by flow."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Float32, UInt8

from mien.core.arrays import ImageRgb, Points2
from mien.faces import CROP_SIZE_PX, RIGID_POINTS
from mien.faces.alignment import similarity
from mien.head.pose import HeadPose
from mien.motion import dense_flow, optical_strain
from mien.render import Light
from mien.synth.footage import stage_of_person
from mien.synth.footage_plan import seed_of_person
from mien.synth.lighting import drawn_light
from mien.synth.motion_fields import GRID, FaceView, registered_crop
from mien.synth.motion_options import MotionOptions
from mien.synth.motion_shard import MotionShard, drawn_samples, drawn_view
from mien.synth.sensor import Sensor
from mien.synth.shapes import footage_channels, shape_weights
from mien.synth.stage import Stage

PICTURE_PX = 56
"""Side of the pictures that may be kept."""

_SIZE_PX = (150, 380)
_BLUR_PX, _JPEG = 0.8, (55, 98)
_SWAY_M, _TURN_RAD = 0.001, np.radians(0.6)
_LANDMARK_PX = 0.15
"""Trembling of the rigid points in the aligned face, as trackers leave it."""


@dataclass(frozen=True)
class _Session:
    """One person before one camera."""

    stage: Stage
    view: FaceView
    light: Light
    sensor: Sensor
    jpeg_quality: int


def draw_measured_shard(options: MotionOptions, kind: str, number: int, count: int) -> MotionShard:
    """Draw one shard of ``image`` or ``volume``, as :func:`draw_shard` does, but in pictures.

    Each view is a person before a camera of its own, with its light, noise, sharpness and
    compression; the flow is dense inverse search on the registered face of 256 px, head motion
    included as the alignment leaves it.
    """
    rng = np.random.default_rng((options.seed, 5 if kind == "image" else 6, number))
    samples = drawn_samples(options, kind, count, rng)
    frames = samples.shares.shape[1]
    flow = np.empty((count, frames, GRID, GRID, 3), np.float32)
    pictures = np.empty((count, 2, PICTURE_PX, PICTURE_PX), np.uint8)
    views, people = [], []
    for index in range(options.views_per_shard):
        person = samples.people[index]
        session = _session(options, person, rng)
        views.append(session.view)
        people.append(person)
        for row in np.flatnonzero(samples.view == index):
            course = samples.activation[row] * samples.shares[row][:, None]
            flow[row], pictures[row] = _measured(session, course, rng)
    return MotionShard(
        flow=(flow[:, 0] if kind == "image" else flow).astype(np.float16),
        activation=samples.activation,
        person=tuple(people[index] for index in samples.view),
        view=samples.view,
        views=tuple(views),
        expressions=samples.expressions,
        noise_px=np.full(count, np.nan, np.float32),
        head_px=np.full((count, 6), np.nan, np.float32),
        times=samples.times,
        pictures=pictures if options.pictures else None,
    )


def _session(options: MotionOptions, person: str, rng: np.random.Generator) -> _Session:
    size_px = int(rng.integers(*_SIZE_PX))
    person_seed = seed_of_person(options.seed, person)
    return _Session(
        stage=stage_of_person(person, size_px, "fast", person_seed, mismatch=True),
        view=drawn_view(options, rng),
        light=drawn_light(rng),
        sensor=Sensor(
            noise_sd=float(rng.uniform(*options.sensor_noise)),
            shot_share=float(rng.uniform(0.2, 0.8)),
            blur_px=float(rng.uniform(0, _BLUR_PX) * size_px / 256),
        ),
        jpeg_quality=int(rng.integers(*_JPEG)),
    )


def _measured(
    session: _Session,
    course: Float[np.ndarray, "frame channel"],
    rng: np.random.Generator,
) -> tuple[Float32[np.ndarray, "frame 28 28 3"], UInt8[np.ndarray, "2 56 56"]]:
    """Flow of the frames of one sample against its first moment at rest, and two of its faces."""
    weights = shape_weights(footage_channels(), np.vstack([np.zeros_like(course[:1]), course]))
    gaze = np.tile(rng.normal(0, 0.05, 2), (2, 1))
    pictures, rigid = [], []
    steps = len(weights)
    # The head moves on and on; what the sample shows of it is a short stretch.
    end = rng.standard_normal(6)
    for step, weight in enumerate(weights):
        share = step / (steps - 1)
        turn = np.asarray(session.view.rotation_rad) + share * _TURN_RAD * end[:3]
        move = share * _SWAY_M * end[3:]
        pose = HeadPose(
            (float(turn[0]), float(turn[1]), float(turn[2])),
            (float(move[0]), float(move[1]), float(move[2])),
        )
        picture = session.sensor.record(
            session.stage.picture(weight, pose, gaze, session.light), rng
        )
        pictures.append(_compressed(picture, session.jpeg_quality))
        vertices = session.stage.vertices_m(weight, pose, gaze)
        points = session.stage.landmarks_px(vertices).astype(np.float64)
        rigid.append(points[RIGID_POINTS])
        if step == 0:
            crop = registered_crop(points, session.view)
    magnification = float(np.sqrt(abs(np.linalg.det(crop[:, :2]))))
    faces = [
        _face(picture, crop, similarity(_trembling(points, magnification, rng), rigid[0]))
        for picture, points in zip(pictures, rigid, strict=True)
    ]
    cells = np.stack([_pooled(dense_flow(faces[0], face)) for face in faces[1:]])
    strain = optical_strain(cells)
    flow = np.concatenate([cells, strain[..., None]], axis=-1).astype(np.float32)
    return flow, np.stack([_small(faces[0]), _small(faces[-1])])


def _trembling(points_px: Points2, magnification: float, rng: np.random.Generator) -> Points2:
    moved: Points2 = points_px + rng.normal(0, _LANDMARK_PX / magnification, points_px.shape)
    return moved


def _compressed(picture: ImageRgb, quality: int) -> UInt8[np.ndarray, "height width"]:
    import cv2

    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    _, data = cv2.imencode(".jpg", grey, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_GRAYSCALE))


def _face(
    picture: UInt8[np.ndarray, "height width"],
    crop: Float[np.ndarray, "2 3"],
    still: Float[np.ndarray, "2 3"],
) -> UInt8[np.ndarray, "256 256"]:
    import cv2

    joined = np.column_stack([crop[:, :2] @ still[:, :2], crop[:, :2] @ still[:, 2] + crop[:, 2]])
    return np.asarray(
        cv2.warpAffine(
            picture,
            joined,
            (CROP_SIZE_PX, CROP_SIZE_PX),
            flags=cv2.INTER_CUBIC,
            borderMode=cv2.BORDER_REPLICATE,
        )
    )


def _small(face: UInt8[np.ndarray, "256 256"]) -> UInt8[np.ndarray, "56 56"]:
    import cv2

    size = (PICTURE_PX, PICTURE_PX)
    return np.asarray(cv2.resize(face, size, interpolation=cv2.INTER_AREA))


def _pooled(dense: Float32[np.ndarray, "256 256 2"]) -> Float32[np.ndarray, "28 28 2"]:
    import cv2

    return np.asarray(cv2.resize(dense, (GRID, GRID), interpolation=cv2.INTER_AREA), np.float32)
