"""`autoal-gui --self-test`: does every part of this installed program work on this machine?

The plug-ins are taken from the registries, so that a new one is covered by being there. Everything
is made and kept in a temporary folder; nothing needs the network.
"""

import os
import sys
import traceback
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from autoal_gui.core.images.source import SourceSpec
from autoal_gui.core.registry import discover
from autoal_gui.core.settings import RunSettings
from autoal_gui.core.system.scratch import ScratchFolder
from autoal_gui.selftest.samples import make_evidence, make_project, make_sample

if TYPE_CHECKING:
    from autoal_gui.learning.replay import ReplaySet

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
ROUNDING = 0.03  # of probabilities that a device computes with half as many digits
SMALL_DEMO = SourceSpec("demo", options=(("images", "120"), ("evaluation", "40")))
Command = Callable[[Sequence[str]], int]
"""Carries out a command line and returns its exit status."""
Check = Callable[[], str]


def self_test(command: Command, picture: Path | None = None) -> int:
    """Run every check, print a line for each, and return 0 if all passed.

    Args:
        command: the program's own command line, which the exports of labels go by.
        picture: where the picture of the window goes; by default into a temporary folder, to be
            looked at only by the check itself.
    """
    passed = True
    with ScratchFolder() as folder:
        for name, check in checks(folder, command, picture):
            passed = passes(name, check) and passed
    print("self-test passed" if passed else "self-test failed", flush=True)
    return 0 if passed else 1


def passes(name: str, check: Check) -> bool:
    """Run one check, print its line, and say whether it passed."""
    try:
        print(f"ok      {name}: {check()}", flush=True)
    except Exception:
        print(f"FAILED  {name}", flush=True)
        traceback.print_exc(file=sys.stdout)
        return False
    return True


def checks(
    folder: Path, command: Command, picture: Path | None = None
) -> Iterator[tuple[str, Check]]:
    """Yield the checks by name, in the order to run them; each returns what it found."""
    for name in discover("autoal_gui.sources"):
        yield f"source {name}", partial(check_source, folder, name)
    for name in discover("autoal_gui.strategies"):
        yield f"strategy {name}", partial(check_strategy, name)
    yield "round", partial(check_round, folder)
    yield "device", partial(check_device, folder)
    yield "warm start", partial(check_warm_start, folder)
    for name, backbone in discover("autoal_gui.backbones").items():
        if backbone.WEIGHTS:  # the other one is that of the round above
            yield f"backbone {name}", partial(check_backbone, folder, name)
    for name in discover("autoal_gui.exporters"):
        yield f"exporter {name}", partial(check_exporter, folder, name, command)
    yield "window", partial(check_window, folder, picture or folder / "window.png")


def check_source(folder: Path, name: str) -> str:
    """A small set of this kind is listed, and all its images are read."""
    from autoal_gui.sources.opening import list_images, open_images

    spec, workspace = make_sample(name, folder), folder / f"{name} workspace"
    workspace.mkdir()
    listing = list_images(spec, workspace, lambda done, total: None)
    if listing.unreadable:
        raise RuntimeError("; ".join(reason for _, reason in listing.unreadable))
    if not listing.images:
        raise RuntimeError("no image is found in the sample")
    reader = open_images(spec, workspace)
    if not all(reader.read(image.key).size for image in listing.images):
        raise RuntimeError("an image is empty")
    return f"{len(listing.images)} images"


def check_strategy(name: str) -> str:
    """Random model outputs are scored with one finite number an image."""
    import numpy as np

    outputs = make_evidence()
    scores = discover("autoal_gui.strategies")[name].score(outputs)
    if scores.shape != (len(outputs),) or not np.isfinite(scores).all():
        raise RuntimeError("the scores are not one finite number an image")
    return f"{len(scores)} scores"


def check_round(folder: Path) -> str:
    """A tiny round of the whole method runs on the demo set."""
    from autoal_gui.learning.backend import TorchBackend
    from autoal_gui.learning.replay import Replay

    replay = Replay(small_demo(folder), TINY, initial=40, folder=folder)
    (result,) = replay.run(TorchBackend(), 1, lambda: False, lambda event: None)
    if len(result.queries) != TINY.batch_size or not result.metrics or not result.weights:
        raise RuntimeError("the round is not complete")
    return f"{len(result.weights)} strategies weighed, {result.device}"


def check_device(folder: Path) -> str:
    """The accelerator that rounds would run on, if there is one, says what the CPU says."""
    from autoal_gui.learning.model.device import best_device

    name = best_device()
    if name == "cpu":
        return "no accelerator; the networks run on the processor"
    return f"{name}, {apart_on(folder, name):.4f} apart from the processor"


