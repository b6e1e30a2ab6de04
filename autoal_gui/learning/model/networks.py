"""The networks: a backbone as classifier (task model, FitNet), and ResNet-18 as SearchNet.

Sources: He et al. 2016 (ResNet); Wang, Zhan & Huang, ICML 2025 (FitNet, SearchNet); Yoo & Kweon
2019 (loss-prediction head); Gal 2017 and Kirsch et al. 2019 (dropout masks shared by all images).
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

import torch
from torch import Tensor, nn
from torch.nn import functional

from autoal_gui.backbones.weight_files import missing_package
from autoal_gui.core.errors import CheckpointError
from autoal_gui.core.registry import discover
from autoal_gui.core.settings import OWN_NETWORK, Stem
from autoal_gui.learning.model.normalisation import Normalisation

ENLARGED_AT_ONCE = {"cpu": 16}
"""Images that are passed at a time by a network that enlarges them: what they become in its first
stages takes megabytes an image, and 16 of them, which fit a processor's cache better than 64, take
.65 of the time. Other devices have their own memory, and want more."""
MAP_AXES = 4  # of what a stage gives; tokens have three
LOSS_WIDTH = 128  # width of each stage's branch in the loss-prediction head


@dataclass(frozen=True)
class Part:
    """One network of a backbone, whose features are computed and kept apart."""

    told: str
    """How it is used, besides its weights; empty: as ResNet-18 on images as they are."""
    state: dict[str, Tensor] = field(repr=False)
    """Its weights."""
    features: Callable[[Tensor], Tensor]
    """Maps the backbone's images to its features (B, width)."""
    width: int
    at_once: Callable[[int], int]
    """See `Backbone.at_once`."""


class Backbone(nn.Module):
    """A network without its last layer: a stem, and stages, some of which are looked at."""

    def __init__(
        self, channels: int, stem: Stem, name: str = OWN_NETWORK, own_side: int = 0
    ) -> None:
        """Build the backbone of that name, a plug-in of `autoal_gui.backbones`.

        ResNet-18 makes larger images `own_side` pixels a side before the stem; 0: they are left.

        Raises:
            CheckpointError: the package that it is made of is not here.
        """
        super().__init__()
        plug_in = discover("autoal_gui.backbones")[name]
        if lacking := missing_package(plug_in):
            raise CheckpointError(lacking)
        self.own_side: int = own_side if name == OWN_NETWORK else plug_in.LARGEST_SIDE
        self.stem, stages = plug_in.parts(channels, stem)
        self.stages = nn.ModuleList(stages)
        self.smallest_side: int = plug_in.SMALLEST_SIDE
        self.views: tuple[tuple[int, ...], ...] = plug_in.VIEWS
        self.stage_widths: tuple[int, ...] = plug_in.WIDTHS
        """Channels of each stage."""
        self.widths = [sum(plug_in.WIDTHS[stage] for stage in view) for view in self.views]
        """Features of each view."""

    @property
    def width(self) -> int:
        """D, how many features there are."""
        return sum(self.widths)

    def at_once(self, most: int) -> int:
        """Return how many of `most` images to pass at a time."""
        if not self.smallest_side:
            return most
        device = next(self.parameters()).device.type
        return min(most, ENLARGED_AT_ONCE.get(device, most))

    def maps(self, images: Tensor) -> Iterator[Tensor]:
        """Yield what each stage makes of (B, channels, H, W): maps or tokens, see `Parts`."""
        side = self.smallest_side
        if min(images.shape[2:]) < side:
            images = functional.interpolate(images, (side, side), mode="bilinear")
        if self.own_side and images.shape[3] > self.own_side:
            images = shrunk(images, self.own_side)
        found = self.stem(images)
        for stage in self.stages:
            found = stage(found)
            yield found

    def stage_means(self, images: Tensor) -> list[Tensor]:
        """Map (B, channels, H, W) to what is looked at of each stage: (B, its channels)."""
        return self.looked_at(self.maps(images))

    def looked_at(self, maps: Iterable[Tensor]) -> list[Tensor]:
        """Map what each stage gives to what is looked at of it: (B, its channels)."""
        found: list[Tensor] = []
        class_token = None
        for one in maps:  # one after the other: together they would fill the memory
            class_token = None if one.ndim == MAP_AXES else one[:, 0]
            found.append(one.mean((2, 3)) if one.ndim == MAP_AXES else one[:, 1:].mean(1))
        return found if class_token is None else [*found[:-1], class_token]

    def joined(self, means: Sequence[Tensor]) -> Tensor:
        """Map what is looked at of each stage to features (B, D), view after view."""
        return torch.cat([means[stage] for view in self.views for stage in view], 1)

    def forward(self, images: Tensor) -> Tensor:
        """Map (B, channels, H, W) to features (B, D)."""
        return self.joined(self.stage_means(images))

    def apart(self, maps: list[Tensor]) -> list[list[Tensor]]:
        """Return what `maps` yields, network by network."""
        return [maps]

    def parts(self) -> "tuple[Part, ...]":
        """Return the networks that it consists of."""
        return (Part(_told(self), self.state_dict(), self, self.width, self.at_once),)


