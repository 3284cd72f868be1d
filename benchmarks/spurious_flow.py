"""How much the face seems to move when it does not, and how much of a movement comes back.

    python benchmarks/spurious_flow.py

A public-domain photograph (scikit-image) is moved or not, a brow is lifted by one pixel for half a
second, noise is added, and the motion is measured as ``mien`` does, with whichever landmark models
are found. Printed: spurious flow (root mean square of the cells beside the brow, px of the crop of
256), gain (measured over true lift) and the lift over the noise of the same cells at rest.
"""

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory

import cv2
import numpy as np
from skimage.data import astronaut

from mien.faces import CROP_SIZE_PX, RIGID_POINTS, resolve_models, track_faces
from mien.motion import GRID, remove_similarity, zone_weights
from mien.pipeline.face_signals import align_face, measure_motion
from mien.synth.clip_plan import HeadMotion
from mien.synth.still import sway_photograph
from mien.video import open_video, write_video
from mien.work import Silent

RATE, FRAMES, BUMP_FRAMES, FIRST = 30, 64, 16, 24
LIFT_PX = 1.0
BROW_XY, RADIUS_PX = (203.0, 96.0), 9.0
"""The subject's right brow in the photograph, and how wide the lift is."""


def lifts() -> np.ndarray:
    """Height of the lift in every frame, in pixels of the photograph."""
    course = np.zeros(FRAMES)
    phase = (np.arange(BUMP_FRAMES) + 0.5) / BUMP_FRAMES
    course[FIRST : FIRST + BUMP_FRAMES] = LIFT_PX * (0.5 - 0.5 * np.cos(2 * np.pi * phase))
    return course


def lifted(photograph: np.ndarray, height_px: float) -> np.ndarray:
    """Move the brow up inside the photograph."""
    rows, columns = np.mgrid[: photograph.shape[0], : photograph.shape[1]].astype(np.float32)
    bell = np.exp(-((columns - BROW_XY[0]) ** 2 + (rows - BROW_XY[1]) ** 2) / (2 * RADIUS_PX**2))
    shifted = (rows + height_px * bell).astype(np.float32)
    return np.asarray(cv2.remap(photograph, columns, shifted, cv2.INTER_LANCZOS4))


def clip(*, sway_px: float) -> Iterator[np.ndarray]:
    """The photograph with its lift, head motion and noise."""
    one = Fraction(RATE)
    photograph = np.asarray(astronaut())
    for frame, height_px in enumerate(lifts()):
        head = HeadMotion(sway_px=sway_px, seed=4)
        picture = lifted(photograph, float(height_px))
        if sway_px == 0:
            rng = np.random.default_rng(frame)
            noisy = picture + rng.normal(0, 2.0, picture.shape)
            yield np.clip(np.rint(noisy), 0, 255).astype(np.uint8)
            continue
        moved = sway_photograph(
            picture, rate=one, duration_s=(frame + 1) / RATE, head=head, seed=frame
        )
        for last in moved:  # noqa: B007 - only the pose of this frame is wanted
            pass
        yield last


def measure(*, sway_px: float) -> tuple[float, float, float]:
    """Spurious flow, gain, and lift over noise."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "clip.mp4"
        write_video(path, clip(sway_px=sway_px), rate=Fraction(RATE), crf=1)
        video = open_video(path)
        face = align_face(track_faces(video, resolve_models())[0])
        flow = measure_motion(video, face, Silent())
    zone = zone_weights(face.rest_px[RIGID_POINTS], size_px=CROP_SIZE_PX, radius_px=10.0)
    still, _ = remove_similarity(flow.flow_px, zone)
    matrix = face.transforms[0]
    scale = float(np.sqrt(np.linalg.det(matrix[:, :2])))
    centre = matrix[:, :2] @ np.array(BROW_XY) + matrix[:, 2]
    ticks = (np.arange(GRID) + 0.5) * CROP_SIZE_PX / GRID - 0.5
    x, y = np.meshgrid(ticks, ticks)
    away = np.hypot(x - centre[0], y - centre[1])
    inside = away < 0.7 * RADIUS_PX * scale
    hull = cv2.convexHull(face.rest_px.astype(np.float32))
    on_face = np.array(
        [[cv2.pointPolygonTest(hull, (float(a), float(b)), measureDist=False) > 0 for a in ticks]
         for b in ticks]
    )  # fmt: skip
    beside = on_face & (away > 3.5 * RADIUS_PX * scale)
    course = lifts()
    rest = course == 0
    spurious = float(np.sqrt(np.square(still[:, beside] - still[rest][:, beside].mean(0)).mean()))
    bell = np.exp(-(away**2) / (2 * (RADIUS_PX * scale) ** 2))[inside].mean()
    upward = -still[:, inside, 1].mean(axis=1)
    upward = upward - upward[rest].mean()
    gain = float(course @ upward / (course @ course)) / (scale * float(bell))
    return spurious, gain, float(upward.max() / upward[rest].std())


def main() -> None:
    """Measure the still and the swaying head."""
    print(f"{resolve_models().kind} landmark models")
    for name, sway_px in (("still head", 0.0), ("swaying head", 2.0)):
        spurious, gain, ratio = measure(sway_px=sway_px)
        print(
            f"{name:14s} spurious {spurious:.3f} px, gain {gain:.2f}, lift over noise {ratio:.0f}"
        )


if __name__ == "__main__":
    main()
