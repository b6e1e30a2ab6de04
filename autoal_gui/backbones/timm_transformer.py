"""Vision transformers of timm, an optional package; not a backbone itself.

Only timm's definitions of networks are used: nothing is fetched, and weights come from the user.
"""

from typing import TYPE_CHECKING, Any

from autoal_gui.backbones.contract import Parts

if TYPE_CHECKING:
    from torch import Tensor

PACKAGE = "timm"
PLACES = "pos_embed"  # timm's name of what says where a patch is
PARTS = ("cls_token", "pos_embed", "patch_embed", "blocks", "norm")  # all but a last layer
PREFIX = 1  # tokens before the patches: the class token


def parts_of(architecture: str, channels: int, side: int) -> Parts:
    """Return what makes tokens of images, and the blocks behind it in two halves.

    Args:
        architecture: as timm calls it: with a class token, and no registers.
        channels: 1 or 3.
        side: pixels a side of the images.
    """
    from torch import nn

    net = _network(architecture, in_chans=channels, img_size=side)
    net.register_load_state_dict_pre_hook(with_places_resampled)
    blocks, norm, middle = net.blocks, net.norm, len(net.blocks) // 2
    net.blocks, net.norm = nn.Identity(), nn.Identity()
    return net, [blocks[:middle], nn.Sequential(*blocks[middle:], norm)]


def layers_of(architecture: str) -> list[str]:
    """Return the names of the layers that have weights; the network itself is one of them."""
    named = _network(architecture).named_modules()
    return [name for name, module in named if [*module.parameters(recurse=False)]]


def with_places_resampled(
    module: Any, state: "dict[str, Tensor]", prefix: str, *others: object
) -> None:
    """Let weights of images of another side say where a patch is; a hook of `load_state_dict`."""
    from timm.layers.pos_embed import resample_abs_pos_embed

    name = f"{prefix}{PLACES}"
    if name in state and state[name].shape != module.pos_embed.shape:
        grid = list(module.patch_embed.grid_size)
        state[name] = resample_abs_pos_embed(state[name], grid, num_prefix_tokens=PREFIX)


def _network(architecture: str, **options: Any) -> Any:
    """Return a network of timm, its weights by chance, that gives tokens (B, 1 + patches, D)."""
    from timm.models import create_model

    return create_model(architecture, pretrained=False, num_classes=0, global_pool="", **options)
