"""ResNet-50 with torchvision's ImageNet weights, which the user has fetched or brings as a file."""

from autoal_gui.backbones import torchvision_networks as shared
from autoal_gui.backbones.contract import Layout, Parts, Weights
from autoal_gui.core.language import mark
from autoal_gui.core.settings import Stem

NAME = "resnet50_imagenet"
LABEL = "ResNet-50 (ImageNet)"
SHORT = mark("has learned from photographs, no waiting")
ABOUT = mark(
    "A larger and slower network that has learned from 1.3 million photographs (ImageNet). It "
    "is used as it is: only its last layer is fitted to your labels."
)
CITATION = (
    "He et al., Deep Residual Learning for Image Recognition, CVPR 2016 (arXiv 1512.03385); "
    + shared.TRAINED
)
ORDER = 40
WEIGHTS = Weights(
    file_name="resnet50-0676ba61.pth",
    sha256="0676ba61b6795bbe1773cffd859882e5e297624d384b6993f7c9e683e722fb8a",
    size=102_530_333,
    licence="BSD-3-Clause",
    url="https://download.pytorch.org/models/resnet50-0676ba61.pth",
    layout=Layout("9fb760970125b1e9", 265, shared.RESNET),
)
NEEDS = ""
SMALLEST_SIDE, LARGEST_SIDE = shared.SMALLEST_SIDE, 0
SCALE, VIEWS = shared.SCALE, shared.VIEWS
WIDTHS = (256, 512, 1024, 2048)


def parts(channels: int, stem: Stem) -> Parts:
    """Return torchvision's network; it has one stem only."""
    from torchvision.models import resnet50

    return shared.parts_of(resnet50(weights=None), channels)


def layers() -> list[str]:
    """Return what torchvision's file calls the layers."""
    from torchvision.models import resnet50

    return shared.layers_of(resnet50(weights=None))
