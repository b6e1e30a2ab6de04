"""The contract of a backbone: a module with the names below; adding one is adding a file.

What a backbone is called, where its weights come from and under which licence they are is told
without torch, which is imported in the functions: the window lists backbones, and only the
engine's thread builds them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeAlias

from autoal_gui.core.settings import Stem

if TYPE_CHECKING:
    from torch import nn

Parts: TypeAlias = "tuple[nn.Module, list[nn.Module]]"
"""The stem and the stages behind it. A stage gives maps (B, channels, h, w), of which the spatial
mean is looked at; or tokens (B, 1 + fields, channels) of a square of fields, the class token first:
of the last stage that one is looked at, of the others the mean of the fields."""
Scale = tuple[tuple[float, ...], tuple[float, ...]]
"""Mean and deviation of each colour, of pixel values in [0, 1]."""


@dataclass(frozen=True)
class Layout:
    """Names and shapes of the tensors that a backbone needs, see `weight_layout`."""

    sum: str
    """Of names and shapes."""
    tensors: int
    """How many."""
    parts: tuple[str, ...]
    """What their names begin with; whatever else is in a file, such as a last layer, is left."""


@dataclass(frozen=True)
class Weights:
    """A file of pretrained weights: a state dict in a file of `torch.save`.

    The user may bring other weights for the same network, as such a file or as .safetensors: they
    are known by `layout`, whatever their file is called, see `weight_layout`.
    """

    file_name: str
    sha256: str
    """Of the file, lower-case hex: all 64 digits, or the first ones where no more is published."""
    size: int
    """Bytes."""
    licence: str
    """By its SPDX name, of the weights."""
    package: str = ""
    """The Python package that brings the file along; empty where none does."""
    folder: str = ""
    """Where in the package."""
    url: str = ""
    """Where the user may have it fetched from; empty where nowhere."""
    layout: Layout | None = None
    """Of its tensors; None where no other file may take its place."""


class BackbonePlugIn(Protocol):
    """What every backbone says of itself. `SHORT` and `ABOUT` are marked for translation."""

    NAME: str
    LABEL: str
    """What its authors call it."""
    SHORT: str
    """What a list says of it beside its label."""
    ABOUT: str
    """What it is good for, in a sentence or two."""
    CITATION: str
    ORDER: int
    WEIGHTS: Weights | None
    """None where it starts from chance, and learns from the user's images."""
    NEEDS: str
    """The package that it is made of, an optional one; empty where it needs none."""
    SMALLEST_SIDE: int
    """Pixels a side that smaller images are enlarged to before the stem; 0: none are."""
    LARGEST_SIDE: int
    """Pixels a side that larger images are made smaller to before the stem; 0: none are."""
    SCALE: Scale | None
    """By which its images are scaled; None: by mean and deviation of the pool."""
    WIDTHS: tuple[int, ...]
    """Channels of each stage."""
    VIEWS: tuple[tuple[int, ...], ...]
    """The stages that are looked at, a tuple a view. With a frozen backbone each view is centred
    and scaled to the same length, so that no depth outshouts another."""

    def parts(self, channels: int, stem: Stem) -> Parts:
        """Return the network, its weights by chance; `stem` is for those that have a choice."""

    def layers(self) -> Sequence[str]:
        """Return what the file of weights calls the layers that have weights, in their order.

        An empty name is the whole network, which has some weights of its own.
        """
