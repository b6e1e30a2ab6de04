"""What is measured, how often, and on images of which sizes."""

import sys
from dataclasses import dataclass, replace

from autoal_gui.core.settings import PRESETS, RunSettings, fitted_to

BESIDE = PRESETS["cpu"].before
"""The network that stands beside a warm start where two are measured."""


@dataclass(frozen=True)
class Plan:
    """How much is measured. The defaults are those of a full run."""

    data: str
    """As the command line names a set: an .npz file, a folder, a MedMNIST name, or "demo"."""
    preset: str = "cpu"
    changes: tuple[str, ...] = ()
    """NAME=VALUE of settings that replace the preset's."""
    labels: int = 200
    """Labels that a measured round trains on."""
    batch: int = 20
    seed: int = 0
    repeats: int = 5
    """Rounds of each mode, and of the scoring step; their median counts."""
    sets: tuple[tuple[int, int, int], ...] = (
        (3882, 28, 2),
        (38_820, 28, 2),
        (165_466, 28, 8),  # as TissueMNIST, the largest MedMNIST set, has for training
        (20_000, 224, 2),
    )
    """(images, pixels a side, classes) of the written sets: N and 10 N, then the large ones."""
    starts: int = 5
    """Fresh processes for each of the two starts."""
    presses: int = 300
    """Keys pressed while nothing trains."""
    quiet_seconds: float = 15.0
    """How long the event loop is watched without a key pressed."""
    dots: int = 100_000
    """Images of the map whose memory and times are measured."""
    training_seconds: float = 90.0
    """How long the window is watched while rounds train, and while the warm start runs."""

    def quick(self) -> "Plan":
        """Return a plan of a few minutes, whose figures are rough."""
        return replace(
            self,
            repeats=2,
            sets=((1000, 28, 2), (10_000, 28, 2), (500, 224, 2)),
            starts=2,
            presses=60,
            quiet_seconds=3.0,
            training_seconds=20.0,
            dots=10_000,
        )

    def settings(self, side: int, beside: str = "") -> RunSettings:
        """Return the settings of a round over images of `side` pixels.

        Args:
            side: of the images.
            beside: the network that stands beside a warm start; empty: none.
        """
        fitted = fitted_to(PRESETS[self.preset].but(beside=beside), side)
        return fitted.but(batch_size=self.batch, seed=self.seed).changed_by(self.changes)


def announce(what: str) -> None:
    """Say on standard error what is being measured."""
    print(f"measuring: {what}", file=sys.stderr, flush=True)
