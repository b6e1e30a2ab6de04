"""ResNet-18, the network of the paper; it starts from chance and learns from the user's images."""

from typing import TYPE_CHECKING

from autoal_gui.backbones.contract import Parts, Scale
from autoal_gui.core.language import mark
from autoal_gui.core.settings import OWN_NETWORK, Stem

if TYPE_CHECKING:
    from torchvision.models import ResNet

NAME = OWN_NETWORK
LABEL = "ResNet-18"
SHORT = mark("learns from your own images")
ABOUT = mark(
    "The network of the AutoAL paper. It has seen nothing before: it learns from your images "
    "for a few minutes first, and suits images that look like no photograph."
)
CITATION = "He et al., Deep Residual Learning for Image Recognition, CVPR 2016 (arXiv 1512.03385)"
ORDER = 10
WEIGHTS = None
NEEDS = ""
SMALLEST_SIDE, LARGEST_SIDE = 0, 0
SCALE: Scale | None = None
WIDTHS = (64, 128, 256, 512)
VIEWS = ((3,),)


def parts(channels: int, stem: Stem) -> Parts:
    """Return torchvision's stages behind a stem that suits the size of the images."""
    from torchvision.models import resnet18

    return parts_of(resnet18(weights=None), channels, stem)


def parts_of(net: "ResNet", channels: int, stem: Stem) -> Parts:
    """Return the stages of a network behind a stem that suits the size of the images."""
    from torch import nn

    width = net.bn1.num_features
    if stem == "7x7":
        first, pool = nn.Conv2d(channels, width, 7, stride=2, padding=3, bias=False), net.maxpool
    else:
        stride = 2 if stem == "3x3/2" else 1
        first, pool = nn.Conv2d(channels, width, 3, stride, padding=1, bias=False), nn.Identity()
    nn.init.kaiming_normal_(first.weight, mode="fan_out", nonlinearity="relu")
    stages = [net.layer1, net.layer2, net.layer3, net.layer4]
    return nn.Sequential(first, net.bn1, net.relu, pool), stages


def layers() -> list[str]:
    """Return nothing: it has no file of weights."""
    return []
