"""How fast the pool is scored, over a bare loop of the model on the same images."""

from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any

from autoal_gui.benchmark.parts.round import Recorder, never, pass_over, timed
from autoal_gui.benchmark.plan import Plan
from autoal_gui.benchmark.sets import replay_set


def measure(plan: Plan, folder: Path) -> Iterator[dict[str, Any]]:
    """Yield the seconds of both, in turns: a round's scoring by all candidates, and the loop."""
    from autoal_gui.learning.backend import TorchBackend
    from autoal_gui.learning.inference.throughput import bare_pass
    from autoal_gui.learning.replay import Replay

    backend, data = TorchBackend(), replay_set(plan.data, folder, plan.seed)
    settings = plan.settings(data.side).but(mode="vote", warm_start=False)
    recorder = Recorder(backend)
    replay = Replay(data, settings, plan.labels, folder)
    for _ in replay.run(recorder, 1, never, pass_over):
        pass  # reads the images, so that no round below does
    command = recorder.commands[0]
    scoring: list[float] = []
    bare: list[float] = []
    for _ in range(plan.repeats):
        scoring.append(timed(backend, command)["steps"]["scoring"])
        bare.append(bare_pass(command))
        yield {"images": len(command.unlabelled), "scoring": scoring, "bare loop": bare}


def ratios(figures: dict[str, Any]) -> dict[str, float]:
    """Return the throughput of the scoring step over that of the loop."""
    return {"scoring_over_bare_model": median(figures["bare loop"]) / median(figures["scoring"])}
