"""A 3 x 3 x 3 convolution whose gradients are right in half precision on two steps of time."""

import torch
from jaxtyping import Float
from torch import nn
from torch.nn import functional

_STEPS = 2


class Convolution3d(nn.Conv3d):
    """As torch has it, with the padding in time written out where there are two steps.

    In bf16 on a CPU, torch 2.13 (oneDNN) gives a wrong gradient of the weights of a convolution
    over three steps of time, padded by one, when its input has two: often infinite, sometimes
    finite and simply wrong. Table 1 ends in such layers. Padded by hand, it is right; the result
    is the same to the bit.
    """

    def forward(
        self, clip: Float[torch.Tensor, "batch before time height width"]
    ) -> Float[torch.Tensor, "batch after time2 height2 width2"]:
        """Convolve a clip."""
        if clip.shape[2] != _STEPS or isinstance(self.padding, str):
            return super().forward(clip)
        time, height, width = self.padding
        padded = functional.pad(clip, (0, 0, 0, 0, time, time))
        return functional.conv3d(padded, self.weight, self.bias, self.stride, (0, height, width))
