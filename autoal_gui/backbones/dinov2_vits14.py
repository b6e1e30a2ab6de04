"""DINOv2, ViT-S/14: a vision transformer of timm that has learned without labels.

Images become 11 x 11 patches of 14 pixels; the places that the weights know, 37 x 37, are resampled
to these. Looked at are the patches half way and the class token at the end.
"""

from autoal_gui.backbones import timm_transformer as shared
from autoal_gui.backbones.contract import Layout, Parts, Scale, Weights
from autoal_gui.core.language import mark
from autoal_gui.core.settings import Stem

NAME = "dinov2_vits14"
LABEL = "DINOv2 ViT-S/14"
SHORT = mark("has learned from photographs without labels, no waiting")
ABOUT = mark(
    "A vision transformer that has learned from 142 million photographs without labels. It is "
    "used as it is: only its last layer is fitted to your labels. It is slow without a graphics "
    "card."
)
CITATION = (
    "Oquab et al., DINOv2: Learning Robust Visual Features without Supervision, TMLR 2024 "
    "(arXiv 2304.07193); weights: Meta AI, LVD-142M, distilled, without registers"
)
ORDER = 60
WEIGHTS = Weights(
    file_name="dinov2_vits14_pretrain.pth",
    sha256="b938bf1bc15cd2ec0feacfe3a1bb553fe8ea9ca46a7e1d8d00217f29aef60cd9",
    size=88_283_115,
    licence="Apache-2.0",
    url="https://dl.fbaipublicfiles.com/dinov2/dinov2_vits14/dinov2_vits14_pretrain.pth",
    layout=Layout("8b7de9ad788ecf8e", 174, shared.PARTS),
)
NEEDS = shared.PACKAGE
ARCHITECTURE = "vit_small_patch14_dinov2"  # timm's name
SMALLEST_SIDE = LARGEST_SIDE = 154  # 11 patches; images are kept at up to 160 pixels
SCALE: Scale | None = ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))
WIDTHS = (384, 384)  # after half of its twelve blocks, and at its end
VIEWS = ((0,), (1,))


def parts(channels: int, stem: Stem) -> Parts:
    """Return timm's network in two halves; it has one stem only."""
    return shared.parts_of(ARCHITECTURE, channels, LARGEST_SIDE)


def layers() -> list[str]:
    """Return what Meta's file calls the layers, which are timm's names."""
    return shared.layers_of(ARCHITECTURE)
