"""Time and memory of rounds over larger and larger pools, each in a fresh process."""

import gc
import shutil
import time
from pathlib import Path
from typing import Any

from autoal_gui.benchmark.fresh import own_bytes, with_peak
from autoal_gui.benchmark.plan import Plan, told
from autoal_gui.benchmark.round import never, pass_over
from autoal_gui.benchmark.sets import replay_set, write_set

MODES = ("paper", "auto")
USUAL = 28  # pixels a side of MedMNIST
FIXED = ("task model", "evaluation", "FitNet", "SearchNet")
"""Steps that cost the same whatever the size of the pool."""
MEGABYTE = 1e6


def measure(plan: Plan, folder: Path) -> dict[str, Any]:
    """Return for each set and mode the seconds of two rounds and the peak of memory."""
    runs = []
    for images, side in plan.sets:
        file, own = folder / "set.npz", folder / "own"
        write_set(file, images, side)
        for mode in MODES:
            told(f"{images} images of {side} x {side}, mode {mode}")
            own.mkdir()
            run, peak = with_peak(rounds_over, plan, file, mode, own)
            runs.append({"images": images, "side": side, "mode": mode, **run, "peak": peak})
            shutil.rmtree(own)
    return {"runs": runs}


def rounds_over(plan: Plan, file: Path, mode: str, folder: Path) -> dict[str, Any]:
    """Run two rounds in this process; return their seconds and what the idle program held.

    The first round reads the images; after a warm start it finds them read, and their features
    made. The warm start is the shortest there is: what it learns counts for nothing here.
    """
    idle = idle_bytes()
    from autoal_gui.learning.backend import TorchBackend
    from autoal_gui.learning.simulate import Replay, learn_features

    started = time.perf_counter()
    backend, data = TorchBackend(), replay_set(str(file), folder, plan.seed)
    listing = time.perf_counter() - started
    settings = plan.settings(data.side).in_mode(mode).but(warm_seconds=1.0)
    warm_start = folder / "warm.pt" if settings.warm_start else None
    if warm_start is not None:
        learn_features(data, settings, folder, warm_start, backend, never, pass_over)
    replay = Replay(data, settings, plan.labels, folder, warm_start=warm_start)
    rounds = []
    started = time.perf_counter()
    for result in replay.run(backend, 2, never, pass_over):
        seconds = time.perf_counter() - started
        rounds.append({"seconds": seconds, "steps": dict(result.seconds)})
        started = time.perf_counter()
    return {"idle": idle, "listing": listing, "rounds": rounds}


def idle_bytes() -> int | None:
    """Load the program as it is while nothing is open; return the memory that it holds."""
    import autoal_gui.gui.desk
    import autoal_gui.gui.main_window  # noqa: F401
    from autoal_gui.app import make_backend

    make_backend()
    gc.collect()
    return own_bytes()


def ratios(figures: dict[str, Any]) -> dict[str, float]:
    """Return what ten times the pool costs, and the peaks above the idle program."""
    return {**growth(figures["runs"]), **peaks(figures["runs"])}


def growth(runs: list[dict[str, Any]]) -> dict[str, float]:
    """Return the time of 10 N images over that of N, the worst of all modes and rounds.

    Only what depends on the pool counts: training costs the same for every pool, and would make
    the larger one look cheap.
    """
    small = {run["mode"]: run for run in runs if (run["images"], run["side"]) == _size(runs, 0)}
    large = {run["mode"]: run for run in runs if (run["images"], run["side"]) == _size(runs, 1)}
    found = {
        (mode, number): pool_seconds(large[mode]["rounds"][number])
        / pool_seconds(small[mode]["rounds"][number])
        for mode in small
        for number in (0, 1)
    }
    return {
        "time_10x_pool_first_round": max(
            value for (_, number), value in found.items() if not number
        ),
        "time_10x_pool": max(value for (_, number), value in found.items() if number),
    }


def pool_seconds(taken: dict[str, Any]) -> float:
    """Return a round's seconds without the steps that cost the same for every pool."""
    return float(taken["seconds"] - sum(taken["steps"].get(step, 0.0) for step in FIXED))


def peaks(runs: list[dict[str, Any]]) -> dict[str, float]:
    """Return the peak above the idle program for each set, the worst of all modes, in MB."""
    found: dict[str, float] = {}
    for run in runs:
        if run["peak"] is not None and run["idle"] is not None:
            size = "" if run["side"] == USUAL else f"_of_{run['side']}_px"
            name = f"peak_memory_mb_{run['images']}{size}"
            above = (run["peak"] - run["idle"]) / MEGABYTE
            found[name] = max(found.get(name, above), above)
    return found


def _size(runs: list[dict[str, Any]], place: int) -> tuple[int, int]:
    """Return (images, side) of the set that was measured at a place."""
    return list(dict.fromkeys((run["images"], run["side"]) for run in runs))[place]
