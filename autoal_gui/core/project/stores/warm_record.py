"""What a project remembers of its warm start."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from autoal_gui.core.database.database_errors import damaged
from autoal_gui.core.database.stored_values import (
    as_file_name,
    as_flag,
    as_line,
    as_mapping,
    as_number,
    as_whole,
)
from autoal_gui.core.messages import WarmStarted
from autoal_gui.core.settings import STEMS, RunSettings


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
            settings.seen_side,
        )

    @classmethod
    def of_nothing(cls, settings: RunSettings) -> "WarmRecord":
        """Note that the user stopped the warm start before anything was learned."""
        return cls("", "", 0.0, 0.0, False, True, settings.stem, settings.seen_side)

    @classmethod
    def from_plain(cls, value: object) -> "WarmRecord | None":
        """Read what `plain_of` gave; names that this version lacks are passed over.

        Raises:
            ProjectDamaged: it is something else.
        """
        if value is None:
            return None
        values = as_mapping(value)
        stem = as_line(values.get("stem"))
        if stem not in STEMS:
            raise damaged()
        return cls(
            as_file_name(values.get("checkpoint")),
            as_line(values.get("checkpoint_sha256")),
            as_number(values.get("epochs"), low=0.0),
            as_number(values.get("seconds"), low=0.0),
            as_flag(values.get("complete")),
            as_flag(values.get("stopped")),
            stem,
            as_whole(values.get("input_size"), low=1),
        )

    @staticmethod
    def plain_of(record: "WarmRecord | None") -> dict[str, Any] | None:
        """Return what JSON can hold."""
        return None if record is None else asdict(record)

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
    return (one.stem, _seen(one)) == (other.stem, _seen(other))


def _seen(by: WarmRecord | RunSettings) -> int:
    return by.seen_side if isinstance(by, RunSettings) else by.input_size