class SideBySide(Backbone):
    """ResNet-18 with a network beside it that comes with weights; the views of both are features.

    Its own weights are named as those of a `Backbone`, so that one starts from the other's.
    """

    def __init__(self, channels: int, stem: Stem, beside: str, own_side: int = 0) -> None:
        """Build both; `beside` names a plug-in of `autoal_gui.backbones`."""
        super().__init__(channels, stem, own_side=own_side)
        self.other = Backbone(channels, stem, beside)
        self.own_views, first = self.views, len(self.stages)
        shifted = tuple(tuple(first + stage for stage in view) for view in self.other.views)
        self.views = (*self.views, *shifted)
        self.widths = [*self.widths, *self.other.widths]
        self.register_buffer("factor", torch.ones(channels, 1, 1))
        self.register_buffer("shift", torch.zeros(channels, 1, 1))

    def scale_other(self, ours: Normalisation, others: Normalisation) -> None:
        """Let the other network see images as its weights have: they come scaled as ours."""
        divisor = torch.tensor(others.deviation)
        shift = (torch.tensor(ours.mean) - torch.tensor(others.mean)) / divisor
        factor = torch.tensor(ours.deviation) / divisor
        self.get_buffer("factor").copy_(factor[:, None, None])
        self.get_buffer("shift").copy_(shift[:, None, None])

    def at_once(self, most: int) -> int:
        """Return how many of `most` images to pass at a time."""
        return self.other.at_once(most)

    def maps(self, images: Tensor) -> Iterator[Tensor]:
        """Yield what each stage of its own makes of (B, channels, H, W), then the other's."""
        yield from super().maps(images)
        yield from self.other.maps(self._rescaled(images))

    def apart(self, maps: list[Tensor]) -> list[list[Tensor]]:
        """Return what `maps` yields, network by network."""
        first = len(self.stages)
        return [maps[:first], maps[first:]]

    def parts(self) -> "tuple[Part, ...]":
        """Return its own network and the other."""
        outside = ("other.", "factor", "shift")
        state = {n: v for n, v in self.state_dict().items() if not n.startswith(outside)}
        own = Part(
            _told(self), state, self._own, sum(self.widths) - self.other.width, super().at_once
        )
        (other,) = self.other.parts()
        return own, replace(other, features=lambda images: self.other(self._rescaled(images)))

    def _own(self, images: Tensor) -> Tensor:
        means = self.looked_at(super().maps(images))
        return torch.cat([means[stage] for view in self.own_views for stage in view], 1)

    def _rescaled(self, images: Tensor) -> Tensor:
        return images * self.get_buffer("factor") + self.get_buffer("shift")


