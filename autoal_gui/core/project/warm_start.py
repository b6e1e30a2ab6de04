"""What a project remembers of its warm start."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from autoal_gui.core.messages import WarmStarted
from autoal_gui.core.settings import RunSettings


@dataclass(frozen=True)
class WarmRecord:
    """What the warm start has left; a project has one at most."""

    checkpoint: str
    """File name inside the project's models folder; empty where it was stopped before it began."""
    checkpoint_sha256: str
    epochs: float
    """Passes over the pool."""
    seconds: float
    """Time spent learning."""
    complete: bool
    """Whether it had all of its time."""
    stopped: bool
    """Whether the user stopped it, so that it does not go on by itself."""
    stem: str
    """With `input_size`, what the networks saw: the rounds must see the same."""
    input_size: int

    @classmethod
    def of(cls, result: WarmStarted, file_name: str, settings: RunSettings) -> "WarmRecord":
        """Note the result of a warm start that ran under `settings`."""
        return cls(
            file_name,
            result.checkpoint_sha256,
            result.epochs,
            result.seconds,
            result.complete,
            not result.complete,
            settings.stem,
            settings.input_size,
        )

    @classmethod
    def of_nothing(cls, settings: RunSettings) -> "WarmRecord":
        """Note that the user stopped the warm start before anything was learned."""
        return cls("", "", 0.0, 0.0, False, True, settings.stem, settings.input_size)

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> "WarmRecord":
        """Read what `dataclasses.asdict` gave; names that this version lacks are passed over.

        Raises:
            TypeError: a value is missing.
        """
        known = {f.name for f in fields(cls)}
        return cls(**{name: value for name, value in values.items() if name in known})

    @property
    def pending(self) -> bool:
        """Whether it goes on by itself."""
        return not (self.complete or self.stopped)


def state_file(checkpoint: str | Path) -> Path:
    """Return where the warm start of a checkpoint can be taken up from.

    Whoever takes note of a complete one removes it: until then the program may be closed.
    """
    return Path(f"{checkpoint}.state")


def same_input(one: WarmRecord | RunSettings, other: WarmRecord | RunSettings) -> bool:
    """Say whether networks see the same in both, so that rounds of one can use the other."""
    return (one.stem, one.input_size) == (other.stem, other.input_size)
