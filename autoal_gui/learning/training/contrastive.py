"""Contrastive learning without labels: two views of an image are to look alike (SimCLR).

Chen et al., "A Simple Framework for Contrastive Learning of Visual Representations", ICML 2020.
The views suit grey and colour medical images: what tells classes apart there is often a shade or a
hue, so brightness and colour vary less than in the paper, and no view loses its colour.
"""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

from autoal_gui.learning.model.networks import Backbone

WIDTH = 128  # of the projections that are compared (the paper's)
TEMPERATURE = 0.2  # of the contrast; the paper's 0.1 to 0.5
SMALLEST_CROP = 0.3  # of the area; the paper's 0.08 leaves little of an image of 28 pixels
STRETCH = 4 / 3  # largest change of the aspect ratio (the paper's)
TILT = math.pi / 12  # largest rotation
BRIGHTNESS = 0.2  # largest shift of a pixel in [0, 1]
CONTRAST = 0.4  # largest change, as a share
SATURATION = 0.4  # likewise
TINT = 0.1  # largest shift of one colour alone
NOISE = 0.05  # largest deviation of the pixel noise


class Projector(nn.Module):
    """A backbone under the two layers that the contrast needs and nobody else."""

    def __init__(self, backbone: Backbone) -> None:
        super().__init__()
        self.backbone = backbone
        self.layers = nn.Sequential(
            nn.Linear(backbone.width, backbone.width),
            nn.BatchNorm1d(backbone.width),
            nn.ReLU(),
            nn.Linear(backbone.width, WIDTH),
        )

    def forward(self, features: Tensor) -> Tensor:
        """Map features (B, D) to unit vectors (B, WIDTH)."""
        return functional.normalize(self.layers(features), dim=1)


def contrast_loss(projections: Tensor, temperature: float = TEMPERATURE) -> Tensor:
    """Return NT-Xent, the cross-entropy of finding each view's twin among all others (Eq. 1).

    Args:
        projections: (2 B, WIDTH) unit vectors; rows i and i + B are views of one image.
        temperature: positive.
    """
    count = len(projections)
    likeness = projections @ projections.T / temperature
    itself = torch.eye(count, dtype=torch.bool, device=projections.device)
    twins = torch.arange(count, device=projections.device).roll(count // 2)
    return functional.cross_entropy(likeness.masked_fill(itself, -torch.inf), twins)


def view(pixels: Tensor, generator: torch.Generator) -> Tensor:
    """Return a random view of each image: crop, turn, mirror, shade, tint, blur and noise.

    Args:
        pixels: (B, C, S, S) in [0, 1].
        generator: on the CPU, so that every device draws the same.
    """
    seen = _moved(pixels, generator)
    seen = _shaded(seen, generator)
    if pixels.shape[1] == 3:
        seen = _tinted(seen, generator)
    return _noisy(_blurred(seen, generator), generator)


def _uniform(low: float, high: float, count: int, generator: torch.Generator) -> Tensor:
    return torch.rand(count, generator=generator) * (high - low) + low


def _coin(count: int, generator: torch.Generator) -> Tensor:
    return torch.rand(count, generator=generator) < 0.5


def _moved(pixels: Tensor, generator: torch.Generator) -> Tensor:
    """Crop, stretch, tilt and mirror by one affine map for each image."""
    count = len(pixels)
    side = _uniform(SMALLEST_CROP, 1.0, count, generator).sqrt()
    stretch = torch.exp(_uniform(-1.0, 1.0, count, generator) * math.log(STRETCH) / 2)
    wide, high = (side * stretch).clamp(max=1), (side / stretch).clamp(max=1)
    across = _uniform(-1.0, 1.0, count, generator) * (1 - wide)
    down = _uniform(-1.0, 1.0, count, generator) * (1 - high)
    angle = _uniform(-TILT, TILT, count, generator)
    mirror = torch.where(_coin(count, generator), 1.0, -1.0)
    cosine, sine = angle.cos(), angle.sin()
    rows = (
        torch.stack((mirror * wide * cosine, -high * sine, across), 1),
        torch.stack((mirror * wide * sine, high * cosine, down), 1),
    )
    maps = torch.stack(rows, 1).to(pixels.device)  # (B, 2, 3)
    grid = functional.affine_grid(maps, list(pixels.shape), align_corners=False)
    return functional.grid_sample(pixels, grid, align_corners=False, padding_mode="reflection")


def _shaded(pixels: Tensor, generator: torch.Generator) -> Tensor:
    count = len(pixels)
    shift = _per_image(_uniform(-BRIGHTNESS, BRIGHTNESS, count, generator), pixels)
    factor = _per_image(_uniform(1 - CONTRAST, 1 + CONTRAST, count, generator), pixels)
    mean = pixels.mean((1, 2, 3), keepdim=True)
    return (pixels - mean) * factor + mean + shift


def _tinted(pixels: Tensor, generator: torch.Generator) -> Tensor:
    count = len(pixels)
    factor = _per_image(_uniform(1 - SATURATION, 1 + SATURATION, count, generator), pixels)
    tint = _uniform(-TINT, TINT, 3 * count, generator).view(count, 3, 1, 1).to(pixels.device)
    grey = pixels.mean(1, keepdim=True)
    return grey + (pixels - grey) * factor + tint


def _blurred(pixels: Tensor, generator: torch.Generator) -> Tensor:
    """Blur half of the images by the binomial kernel 1 2 1."""
    kernel = torch.tensor([1.0, 2.0, 1.0], device=pixels.device) / 4
    channels = pixels.shape[1]
    weights = torch.outer(kernel, kernel).expand(channels, 1, 3, 3)
    padded = functional.pad(pixels, (1, 1, 1, 1), mode="reflect")
    soft = functional.conv2d(padded, weights, groups=channels)
    return torch.where(_per_image(_coin(len(pixels), generator), pixels), soft, pixels)


def _noisy(pixels: Tensor, generator: torch.Generator) -> Tensor:
    deviation = _per_image(_uniform(0.0, NOISE, len(pixels), generator), pixels)
    return pixels + torch.randn(pixels.shape, generator=generator).to(pixels.device) * deviation


def _per_image(values: Tensor, pixels: Tensor) -> Tensor:
    """Shape (B,) values to apply to (B, C, S, S) pixels, on their device."""
    return values.view(-1, 1, 1, 1).to(pixels.device)
