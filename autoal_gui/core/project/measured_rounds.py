"""The rounds whose model was measured, and on which images."""

from collections.abc import Iterable, Mapping, Sequence

from autoal_gui.core.database.round_rows import RoundRecord
from autoal_gui.core.labels.journal import Entry
from autoal_gui.core.labels.pace import seconds_an_answer
from autoal_gui.core.language import number, tr
from autoal_gui.core.measures.metrics import Metrics
from autoal_gui.core.measures.outlook import Outlook, outlook, says_little
from autoal_gui.core.measures.stopping_advice import Point

Measured = list[tuple[RoundRecord, Metrics]]
"""Rounds that were measured, each with what was found; ascending by number."""


def measured_rounds(rounds: Sequence[RoundRecord], after: int = 0) -> Measured:
    """Return the rounds that the evaluation set measured, else those that the answers did.

    Where there is no evaluation set, a round is measured by all answers that it learned from; of
    one whose every layer was trained, and of rounds of earlier versions, by the answers to images
    drawn at random.

    Args:
        rounds: those that brought a result.
        after: the last round before the evaluation set was changed, where a new curve begins.
    """
    rounds = [record for record in rounds if record.number > after]
    evaluated = [(record, record.metrics) for record in rounds if record.metrics is not None]
    if evaluated:
        return evaluated
    known = [(record, record.estimate or record.audit) for record in rounds]
    return [(record, metrics) for record, metrics in known if metrics is not None]


def new_curve_words(after: int) -> str:
    """Say why earlier rounds are not on the curve."""
    return tr(
        "The evaluation set was changed after round {round}: a new curve begins there, since "
        "earlier rounds were measured on other images.",
        round=number(after),
    )


def points_of(measured: Measured) -> list[Point]:
    """Return the rounds as what advice is taken from."""
    return [Point.of(record.labels, metrics) for record, metrics in measured if record.labels]


def outlook_of(
    measured: Measured, waiting: int, answers: Iterable[Entry], short: Mapping[str, int]
) -> Outlook | None:
    """Return what more labels bring and take; None where there is too little to say.

    Args:
        measured: the rounds that were measured.
        waiting: images of the pool without an answer.
        answers: those that stand.
        short: see `says_little`.
    """
    if not measured:
        return None
    batch = measured[-1][0].settings.batch_size
    found = outlook(points_of(measured), batch, waiting, seconds_an_answer(answers))
    return None if found is None or says_little(found, short) else found
