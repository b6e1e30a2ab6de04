"""The mean and standard deviation by which pixels are scaled for a network."""

from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class Normalisation:
    """Per channel, of pixel values in [0, 1]."""

    mean: tuple[float, ...]
    deviation: tuple[float, ...]

    def __call__(self, images: Tensor) -> Tensor:
        """Map (B, C, S, S) uint8 to float with mean 0 and deviation 1."""
        return self.scale(images.float() / 255)

    def scale(self, pixels: Tensor) -> Tensor:
        """Map (B, C, S, S) floats in [0, 1] to mean 0 and deviation 1."""
        mean = torch.tensor(self.mean, device=pixels.device).view(1, -1, 1, 1)
        deviation = torch.tensor(self.deviation, device=pixels.device).view(1, -1, 1, 1)
        return (pixels - mean) / deviation
