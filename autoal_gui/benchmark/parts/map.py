"""What the map of a large set costs: memory above the window without it, and times.

Its vectors are drawn, so that no network is waited for: what the map costs does not depend on what
its images show. The better layout is kept as well, since a process of its own would compute it.
"""

import gc
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

import numpy as np

from autoal_gui.benchmark.fresh import own_bytes, with_sizes
from autoal_gui.benchmark.plan import Plan
from autoal_gui.benchmark.sets import make_project, write_set
from autoal_gui.core.images.source import SourceSpec
from autoal_gui.core.likeness.kept_map import write_layout, write_map
from autoal_gui.core.likeness.reduction import WIDTH
from autoal_gui.core.likeness.search import unit_rows

if TYPE_CHECKING:
    from autoal_gui.gui.window.main_window import MainWindow

SIDE, CLASSES = 28, 8
CLOUDS = 40  # about which the images lie
SPREAD = 0.6  # of an image about the middle of its cloud, whose own length is 1
REPEATS = 20
SETTLE = 2.0  # seconds until the window, or the map, has nothing more to do
STEP = 1.001  # of zoom, so that a picture is drawn anew that looks the same
MEGABYTE = 1e6
KINDS = {
    "painting": "painting",
    "painting_processor": "processor",
    "moving": "moving",
    "alike": "alike",
}


def measure(plan: Plan, folder: Path) -> Iterator[dict[str, Any]]:
    """Yield bytes and milliseconds of a map of `plan.dots` images."""
    file, project = folder / "set.npz", folder / "project"
    write_set(file, plan.dots, SIDE, CLASSES)
    make_project(project, SourceSpec("npz", str(file)), plan.settings, plan.labels)
    found, sizes = with_sizes(looked_at, project)
    peak = max((size for at, size in sizes if at >= found["shown"]), default=None)
    yield {"images": plan.dots, "peak": peak, **found}


def looked_at(folder: Path) -> dict[str, Any]:
    """Open a project's map in this process's window; return what it took.

    Returns:
        `before`, `after`: bytes that the process held without the map and with it; `shown`:
        `time.monotonic()` at which it was asked for; milliseconds: `opening`, until its dots were
        painted, and lists of `painting`, all dots anew (`processor`: of it what the processor
        worked for this thread), `moving`, of the picture that there is, and `alike`, from a wish
        for images like one to what was found.
    """
    from autoal_gui.benchmark.screen import rest, shown_window, shows_image, until

    window = shown_window(folder.parent, folder)
    try:
        until(window, partial(shows_image, window))
        until(window, partial(at_rest, window))
        keep_drawn_map(window)
        rest(window, SETTLE)
        before, shown = held(), time.monotonic()
        opening = opened(window)
        rest(window, SETTLE)
        painting, processor = painted(window)
        times = {"painting": painting, "processor": processor, "moving": moved(window)}
        times["alike"] = alike(window)
        return {"before": before, "after": held(), "shown": shown, "opening": opening, **times}
    finally:
        window.close()


def at_rest(window: "MainWindow") -> bool:
    """Stop a round that runs; say whether nothing is computed."""
    window.controller.cancel()
    return window.controller.at_rest


def held() -> int | None:
    """Return the bytes that this process holds and needs."""
    gc.collect()
    return own_bytes()


def keep_drawn_map(window: "MainWindow") -> None:
    """Keep a map of the open project, drawn about the middles of clouds."""
    from autoal_gui.gui.session.likeness.image_maps import name_of

    project, rng = window.controller.project, np.random.default_rng(0)
    folder, name, images = project.workspace, name_of(project), len(project.pool.images)
    middles = unit_rows(rng.normal(size=(CLOUDS, WIDTH)))
    cloud = rng.integers(0, CLOUDS, images)
    far = rng.normal(size=(images, WIDTH), scale=SPREAD / WIDTH**0.5)
    places = rng.normal(size=(CLOUDS, 2))[cloud] * 4 + rng.normal(size=(images, 2))
    layout = places.astype(np.float32)
    write_map(folder, name, unit_rows(middles[cloud] + far), layout)
    write_layout(folder, name, layout)


def opened(window: "MainWindow") -> float:
    """Open the map; return the milliseconds until its dots had been painted."""
    from autoal_gui.benchmark.screen import Painted, until

    begun, page = time.monotonic(), window.pages.map
    painted = Painted(page.canvas, lambda: page.canvas.has_dots)
    window.pages.show_page(page)
    until(window, lambda: painted.first is not None)
    return 1000 * ((painted.first or begun) - begun)


def painted(window: "MainWindow") -> tuple[list[float], list[float]]:
    """Return the milliseconds that it takes to draw and paint all dots, each time.

    The second list is of the processor's time for this thread, whatever else the machine does.
    """
    canvas = window.pages.map.canvas
    taken = []
    for _ in range(REPEATS):
        began = time.thread_time()
        clock = timed(canvas.redraw, canvas.repaint)
        taken.append((clock, 1000 * (time.thread_time() - began)))
    return [one for one, _ in taken], [one for _, one in taken]


def moved(window: "MainWindow") -> list[float]:
    """Return the milliseconds of a painting while the map is moved, each time."""
    canvas = window.pages.map.canvas
    return [timed(partial(canvas.zoom_by, STEP), canvas.repaint) for _ in range(REPEATS)]


def timed(*steps: Any) -> float:
    """Return the milliseconds that some calls take together."""
    started = time.perf_counter()
    for step in steps:
        step()
    return 1000 * (time.perf_counter() - started)


def alike(window: "MainWindow") -> list[float]:
    """Return the milliseconds of "More like this" for some images, one after the other."""
    from autoal_gui.benchmark.screen import until
    from autoal_gui.gui.session.likeness.image_maps import Question

    maps, taken = window.controller.likeness, list[float]()
    ids = np.random.default_rng(1).permutation(sorted(window.controller.project.pool.images))
    found: list[float] = []
    maps.found.connect(lambda one: found.append(time.perf_counter()))
    for image in ids[:REPEATS].tolist():
        found.clear()
        asked = time.perf_counter()
        maps.find(Question((image,)))
        until(window, lambda: bool(found))
        taken.append(1000 * (found[0] - asked))
    return taken


def ratios(figures: dict[str, Any]) -> dict[str, float]:
    """Return megabytes above the window without the map, and the median and the maximum in ms."""
    found = {"map_opening_ms": figures["opening"]}
    for kind, name in KINDS.items():
        found[f"map_{kind}_p50_ms"] = median(figures[name])
        found[f"map_{kind}_max_ms"] = max(figures[name])
    before = figures["before"]
    for name, size in (
        ("map_memory_mb", figures["after"]),
        ("map_peak_memory_mb", figures["peak"]),
    ):
        if before is not None and size is not None:
            found[name] = (size - before) / MEGABYTE
    return found
