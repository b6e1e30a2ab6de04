"""The networks: ResNet-18 as classifier (task model, FitNet) and as SearchNet.

Sources: He et al. 2016 (ResNet); Wang, Zhan & Huang, ICML 2025 (FitNet, SearchNet); Yoo & Kweon
2019 (loss-prediction head); Gal 2017 and Kirsch et al. 2019 (dropout masks shared by all images).
"""

import torch
from torch import Tensor, nn
from torch.nn import functional
from torchvision.models import resnet18

from autoal_gui.core.settings import Stem

FEATURES = 512  # D, channels of ResNet-18's last stage
STAGES = (64, 128, 256, 512)
# The strategy head reads features over sqrt(D): a step then moves a strategy's logit by about the
# learning rate, not by D times as much, which made one strategy take all within three steps.
FEATURE_SCALE = FEATURES**-0.5
LOSS_WIDTH = 128  # width of each stage's branch in the loss-prediction head


class Backbone(nn.Module):
    """ResNet-18 without its last layer."""

    def __init__(self, channels: int, stem: Stem) -> None:
        super().__init__()
        net = resnet18(weights=None)
        if stem == "7x7":
            first, pool = nn.Conv2d(channels, 64, 7, stride=2, padding=3, bias=False), net.maxpool
        else:
            stride = 2 if stem == "3x3/2" else 1
            first, pool = nn.Conv2d(channels, 64, 3, stride, padding=1, bias=False), nn.Identity()
        nn.init.kaiming_normal_(first.weight, mode="fan_out", nonlinearity="relu")
        self.stem = nn.Sequential(first, net.bn1, net.relu, pool)
        self.stages = nn.ModuleList([net.layer1, net.layer2, net.layer3, net.layer4])

    def stage_means(self, images: Tensor) -> list[Tensor]:
        """Map (B, channels, H, W) to the spatial mean of each stage: (B, 64) ... (B, 512)."""
        maps, means = self.stem(images), []
        for stage in self.stages:
            maps = stage(maps)
            means.append(maps.mean((2, 3)))
        return means

    def forward(self, images: Tensor) -> Tensor:
        """Map (B, channels, H, W) to features (B, D)."""
        return self.stage_means(images)[-1]


class Classifier(nn.Module):
    """Task model and FitNet: a backbone, dropout, and one linear layer."""

    def __init__(
        self, channels: int, classes: int, stem: Stem, dropout: float, unit: bool = False
    ) -> None:
        """Build a classifier; with `unit` its features are centred and scaled to unit length.

        Frozen features of a warm start are classified better by their direction alone.
        """
        super().__init__()
        self.unit = unit
        self.backbone = Backbone(channels, stem)
        if unit:
            self.register_buffer("centre", torch.zeros(FEATURES))
        self.dropout = nn.Dropout(dropout)
        self.head = nn.Linear(FEATURES, classes)

    def forward(self, images: Tensor) -> Tensor:
        """Map (B, channels, H, W) to logits (B, C)."""
        logits: Tensor = self.head(self.dropout(self.features(images)))
        return logits

    def features(self, images: Tensor) -> Tensor:
        """Map (B, channels, H, W) to the last layer's input (B, D)."""
        return self.of_pooled(self.backbone(images))

    def of_pooled(self, pooled: Tensor) -> Tensor:
        """Map the backbone's output (B, D) to the last layer's input (B, D)."""
        if self.unit:
            centred = pooled.float() - self.get_buffer("centre")
            return functional.normalize(centred, dim=1)
        return pooled

    @torch.no_grad()
    def stochastic_heads(self, passes: int, generator: torch.Generator) -> Tensor:
        """Draw R dropout masks, each shared by all images, folded into the last layer's weights.

        Returns:
            (R, C, D) weights: features @ weights[r].T + bias are the logits of pass r. So R
            passes cost one backbone pass and R small products, and permuting the images permutes
            the passes with them.
        """
        keep = 1 - self.dropout.p
        masks = torch.rand(passes, FEATURES, generator=generator) < keep  # (R, D)
        scaled = masks.to(self.head.weight) / keep
        return self.head.weight[None] * scaled[:, None]


class SearchNet(nn.Module):
    """Weighs the candidates for each image, and predicts FitNet's loss on it."""

    def __init__(self, channels: int, candidates: int, stem: Stem) -> None:
        super().__init__()
        self.backbone = Backbone(channels, stem)
        self.strategies = nn.Linear(FEATURES, candidates)
        # The search starts from the uniform vote and leaves it only as far as it learns.
        nn.init.zeros_(self.strategies.weight)
        nn.init.zeros_(self.strategies.bias)
        self.branches = nn.ModuleList(nn.Linear(width, LOSS_WIDTH) for width in STAGES)
        self.loss = nn.Linear(LOSS_WIDTH * len(STAGES), 1)

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """Map (B, channels, H, W) to weights W (B, K), rows summing to 1, and losses (B,)."""
        means = self.backbone.stage_means(images)
        logits = self.strategies(means[-1] * FEATURE_SCALE)
        parts = [branch(mean).relu() for branch, mean in zip(self.branches, means, strict=True)]
        return logits.float().softmax(1), self.loss(torch.cat(parts, 1)).float().squeeze(1)
