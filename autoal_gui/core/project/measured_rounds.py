"""The rounds whose model was measured, and on which images."""

from collections.abc import Sequence

from autoal_gui.core.database.round_rows import RoundRecord
from autoal_gui.core.measures.metrics import Metrics
from autoal_gui.core.measures.stopping_advice import Point

Measured = list[tuple[RoundRecord, Metrics]]
"""Rounds that were measured, each with what was found; ascending by number."""


def measured_rounds(rounds: Sequence[RoundRecord]) -> Measured:
    """Return the rounds that the evaluation set measured, else those that random images did."""
    evaluated = [(record, record.metrics) for record in rounds if record.metrics is not None]
    return evaluated or [(record, record.audit) for record in rounds if record.audit is not None]


def points_of(measured: Measured) -> list[Point]:
    """Return the rounds as what advice is taken from."""
    return [Point.of(record.labels, metrics) for record, metrics in measured if record.labels]
