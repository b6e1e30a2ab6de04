"""The journal as an audit trail: what each line changed, before and after."""

from collections.abc import Iterable
from dataclasses import dataclass

from autoal_gui.core.journal import Entry, Journal


@dataclass(frozen=True)
class Change:
    """One line of the journal and what it changed."""

    entry: Entry
    before: Entry | None
    """What stood in its place before; None where nothing did."""
    after: Entry | None
    """What stands since."""


def changes(entries: Iterable[Entry]) -> tuple[Change, ...]:
    """Replay a journal, ascending by sequence, and return what each line changed."""
    journal = Journal()
    found = []
    for entry in entries:
        slot = journal.replaced_by(entry)
        before = journal.standing(slot, entry.image_id)
        journal.apply(entry)
        found.append(Change(entry, before, journal.standing(slot, entry.image_id)))
    return tuple(found)