class Classifier(nn.Module):
    """Task model and FitNet: a backbone, dropout, and one linear layer."""

    def __init__(
        self,
        channels: int,
        classes: int,
        stem: Stem,
        dropout: float,
        unit: bool = False,
        backbone: str = OWN_NETWORK,
        beside: str = "",
        own_side: int = 0,
    ) -> None:
        """Build a classifier; with `unit` its features are centred and scaled to unit length.

        Frozen features are classified better by their direction alone. With `beside`, a network
        with weights, views of both stand side by side, each as strong as `strengths` says.
        """
        super().__init__()
        self.unit = unit
        self.backbone = (
            SideBySide(channels, stem, beside, own_side)
            if beside
            else Backbone(channels, stem, backbone, own_side)
        )
        if unit:
            self.register_buffer("centre", torch.zeros(self.backbone.width))
        if beside:
            self.register_buffer("strengths", torch.ones(len(self.backbone.widths)))
        self.dropout = nn.Dropout(dropout)
        self.head = nn.Linear(self.backbone.width, classes)

    def forward(self, images: Tensor) -> Tensor:
        """Map (B, channels, H, W) to logits (B, C)."""
        logits: Tensor = self.head(self.dropout(self.features(images)))
        return logits

    def features(self, images: Tensor) -> Tensor:
        """Map (B, channels, H, W) to the last layer's input (B, D)."""
        return self.of_pooled(self.backbone(images))

    def of_pooled(self, pooled: Tensor) -> Tensor:
        """Map the backbone's output (B, D) to the last layer's input (B, D)."""
        if not self.unit:
            return pooled
        centred = pooled.float() - self.get_buffer("centre")
        views = torch.split(centred, self.backbone.widths, 1)
        normal = [functional.normalize(view, dim=1) for view in views]
        if isinstance(self.backbone, SideBySide):
            strengths = functional.normalize(self.get_buffer("strengths"), dim=0)
            return torch.cat([v * strengths[i] for i, v in enumerate(normal)], 1)
        unit: Tensor = torch.cat(normal, 1) * len(views) ** -0.5
        return unit

    @torch.no_grad()
    def stochastic_heads(self, passes: int, generator: torch.Generator) -> Tensor:
        """Draw R dropout masks, each shared by all images, folded into the last layer's weights.

        Returns:
            (R, C, D) weights: features @ weights[r].T + bias are the logits of pass r. So R
            passes cost one backbone pass and R small products, and permuting the images permutes
            the passes with them.
        """
        keep = 1 - self.dropout.p
        masks = torch.rand(passes, self.backbone.width, generator=generator) < keep  # (R, D)
        scaled = masks.to(self.head.weight) / keep
        return self.head.weight[None] * scaled[:, None]


def shrunk(images: Tensor, side: int) -> Tensor:
    """Map (B, channels, S, S) to (B, channels, side, side), as Pillow's bilinear resize does.

    By two products with constants, which every format of export can hold.
    """
    length = images.shape[3]
    scale = length / side
    places = torch.arange(length, dtype=torch.float32, device=images.device) + 0.5
    centres = (torch.arange(side, dtype=torch.float32, device=images.device) + 0.5) * scale
    shares = (1 - ((places - centres[:, None]) / scale).abs()).clamp(min=0.0)
    shares = (shares / shares.sum(1, keepdim=True)).to(images.dtype)
    return shares @ images @ shares.T


def _told(backbone: Backbone) -> str:
    """Say how a backbone is used, as far as its weights do not tell."""
    told = repr((backbone.smallest_side, backbone.views)) if backbone.smallest_side else ""
    return f"{told} from {backbone.own_side}" if backbone.own_side else told


class SearchNet(nn.Module):
    """Weighs the candidates for each image, and predicts FitNet's loss on it."""

    def __init__(self, channels: int, candidates: int, stem: Stem, own_side: int = 0) -> None:
        super().__init__()
        self.backbone = Backbone(channels, stem, own_side=own_side)
        self.strategies = nn.Linear(self.backbone.width, candidates)
        # The strategy head reads features over sqrt(D): a step then moves a strategy's logit by
        # about the learning rate, not by D times as much, which made one strategy take all within
        # three steps.
        self.scale = self.backbone.width**-0.5
        # The search starts from the uniform vote and leaves it only as far as it learns.
        nn.init.zeros_(self.strategies.weight)
        nn.init.zeros_(self.strategies.bias)
        widths = self.backbone.stage_widths
        self.branches = nn.ModuleList(nn.Linear(width, LOSS_WIDTH) for width in widths)
        self.loss = nn.Linear(LOSS_WIDTH * len(widths), 1)

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """Map (B, channels, H, W) to weights W (B, K), rows summing to 1, and losses (B,)."""
        means = self.backbone.stage_means(images)
        logits = self.strategies(means[-1] * self.scale)
        parts = [branch(mean).relu() for branch, mean in zip(self.branches, means, strict=True)]
        return logits.float().softmax(1), self.loss(torch.cat(parts, 1)).float().squeeze(1)
