"""The same work on the processor and on an accelerator, side by side: `make gpu`.

Every path through the networks is gone twice, and what comes out is compared: with each other, not
bit by bit, but as far apart as rounding may bring it. Then memory is made to run out, work is
cancelled, and a round and a pass are timed. It prints one table and takes about five minutes.

The status is 0 where all is within what is allowed, and where the machine has no accelerator,
which it says in one sentence; 1 where anything is not; 2 where the device asked for is not there.
`--device cpu` compares the processor with itself, which tries the script; `--half` lets the second
one compute with bf16, which tries what is allowed.
"""

import argparse
import os
import random
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from itertools import count
from pathlib import Path

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
os.environ.setdefault("KMP_BLOCKTIME", "0")

import numpy as np
import torch

from autoal_gui.core.errors import Cancelled
from autoal_gui.core.images.source import SourceSpec
from autoal_gui.core.likeness.kept_map import read_vectors
from autoal_gui.core.messages import (
    Event,
    MapImages,
    Notice,
    Predict,
    Progress,
    RoundFinished,
    RunRound,
    WarmStart,
)
from autoal_gui.core.registry import discover
from autoal_gui.core.settings import RunSettings
from autoal_gui.core.system.scratch import ScratchFolder
from autoal_gui.learning.backend import TorchBackend
from autoal_gui.learning.data.context import Feed
from autoal_gui.learning.inference.export import export_model
from autoal_gui.learning.inference.predict import Predictions, predict
from autoal_gui.learning.inference.throughput import bare_pass
from autoal_gui.learning.model.checkpoint import load_model
from autoal_gui.learning.model.device import (
    ACCELERATORS,
    best_device,
    choose_device,
    is_there,
    wait_for,
)
from autoal_gui.learning.model.device_memory import free_bytes, images_that_fit
from autoal_gui.learning.replay import ReplaySet
from autoal_gui.sources.opening import list_images, open_images

NONE = "This machine has no accelerator (CUDA, XPU or MPS) that torch can use: nothing is compared."
ONE_MODEL = 0.01  # between probabilities of one model
TRAINED = 0.05  # between those of two models trained alike, the mean: training enlarges rounding
HALF = 3  # times as much where one of the two has 8 bits a number
LEARNED = 0.10  # between the weights of two searches
LOSS = 0.05  # between two losses, as a share
PATIENCE = 2.0  # seconds from a cancel to its end


@dataclass(frozen=True)
class Size:
    """How much work is done."""

    images: int
    evaluation: int
    side: int
    labels: int
    steps: int
    timed: int
    """Steps of the round that is timed."""
    dear: bool
    """Whether networks with weights take part, and formats of export that take seconds."""


WHOLE = Size(1200, 300, 28, 200, 12, 60, dear=True)
SHORT = Size(48, 16, 16, 24, 2, 2, dear=False)
CHEAP = ("pt", "safetensors")  # formats of export


@dataclass(frozen=True)
class Row:
    """A line of the table; an empty `allowed` only tells."""

    what: str
    cpu: str
    device: str
    apart: str = ""
    allowed: str = ""
    passed: bool = True

    @classmethod
    def of(cls, what: str, cpu: str, device: str, apart: float, allowed: float) -> "Row":
        """Hold a difference against what is allowed; one that is no number is not."""
        return cls(what, cpu, device, f"{apart:.4f}", f"{allowed:g}", apart <= allowed)


