"""What crosses the seam can be compared and kept in sets, whatever it carries."""

from dataclasses import fields
from typing import get_args

import numpy as np
import pytest

from autoal_gui.core.messages import (
    Command,
    Event,
    Explained,
    Mapped,
    Predicted,
    PredictFinished,
    RoundFinished,
)

CARRIERS = (Explained, Mapped, Predicted, PredictFinished, RoundFinished)


def explained() -> Explained:
    return Explained(1, 2, "bright", 0.5, np.zeros((4, 4), np.float32))


def test_messages_with_arrays_are_compared_without_an_error():
    one, other = explained(), explained()
    assert one == one
    assert one != other  # equal to itself alone
    assert len({one, other}) == 2


@pytest.mark.parametrize("kind", [*get_args(Command), *get_args(Event), Predicted])
def test_what_carries_arrays_is_equal_to_itself_alone(kind):
    carries = any("ndarray" in str(field.type) for field in fields(kind))
    assert carries == (kind in CARRIERS)
    assert (kind.__eq__ is object.__eq__) == carries
