"""What torchvision's networks with ImageNet weights share; not a backbone itself."""

from typing import Any

from autoal_gui.backbones.contract import Parts, Scale

SCALE: Scale = ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))
"""Mean and deviation of ImageNet, by which torchvision scales."""
SMALLEST_SIDE = 128
VIEWS = ((2,), (3,))  # the middle, where textures are; the end, where things are
RESNET = ("conv1", "bn1", "layer1", "layer2", "layer3", "layer4")  # its parts but the last
TRAINED = "weights: torchvision, ImageNet-1k, version 1"


def parts_of(net: Any, channels: int) -> Parts:
    """Return the stem and the four stages of a ResNet."""
    from torch import nn

    first = nn.Conv2d(channels, 64, 7, stride=2, padding=3, bias=False)
    stem = nn.Sequential(first, net.bn1, net.relu, net.maxpool)
    return stem, [net.layer1, net.layer2, net.layer3, net.layer4]


def layers_of(net: Any, last: str = "fc") -> list[str]:
    """Return the names of the layers that have weights, without those of the last part."""
    named = [n for n, module in net.named_modules() if [*module.parameters(recurse=False)]]
    return [name for name in named if name.split(".")[0] != last]
