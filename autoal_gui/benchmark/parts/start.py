"""From the start of the program to its window, and to the first image of a project."""

import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

from autoal_gui.benchmark.fresh import in_fresh_process
from autoal_gui.benchmark.plan import Plan
from autoal_gui.benchmark.sets import make_project
from autoal_gui.sources.opening import spec_of

WAYS = ("window", "image")


def measure(plan: Plan, folder: Path) -> Iterator[dict[str, Any]]:
    """Yield the seconds of every start, the two ways in turns.

    One start more comes first and is not counted: it brings the program's files into the disk's
    cache, where those of a program in daily use are.
    """
    project = folder / "project"
    make_project(project, spec_of(plan.data), plan.settings, labels=0)
    in_fresh_process(started, time.monotonic(), project, folder)
    taken: dict[str, list[float]] = {way: [] for way in WAYS}
    for _ in range(plan.starts):
        for way in WAYS:
            opened = project if way == "image" else None
            taken[way].append(in_fresh_process(started, time.monotonic(), opened, folder))
        yield {"seconds": taken}


def started(beginning: float, project: Path | None, folder: Path) -> float:
    """Open the window in this process as the program does; return when it has been painted.

    Args:
        beginning: `time.monotonic()` of whoever started this process; all processes share it.
        project: a project whose first image is waited for; None for the start page.
        folder: where the window keeps its settings.

    Returns:
        Seconds.
    """
    from autoal_gui.benchmark.screen import Painted, shown_window, shows_image, until

    window = shown_window(folder, project)
    try:
        if project is None:
            painted = Painted(window, lambda: True)
        else:
            painted = Painted(window.desk.image_view, partial(shows_image, window))
        until(window, lambda: painted.first is not None)
    finally:
        window.close()
    return (painted.first or 0.0) - beginning


def ratios(figures: dict[str, Any]) -> dict[str, float]:
    """Return the median seconds of each way."""
    return {f"start_to_{way}_s": median(figures["seconds"][way]) for way in WAYS}
