"""`python -m tests.trials.estimates.layers --data SET ...`: how a trial of every layer chooses.

Auto asks to 60 labels, of which the first 20 are drawn at random. Then every layer is tried, and
trained whatever the trial says; the same labels also train the last layer alone. The table holds
what the trial found against what the two models have on the images that measure.
"""

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from autoal_gui.core.messages import Event
from autoal_gui.core.settings import PRESETS, RunSettings, fitted_to
from autoal_gui.core.system.scratch import ScratchFolder
from autoal_gui.evaluation.running.worker import opened
from autoal_gui.learning.backend import TorchBackend
from autoal_gui.learning.replay import Replay, ReplaySet, learn_features
from autoal_gui.learning.training import task_model

INITIAL, BATCH, ROUNDS = 20, 20, 3
HEAD = (
    "| set, seed | held out | only every layer has right | only the last layer has right | chosen "
    "| then right, every layer | last layer |\n" + "| --- " * 7 + "|"
)


@dataclass(frozen=True)
class Tried:
    """What a trial found, and what it chose."""

    held_out: int
    gained: int
    """Labels held out that only training every layer has right,"""
    lost: int
    """and those that only the last layer has."""
    wins: bool


@contextmanager
def every_layer_trained() -> Iterator[list[Tried]]:
    """Train every layer whatever a trial says; collect what the trials find."""
    found: list[Tried] = []
    real = task_model.every_layer_wins

    def noted(right_all, right_head, weights, units):  # type: ignore[no-untyped-def]
        lead = right_all - right_head
        wins = real(right_all, right_head, weights, units)
        found.append(Tried(len(lead), int((lead > 0).sum()), int((lead < 0).sum()), wins))
        return True

    task_model.every_layer_wins = noted
    try:
        yield found
    finally:
        task_model.every_layer_wins = real


def last_round(data: ReplaySet, settings: RunSettings, warm: Path) -> float:
    """Return the balanced accuracy of the last round's model."""
    with ScratchFolder() as folder:
        replay = Replay(data, settings, INITIAL, folder, warm_start=warm)
        rounds = list(replay.run(TorchBackend(threads=1), ROUNDS, _never, _unreported))
    metrics = rounds[-1].metrics
    assert metrics is not None
    return metrics.balanced_accuracy


def tried(data: ReplaySet, settings: RunSettings) -> tuple[Tried, float, float]:
    """Return what the trial found, and what every layer and the last alone then have."""
    with ScratchFolder() as folder:
        warm = folder / "warm.pt"
        backend = TorchBackend(threads=1)
        learn_features(data, settings, folder, warm, backend, _never, _unreported)
        with every_layer_trained() as found:
            every = last_round(data, settings.but(all_layers="measured"), warm)
        last = last_round(data, settings.but(all_layers="never"), warm)
    return found[-1], every, last


def _never() -> bool:
    return False


def _unreported(event: Event) -> None:
    """Nobody watches."""


def main() -> None:
    """Write the table."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--data", nargs="+", required=True)
    parser.add_argument("--seeds", type=int, default=4)
    options = parser.parse_args()
    print(HEAD)
    for name in options.data:
        with ScratchFolder() as workspace:
            for seed in range(options.seeds):
                data = ReplaySet.of(*opened(name, str(workspace), (), 1.0), seed)
                settings = fitted_to(PRESETS["cpu"], data.side).but(
                    mode="auto", batch_size=BATCH, seed=seed
                )
                found, every, last = tried(data, settings)
                chosen = "every" if found.wins else "last"
                print(
                    f"| {Path(name).name} {seed} | {found.held_out} | {found.gained} "
                    f"| {found.lost} | {chosen} | {every:.3f} | {last:.3f} |",
                    flush=True,
                )


if __name__ == "__main__":
    main()
