"""What the engine needs of whoever does the work; `autoal_gui.learning` provides it."""

from collections.abc import Iterator
from typing import Protocol

from autoal_gui.core.messages import CancelCheck as CancelCheck
from autoal_gui.core.messages import Command, Event


class Backend(Protocol):
    """Carries out commands. Owned by one thread."""

    def run(self, command: Command, cancelled: CancelCheck) -> Iterator[Event]:
        """Carry out a command, yielding events as it goes; the last is its result.

        Raises:
            Cancelled: `cancelled` said so; nothing finished before is lost.
            AutoALError: it cannot be done, in one plain sentence.
        """
