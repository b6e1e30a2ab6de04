"""Time and memory of rounds over larger and larger pools, each in a fresh process."""

import gc
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from autoal_gui.benchmark.fresh import own_bytes, with_peak
from autoal_gui.benchmark.parts.round import never, pass_over
from autoal_gui.benchmark.plan import BESIDE, Plan, announce
from autoal_gui.benchmark.sets import replay_set, write_set
from autoal_gui.core.registry import discover

WAYS = ("paper", "auto", "auto, beside")
"""Modes, and whether another network stands beside the warm start; that on small images alone."""
USUAL = 28  # pixels a side of MedMNIST
SEEN_SIDE = 32
"""Pixels a side that the other network sees here. In its own size 165,466 images take half an hour;
its features are as many, and a round reads only those."""
FIXED = ("task model", "comparison", "evaluation", "FitNet", "SearchNet")
"""Steps that cost the same whatever the size of the pool."""
ONCE = ("listing", "reading", "features")
"""What is done once for a set: every file is hashed, then decoded, then passed through the network
where its features are kept."""
MEGABYTE = 1e6


def measure(plan: Plan, folder: Path) -> Iterator[dict[str, Any]]:
    """Yield the seconds of two rounds and the peak of memory, one set and mode more each time."""
    runs: list[dict[str, Any]] = []
    for images, side, classes in plan.sets:
        file, own = folder / "set.npz", folder / "own"
        write_set(file, images, side, classes)
        for way in WAYS:
            mode, _, two = way.partition(", ")
            if two and side != plan.sets[0][1]:
                continue
            announce(f"{images} images of {side} x {side}, mode {way}")
            own.mkdir()
            run, peak = with_peak(rounds_over, plan, file, mode, own, BESIDE if two else "")
            size = {"images": images, "side": side, "classes": classes}
            runs.append({**size, "mode": mode, "two": two, **run, "peak": peak})
            shutil.rmtree(own)
            yield {"runs": runs}


def rounds_over(
    plan: Plan, file: Path, mode: str, folder: Path, beside: str = ""
) -> dict[str, Any]:
    """Run two rounds in this process; return their seconds and what the idle program held.

    The first round reads the images; after a warm start it finds them read, and their features
    made: the seconds of both are then among the warm start's. That is the shortest there is, as
    what it learns counts for nothing here.
    """
    idle = idle_bytes()
    if beside:
        network: Any = discover("autoal_gui.backbones")[beside]
        network.SMALLEST_SIDE = SEEN_SIDE
    from autoal_gui.learning.backend import TorchBackend
    from autoal_gui.learning.replay import Replay, learn_features

    backend, started = TorchBackend(), time.perf_counter()
    data = replay_set(str(file), folder, plan.seed)
    listing = time.perf_counter() - started
    settings = plan.settings(data.side, beside).in_mode(mode).but(warm_seconds=1.0)
    warm_start = folder / "warm.pt" if settings.warm_start else None
    prepared: dict[str, float] = {}
    if warm_start is not None:
        learned = learn_features(data, settings, folder, warm_start, backend, never, pass_over)
        prepared = dict(learned.steps)
    replay = Replay(data, settings, plan.labels, folder, warm_start=warm_start)
    rounds = []
    started = time.perf_counter()
    for result in replay.run(backend, 2, never, pass_over):
        seconds = time.perf_counter() - started
        rounds.append({"seconds": seconds, "steps": dict(result.seconds)})
        started = time.perf_counter()
    return {"idle": idle, "listing": listing, "warm start": prepared, "rounds": rounds}


def idle_bytes() -> int | None:
    """Load the program as it is while nothing is open; return the memory that it holds."""
    import autoal_gui.gui.desk.desk
    import autoal_gui.gui.window.main_window  # noqa: F401
    from autoal_gui.app import make_backend

    make_backend()
    gc.collect()
    return own_bytes()


def ratios(figures: dict[str, Any]) -> dict[str, float]:
    """Return what ten times the pool costs, and the peaks above the idle program."""
    return {**growth(figures["runs"]), **peaks(figures["runs"])}


def growth(runs: list[dict[str, Any]]) -> dict[str, float]:
    """Return the time of 10 N images over that of N, the worst of all modes, for each span.

    Only what depends on the pool counts: training costs the same for every pool, and would make
    the larger one look cheap.
    """
    sizes = list(dict.fromkeys((run["images"], run["side"]) for run in runs))
    if len(sizes) < 2:
        return {}
    small, large = (
        {(r["mode"], _behind(r)): pool_seconds(r) for r in runs if (r["images"], r["side"]) == size}
        for size in sizes[:2]
    )
    found: dict[str, float] = {}
    for way in (way for way in small if way in large):
        for span, seconds in small[way].items():
            name = f"time_10x_pool{span}{way[1]}"
            found[name] = max(found.get(name, 0.0), large[way][span] / seconds)
    return found


def _behind(run: dict[str, Any]) -> str:
    """Return what stands behind the names of a run's ratios: "_beside" where there are two."""
    return f"_{run['two']}" if run["two"] else ""


def pool_seconds(run: dict[str, Any]) -> dict[str, float]:
    """Return the seconds that depend on the pool: of each round, and of what is done once."""
    first, second = run["rounds"]
    once = {
        what: sum(steps.get(what, 0.0) for steps in (run["warm start"], first["steps"]))
        for what in ONCE
    }
    once["listing"] = run["listing"]
    spans = {f"_{what}": seconds for what, seconds in once.items() if seconds > 0}
    return {"_first_round": _without_fixed(first), "": _without_fixed(second), **spans}


def _without_fixed(taken: dict[str, Any]) -> float:
    """Return a round's seconds without the steps that cost the same for every pool."""
    return float(taken["seconds"] - sum(taken["steps"].get(step, 0.0) for step in FIXED))


def peaks(runs: list[dict[str, Any]]) -> dict[str, float]:
    """Return the peak above the idle program for each set, the worst of all modes, in MB."""
    found: dict[str, float] = {}
    for run in runs:
        if run["peak"] is not None and run["idle"] is not None:
            size = "" if run["side"] == USUAL else f"_of_{run['side']}_px"
            name = f"peak_memory_mb_{run['images']}{size}{_behind(run)}"
            above = (run["peak"] - run["idle"]) / MEGABYTE
            found[name] = max(found.get(name, above), above)
    return found
