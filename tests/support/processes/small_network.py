"""ResNet-18 with an eighth of its channels, for tests of laws that no width changes.

To make, train, save and hash the whole one takes most of the time of a tiny round. A test has the
small one by the marker `small_network`, and the processes that it starts have it with it; the
whole one among tests of the small one by `small_network(False)`.
"""

from functools import cache
from typing import TYPE_CHECKING

from autoal_gui.backbones import resnet18
from autoal_gui.backbones.contract import Parts
from autoal_gui.core.settings import Stem

if TYPE_CHECKING:
    from torchvision.models import ResNet

PART = 8
WHOLE, SMALL = resnet18.WIDTHS, tuple(width // PART for width in resnet18.WIDTHS)
whole_parts = resnet18.parts


def choose(small: bool) -> None:
    """From now on this process makes small networks, or whole ones."""
    resnet18.WIDTHS = SMALL if small else WHOLE  # type: ignore[assignment]
    resnet18.parts = small_parts if small else whole_parts


def is_small() -> bool:
    """Say whether this process makes small networks."""
    return resnet18.WIDTHS == SMALL


def small_parts(channels: int, stem: Stem) -> Parts:
    """Return what the plug-in returns, of fewer channels."""
    return resnet18.parts_of(_narrow()(), channels, stem)


def torchvisions() -> "ResNet":
    """Return the network of torchvision that this process's networks are like."""
    from torchvision.models import resnet18 as whole

    net: ResNet = _narrow()() if is_small() else whole(weights=None)
    return net


@cache
def _narrow() -> type:
    """Return the class of torchvision's network with fewer channels; torch is loaded by now."""
    from torch import nn
    from torchvision.models.resnet import BasicBlock, ResNet

    class Narrow(ResNet):
        def __init__(self) -> None:
            super().__init__(BasicBlock, [2, 2, 2, 2])

        def _make_layer(self, block, planes, *others, **options):  # type: ignore[no-untyped-def]
            if planes == WHOLE[0]:  # the first one follows the stem
                self.inplanes = SMALL[0]
                self.conv1 = nn.Conv2d(3, SMALL[0], 7, stride=2, padding=3, bias=False)
                self.bn1 = nn.BatchNorm2d(SMALL[0])
            return super()._make_layer(block, planes // PART, *others, **options)

    return Narrow