class Trial:
    """A set, and work on it that is done on the one device and on the other."""

    def __init__(self, folder: Path, device: str, half: bool, size: Size) -> None:
        options = {"images": size.images, "evaluation": size.evaluation, "size": 32}
        spec = SourceSpec("demo", options=tuple((n, str(v)) for n, v in options.items()))
        listing = list_images(spec, folder, lambda done, total: None)
        self.data = ReplaySet.of(listing, open_images(spec, folder), 0)
        self.size, self.folder, self._numbers = size, folder, count()
        self.backend = TorchBackend()
        torch.backends.cudnn.allow_tf32 = False  # with 10 bits fp32 would hide what is wrong
        self.slack = HALF if half else 1
        other = {"device": device, "precision": "bf16" if half else "fp32"}
        self.sides = ({"device": "cpu"}, other)
        self.device = choose_device(RunSettings(device=device)).device
        # Dropout is drawn on the device, so two devices train alike only without it.
        self.settings = RunSettings(
            batch_size=20, precision="fp32", input_size=size.side, stem="3x3/2", dropout=0.0,
            task_steps=size.steps, train_batch=16, stochastic_passes=4, cycles=1, search_batch=8,
            fit_steps=size.steps, search_steps=size.steps, warm_epochs=1, warm_batch=16,
        )  # fmt: skip
        self.warm = self._begun()

    def own(self) -> Path:
        """Return a new folder: nothing that one device has worked out is there for the other."""
        folder = self.folder / f"{next(self._numbers)}"
        folder.mkdir()
        return folder

    def _begun(self) -> Path:
        """Return a checkpoint of a warm start, on the CPU, from which both begin."""
        target = self.own() / "warm.pt"
        list(self.backend.run(self.learning(target, **self.sides[0]), never))
        return target

    def learning(self, target: Path, **changes: object) -> WarmStart:
        """Return the command of a warm start."""
        settings = self.settings.in_mode("margin").but(**changes)
        where = str(target.parent)
        return WarmStart(1, self.data.pool, self.data.classes, settings, where, str(target))

    def round(self, warm: bool = False, **changes: object) -> RunRound:
        """Return the command of a first round."""
        pool, truth, folder = self.data.pool, self.data.truth, self.own()
        ids = pool.ids("pool")
        drawn = sorted(random.Random(0).sample(ids, self.size.labels))
        truth.ask(drawn)
        return RunRound(
            request_id=1,
            round_number=1,
            pool=pool,
            classes=self.data.classes,
            labelled=tuple((i, truth.label(i)) for i in drawn),
            unlabelled=tuple(i for i in ids if i not in set(drawn)),
            evaluation=self.data.evaluation,
            settings=self.settings.but(warm_start=warm, **changes),
            workspace=str(folder),
            checkpoint=str(folder / "model.pt"),
            warm_start=str(self.warm) if warm else "",
        )

    def both(self, warm: bool = False, **changes: object) -> list[RoundFinished]:
        """Carry out a round on the CPU and on the device; return their results."""
        found = [self.carried_out(self.round(warm, **(side | changes))) for side in self.sides]
        if self.device.type not in ("cpu", found[1].device.split(",")[0]):
            raise RuntimeError(f"the round has been done on {found[1].device}")
        return found

    def carried_out(self, command: RunRound, told: list[Event] | None = None) -> RoundFinished:
        """Carry out a round; `told` gets what it says on the way."""
        events = list(self.backend.run(command, never))
        if told is not None:
            told += events
        assert isinstance(events[-1], RoundFinished)
        return events[-1]


def never() -> bool:
    return False


# -- the same work twice ----------------------------------------------------------------------


def compared(trial: Trial, what: str, warm: bool = False, **changes: object) -> Iterator[Row]:
    """A round on each: what their models say of the evaluation set, and what is asked for."""
    cpu, device = trial.both(warm, **changes)
    apart = np.abs(cpu.measured.probabilities - device.measured.probabilities).mean()
    accuracies = [f"{one.metrics.accuracy:.1%} right" for one in (cpu, device)]
    slack = HALF if changes.get("precision") == "bf16" else trial.slack
    yield Row.of(what, *accuracies, float(apart), slack * TRAINED)
    if changes.get("mode") in ("paper", "auto"):
        weights = [np.array([w for _, w in one.plain_weights]) for one in (cpu, device)]
        told = [f"largest {one.max():.3f}" for one in weights]
        apart = np.abs(weights[0] - weights[1]).max()
        yield Row.of(f"{what}: weights", *told, float(apart), LEARNED)


