"""Rounds whose model was measured, and on which images that was done."""

from collections.abc import Sequence

from autoal_gui.core.measures.metrics import Metrics
from autoal_gui.core.measures.stopping_advice import Point
from autoal_gui.core.project.project import RoundRecord

Measured = list[tuple[RoundRecord, Metrics]]
"""Rounds that were measured, each with what was found."""


def measured_rounds(rounds: Sequence[RoundRecord]) -> Measured:
    """Return the rounds that the evaluation set measured, else those that random images did."""
    return evaluated_rounds(rounds) or audited_rounds(rounds)


def evaluated_rounds(rounds: Sequence[RoundRecord]) -> Measured:
    """Return the rounds that the evaluation set measured."""
    return [(record, record.metrics) for record in rounds if record.metrics is not None]


def audited_rounds(rounds: Sequence[RoundRecord]) -> Measured:
    """Return the rounds that images drawn at random measured."""
    return [(record, record.audit) for record in rounds if record.audit is not None]


def points_of(measured: Measured) -> list[Point]:
    """Return the rounds as what advice is taken from."""
    return [Point.of(record.labels, metrics) for record, metrics in measured if record.labels]
