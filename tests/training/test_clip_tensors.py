"""What a network reads: shapes, scales, and refusals of what is no number."""

from collections.abc import Callable
from dataclasses import replace

import cv2
import numpy as np
import pytest
import torch

from mien.core.errors import InputError, UsageError
from mien.datasets.clips import Clips, LabelledClips
from mien.training.clip_tensors import ARRAYS_OF, CHANNELS, LEVEL_SPREAD, clip_tensors, shapes_of

MakeClips = Callable[..., LabelledClips]


@pytest.mark.parametrize("kind", ["rgb", "grey", "flow", "grey+flow"])
def test_clips_come_as_channels_then_steps_rows_and_columns(
    kind: str, make_clips: MakeClips
) -> None:
    found = clip_tensors(make_clips(3, steps=4, size_px=6).clips, kind, [2, 0])
    assert found.shape == (2, CHANNELS[kind], 4, 6, 6)
    assert found.dtype == torch.float32


def test_flow_images_have_no_steps(make_clips: MakeClips) -> None:
    assert clip_tensors(make_clips(2).clips, "flow_image", [1]).shape == (1, 3, 28, 28)


def test_pictures_have_mean_zero_and_the_spread_of_kinetics(make_clips: MakeClips) -> None:
    clips = make_clips(2).clips
    found = clip_tensors(clips, "rgb", [0, 1])
    levels = torch.from_numpy(clips.read("rgb").astype(np.float32)).permute(0, 4, 1, 2, 3)
    assert found.mean(dim=(2, 3, 4)) == pytest.approx(torch.zeros(2, 3), abs=1e-5)
    assert found.std(dim=(2, 3, 4)) == pytest.approx(
        levels.std(dim=(2, 3, 4)) / LEVEL_SPREAD, rel=1e-4
    )


def test_the_light_of_the_room_changes_nothing(make_clips: MakeClips) -> None:
    clips = make_clips(1).clips
    lit = replace(clips, arrays={"rgb": clips.read("rgb") + np.uint8(40)})
    assert clip_tensors(lit, "grey", [0]) == pytest.approx(
        clip_tensors(clips, "grey", [0]), abs=1e-4
    )


def test_grey_is_that_of_opencv(make_clips: MakeClips) -> None:
    clips = make_clips(1, steps=2).clips
    ours = clip_tensors(clips, "grey", [0])[0, 0].numpy() * LEVEL_SPREAD
    pictures = clips.read("rgb")[0]
    theirs = np.stack([cv2.cvtColor(one, cv2.COLOR_RGB2GRAY) for one in pictures]).astype(float)
    assert ours - ours.mean() == pytest.approx(theirs - theirs.mean(), abs=1.0)


def test_a_pixel_of_motion_is_one_whatever_else_moves(make_clips: MakeClips) -> None:
    flow = np.zeros((2, 4, 5, 5, 3), np.float16)
    flow[0, 1, 2, 3] = (1.0, -2.0, 0.1)
    flow[1] = 7.0
    clips = replace(make_clips(2).clips, arrays={"flow": flow})
    found = clip_tensors(clips, "flow", [0])
    assert found[0, :, 1, 2, 3].tolist() == pytest.approx([1.0, -2.0, 1.0], abs=1e-3)
    assert float(found.abs().sum()) == pytest.approx(4.0, abs=1e-3)


def test_flow_images_have_the_size_of_the_same_motion_in_clips(make_clips: MakeClips) -> None:
    # One pixel of the 112 px face is 256 / 112 of the 256 px one, whose cells are 256 / 28 px.
    image = np.zeros((1, 28, 28, 3), np.float32)
    image[0, 0, 0] = (256 / 112, 0.0, 0.1 * 256 / 28)
    clips = replace(make_clips(1).clips, arrays={"flow_image": image})
    assert clip_tensors(clips, "flow_image", [0])[0, :, 0, 0].tolist() == pytest.approx([1, 0, 1])


def test_pictures_and_flow_come_as_grey_u_v_strain(make_clips: MakeClips) -> None:
    clips = make_clips(2).clips
    both = clip_tensors(clips, "grey+flow", [1])
    assert torch.equal(both[:, :1], clip_tensors(clips, "grey", [1]))
    assert torch.equal(both[:, 1:], clip_tensors(clips, "flow", [1]))


def test_the_flow_image_stands_behind_the_steps_in_the_same_units(make_clips: MakeClips) -> None:
    clips = make_clips(2, steps=4, size_px=112).clips
    found = clip_tensors(clips, "flow+flow_image", [1], shrink=4)
    assert found.shape == (1, 3, 5, 28, 28)
    steps, image = (
        clip_tensors(clips, "flow", [1], shrink=4),
        clip_tensors(clips, "flow_image", [1]),
    )
    assert torch.equal(found, torch.cat([steps, image[:, :, None]], dim=2))


def test_steps_of_another_size_than_the_flow_image_are_refused(make_clips: MakeClips) -> None:
    with pytest.raises(InputError, match=r"but they are 56 x 56\. Faces of 112 px need"):
        clip_tensors(make_clips(1, size_px=112).clips, "flow+flow_image", [0], shrink=2)


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_what_is_no_number_is_refused_by_the_name_of_the_clip(
    value: float, make_clips: MakeClips
) -> None:
    clips: Clips = make_clips(3).clips
    clips.arrays["flow"][1, 2, 3, 4, 0] = value
    assert clip_tensors(clips, "flow", [0, 2]).isfinite().all()
    with pytest.raises(InputError, match=r"only numbers in flow of made/s1/01.*Prepare"):
        clip_tensors(clips, "flow", [0, 1])


def test_an_input_that_was_not_prepared_is_refused(make_clips: MakeClips) -> None:
    clips = replace(make_clips(1).clips, arrays={})
    for kind in ARRAYS_OF:
        with pytest.raises(UsageError, match=r"Prepare the corpus again with that input"):
            shapes_of(clips, kind)


def test_small_faces_are_means_over_blocks_and_keep_the_size_of_their_motion(
    make_clips: MakeClips,
) -> None:
    clips = make_clips(2, steps=4, size_px=8).clips
    whole, small = (clip_tensors(clips, "flow", [1], shrink=one)[0] for one in (1, 2))
    assert small.shape == (3, 4, 4, 4)
    by_hand = whole[:, :, 2:4, 6:8].mean(dim=(2, 3))
    torch.testing.assert_close(small[:, :, 1, 3], by_hand)
    with pytest.raises(InputError, match="Choose 1, 2, 4 or 8"):
        clip_tensors(clips, "flow", [1], shrink=3)
