"""The backbone is the paper's Table 1, and torchvision's weights fit it."""

import json
from pathlib import Path

import pytest
import torch

from mien.networks.resnet3d import FrozenBatchNorm, ResNet3d

PUBLISHED = json.loads(Path(__file__).with_name("r3d_18_tensors.json").read_text(encoding="utf-8"))


def test_tensors_are_those_of_torchvision_by_name_and_shape() -> None:
    net = ResNet3d(norm="batch")
    ours = {name: list(tensor.shape) for name, tensor in net.state_dict().items()}
    theirs = {name: shape for name, shape in PUBLISHED["tensors"].items() if "fc." not in name}
    assert ours == theirs
    last = 512 * 400 + 400
    assert sum(one.numel() for one in net.parameters()) + last == 33_371_472


def test_the_stages_have_the_sizes_of_table_1() -> None:
    net = ResNet3d(width=8)
    with torch.no_grad():
        sizes = [tuple(one.shape[1:]) for one in net.stages(torch.zeros(1, 3, 16, 112, 112))]
    assert sizes == [
        (8, 16, 56, 56),
        (8, 16, 56, 56),
        (16, 8, 28, 28),
        (32, 4, 14, 14),
        (64, 2, 7, 7),
    ]
    assert ResNet3d(width=64).features == 512


@pytest.mark.parametrize("width", [5, 12])
@pytest.mark.parametrize("norm", ["batch", "group", "frozen"])
def test_any_width_can_be_built_in_any_normalisation(width: int, norm: str) -> None:
    net = ResNet3d(width=width, norm=norm)  # type: ignore[arg-type]
    with torch.no_grad():
        steps = net(torch.randn(2, 3, 8, 32, 32, generator=torch.Generator().manual_seed(0)))
    assert tuple(steps.shape) == (2, 8 * width, 1)
    assert torch.isfinite(steps).all()


def test_weights_start_as_torchvision_starts_them() -> None:
    """Normal, with a variance of 2 over the connections that leave (He et al. 2015)."""
    torch.manual_seed(0)
    tensors = ResNet3d().state_dict()
    for name, leaving in (("stem.0", 64 * 3 * 7 * 7), ("layer3.1.conv2.0", 256 * 3 * 3 * 3)):
        spread = float(tensors[f"{name}.weight"].std())
        assert spread == pytest.approx((2 / leaving) ** 0.5, rel=0.02)


def test_a_clip_with_other_channels_is_refused() -> None:
    with pytest.raises(RuntimeError, match="to have 3 channels, but got 4 channels"):
        ResNet3d(width=8)(torch.zeros(1, 4, 8, 32, 32))


def test_time_can_be_kept_so_that_every_picture_has_its_features() -> None:
    with torch.no_grad():
        steps = ResNet3d(width=8, temporal_stride="keep")(torch.zeros(1, 3, 16, 32, 32))
    assert tuple(steps.shape) == (1, 64, 16)


@pytest.mark.parametrize("norm", ["group", "frozen"])
def test_a_clip_alone_gives_what_it_gives_among_others(norm: str) -> None:
    torch.manual_seed(0)
    net = ResNet3d(width=8, norm=norm).train()  # type: ignore[arg-type]
    clips = torch.randn(3, 3, 8, 32, 32)
    with torch.no_grad():
        together = net(clips)
        alone = torch.cat([net(one[None]) for one in clips])
    torch.testing.assert_close(together, alone, atol=1e-4, rtol=1e-4)


def test_batch_normalisation_on_one_clip_is_the_trap_that_the_others_avoid() -> None:
    """With one clip, batch statistics make the prediction depend on what else was in the batch."""
    torch.manual_seed(0)
    net = ResNet3d(width=8, norm="batch").train()
    clips = torch.randn(3, 3, 8, 32, 32) * torch.tensor([1.0, 2.0, 3.0])[:, None, None, None, None]
    with torch.no_grad():
        together = net(clips)
        alone = torch.cat([net(one[None]) for one in clips])
    assert (together - alone).abs().max() > 0.05


def test_frozen_statistics_do_not_follow_the_data_but_scale_and_shift_learn() -> None:
    layer = FrozenBatchNorm(4).train()
    before = layer.running_mean.clone() if layer.running_mean is not None else torch.zeros(4)
    layer(torch.randn(2, 4, 2, 3, 3) + 5).sum().backward()
    assert layer.running_mean is not None
    torch.testing.assert_close(layer.running_mean, before)
    assert layer.weight.grad is not None


def test_it_runs_in_half_precision() -> None:
    net = ResNet3d(width=8)
    with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
        steps = net(torch.randn(1, 3, 8, 32, 32))
    assert torch.isfinite(steps.float()).all()