def one_model(trial: Trial) -> Iterator[Row]:
    """What one model, trained on the device, says there and on the CPU; and all of its exports."""
    command = trial.round(mode="random", **trial.sides[1])
    trial.carried_out(command)
    found = [predicted(trial, command.checkpoint, side["device"]) for side in trial.sides]
    told = [f"{len(one)} images" for one in found]
    yield Row.of(
        "one model, all images",
        *told,
        float(np.abs(found[0] - found[1]).max()),
        trial.slack * ONE_MODEL,
    )
    formats = [e for e in discover("autoal_gui.exporters").values() if e.KIND == "model"]
    there = [e for e in formats if not e.missing() and (trial.size.dear or e.NAME in CHEAP)]
    for one in there:  # each compares what it has written
        export_model(one.NAME, Path(command.checkpoint), trial.own() / f"model{one.SUFFIX}")
    yield Row("its exports", f"{len(there)} formats", "each read back", "", "all", True)


def predicted(trial: Trial, checkpoint: str, device: str) -> np.ndarray:
    """Return (n, C) what a checkpoint's model says of all images on a device."""
    pool = trial.data.pool
    ids = (*pool.ids("pool"), *pool.ids("evaluation"))
    events = predict(Predict(1, pool, ids, checkpoint, str(trial.own()), device), never)
    return next(event.probabilities for event in events if isinstance(event, Predictions))


def warm_start(trial: Trial) -> Iterator[Row]:
    """The contrast after the same steps from the same start."""
    losses = []
    for side in trial.sides:
        events = trial.backend.run(trial.learning(trial.own() / "warm.pt", **side), never)
        told = [event.loss for event in events if isinstance(event, Progress) and event.loss]
        losses.append(told[-1])
    apart = abs(losses[0] - losses[1]) / losses[0]
    yield Row.of("warm start: the last loss", *(f"{one:.4f}" for one in losses), apart, LOSS)


def image_map(trial: Trial) -> Iterator[Row]:
    """How alike images are, by the vectors of the map."""
    alike = []
    for side in trial.sides:
        settings = trial.settings.in_mode("margin").but(**side)
        folder, data = trial.own(), trial.data
        command = MapImages(
            1, data.pool, data.classes, settings, str(folder), "map", "", str(trial.warm)
        )
        list(trial.backend.run(command, never))
        vectors = read_vectors(folder, "map")
        assert vectors is not None
        alike.append(vectors @ vectors.T)
    told = [f"{one.shape[0]} vectors" for one in alike]
    yield Row.of("map", *told, float(np.abs(alike[0] - alike[1]).mean()), TRAINED)


# -- memory, cancelling, time -----------------------------------------------------------------


def planted(trial: Trial) -> Iterator[Row]:
    """Memory that holds eight images and no more: passes halve, training starts again smaller."""
    plain = trial.carried_out(trial.round(mode="random", train_batch=8, **trial.sides[1]))
    sound = Feed.pixels

    def pixels(feed: Feed, ids: list[int]) -> torch.Tensor:
        if len(ids) > 8:
            raise torch.OutOfMemoryError("out of memory, as planted")
        return sound(feed, ids)

    told: list[Event] = []
    Feed.pixels = pixels  # type: ignore[method-assign]
    try:
        squeezed = trial.carried_out(trial.round(mode="random", **trial.sides[1]), told)
    finally:
        Feed.pixels = sound  # type: ignore[method-assign]
    notices = [event for event in told if isinstance(event, Notice)]
    apart = np.abs(plain.measured.probabilities - squeezed.measured.probabilities).mean()
    row = Row.of("memory for 8 images", "as with 8", "halved", float(apart), TRAINED)
    yield replace(row, passed=row.passed and len(notices) == 1)


