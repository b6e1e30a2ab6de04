"""How soon the next image follows a key, and how late the event loop runs.

Three states: idle; training, a round of mode "paper"; and learning, a warm start. The first two
come a second time after the map was opened. The loop is watched while keys are pressed and between
them, and only while the state lasts.
"""

import os
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from autoal_gui.benchmark.fresh import in_fresh_process
from autoal_gui.benchmark.plan import Plan
from autoal_gui.benchmark.sets import make_project, write_set
from autoal_gui.core.images.source import SourceSpec
from autoal_gui.sources.opening import spec_of

if TYPE_CHECKING:
    from autoal_gui.benchmark.labelling import Annotator, Pulse
    from autoal_gui.gui.window.main_window import MainWindow

LARGE, LARGE_IMAGES = 224, 2000
PRESSES = 10  # between two spells
SPELL = 2.0  # seconds between keys for which the event loop alone is watched
KINDS = {"lateness": "late", "key_to_image": "pressed", "key_to_image_processor": "processor"}
FIGURES = {"p50": 50, "p99": 99, "max": 100}


def measure(plan: Plan, folder: Path) -> Iterator[dict[str, Any]]:
    """Yield milliseconds for the set that was named, then also for one of larger images."""
    large = folder / "large.npz"
    write_set(large, LARGE_IMAGES, LARGE)
    sets = {"": spec_of(plan.data), f"_{LARGE}_px": SourceSpec("npz", str(large))}
    found: dict[str, Any] = {}
    for name, spec in sets.items():
        found[name] = in_fresh_process(watched, plan, spec, folder / f"project{name}")
        yield found


def watched(plan: Plan, spec: SourceSpec, folder: Path) -> dict[str, Any]:
    """Label a project in this process's window; return in milliseconds how late all came."""
    from autoal_gui.benchmark.screen import shown_window, shows_image, until

    make_project(folder, spec, plan.settings, plan.labels)
    window = shown_window(folder.parent, folder)
    controller, quiet = window.controller, partial(stopped, window)
    try:
        until(window, partial(shows_image, window))
        found = {"idle": idle(window, plan)}
        found["training"] = busy(window, plan)
        until(window, quiet)
        open_map(window)
        found |= {"idle_map": idle(window, plan), "training_map": busy(window, plan)}
        until(window, quiet)
        controller.setup.change_settings(controller.project.settings.run.in_mode("auto"))
        found["learning"] = busy(window, plan)
    finally:
        window.close()
    return found


def open_map(window: "MainWindow") -> None:
    """Show the map, and leave it for the desk while its layout is still being computed."""
    from autoal_gui.benchmark.screen import until

    made: list[object] = []
    window.controller.likeness.ready.connect(made.append)
    window.pages.show_page(window.pages.map)
    until(window, lambda: bool(made))
    window.pages.leave()


def idle(window: "MainWindow", plan: Plan) -> dict[str, Any]:
    """Watch the window while no round runs: those that a full batch starts are cancelled."""
    from autoal_gui.benchmark.labelling import Annotator, Pulse
    from autoal_gui.benchmark.screen import rest, until

    quiet = partial(stopped, window)
    pulse = Pulse(window, lambda: not works(window))
    annotator = Annotator(window, quiet)
    until(window, quiet)
    with pulse.beating():
        rest(window, plan.quiet_seconds)
        annotator.answer(plan.presses)
    return found_by(pulse, annotator)


def works(window: "MainWindow") -> bool:
    """Say whether the engine does anything."""
    from autoal_gui.engine.state import State

    return window.controller.engine.state is not State.IDLE


def stopped(window: "MainWindow") -> bool:
    """Ask a running round to stop; say whether the engine does nothing now."""
    window.controller.cancel()
    return not works(window)


def busy(window: "MainWindow", plan: Plan) -> dict[str, Any]:
    """Watch the window while the warm start or rounds run, one after the other."""
    from autoal_gui.benchmark.labelling import Annotator, Pulse
    from autoal_gui.benchmark.screen import rest, until

    working, steps = partial(works, window), Counter[str]()
    window.controller.training.progressed.connect(lambda progress: steps.update([progress.step]))
    pulse, annotator = Pulse(window, working), Annotator(window, working)
    with kept_training(window):
        until(window, lambda: bool(steps))
        end = time.monotonic() + plan.training_seconds
        while time.monotonic() < end:
            with pulse.beating():
                rest(window, SPELL)
                annotator.answer(PRESSES)
    return {**found_by(pulse, annotator), "steps": dict(steps)}


@contextmanager
def kept_training(window: "MainWindow") -> Iterator[None]:
    """Start the next round whenever the engine does nothing, as long as the block lasts."""
    from PySide6.QtCore import QTimer

    from autoal_gui.benchmark.screen import POLL

    def train() -> None:
        if not works(window):
            window.controller.training.train_now()

    clock = QTimer(window, interval=POLL)
    clock.timeout.connect(train)
    clock.start()
    try:
        yield
    finally:
        clock.stop()


def found_by(pulse: "Pulse", annotator: "Annotator") -> dict[str, Any]:
    """Return what was measured, with the load of the machine at its end."""
    return {
        "late": pulse.late,
        "pressed": annotator.milliseconds,
        "processor": annotator.processor,
        "load": load(),
    }


def load() -> float:
    """Return how many processes wanted a processor during the last minute; 0 if unknown."""
    return os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0


def ratios(figures: dict[str, Any]) -> dict[str, float]:
    """Return the median, the 99th percentile and the maximum of each kind of figure, in ms.

    Beside them the load of the machine, without which none of them says anything.
    """
    found = {}
    for size, states in figures.items():
        for state, taken in states.items():
            found[f"load_{state}{size}"] = float(taken["load"])
        for kind, name in KINDS.items():
            for state, taken in states.items():
                for figure, percent in FIGURES.items():
                    value = float(np.percentile(taken[name], percent))
                    found[f"{kind}_{state}{size}_{figure}_ms"] = value
    return found
