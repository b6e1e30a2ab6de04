"""ConvNeXt-Tiny with torchvision's ImageNet weights, which the user has fetched or brings."""

from autoal_gui.backbones import torchvision_networks as shared
from autoal_gui.backbones.contract import Layout, Parts, Weights
from autoal_gui.core.language import mark
from autoal_gui.core.settings import Stem

NAME = "convnext_tiny"
LABEL = "ConvNeXt-Tiny (ImageNet)"
SHORT = mark("has learned from photographs, no waiting")
ABOUT = mark(
    "A newer and slower network that has learned from 1.3 million photographs (ImageNet). It is "
    "used as it is: only its last layer is fitted to your labels."
)
CITATION = "Liu et al., A ConvNet for the 2020s, CVPR 2022 (arXiv 2201.03545); " + shared.TRAINED
ORDER = 50
WEIGHTS = Weights(
    file_name="convnext_tiny-983f1562.pth",
    sha256="983f1562536e84ff750a1576fb08e54de751dbf2e17c0d8a4a13704341fdcd3d",
    size=114_419_221,
    licence="BSD-3-Clause",
    url="https://download.pytorch.org/models/convnext_tiny-983f1562.pth",
    layout=Layout("89e7a0ecf6d2b039", 178, ("features",)),
)
NEEDS = ""
SMALLEST_SIDE, LARGEST_SIDE = shared.SMALLEST_SIDE, 0
SCALE, VIEWS = shared.SCALE, shared.VIEWS
WIDTHS = (96, 192, 384, 768)


def parts(channels: int, stem: Stem) -> Parts:
    """Return torchvision's network; it has one stem only."""
    from torch import nn
    from torchvision.models import convnext_tiny

    net = convnext_tiny(weights=None).features
    net[0][0] = nn.Conv2d(channels, WIDTHS[0], 4, stride=4)
    return net[0], [net[1], net[2:4], net[4:6], net[6:8]]


def layers() -> list[str]:
    """Return what torchvision's file calls the layers."""
    from torchvision.models import convnext_tiny

    return shared.layers_of(convnext_tiny(weights=None), last="classifier")
