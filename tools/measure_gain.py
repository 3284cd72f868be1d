"""Measure which part of each unit's movement dense flow returns, for ``mien.recognition.gain``.

    python tools/measure_gain.py

Every person of the basis is drawn at rest and with each unit at .3, with the noise of a sensor.
The motion between the two is read as ``mien`` reads it; what comes out, over .3, is the gain. The
medians over people are printed as they stand in ``src/mien/recognition/gain.py``.
"""

import cv2
import numpy as np

from mien.core.facs import channels_of
from mien.faces import CROP_SIZE_PX, RIGID_POINTS
from mien.faces.alignment import layout_of, similarity, warp_crop
from mien.head import Head, Person, au_delta, load_head
from mien.motion import GRID, pooled_flow
from mien.recognition.atoms import READ_UNITS, face_basis, read_channels
from mien.recognition.basis import whiten
from mien.recognition.nonnegative import nonnegative_course
from mien.render import Portrait

SIZE_PX = 352
ACTIVATION = 0.3
NOISE_SD = 2.0
DRAWS = 4


def gains_of(head: Head, person: Person, seed: int) -> dict[int, float]:
    """Gain of every unit on one face."""
    rng = np.random.default_rng(seed)
    channels = read_channels()
    portrait = Portrait(
        head,
        person,
        width_px=SIZE_PX,
        height_px=SIZE_PX,
        unit_deltas_m=np.stack([au_delta(head, channel) for channel in channels]).astype(float),
        seed=seed,
    )
    points = portrait.project(head.landmarks.points(person.vertices_m.astype(np.float64)))
    matrix = similarity(points[RIGID_POINTS], layout_of(points[RIGID_POINTS][None]) * CROP_SIZE_PX)
    seen = points @ matrix[:, :2].T + matrix[:, 2]
    basis = face_basis(head, head.people_of("basis"), seen, size_px=CROP_SIZE_PX)
    whitened = whiten(basis, np.ones((GRID, GRID)), neighbours=False)

    def crop(weights: np.ndarray, noise_sd: float) -> np.ndarray:
        picture = portrait.frame(weights) + rng.normal(0, noise_sd, (SIZE_PX, SIZE_PX, 3))
        seen = np.clip(np.rint(picture), 0, 255).astype(np.uint8)
        return warp_crop(np.asarray(cv2.cvtColor(seen, cv2.COLOR_RGB2GRAY)), matrix)

    rest = crop(np.zeros(len(channels)), 0.0)
    gains = {}
    for au in READ_UNITS:
        mine = [channels.index(channel) for channel in channels_of(au)]
        weights = np.zeros(len(channels))
        weights[mine] = ACTIVATION
        flow = np.mean([pooled_flow(rest, crop(weights, NOISE_SD)) for _ in range(DRAWS)], axis=0)
        design = whitened.design[:, mine]
        right = whitened.vectors(flow[None].astype(np.float32)) @ design
        gains[au] = float(nonnegative_course(design.T @ design, right).mean()) / ACTIVATION
    return gains


def main() -> None:
    """Measure all people of the basis and print the table."""
    head = load_head()
    every = [gains_of(head, person, seed) for seed, person in enumerate(head.people_of("basis"))]
    for au in READ_UNITS:
        values = [gains[au] for gains in every]
        print(f"    {au}: {np.median(values):.2f},  # {min(values):.2f} to {max(values):.2f}")


if __name__ == "__main__":
    main()
