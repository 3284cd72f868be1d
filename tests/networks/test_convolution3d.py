"""Gradients in half precision are those of full precision, on any number of steps."""

import pytest
import torch
from torch import nn

from mien.networks.convolution3d import Convolution3d


@pytest.mark.parametrize("steps", [1, 2, 3, 4, 8])
@pytest.mark.parametrize("side", [1, 2, 3, 7])
@pytest.mark.parametrize("stride", [(1, 1, 1), (2, 2, 2), (1, 2, 2)])
@pytest.mark.parametrize("count", [1, 3])
def test_half_precision_gives_the_gradients_of_full_precision(
    steps: int, side: int, stride: tuple[int, int, int], count: int
) -> None:
    torch.manual_seed(0)
    layer = Convolution3d(64, 64, 3, stride, padding=1, bias=False)
    clip = torch.randn(count, 64, steps, side, side)
    weight: list[torch.Tensor] = []
    for half in (True, False):
        layer.zero_grad()
        with torch.autocast("cpu", torch.bfloat16, enabled=half):
            result = layer(clip)
        torch.manual_seed(1)
        result.backward(torch.randn_like(result.float()).to(result.dtype))
        (gradient,) = (one.grad for one in layer.parameters())
        assert gradient is not None
        weight.append(gradient.clone())
    got, wanted = weight
    assert (got - wanted).abs().max() < 0.02 * wanted.abs().max()


@pytest.mark.parametrize("steps", [1, 2, 5])
def test_it_is_the_convolution_of_torch(steps: int) -> None:
    torch.manual_seed(0)
    ours, theirs = Convolution3d(4, 6, 3, padding=1), nn.Conv3d(4, 6, 3, padding=1)
    theirs.load_state_dict(ours.state_dict())
    clip = torch.randn(2, 4, steps, 5, 5)
    torch.testing.assert_close(ours(clip), theirs(clip))
