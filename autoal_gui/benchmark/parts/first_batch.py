"""From "Start" to the first batch that a model has chosen, without a label and without a cache."""

import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any

from autoal_gui.benchmark.fresh import in_fresh_process
from autoal_gui.benchmark.plan import Plan
from autoal_gui.core.images.pool import ImagePool, longest_side
from autoal_gui.core.messages import RoundFinished, RunRound
from autoal_gui.core.settings import FIRST_IMAGES
from autoal_gui.sources.opening import list_images, open_images, spec_of


def measure(plan: Plan, folder: Path) -> Iterator[dict[str, Any]]:
    """Yield the seconds of every first batch, each in a fresh process and an empty folder."""
    taken: list[tuple[float, float, int]] = []
    for number in range(plan.starts):
        own = folder / str(number)
        own.mkdir()
        taken.append(in_fresh_process(chosen, plan, own))
        shutil.rmtree(own)
        yield {"seconds": [one[0] for one in taken], "processor": [one[1] for one in taken],
               "images": taken[0][2]}  # fmt: skip


def chosen(plan: Plan, folder: Path) -> tuple[float, float, int]:
    """Carry out the first round as the window does; what comes before "Start" does not count.

    Returns:
        Seconds on the clock, of the processor (torch is loaded in them), and images of the set.
    """
    spec = spec_of(plan.data)
    listing = list_images(spec, folder, lambda done, total: None)
    pool = ImagePool.of_listing(listing, open_images(spec, folder))
    settings, ids = plan.settings(side=28), tuple(sorted(pool.images))
    started, processor = time.perf_counter(), time.process_time()
    from autoal_gui.learning.backend import TorchBackend

    command = RunRound(
        request_id=1,
        round_number=1,
        pool=pool,
        classes=listing.classes,
        labelled=(),
        unlabelled=ids,
        evaluation=(),
        settings=settings.at_once(longest_side(pool)),
        workspace=str(folder),
        checkpoint=str(folder / "model.pt"),
        sample=FIRST_IMAGES,
    )
    *_, result = TorchBackend().run(command, lambda: False)
    took = time.perf_counter() - started, time.process_time() - processor
    if not isinstance(result, RoundFinished) or not result.queries:
        raise RuntimeError("the round brought no batch")
    return *took, len(ids)


def ratios(figures: dict[str, Any]) -> dict[str, float]:
    """Return the medians over the starts."""
    return {
        "first_batch_s": median(figures["seconds"]),
        "first_batch_processor_s": median(figures["processor"]),
    }
