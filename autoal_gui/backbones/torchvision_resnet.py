"""What torchvision's ResNets with ImageNet weights share; not a backbone itself."""

from typing import Any

from autoal_gui.backbones.contract import Parts, Scale

SCALE: Scale = ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))
"""Mean and deviation of ImageNet, by which torchvision scales."""
SMALLEST_SIDE = 128
VIEWS = ((2,), (3,))  # the middle, where textures are; the end, where things are
TRAINED = "weights: torchvision, ImageNet-1k, version 1"


def parts_of(net: Any, channels: int) -> Parts:
    """Return the stem and the four stages of a network of torchvision."""
    from torch import nn

    first = nn.Conv2d(channels, 64, 7, stride=2, padding=3, bias=False)
    stem = nn.Sequential(first, net.bn1, net.relu, net.maxpool)
    return stem, [net.layer1, net.layer2, net.layer3, net.layer4]


def layers_of(net: Any) -> list[str]:
    """Return the names of the layers that have weights, the last one aside."""
    named = net.named_modules()
    return [n for n, module in named if n != "fc" and [*module.parameters(recurse=False)]]
