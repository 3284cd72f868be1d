"""Flow against a face at rest in the past, on a textured picture that is moved by known amounts."""

import cv2
import numpy as np

from mien.motion import AlignedFrame, measure_cell_flow
from mien.motion.causal_flow import CausalFlow

SIZE, RATE = 128, 50
RNG = np.random.default_rng(3)
NOISE = cv2.GaussianBlur(RNG.normal(0, 1, (SIZE + 40, SIZE + 40)).astype(np.float32), (0, 0), 2.5)
PICTURE = np.clip(128 + 40 * NOISE / NOISE.std(), 0, 255).astype(np.float32)
X, Y = np.meshgrid(np.arange(SIZE, dtype=np.float32), np.arange(SIZE, dtype=np.float32))


def moved(dx: float) -> np.ndarray:
    picture = cv2.remap(PICTURE, X + 20 - np.float32(dx), Y + 20, cv2.INTER_CUBIC)
    return np.asarray(np.clip(np.rint(picture), 0, 255).astype(np.uint8))


def shifts_of(shifts: np.ndarray) -> np.ndarray:
    """Median shift to the right of the cells, NaN where there is no reference yet."""
    flow = CausalFlow()
    found = [flow.update(moved(dx), i / RATE) for i, dx in enumerate(shifts)]
    return np.array([np.nan if one is None else np.median(one[4:-4, 4:-4, 0]) for one in found])


def test_the_first_frames_have_no_reference() -> None:
    assert np.isnan(shifts_of(np.zeros(8))[:4]).all()
    assert np.isfinite(shifts_of(np.zeros(8))[4:]).all()


def test_a_movement_comes_back_in_its_own_frame_with_its_own_size() -> None:
    shifts = np.zeros(150)
    shifts[100:112] = 1.5
    found = shifts_of(shifts)
    np.testing.assert_allclose(found[100:112], 1.5, atol=0.15)
    np.testing.assert_allclose(found[20:100], 0.0, atol=0.05)
    np.testing.assert_allclose(found[112:], 0.0, atol=0.05)


def test_a_step_stays_though_the_references_are_renewed_beyond_it() -> None:
    shifts = np.zeros(300)
    shifts[100:] = 2.0
    np.testing.assert_allclose(shifts_of(shifts)[100:], 2.0, atol=0.25)


def test_it_agrees_with_the_flow_that_knows_the_future() -> None:
    times_s = np.arange(150) / RATE
    shifts = np.where(abs(times_s - 2) < 0.15, 1 + np.cos((times_s - 2) * np.pi / 0.15), 0.0)
    offline = measure_cell_flow(
        [AlignedFrame(t, moved(s)) for t, s in zip(times_s, shifts, strict=True)]
    )
    known = np.median(offline.flow_px[:, 4:-4, 4:-4, 0], axis=(1, 2))
    np.testing.assert_allclose(shifts_of(shifts)[4:], known[4:], atol=0.1)
