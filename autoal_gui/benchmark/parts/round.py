"""A whole round of each mode, over a whole round of entropy sampling with the same training."""

import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

from autoal_gui.benchmark.plan import BESIDE, Plan, announce
from autoal_gui.benchmark.sets import replay_set
from autoal_gui.core.backend import Backend, CancelCheck
from autoal_gui.core.messages import Command, Event, RoundFinished, RunRound
from autoal_gui.core.settings import RunSettings
from autoal_gui.learning.replay import Replay, ReplaySet, learn_features

SCRATCH = ("entropy", "paper", "vote", "random")
"""Modes whose task model is trained from scratch in each round."""
WARM = ("entropy", "auto", "vote", "random")
"""Modes that fit a head to the features of a warm start."""
TWO = ("entropy", "auto")
"""Modes that are measured with another network beside the warm start, too."""
ROUNDS = 3  # the first reads the images and makes their features, the second has no history


@dataclass
class Recorder:
    """A backend that remembers the rounds it was asked for, to carry them out again."""

    backend: Backend
    commands: list[RunRound] = field(default_factory=list)

    def run(self, command: Command, cancelled: CancelCheck) -> Iterator[Event]:
        """See `autoal_gui.core.backend.Backend.run`."""
        if isinstance(command, RunRound):
            self.commands.append(command)
        yield from self.backend.run(command, cancelled)


def measure(plan: Plan, folder: Path) -> Iterator[dict[str, Any]]:
    """Yield the seconds of each mode's third round, one repeat more each time.

    The modes take turns, so that a busy moment of the machine is not one mode's alone, and that
    all of them have been measured as often whenever it is stopped.
    """
    from autoal_gui.learning.backend import TorchBackend

    backend, data = TorchBackend(), replay_set(plan.data, folder, plan.seed)
    settings = plan.settings(data.side)
    warm_start = folder / "warm.pt"
    warm = settings.but(warm_start=True)
    learned = learn_features(data, warm, folder, warm_start, backend, never, pass_over)
    commands = {
        name: third_round(plan, data, backend, mode_settings, folder, name)
        for name, mode_settings in compared(settings, plan.settings(data.side, BESIDE)).items()
    }
    known = {
        "pool": len(commands["entropy"].unlabelled),
        "labels": len(commands["entropy"].labelled),
        "settings": asdict(settings),
        "warm start": {"seconds": learned.seconds, "epochs": learned.epochs},
    }
    for rounds in taking_turns(backend, commands, plan.repeats):
        yield {**known, "rounds": rounds}


def compared(settings: RunSettings, beside: RunSettings) -> dict[str, RunSettings]:
    """Return the settings of every mode that is measured, by the name of its figures.

    Args:
        settings: of one network.
        beside: of two; the own one is the same, so that both share a warm start.
    """
    head = {"warm_start": True, "all_layers": "never"}
    return {
        **{mode: settings.but(mode=mode, warm_start=False) for mode in SCRATCH},
        **{f"{mode}, warm": settings.but(mode=mode, **head) for mode in WARM},
        **{f"{mode}, beside": beside.but(mode=mode, **head) for mode in TWO},
    }


def third_round(
    plan: Plan,
    data: ReplaySet,
    backend: Backend,
    settings: RunSettings,
    folder: Path,
    name: str,
) -> RunRound:
    """Run three rounds up to `plan.labels` labels; return the command of the last.

    From it on every round is like the next: images and features are kept, and there is a history.

    Args:
        plan: what is measured.
        data: the set.
        backend: carries the rounds out.
        settings: of the rounds.
        folder: holds what all series share: images, features and the warm start.
        name: of the series, whose models have a folder of their own: a round goes by the model of
            the round before, which must not be another series'.
    """
    recorder = Recorder(backend)
    initial = max(2, plan.labels - (ROUNDS - 1) * plan.batch)
    warm_start = folder / "warm.pt" if settings.warm_start else None
    announce(
        f"mode {settings.mode}, {'on a warm start' if settings.warm_start else 'from scratch'}"
    )
    own = folder / name
    own.mkdir(exist_ok=True)
    replay = Replay(data, settings, initial, own, workspace=folder, warm_start=warm_start)
    for _ in replay.run(recorder, ROUNDS, never, pass_over):
        pass
    return recorder.commands[-1]


def taking_turns(
    backend: Backend, commands: dict[str, RunRound], repeats: int
) -> Iterator[dict[str, list[dict[str, Any]]]]:
    """Carry out every command `repeats` times, there and back again; yield after each turn."""
    taken: dict[str, list[dict[str, Any]]] = {name: [] for name in commands}
    for repeat in range(repeats):
        for name in list(commands) if repeat % 2 == 0 else reversed(commands):
            taken[name].append(timed(backend, commands[name]))
        yield taken


def timed(backend: Backend, command: RunRound) -> dict[str, Any]:
    """Carry out a round; return its seconds on the clock, on the processor and by step."""
    clock, processor = time.perf_counter(), time.process_time()
    events = list(backend.run(command, never))
    result = events[-1]
    assert isinstance(result, RoundFinished)  # noqa: S101 - for the type checker
    return {
        "seconds": time.perf_counter() - clock,
        "processor seconds": time.process_time() - processor,
        "steps": dict(result.seconds),
    }


def ratios(figures: dict[str, Any]) -> dict[str, float]:
    """Return each mode's median over that of entropy sampling with the same training.

    "_warm" stands behind a mode that is also measured from scratch, "_beside" behind two networks.
    """
    seconds = {
        name: median(taken["seconds"] for taken in rounds)
        for name, rounds in figures["rounds"].items()
    }
    found = {}
    for name, value in seconds.items():
        mode, _, warm = name.partition(", ")
        basis = f"entropy, {warm}" if warm else "entropy"
        if name != basis:
            twice = f"_{warm}" if warm == "beside" or (warm and mode in seconds) else ""
            found[f"round_{mode}_over_entropy{twice}"] = value / seconds[basis]
    return found


def never() -> bool:
    """Cancel nothing."""
    return False


def pass_over(event: Event) -> None:
    """Leave an event unseen."""