def really_full(trial: Trial) -> Iterator[Row]:
    """A batch that the device cannot hold; only CUDA can be told to have less than it has."""
    if trial.device.type != "cuda":
        yield Row("memory really full", "", "CUDA alone can be kept short")
        return
    total = torch.cuda.mem_get_info()[1]
    torch.cuda.empty_cache()
    torch.cuda.set_per_process_memory_fraction((torch.cuda.memory_reserved() + 2**30) / total)
    told: list[Event] = []
    try:
        large = {"input_size": 224, "stem": "7x7", "train_batch": 128}
        trial.carried_out(trial.round(mode="random", **large, **trial.sides[1]), told)
    finally:
        torch.cuda.set_per_process_memory_fraction(1.0)
    notices = [event.sentence for event in told if isinstance(event, Notice)]
    smaller = f"{len(notices)} times smaller"
    yield Row("memory really full (1 GiB)", "", smaller, "", "> 0", bool(notices))


def at_once(trial: Trial) -> Iterator[Row]:
    """How many images a pass takes, by the free memory."""
    counts = []
    for side in trial.sides:
        command = trial.round(mode="random", **side)
        trial.carried_out(command)
        model, card = load_model(Path(command.checkpoint))
        place = choose_device(command.settings)
        image = torch.zeros(1, card.channels, card.input_size, card.input_size, device=place.device)
        with torch.inference_mode():
            counts.append(
                images_that_fit(place.device, place.place(model), lambda image=image: image)
            )
    free = free_bytes(trial.device)
    told = "" if free is None else f" of {free / 2**30:.1f} GiB free"
    yield Row("images at a time", f"{counts[0]}", f"{counts[1]}{told}", "", "", counts[1] > 0)


def cancelled_in(
    trial: Trial, step: str, command: Callable[[], RunRound | WarmStart]
) -> Iterator[Row]:
    """The seconds from a cancel in the middle of a step to the end of the command."""
    asked: list[float] = []
    events = trial.backend.run(command(), lambda: bool(asked))
    try:
        for event in events:
            if not asked and isinstance(event, Progress) and event.step == step and event.done > 1:
                asked.append(time.perf_counter())
    except Cancelled:
        pass
    took = time.perf_counter() - asked[0]
    yield Row.of(f"cancelled in {step}, seconds", "", f"{took:.2f} s", took, PATIENCE)


def cancels(trial: Trial) -> Iterator[tuple[str, Callable[[], Iterator[Row]]]]:
    """Yield the steps that are cancelled, each in work that would take long."""
    on, long = trial.sides[1], 100_000
    rounds = {
        "task model": {"mode": "random", "task_steps": long},
        "FitNet": {"mode": "paper", "fit_steps": long},
        "SearchNet": {"mode": "paper", "search_steps": long, "patience": long},
        "scoring": {"mode": "random", "infer_batch": 4},  # not to be done before it is cancelled
    }
    for step, changes in rounds.items():
        command = partial(trial.round, **changes, **on)
        yield f"cancel in {step}", partial(cancelled_in, trial, step, command)
    learning = partial(trial.learning, trial.own() / "warm.pt", **on, warm_epochs=1000)
    yield "cancel in warm start", partial(cancelled_in, trial, "warm start", learning)


def timed(trial: Trial) -> Iterator[Row]:
    """A round of the paper's mode, and passes over all images beside a bare loop."""
    steps = trial.size.timed
    changes = {"mode": "paper", "task_steps": steps, "fit_steps": steps, "search_steps": steps}
    took, rates, bare = [], [], []
    for side in trial.sides:
        command = trial.round(train_batch=64, search_batch=32, stem="3x3", **changes, **side)
        started = time.perf_counter()
        result = trial.carried_out(command)
        wait_for(trial.device)
        took.append(time.perf_counter() - started)
        images = len(command.unlabelled)
        rates.append(images / dict(result.seconds)["scoring"])
        bare.append(images / bare_pass(command))
    speed = f"{took[0] / took[1]:.1f} times as fast"
    yield Row("a round of mode paper", f"{took[0]:.1f} s", f"{took[1]:.1f} s", speed)
    yield Row("scoring, images a second", *(f"{one:,.0f}" for one in rates))
    yield Row("a bare loop, images a second", *(f"{one:,.0f}" for one in bare))
    if trial.device.type == "cuda":
        peak = torch.cuda.max_memory_allocated() / 2**20
        yield Row("most memory so far", "", f"{peak:,.0f} MB")


