"""What the machine gives: its instructions, and a trained model called on batch after batch."""

import time
from pathlib import Path
from typing import Any

import torch

from autoal_gui.core.messages import RunRound
from autoal_gui.learning.data.image_cache import ImageCache
from autoal_gui.learning.model.checkpoint import load_model
from autoal_gui.learning.model.device import choose_device, use_threads


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
    size, ids = settings.infer_batch, command.unlabelled
    parts = [ids[start : start + size] for start in range(0, len(ids), size)]
    batches = [card.normalisation(cache.batch(part).to(device.device)) for part in parts]
    started = time.perf_counter()
    with torch.inference_mode(), device.autocast():
        for batch in batches:
            model(batch)
    _wait(device.device)
    return time.perf_counter() - started


def _wait(device: torch.device) -> None:
    """Let the device end what it was given; on the CPU nothing is outstanding."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    elif device.type == "mps":
        torch.mps.synchronize()


def processor() -> dict[str, Any]:
    """Return what torch makes of the processor: instructions, and threads as a round has them."""
    use_threads()
    capabilities: dict[str, object] = getattr(torch.cpu, "get_capabilities", dict)()
    return {
        "instructions": torch.backends.cpu.get_cpu_capability(),
        "features": sorted(name for name, has in capabilities.items() if has is True),
        "torch threads": torch.get_num_threads(),
    }
