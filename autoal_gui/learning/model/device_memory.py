"""The memory of a device: what is free, how many images fit, and what to do when it is full."""

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn.modules.module import register_module_forward_hook

ON_THE_PROCESSOR = 256
"""Images passed at a time where the device has no memory of its own."""
MOST = 1024  # images; with more no device is faster, and a cancelled pass would end too late
SHARE = 0.5  # of the free memory: kernels take work space, and others may use the device
AT_ONCE = 4  # times the largest map lies in memory: a layer's input, output, shortcut and work


def images_that_fit(
    device: torch.device, look: Callable[[Tensor], object], image: Callable[[], Tensor]
) -> int:
    """Return how many images to pass at a time: a power of two, at most `MOST`.

    The processor always takes the same number, so that the same seed gives the same numbers there.

    Args:
        device: where they are passed.
        look: passes images (B, C, S, S) through a network, in inference mode.
        image: returns (1, C, S, S) on the device.
    """
    free = free_bytes(device)
    if free is None:
        return ON_THE_PROCESSOR
    fit = int(free * SHARE / (AT_ONCE * largest_map(look, image())))
    return min(MOST, 1 << (max(1, fit).bit_length() - 1))


def free_bytes(device: torch.device) -> int | None:
    """Return how much of a device's own memory is free; None where it has none, or does not tell.

    What torch holds ready for reuse counts as free.
    """
    if device.type == "mps":
        return max(0, torch.mps.recommended_max_memory() - torch.mps.current_allocated_memory())
    if device.type not in ("cuda", "xpu"):
        return None
    own = getattr(torch, device.type)
    ready = own.memory_reserved(device) - own.memory_allocated(device)
    try:
        return int(own.mem_get_info(device)[0] + ready)
    except RuntimeError:  # some of Intel's drivers do not tell
        return None


def largest_map(look: Callable[[Tensor], object], image: Tensor) -> int:
    """Return the bytes of the largest tensor that a layer makes of one image, or of the image."""
    largest = image.numel() * image.element_size()

    def note(module: nn.Module, inputs: object, output: object) -> None:
        nonlocal largest
        if isinstance(output, Tensor):
            largest = max(largest, output.numel() * output.element_size())

    noting = register_module_forward_hook(note)  # `look` may use several networks
    try:
        look(image)
    finally:
        noting.remove()
    return largest


def is_out_of_memory(error: Exception) -> bool:
    """Say whether a device's or the computer's memory was too small.

    CUDA and XPU have an error of their own for it, but not where a library of theirs meets it; on
    the CPU and on MPS it is a `RuntimeError` that says so.
    """
    own = isinstance(error, torch.OutOfMemoryError | MemoryError)
    return own or any(words in str(error) for words in _TOO_SMALL)


_TOO_SMALL = (
    "can't allocate memory",
    "not enough memory",
    "out of memory",
    "Cannot allocate memory",
    "bad_alloc",
    "ALLOC_FAILED",  # of CUDA's libraries
    "OUT_OF_DEVICE_MEMORY",  # of Intel's runtime
)