# -- the table --------------------------------------------------------------------------------


def parts(trial: Trial) -> Iterator[tuple[str, Callable[[], Iterator[Row]]]]:
    """Yield what is tried, by name, in the order to try it."""
    alone = {"mode": "margin", "all_layers": "never"}
    weights = {**alone, "backbone": "efficientnet_lite0"}
    rounds: dict[str, tuple[bool, dict[str, object]]] = {
        "task model, from scratch": (False, {"mode": "margin"}),
        "last layer on a warm start": (True, alone),
        "every layer, from a warm start": (True, {"mode": "margin", "all_layers": "always"}),
        "mode paper": (False, {"mode": "paper"}),
        "mode auto": (True, {"mode": "auto", "all_layers": "never"}),
    }
    if trial.size.dear:
        rounds["a network with weights"] = (False, weights)
        rounds["views side by side"] = (True, {**alone, "beside": "efficientnet_lite0"})
    yield "one model", partial(one_model, trial)
    for what, (warm, changes) in rounds.items():
        yield what, partial(compared, trial, what, warm, **changes)
    if trial.device.type != "cpu":
        half = {"mode": "margin", "precision": "bf16"}
        yield "bf16 on both", partial(compared, trial, "bf16 on both", **half)
    yield "warm start", partial(warm_start, trial)
    yield "map", partial(image_map, trial)
    yield "planted", partial(planted, trial)
    yield "really full", partial(really_full, trial)
    yield "at once", partial(at_once, trial)
    yield from cancels(trial)
    yield "timed", partial(timed, trial)


def rows_of(trial: Trial) -> Iterator[Row]:
    """Yield the table, line by line; what ends in an error is a line, too."""
    for what, part in parts(trial):
        try:
            yield from part()
        except Exception as error:
            traceback.print_exc()
            yield Row(what, "", type(error).__name__, "", "none", False)


def printed(row: Row) -> str:
    """Return a row as a line."""
    words = "" if not row.allowed else "ok" if row.passed else "NOT OK"
    first = f"{row.what:<34}{row.cpu:>16}{row.device:>30}"
    return f"{first}{row.apart:>20}{row.allowed:>10}  {words}".rstrip()


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--device", choices=("cpu", *ACCELERATORS))
    parser.add_argument("--half", action="store_true")
    parser.add_argument("--short", action="store_true")
    options = parser.parse_args(arguments)
    device = options.device or best_device()
    if device == "cpu" and not options.device:
        print(NONE)
        return 0
    if not is_there(device):
        print(f"This machine has no {device} device that torch can use.")
        return 2
    with ScratchFolder() as folder:
        trial = Trial(folder, device, options.half, SHORT if options.short else WHOLE)
        print(f"torch {torch.__version__}, {backends_of(trial)}")
        print(printed(Row("", "cpu", device, "apart", "allowed")))
        bad = 0
        for row in rows_of(trial):
            print(printed(row), flush=True)
            bad += not row.passed
    print("all within what is allowed" if not bad else f"{bad} not within what is allowed")
    return 1 if bad else 0


def backends_of(trial: Trial) -> str:
    """Return what the device is called."""
    kind = trial.device.type
    if kind in ("cuda", "xpu"):
        return str(getattr(torch, kind).get_device_name())
    return kind


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
