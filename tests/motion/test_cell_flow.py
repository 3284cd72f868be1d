"""Flow of aligned faces, on a textured picture that is moved by known amounts."""

import cv2
import numpy as np
import pytest

from mien.motion import (
    GRID,
    AlignedFrame,
    measure_cell_flow,
    noise_floor,
    remove_similarity,
    zone_weights,
)

SIZE = 256
RNG = np.random.default_rng(3)


def textured() -> np.ndarray:
    noise = RNG.normal(0, 1, (SIZE + 40, SIZE + 40)).astype(np.float32)
    smooth = cv2.GaussianBlur(noise, (0, 0), 2.5)
    picture: np.ndarray = np.clip(128 + 40 * smooth / smooth.std(), 0, 255).astype(np.float32)
    return picture


PICTURE = textured()
X, Y = np.meshgrid(np.arange(SIZE, dtype=np.float32), np.arange(SIZE, dtype=np.float32))


def moved(dx: np.ndarray | float, dy: np.ndarray | float) -> np.ndarray:
    """The picture with its content moved by (dx, dy)."""
    picture = cv2.remap(
        PICTURE,
        np.asarray(X + 20 - dx, np.float32),
        np.asarray(Y + 20 - dy, np.float32),
        cv2.INTER_CUBIC,
    )
    whole: np.ndarray = np.clip(np.rint(picture), 0, 255).astype(np.uint8)
    return whole


def clip(shifts: np.ndarray, rate: float = 50) -> list[AlignedFrame]:
    return [AlignedFrame(i / rate, moved(dx, dy)) for i, (dx, dy) in enumerate(shifts)]


def test_a_shift_of_the_whole_picture_comes_back_in_every_cell() -> None:
    shifts = np.zeros((60, 2))
    shifts[50:] = (1.5, -0.75)
    flow = measure_cell_flow(clip(shifts)).flow_px
    inner = flow[55, 4:-4, 4:-4]
    np.testing.assert_allclose(inner[..., 0].mean(), 1.5, atol=0.05)
    np.testing.assert_allclose(inner[..., 1].mean(), -0.75, atol=0.05)


def test_a_new_reference_leaves_no_step_in_the_course() -> None:
    # The face moves to another place half way: the reference follows it, the course must not jump.
    shifts = np.zeros((200, 2))
    shifts[:, 0] = np.clip((np.arange(200) - 60) / 80, 0, 1) * 3
    flow = measure_cell_flow(clip(shifts)).flow_px
    course = flow[:, 10:22, 10:22, 0].mean(axis=(1, 2))
    course = course - course[:20].mean()
    np.testing.assert_allclose(course, shifts[:, 0], atol=0.15)
    assert np.abs(np.diff(course)).max() < 0.12


def test_frames_without_a_face_give_nan_and_do_not_stop_the_others() -> None:
    frames = clip(np.zeros((40, 2)))
    frames[15:20] = [AlignedFrame(f.time_s, None) for f in frames[15:20]]
    flow = measure_cell_flow(frames).flow_px
    assert np.isnan(flow[15:20]).all()
    assert np.isfinite(flow[:15]).all()
    assert np.isfinite(flow[20:]).all()


def test_every_frame_is_measured_once_whatever_the_length() -> None:
    for count in (1, 2, 7, 49, 75, 130):
        flow = measure_cell_flow(clip(np.zeros((count, 2)), rate=25)).flow_px
        assert flow.shape == (count, GRID, GRID, 2)
        assert np.isfinite(flow).all()


def test_no_frames_give_no_flow() -> None:
    assert measure_cell_flow([]).flow_px.shape == (0, GRID, GRID, 2)


def test_head_motion_is_removed_and_a_local_bump_stays() -> None:
    bump = np.exp(-((X - 70) ** 2 + (Y - 70) ** 2) / (2 * 18**2))
    frames = [AlignedFrame(i / 50, moved(0, 0)) for i in range(30)]
    frames += [AlignedFrame(0.6 + i / 50, moved(0.8, 0.6 + bump)) for i in range(5)]
    flow = measure_cell_flow(frames).flow_px
    zone = zone_weights(
        np.array([[130.0, 90.0], [130, 130], [180, 130], [150, 170]]), size_px=SIZE, radius_px=14.0
    )
    remaining, residual_px = remove_similarity(flow, zone)
    assert np.abs(remaining[32, 18:28, 18:28]).mean() < 0.06
    assert 0.6 < remaining[32, 8, 8, 1] < 1.1
    assert residual_px[32] < 0.1


def test_a_similarity_made_by_hand_is_removed_exactly() -> None:
    grid = (np.arange(GRID) + 0.5) / GRID - 0.5
    x, y = np.meshgrid(grid, grid)
    field = np.stack([0.3 + 0.2 * x - 0.5 * y, -0.1 + 0.2 * y + 0.5 * x], axis=-1)
    zone = zone_weights(np.array([[128.0, 128.0]]), size_px=SIZE, radius_px=30.0)
    remaining, _ = remove_similarity(field[None], zone)
    np.testing.assert_allclose(remaining, 0, atol=1e-6)


def test_noise_floor_is_the_standard_deviation_of_normal_noise() -> None:
    flow = RNG.normal(0, 0.2, (4000, 2, 2, 2)).astype(np.float32)
    np.testing.assert_allclose(noise_floor(flow), 0.2, rtol=0.05)


def test_noise_floor_ignores_frames_that_move() -> None:
    flow = RNG.normal(0, 0.2, (4000, 2, 2, 2)).astype(np.float32)
    flow[:1200] += 5
    assert (noise_floor(flow) < 0.3).all()


def test_noise_floor_of_nothing_is_not_a_number() -> None:
    assert np.isnan(noise_floor(np.full((3, 2, 2, 2), np.nan, np.float32))).all()


@pytest.mark.parametrize("count", [1, 3])
def test_a_reference_of_few_frames_is_still_a_picture(count: int) -> None:
    flow = measure_cell_flow(clip(np.zeros((count, 2)))).flow_px
    np.testing.assert_allclose(flow, 0, atol=0.02)


def test_key_frames_are_steps_unless_every_frame_is_one() -> None:
    frames = [AlignedFrame(i / 30, moved(0, 0), key=i % 12 == 0) for i in range(40)]
    assert measure_cell_flow(frames).steps_s == pytest.approx((0.4, 0.8, 1.2))
    every = [AlignedFrame(i / 30, moved(0, 0), key=True) for i in range(40)]
    assert measure_cell_flow(every).steps_s == ()
