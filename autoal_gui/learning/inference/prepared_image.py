"""An image made ready for a network by tensors alone, so that an exported model does it itself.

It gives, to the last bit, what `autoal_gui.core.images.pixels.to_channels` and Pillow's bilinear
resize make of the same picture in `autoal_gui.learning.data.image_cache.square`.
"""

import torch
from torch import Tensor, nn

from autoal_gui.core.images.pixels import LUMA

UNIT = 2.0**22  # Pillow rounds the weights of its resize to this fraction of one


class PreparedImage(nn.Module):
    """Maps images of any size to squares of whole numbers, 0 to 255."""

    def __init__(self, channels: int, size: int) -> None:
        """Prepare for a network.

        Args:
            channels: 1 for grey, 3 for colour.
            size: pixels a side of the squares.
        """
        super().__init__()
        self.channels, self.size = channels, size
        self.register_buffer("luma", torch.from_numpy(LUMA.astype("float64")))
        self.register_buffer("centres", torch.arange(size, dtype=torch.float64) + 0.5)

    def forward(self, image: Tensor) -> Tensor:
        """Map uint8 (B, H, W, 3), red, green and blue, to float64 (B, channels, S, S)."""
        values = image.double()
        if self.channels == 1:
            grey = (values * self.get_buffer("luma")).sum(3, keepdim=True)
            values = ((grey + 2**15) / 2**16).floor()
        planes = values.permute(0, 3, 1, 2)
        across = _rounded(planes @ self._weights(image.shape[2]).T)
        return _rounded(self._weights(image.shape[1]) @ across)

    def _weights(self, length: int) -> Tensor:
        """Return (S, length), the share of each pixel of a line in each pixel of the square.

        A triangle as wide as two pixels of the coarser grid (Pillow's antialiased "bilinear").
        """
        places = torch.arange(length, dtype=torch.float64) + 0.5
        scale = length * torch.ones((), dtype=torch.float64) / self.size
        centres = self.get_buffer("centres")[:, None] * scale
        shares = (1 - ((places - centres) / scale.clamp(min=1.0)).abs()).clamp(min=0.0)
        shares = shares / shares.sum(1, keepdim=True)
        return (shares * UNIT + 0.5).floor() / UNIT


def _rounded(values: Tensor) -> Tensor:
    """Return whole numbers, halves up, in [0, 255]: Pillow keeps 8 bits between its two passes."""
    return (values + 0.5).floor().clamp(0.0, 255.0)
