"""What is measured, how often, and on images of which sizes."""

from dataclasses import dataclass, replace

from autoal_gui.core.settings import PRESETS, RunSettings, fitted_to


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
    images: tuple[int, ...] = (3882, 38_820, 165_466)
    """Images of 28 x 28 in the sets that are written: N and 10 N, then the largest MedMNIST set."""
    large_images: int = 20_000
    """Images of 224 x 224 in one more such set."""
    starts: int = 5
    """Fresh processes for each of the two starts."""
    presses: int = 300
    """Keys pressed while nothing trains; while a round trains they go on to its end."""
    quiet_seconds: float = 15.0
    """How long the event loop is watched without a key pressed."""
    training_seconds: float = 90.0
    """How long the window is watched while a round trains, at most."""

    def quick(self) -> "Plan":
        """Return a plan of a few minutes, whose figures are rough."""
        return replace(
            self,
            repeats=2,
            images=(1000, 10_000),
            large_images=500,
            starts=2,
            presses=60,
            quiet_seconds=3.0,
            training_seconds=20.0,
        )

    def settings(self, side: int) -> RunSettings:
        """Return the settings of a round over images of `side` pixels."""
        fitted = fitted_to(PRESETS[self.preset], side).but(batch_size=self.batch, seed=self.seed)
        return fitted.changed_by(self.changes)