def apart_on(folder: Path, name: str) -> float:
    """Carry out a tiny round on a device; return how far its model's probabilities are off there.

    Raises:
        RuntimeError: they are further from the CPU's than rounding explains.
    """
    import numpy as np

    from autoal_gui.core.messages import Predict
    from autoal_gui.learning.backend import TorchBackend
    from autoal_gui.learning.inference.predict import Predictions, predict
    from autoal_gui.learning.replay import Replay

    own, data = folder / f"device {name}", small_demo(folder)
    own.mkdir()
    replay = Replay(data, TINY.but(device=name), initial=40, folder=own)
    list(replay.run(TorchBackend(), 1, lambda: False, lambda event: None))
    asked = data.pool, data.pool.ids("pool"), str(replay.checkpoint), str(own)
    found = [
        event.probabilities
        for device in (name, "cpu")
        for event in predict(Predict(0, *asked, device), lambda: False)
        if isinstance(event, Predictions)
    ]
    apart = float(np.abs(found[0] - found[1]).max())
    if not apart < ROUNDING:
        raise RuntimeError(f"the probabilities are {apart:.3f} apart from the processor's")
    return apart


def check_warm_start(folder: Path) -> str:
    """Features are learned without labels, and a round is fitted to them."""
    from autoal_gui.learning.backend import TorchBackend
    from autoal_gui.learning.replay import Replay, learn_features

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


def check_backbone(folder: Path, name: str) -> str:
    """A round on this network leaves a model that goes out in every format that holds one."""
    from autoal_gui.backbones.weight_files import is_there, missing_package
    from autoal_gui.learning.backend import TorchBackend
    from autoal_gui.learning.inference.export import export_model
    from autoal_gui.learning.replay import Replay

    backbone = discover("autoal_gui.backbones")[name]
    if lacking := missing_package(backbone):
        return f"left out. {lacking}"
    if not is_there(backbone.WEIGHTS):
        return "left out. Its weights are not on this computer."
    own = folder / f"backbone {name}"
    own.mkdir()
    replay = Replay(small_demo(folder), TINY.but(mode="margin", backbone=name), 40, own)
    (result,) = replay.run(TorchBackend(), 1, lambda: False, lambda event: None)
    if not result.metrics:
        raise RuntimeError("the round is not complete")
    exporters = discover("autoal_gui.exporters").values()
    formats = [one for one in exporters if one.KIND == "model" and not one.missing()]
    for one in formats:  # each compares what it has written
        export_model(one.NAME, replay.checkpoint, own / f"model{one.SUFFIX}")
    return f"{len(formats)} formats"


def small_demo(folder: Path) -> "ReplaySet":
    """Return a few images of the demo with their truth."""
    from autoal_gui.learning.replay import ReplaySet
    from autoal_gui.sources.opening import list_images, open_images

    listing = list_images(SMALL_DEMO, folder, lambda done, total: None)
    return ReplaySet.of(listing, open_images(SMALL_DEMO, folder), seed=0)


def check_exporter(folder: Path, name: str, command: Command) -> str:
    """The labels of a small project, or the model of the round above, go out in this format."""
    exporter = discover("autoal_gui.exporters")[name]
    missing = exporter.missing() if hasattr(exporter, "missing") else ""
    if missing:
        return f"left out. {missing}"
    target = folder / f"exported by {name}{exporter.SUFFIX}"
    if exporter.KIND == "model":
        from autoal_gui.learning.inference.export import export_model
        from autoal_gui.learning.model.checkpoint import load_model

        export_model(name, folder / "model.pt", target)  # each compares what it has written
        if target.suffix in (".pt", ".safetensors"):
            load_model(target)
    elif command(["export", str(make_project(folder)), "--format", name, "--out", str(target)]):
        raise RuntimeError("the command line could not export")
    size = sum(file.stat().st_size for file in [target, *target.rglob("*")] if file.is_file())
    if not size:
        raise RuntimeError("nothing was written")
    return f"{size} bytes"


def check_window(folder: Path, picture: Path) -> str:
    """The window opens on the demo and shows an image."""
    if not (sys.platform != "linux" or os.environ.get("DISPLAY")):
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from autoal_gui.launch.headless import open_demo, photograph, wait_until

    window = open_demo(folder / "window", SMALL_DEMO)
    try:
        wait_until(lambda: window.controller.images.current is not None)
        photograph(window, picture)
        shown = window.grab()
        if window.failure.isVisible() or not window.controller.is_open:
            raise RuntimeError("the window reports a fault")
    finally:
        window.close()
    if shown.toImage().allGray():
        raise RuntimeError("the window shows no colour")
    return f"{shown.width()} x {shown.height()} pixels"
