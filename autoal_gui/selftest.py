"""`autoal-gui --self-test`: does every part of this installed program work on this machine?"""

import os
import sys
import tempfile
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from autoal_gui.core.settings import RunSettings

if TYPE_CHECKING:
    from autoal_gui.learning.simulate import ReplaySet

TINY = RunSettings(
    input_size=16,
    stem="7x7",
    batch_size=8,
    train_batch=8,
    task_steps=3,
    fit_steps=2,
    search_steps=2,
    cycles=1,
    stochastic_passes=2,
    search_batch=4,
    device="cpu",
)
EXPECTED = {
    "autoal_gui.sources": {"demo", "folder", "medmnist", "npz"},
    "autoal_gui.strategies": {*TINY.candidates, "random"},
    "autoal_gui.exporters": {
        "audit",
        "csv",
        "json",
        "folders",
        "npz",
        "pt",
        "safetensors",
        "onnx",
        "pt2",
    },
}


def self_test(picture: Path | None = None) -> int:
    """Run every check, print a line for each, and return 0 if all passed.

    Args:
        picture: where the picture of the window goes; by default into a temporary folder, to be
            looked at only by the check itself.
    """
    failed = 0
    with tempfile.TemporaryDirectory(prefix="autoal-gui-") as folder:
        for name, check in checks(Path(folder), picture).items():
            try:
                print(f"ok      {name}: {check()}", flush=True)
            except Exception:
                failed += 1
                print(f"FAILED  {name}", flush=True)
                traceback.print_exc()
    print("self-test failed" if failed else "self-test passed", flush=True)
    return 1 if failed else 0


def checks(folder: Path, picture: Path | None) -> dict[str, Callable[[], str]]:
    """Return the checks in the order to run them; each gives what it found."""
    return {
        "plug-ins": check_plugins,
        "round": lambda: check_round(folder),
        "warm start": lambda: check_warm_start(folder),
        "export": lambda: check_export(folder),
        "window": lambda: check_window(folder, picture or folder / "window.png"),
    }


def check_plugins() -> str:
    """Every source, strategy and exporter is found."""
    from autoal_gui.core.registry import discover

    for package, names in EXPECTED.items():
        if missing := names - set(discover(package)):
            raise RuntimeError(f"{package} lacks {', '.join(sorted(missing))}")
    return ", ".join(name for package in EXPECTED for name in discover(package))


def check_round(folder: Path) -> str:
    """A tiny round of the whole method runs on the demo set."""
    from autoal_gui.learning.backend import TorchBackend
    from autoal_gui.learning.simulate import Replay

    replay = Replay(small_demo(folder), TINY, initial=40, folder=folder)
    (result,) = replay.run(TorchBackend(), 1, lambda: False, lambda event: None)
    if len(result.queries) != TINY.batch_size or not result.metrics or not result.weights:
        raise RuntimeError("the round is not complete")
    return f"{len(result.weights)} strategies weighed, {result.device}"


def check_warm_start(folder: Path) -> str:
    """Features are learned without labels, and a round is fitted to them."""
    from autoal_gui.learning.backend import TorchBackend
    from autoal_gui.learning.simulate import Replay, learn_features

    data, backend = small_demo(folder), TorchBackend()
    settings = TINY.in_mode("margin").but(warm_epochs=1, warm_batch=16)
    learned = learn_features(
        data, settings, folder, folder / "warm.pt", backend, lambda: False, lambda event: None
    )
    replay = Replay(data, settings, 40, folder, warm_start=Path(learned.checkpoint))
    (result,) = replay.run(backend, 1, lambda: False, lambda event: None)
    if not learned.complete or "features" not in dict(result.seconds):
        raise RuntimeError("the warm start is not complete, or the round has not used it")
    return f"{learned.epochs:.0f} pass over the images"


def small_demo(folder: Path) -> "ReplaySet":
    """Return a few images of the demo with their truth."""
    from autoal_gui.core.pool import SourceSpec
    from autoal_gui.learning.simulate import ReplaySet
    from autoal_gui.sources.opening import list_images, open_images

    spec = SourceSpec("demo", options=(("images", "120"), ("evaluation", "40")))
    listing = list_images(spec, folder, lambda done, total: None)
    return ReplaySet.of(listing, open_images(spec, folder), seed=0)


def check_export(folder: Path) -> str:
    """The trained model goes out in every format and comes back."""
    from autoal_gui.core.registry import discover
    from autoal_gui.learning.checkpoint import load_model
    from autoal_gui.learning.export import export_model

    written = []
    for name, exporter in discover("autoal_gui.exporters").items():
        if exporter.KIND == "model" and not exporter.missing():
            target = folder / f"exported{exporter.SUFFIX}"
            export_model(name, folder / "model.pt", target)  # each compares what it has written
            written.append(name)
    load_model(folder / "exported.pt")
    load_model(folder / "exported.safetensors")
    return ", ".join(written)


def check_window(folder: Path, picture: Path) -> str:
    """The window opens on the demo and shows an image."""
    if not (sys.platform != "linux" or os.environ.get("DISPLAY")):
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from autoal_gui.headless import open_demo, photograph, wait_until

    window = open_demo(folder / "window")
    try:
        wait_until(lambda: window.controller.current is not None)
        photograph(window, picture)
        shown = window.grab()
        if window.failure.isVisible() or window.desk is None:
            raise RuntimeError("the window reports a fault")
    finally:
        window.close()
    if shown.toImage().allGray():
        raise RuntimeError("the window shows no colour")
    return f"{shown.width()} x {shown.height()} pixels"
