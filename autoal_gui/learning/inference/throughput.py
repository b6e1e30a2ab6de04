"""What the machine gives: its instructions, and a trained model called on batch after batch."""

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch

from autoal_gui.core.messages import RunRound
from autoal_gui.learning.data.image_cache import ImageCache
from autoal_gui.learning.model.checkpoint import load_model
from autoal_gui.learning.model.device import choose_device, use_threads, wait_for
from autoal_gui.learning.model.device_memory import images_that_fit


def bare_pass(command: RunRound) -> float:
    """Return the seconds of `model(batch)` over the images that a finished round ranked.

    Model, batch size and number format are the round's; the batches lie ready as floats, and what
    the model returns is dropped.

    Raises:
        CheckpointError: the round has left no model.
    """
    settings, device = command.settings, choose_device(command.settings)
    model, card = load_model(Path(command.checkpoint))
    device.place(model)
    cache = ImageCache.open(command.pool, card.input_size, Path(command.workspace), card.channels)
    ids = command.unlabelled

    def images(part: Sequence[int]) -> torch.Tensor:
        return card.normalisation(cache.batch(list(part)).to(device.device))

    with torch.inference_mode(), device.autocast():
        size = settings.infer_batch or images_that_fit(
            device.device, model, lambda: images(ids[:1])
        )
    batches = [images(ids[start : start + size]) for start in range(0, len(ids), size)]
    wait_for(device.device)
    started = time.perf_counter()
    with torch.inference_mode(), device.autocast():
        for batch in batches:
            model(batch)
    wait_for(device.device)
    return time.perf_counter() - started


def processor() -> dict[str, Any]:
    """Return what torch makes of the processor: instructions, and threads as a round has them."""
    use_threads()
    capabilities: dict[str, object] = getattr(torch.cpu, "get_capabilities", dict)()
    return {
        "instructions": torch.backends.cpu.get_cpu_capability(),
        "features": sorted(name for name, has in capabilities.items() if has is True),
        "torch threads": torch.get_num_threads(),
    }
