"""ResNet-18 with torchvision's ImageNet weights, which the user has fetched or brings as a file."""

from autoal_gui.backbones import torchvision_networks as shared
from autoal_gui.backbones.contract import Layout, Parts, Weights
from autoal_gui.core.language import mark
from autoal_gui.core.settings import Stem

NAME = "resnet18_imagenet"
LABEL = "ResNet-18 (ImageNet)"
SHORT = mark("has learned from photographs, no waiting")
ABOUT = mark(
    "ResNet-18 as torchvision brings it, after 1.3 million photographs (ImageNet). It is used "
    "as it is: only its last layer is fitted to your labels."
)
CITATION = (
    "He et al., Deep Residual Learning for Image Recognition, CVPR 2016 (arXiv 1512.03385); "
    + shared.TRAINED
)
ORDER = 30
WEIGHTS = Weights(
    file_name="resnet18-f37072fd.pth",
    sha256="f37072fd47e89c5e827621c5baffa7500819f7896bbacec160b1a16c560e07ec",
    size=46_830_571,
    licence="BSD-3-Clause",
    url="https://download.pytorch.org/models/resnet18-f37072fd.pth",
    layout=Layout("43a9b5e01e6dc88a", 100, shared.RESNET),
)
NEEDS = ""
SMALLEST_SIDE, LARGEST_SIDE = shared.SMALLEST_SIDE, 0
SCALE, VIEWS = shared.SCALE, shared.VIEWS
WIDTHS = (64, 128, 256, 512)


def parts(channels: int, stem: Stem) -> Parts:
    """Return torchvision's network; it has one stem only."""
    from torchvision.models import resnet18

    return shared.parts_of(resnet18(weights=None), channels)


def layers() -> list[str]:
    """Return what torchvision's file calls the layers."""
    from torchvision.models import resnet18

    return shared.layers_of(resnet18(weights=None))
