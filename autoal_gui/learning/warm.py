"""The warm start: features learned from the pool before there are labels."""

from collections.abc import Iterator

from autoal_gui.core.backend import CancelCheck
from autoal_gui.core.messages import Event, WarmStart


def warm_start(command: WarmStart, cancelled: CancelCheck) -> Iterator[Event]:
    """Carry out a warm start; the last event is its `WarmStarted`."""
    raise NotImplementedError
    yield
