"""Where, in which precision and layout the networks run: one setting for all devices."""

import contextlib
import os
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TypeVar

import torch
from torch import nn

from autoal_gui.core.errors import SettingsError
from autoal_gui.core.language import tr
from autoal_gui.core.settings import RunSettings

Network = TypeVar("Network", bound=nn.Module)
ACCELERATORS = ("cuda", "xpu", "mps")
"""What "auto" takes before the CPU, in this order: NVIDIA's and AMD's, Intel's, Apple's."""


@dataclass(frozen=True)
class Device:
    """A torch device, and how networks compute on it."""

    device: torch.device
    half: torch.dtype | None
    """Number format of forward passes, for autocast; None for fp32 throughout."""
    layout: torch.memory_format
    """In which images lie in memory from a network's first convolution on."""

    @property
    def label(self) -> str:
        """What the window calls it, e.g. "cuda, bf16"."""
        return f"{self.device.type}, {'fp32' if self.half is None else 'bf16'}"

    def place(self, network: Network) -> Network:
        """Bring a network here and into the layout, and return it."""
        return network.to(self.device).to(memory_format=self.layout)

    def autocast(self) -> AbstractContextManager[object]:
        """Return the context in which forward passes run."""
        if self.half is None:
            return contextlib.nullcontext()
        return torch.autocast(self.device.type, dtype=self.half)


def choose_device(settings: RunSettings) -> Device:
    """Return the device that the settings ask for; "auto" takes an accelerator before the CPU.

    Raises:
        SettingsError: the machine has no such device.
    """
    name = settings.device if settings.device != "auto" else best_device()
    if not is_there(name):
        raise SettingsError(tr("This machine has no {name} device; choose auto or cpu.", name=name))
    return Device(torch.device(name), _half(name, settings), _layout(name, settings))


def use_threads(count: int | None = None) -> None:
    """Set the number of CPU threads; by default one core is left to the window.

    Spinning OpenMP threads starve each other when a core is busy, hence the passive policy that
    `autoal_gui.__main__` sets before torch is imported.
    """
    torch.set_num_threads(count or max(1, (os.cpu_count() or 2) - 1))


def best_device() -> str:
    """Return the name of the first accelerator that is there, else "cpu"."""
    return next(filter(is_there, ACCELERATORS), "cpu")


def is_there(name: str) -> bool:
    """Say whether the machine has a device of that name, and this torch can use it."""
    if name == "cpu":
        return True
    found = torch.backends.mps if name == "mps" else getattr(torch, name)
    return bool(found.is_available())


def wait_for(device: torch.device) -> None:
    """Let a device end what it was given; on the CPU nothing is outstanding."""
    if device.type in ACCELERATORS:
        getattr(torch, device.type).synchronize()


def empty_caches() -> None:
    """Have accelerators give back the memory that torch holds ready for reuse."""
    for name in filter(is_there, ACCELERATORS):
        getattr(torch, name).empty_cache()


def _half(name: str, settings: RunSettings) -> torch.dtype | None:
    """Choose bf16 where it is known to pay.

    The choice must not vary from run to run, or the same seed would give other numbers; so it
    follows from what the processor can do, not from a stopwatch.
    """
    if settings.precision == "fp32":
        return None
    if settings.precision == "bf16":
        return torch.bfloat16
    if name == "cuda":  # half precision without bf16's range would need its losses scaled
        fast = torch.cuda.is_bf16_supported(including_emulation=False)
        return torch.bfloat16 if fast else None
    # With bf16 instructions the 3x3 stems run 1.3 to 2.5 times as fast (measured with AMX and
    # with AVX-512); training on the 7x7 stem, and any processor without them, loses.
    if name == "cpu" and _has_3x3_stem(settings) and _has_bf16_instructions():
        return torch.bfloat16
    return None


def _layout(name: str, settings: RunSettings) -> torch.memory_format:
    """Choose channels-last where it is known to pay; like `_half`, from run to run the same.

    On a CPU with AVX-512 scoring takes .83 to .86 of the time with the 7x7 stem and training .86
    to .92, both .94 with the 3x3 stem of stride 1; scoring 1.07 with stride 2. With
    EfficientNet-Lite0 scoring takes .75 of the time.
    """
    pays = name == "cpu" and (settings.has_weights or settings.stem != "3x3/2")
    return torch.channels_last if pays else torch.contiguous_format


def _has_3x3_stem(settings: RunSettings) -> bool:
    return settings.stem != "7x7" and not settings.has_weights


def _has_bf16_instructions() -> bool:
    capabilities: dict[str, object] = getattr(torch.cpu, "get_capabilities", dict)()
    return bool(capabilities.get("amx_bf16") or capabilities.get("avx512_bf16"))
